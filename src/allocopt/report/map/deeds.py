"""What a plan does at each place, as rows that the page's script adds up by body and period.

A row is [place, body, period, amount], or [from, to, body, period, amount] for what goes from place to place: numbers
of places, bodies and periods in the lists of the page; -1 stands for no body, or all periods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from allocopt.report.found import Told
from allocopt.report.map.places import Places
from allocopt.summary.sums import visits_made

Row = list[float]
ALL = -1
# Figures are drawn and told with fewer digits than this.
_DIGITS = 3


@dataclass(frozen=True)
class Index:
    """Numbers of places, bodies and periods."""

    places: Places
    bodies: Sequence[str]
    periods: Sequence[str]

    def place(self, table: str, name: str) -> int | None:
        return self.places.at.get((table, name))

    def body(self, name: str) -> int:
        return self.bodies.index(name) if name in self.bodies else ALL

    def period(self, name: str) -> int:
        return self.periods.index(name) if name in self.periods else ALL


def deeds_of(told: Told, index: Index) -> dict[str, list[Row]]:
    """The rows of every layer in which the plan does something."""
    return {layer: list(rows(told, index)) for layer, rows in _LAYERS.items()}


def _sites(told: Told, index: Index) -> Iterator[Row]:
    """[site, period, loss if nobody acts, loss]."""
    cells = told.plan.table("sites")
    for (site, period), row in _sums(cells, ["site", "period"], ["loss_before_cny", "loss_cny"]):
        if (place := index.place("sites", site)) is not None:
            yield [place, index.period(period), row["loss_before_cny"], row["loss_cny"]]


def _visits(told: Told, index: Index) -> Iterator[Row]:
    rows = told.plan.table("visits")
    if rows.empty:
        return
    rows = rows.assign(body=_owners(rows["pool"], told, "pools"))
    for (site, body, period), visits in _items(visits_made(rows, "site", ["site", "body", "period"])):
        if (place := index.place("sites", site)) is not None:
            yield [place, index.body(body), index.period(period), visits]


def _units(told: Told, index: Index) -> Iterator[Row]:
    """Units at posts: the most at once in a shift of the period."""
    rows = told.plan.table("patrols")
    rows = rows[rows["via"] == ""]
    if rows.empty:
        return
    rows = rows.assign(body=_owners(rows["unit"], told, "units"))
    at_once = rows.groupby(["post", "body", "period", "shift"])["units"].sum().groupby(level=[0, 1, 2]).max()
    for (post, body, period), units in _items(at_once):
        if (place := index.place("posts", post)) is not None:
            yield [place, index.body(body), index.period(period), units]


def _presence(told: Told, index: Index) -> Iterator[Row]:
    rows = told.plan.table("presence")
    rows = rows.assign(body=_owners(rows["unit"], told, "units"))
    yield from _at(rows, "site", "hours", index)


def _measures(told: Told, index: Index) -> Iterator[Row]:
    """Measures that work, from the period in which they are started; the script adds up all before a period."""
    rows = told.plan.table("measures")
    rows = rows.assign(body=_owners(rows["measure"], told, "measures"), one=1)
    yield from _at(rows, "site", "one", index)


def _stock(told: Told, index: Index) -> Iterator[Row]:
    rows = told.plan.table("stock")
    rows = rows.assign(body=_owners(rows["depot"], told, "depots"), period="")
    for (depot, body, _), row in _sums(rows, ["depot", "body", "period"], ["volume_m3"]):
        if (place := index.place("depots", depot)) is not None:
            yield [place, index.body(body), ALL, row["volume_m3"]]


def _routes(told: Told, index: Index) -> Iterator[Row]:
    """Goods from a depot to a site or another depot, in cubic metres, weighted by the chance of the scenario."""
    rows = _expected(told)
    if rows.empty:
        return
    for (start, depot, site, body, period), row in _sums(
        rows, ["from_depot", "to_depot", "to_site", "body", "period"], ["volume_m3"]
    ):
        from_place = index.place("depots", start)
        to_place = index.place("sites", site) if site else index.place("depots", depot)
        if from_place is not None and to_place is not None and row["volume_m3"] > 0:
            yield [from_place, to_place, index.body(body), index.period(period), row["volume_m3"]]


def _expected(told: Told) -> pd.DataFrame:
    rows = told.plan.table("shipments")
    chances: Mapping[str, float] = told.names.probabilities
    chance = rows["scenario"].map(chances).fillna(0.0).astype("float64")
    return rows.assign(body=_owners(rows["from_depot"], told, "depots"), volume_m3=rows["volume_m3"] * chance)


def _at(rows: pd.DataFrame, place: str, amount: str, index: Index) -> Iterator[Row]:
    for (name, body, period), row in _sums(rows, [place, "body", "period"], [amount]):
        if (number := index.place("sites", name)) is not None:
            yield [number, index.body(body), index.period(period), row[amount]]


def _sums(rows: pd.DataFrame, by: list[str], columns: list[str]) -> Iterator[tuple[tuple[str, ...], dict[str, float]]]:
    """Sums by these columns."""
    found = rows.groupby(by)[columns].sum().reset_index()
    for row in found.to_dict("records"):
        yield tuple(str(row[key]) for key in by), {column: short(row[column]) for column in columns}


def _items(sums: pd.Series[Any]) -> Iterator[tuple[Any, Any]]:
    yield from sums.items()


def short(number: float) -> float:
    """As many digits as are drawn; whole numbers without a point: a byte or two less in every row."""
    number = round(float(number), _DIGITS)
    return int(number) if number.is_integer() else number


def _owners(names: pd.Series[str], told: Told, table: str) -> list[str]:
    return [told.names.body_of(table, name) for name in names]


_LAYERS: Mapping[str, Callable[[Told, Index], Iterator[Row]]] = {
    "sites": _sites,
    "visits": _visits,
    "presence": _presence,
    "units": _units,
    "measures": _measures,
    "stock": _stock,
    "routes": _routes,
}
