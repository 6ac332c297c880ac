"""An instance on its way to a `City`: settings and rows, each row with its line, for the rules to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar, cast

from allocopt.faults import Fault
from allocopt.instance.texts import CITY, Texts, quoted
from allocopt.schema import TABLES, Settings
from allocopt.schema.patrol import PostRow, UnitRow
from allocopt.schema.people import PoolRow
from allocopt.schema.places import NodeRow, SiteRow
from allocopt.schema.prevention import MeasureRow, MechanismCostRow
from allocopt.schema.supply import DepotRow
from allocopt.schema.types import Row

R = TypeVar("R", bound=Row)

TABLE_OF_ROW = {table.row: name for name, table in TABLES.items()}
_UNSAID = object()


@dataclass(frozen=True)
class Draft:
    """What could be converted. `settings` is None when `city.yaml` could not be."""

    texts: Texts
    settings: Settings | None
    entries: Mapping[str, Sequence[tuple[int, Row]]]
    today: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)

    @property
    def city(self) -> Settings:
        """The settings, for rules that run only when they are whole."""
        assert self.settings is not None
        return self.settings

    def of(self, model: type[R]) -> Sequence[tuple[int, R]]:
        """(line, row) of every row that could be converted."""
        return cast("Sequence[tuple[int, R]]", self.entries[self.table_of[model]])

    def rows(self, model: type[R]) -> list[R]:
        return [row for _, row in self.of(model)]

    @cached_property
    def table_of(self) -> dict[type[Row], str]:
        """The table of each row model, those of programmes from outside too."""
        return {table.row: name for name, table in self.texts.known.items()}

    @cached_property
    def _by_line(self) -> dict[str, dict[int, Row]]:
        return {table: dict(entries) for table, entries in self.entries.items()}

    @cached_property
    def areas(self) -> frozenset[str]:
        """The areas of sites, points, posts and depots, and all areas that hold them."""
        paths = {row.area for row in self.rows(SiteRow)} | {self.area_of_points}
        paths |= {row.area for row in self.rows(PostRow)} | {row.area for row in self.rows(DepotRow)}
        parts = [path.split("/") for path in paths if path]
        return frozenset("/".join(path[:depth]) for path in parts for depth in range(1, len(path) + 1))

    @property
    def area_of_points(self) -> str:
        """Blank where there are none."""
        points = self.settings.points if self.settings else None
        return points.area if points else ""

    @cached_property
    def top_area(self) -> str:
        """The area that holds the whole city: the first part of the first path."""
        site = next((site.area for site in self.rows(SiteRow)), "")
        return (site or self.area_of_points).partition("/")[0]

    @cached_property
    def site_types(self) -> frozenset[str]:
        return frozenset(site.type for site in self.rows(SiteRow) if site.type)

    @cached_property
    def categories(self) -> frozenset[str]:
        """The categories that costs have: those of the programmes, and those that rows name."""
        named = {row.category for row in self.rows(PoolRow)} | {row.category for row in self.rows(UnitRow)}
        named |= {row.category for row in self.rows(MeasureRow)}
        named |= {row.category for row in self.rows(MechanismCostRow)}
        joined = [table for own in self.texts.programmes for table in own.tables if "category" in table.columns]
        named |= {row.category for table in joined for row in self.rows(table.row)}  # type: ignore[attr-defined]
        return frozenset(named | {"labour", "materials", "goods", "transport", "capital"})

    @cached_property
    def has_bases(self) -> bool:
        """Whether anything travels: from pools, posts or depots."""
        return any(self.of(model) for model in (PoolRow, PostRow, DepotRow))

    @cached_property
    def nodes(self) -> dict[str, NodeRow]:
        return {node.id: node for node in self.rows(NodeRow)}

    @cached_property
    def nodes_in_a_plane(self) -> bool:
        return any(node.x is not None for node in self.nodes.values())

    def fault(self, model: type[Row], line: int, column: str, expected: str, found: object = _UNSAID) -> Fault:
        """A fault in a cell of a table; `found` is said as it is when given, else read from the row."""
        table = self.table_of[model]
        if found is _UNSAID:
            found = quoted(getattr(self._by_line[table][line], column))
        return Fault(
            self.texts.tables[table].file, line, column, f"{found}{self._change(table, line, column)}", expected
        )

    def city_fault(self, keys: tuple[str | int, ...], expected: str, found: object) -> Fault:
        """A fault in `city.yaml`; list items are named by their position."""
        document = self.texts.city
        line = document.line(keys) if document else 0
        name = dotted(document.value if document else None, keys)
        return Fault(CITY, line, name, f"{found}{self._change('city', 0, name)}", expected)

    def _change(self, table: str, line: int, column: str) -> str:
        made_by = self.texts.made_by.get((table, line, column))
        return f" (by {made_by})" if made_by else ""


def dotted(value: object, keys: Sequence[str | int]) -> str:
    """The keys joined by dots, list items named by their ids where they have one."""
    words = []
    for key in keys:
        inner = _inner(value, key)
        name = inner.get("id") if isinstance(key, int) and isinstance(inner, dict) else None
        words.append(str(key) if name is None else str(name))
        value = inner
    return ".".join(words)


def _inner(value: object, key: str | int) -> object:
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None
