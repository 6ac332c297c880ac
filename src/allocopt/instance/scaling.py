"""Figures that nobody measured, in four groups, each of which can be scaled as a whole.

Only rows whose source starts with "assumed" are touched. What would make no valid city stops where it would: shares
averted at what is still allowed, a share with and one without a mechanism at each other, needs that scenarios share
while they are not told apart unless all of them are assumed. docs/semantics.md says so exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

from allocopt.city import City
from allocopt.reading import cells

ASSUMED = "assumed"
GROUPS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "losses": {"risks": ("loss_cny", "casualties")},
    "effects": {"effects": ("share",)},
    "costs": {
        "pools": ("cost_cny_hour",),
        "crews": ("cost_cny",),
        "units": ("cost_cny_hour",),
        "posts": ("open_cost_cny",),
        "depots": ("open_cost_cny",),
        "commodities": ("cost_cny", "ship_cost_cny_km"),
        "suppliers": ("cost_cny",),
        "measures": ("cost_cny", "cost_cny_person"),
        "mechanism_costs": ("cost_cny",),
    },
    "needs": {"needs": ("amount",)},
}
"""The columns of each group, by table. Budgets and the prices of links are no costs but terms agreed upon."""
# The largest share averted, and how busy a class must be for its share to be 1 and still leave something.
MOST_SHARE, LEAVES_SOMETHING = Decimal("0.9999"), Decimal("0.0001")

Cells = Mapping[str, Any]


class Scaled(NamedTuple):
    """The new figure of a cell: the table, the row's position in it, the column."""

    table: str
    row: int
    column: str
    figure: Decimal


@dataclass(frozen=True)
class Figures:
    """An instance as scaling sees it: its rows by table, cells as text or as numbers, and its periods in order."""

    rows: Callable[[str], Sequence[Cells]]
    periods: Sequence[str]


def is_assumed(source: object) -> bool:
    return str(source or "").startswith(ASSUMED)


def scaled(group: str, by: Decimal, figures: Figures) -> Iterator[Scaled]:
    """Every figure above zero of the group in an assumed row, times `by`."""
    if group == "effects":
        yield from _effects(by, figures)
        return
    held = _needs_held(figures) if group == "needs" else frozenset()
    for table, columns in GROUPS[group].items():
        for i, row in enumerate(figures.rows(table)):
            for column in columns if is_assumed(row.get("source")) and i not in held else ():
                figure = _figure(row, column)
                if figure > 0:
                    yield Scaled(table, i, column, by * figure)


def scaled_city(city: City, group: str, by: float) -> City:
    """The city with the assumed figures of a group multiplied."""
    rows = {table: list(city.rows[table]) for table in GROUPS[group]}
    for table, i, column, figure in scaled(group, Decimal(repr(by)), figures_of(city)):
        rows[table][i] = rows[table][i].model_copy(update={column: float(figure)})
    return replace(city, rows={**city.rows, **{table: tuple(of) for table, of in rows.items()}})


def assumed_rows(city: City, group: str, own_risks: int) -> int:
    """How many rows scaling the group would touch; risks after the city's own ones stand for points, and are one."""
    touched = ((cell.table, cell.row) for cell in scaled(group, Decimal(1), figures_of(city)))
    return len({(table, min(row, own_risks) if table == "risks" else row) for table, row in touched})


def figures_of(city: City) -> Figures:
    return Figures(lambda table: [vars(row) for row in city.rows[table]], [p.id for p in city.settings.periods])


def _figure(row: Cells, column: str) -> Decimal:
    """The number in a cell; 0 for a blank, and for what is no number (which is a fault of its own)."""
    cell = row.get(column)
    try:
        return Decimal(repr(cells.number(cell) if isinstance(cell, str) else float(cell or 0.0)))
    except ValueError:
        return Decimal(0)


def _effects(by: Decimal, figures: Figures) -> Iterator[Scaled]:
    """Shares averted, kept within what leaves something; a class that averts all for certain stays as it is."""
    busy = {row.get("id"): _figure(row, "busy") for row in figures.rows("classes")}
    rows = figures.rows("effects")
    pairs: dict[tuple[Any, ...], list[Cells]] = defaultdict(list)
    for row in rows:
        if row.get("by") == "kind":
            pairs[row.get("id"), row.get("hazard"), bool(row.get("mechanism"))].append(row)
    for i, row in enumerate(rows):
        share = _figure(row, "share")
        idle = busy.get(row.get("id"), Decimal(0)) if row.get("by") == "class" else None
        if not is_assumed(row.get("source")) or share <= 0 or (share == 1 and idle == 0):
            continue
        most = Decimal(1) if idle is not None and idle >= LEAVES_SOMETHING else MOST_SHARE
        better = bool(row.get("mechanism"))
        others = pairs[row.get("id"), row.get("hazard"), not better] if row.get("by") == "kind" else []
        known = [_figure(other, "share") for other in others if not is_assumed(other.get("source"))]
        new = min([by * share, most] if better else [by * share, most, *known])
        yield Scaled("effects", i, "share", max([new, *known]) if better else new)


def _needs_held(figures: Figures) -> frozenset[int]:
    """Needs that must stay as they are: the same in several scenarios not yet told apart, and not assumed in all."""
    order = {period: t for t, period in enumerate(figures.periods)}
    known = {row.get("id"): order.get(row.get("known_from") or "", 0) for row in figures.rows("scenarios")}
    alike: dict[tuple[Any, ...], list[tuple[int, bool]]] = defaultdict(list)
    for i, row in enumerate(figures.rows("needs")):
        period = row.get("period")
        if known.get(row.get("scenario"), 0) > order.get(period or "", len(order)):
            key = (row.get("site"), row.get("commodity"), period)
            alike[key].append((i, is_assumed(row.get("source"))))
    return frozenset(i for rows in alike.values() if not all(assumed for _, assumed in rows) for i, _ in rows)
