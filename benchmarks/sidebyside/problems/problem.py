"""What a problem is to the harness."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from sidebyside.answers import Answer
from sidebyside.rows import Rows

D = TypeVar("D")
Tables = Mapping[str, Any]


class Problem(ABC, Generic[D]):
    """Everybody reads the tables of one city, so that all have the same figures.

    `D` is the problem as plain arrays. Objectives are those that allocopt reports, to be minimised.
    """

    tables: tuple[str, ...]

    def read(self, folder: Path) -> Tables:
        """The tables of the city as data frames, and its settings under the name `city`."""
        import pandas as pd
        import yaml

        settings = yaml.safe_load((folder / "city.yaml").read_text(encoding="utf-8"))
        return {"city": settings} | {name: pd.read_csv(folder / f"{name}.csv") for name in self.tables}

    @abstractmethod
    def data(self, tables: Tables) -> D:
        """The problem as arrays, nothing left out."""

    def prepare(self) -> None:
        """Import what the model is built with, before any clock starts."""

    def reduced(self, data: D) -> D:
        """The same problem made smaller, as allocopt makes it before it is modelled."""
        return data

    @abstractmethod
    def rows(self, data: D) -> Rows:
        """The model as bare arrays, by vectorised numpy."""

    @abstractmethod
    def pyomo(self, data: D) -> Any:
        """The textbook model in plain Pyomo, not reduced."""

    def exact(self, data: D, answer: Answer, values: Sequence[float] | None) -> Answer:
        """The answer with the true value of its plan, where the model only comes near to it. `values` of the columns
        of `rows`; None where they stand in the Pyomo model."""
        return answer
