"""A city, read and found free of faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from allocopt.programmes import Programme, tables_of
from allocopt.schema import TABLES, Settings
from allocopt.schema.types import Row

if TYPE_CHECKING:
    import pandas as pd

    from allocopt.points import Points

R = TypeVar("R", bound=Row)

_TABLE_OF_ROW = {table.row: name for name, table in TABLES.items()}


@dataclass(frozen=True)
class City:
    """One instance after its changes (`--scenario`, `--set`) were applied.

    `rows` holds every table of the schema, empty ones too, each sorted by its key, so that nothing depends on the
    order of lines in a file. `today` holds the decision tables of `current/` as text, by table name. `points` are
    places that are too many for a row each; they stay in their file. `hashes` has the sha256 of every file read, by
    its path relative to `folder`. `before` is the city that this one was before rows of it were lost; today's plan
    speaks of that one. `programmes` are those from outside that have a table here.
    """

    folder: Path
    settings: Settings
    rows: Mapping[str, tuple[Row, ...]]
    today: Mapping[str, tuple[Mapping[str, str], ...]]
    hashes: Mapping[str, str]
    scenario: str | None = None
    changes: tuple[str, ...] = ()
    points: Points | None = None
    before: City | None = None
    programmes: tuple[Programme, ...] = ()

    def of(self, row: type[R]) -> tuple[R, ...]:
        """The rows of the table whose row model this is."""
        return cast("tuple[R, ...]", self.rows[_TABLE_OF_ROW.get(row) or self._joined[row]])

    @cached_property
    def _joined(self) -> dict[type[Row], str]:
        return {table.row: table.name for own in self.programmes for table in own.tables}

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table as a DataFrame, columns as in the schema."""
        import pandas as pd

        return {
            name: pd.DataFrame([row.model_dump() for row in self.rows[name]], columns=list(table.columns))
            for name, table in tables_of(self.programmes).items()
        }
