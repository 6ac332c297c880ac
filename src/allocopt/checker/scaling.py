"""Assumed figures of a group, multiplied in place: `scale.GROUP=1.2`, and what sensitivity is recomputed from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from allocopt.checker.files import NUMBER, Row

GROUPS = {
    "losses": "risks.loss_cny risks.casualties points.loss_cny",
    "effects": "effects.share",
    "costs": "pools.cost_cny_hour crews.cost_cny units.cost_cny_hour posts.open_cost_cny depots.open_cost_cny "
    "commodities.cost_cny commodities.ship_cost_cny_km suppliers.cost_cny measures.cost_cny "
    "measures.cost_cny_person mechanism_costs.cost_cny",
    "needs": "needs.amount",
}
_CAP = Decimal("0.9999")


def assumed(row: Row) -> bool:
    """Whether nobody measured the figures of a row."""
    return row["source"].startswith("assumed")


def tables_of(group: str) -> set[str]:
    return {place.partition(".")[0] for place in GROUPS[group].split()}


def scale(tables: Mapping[str, Sequence[Row]], periods: Sequence[str], group: str, factor: Decimal) -> bool:
    """Multiply; whether there is anything to multiply."""
    limits = _Limits(tables) if group == "effects" else None
    news: list[tuple[Row, str, Decimal]] = []
    for row, column, before in _assumed_figures(tables, periods, group):
        after = before * factor
        news.append((row, column, after if limits is None else limits.within(row, after)))
    for row, column, figure in news:
        row.cells[column] = str(figure)
        if column in row.numbers:
            row.numbers[column] = float(figure)
    return bool(news)


def assumed_rows(tables: Mapping[str, Sequence[Row]], periods: Sequence[str], group: str) -> int:
    """How many rows have an assumed figure above zero."""
    return len({id(row) for row, _, _ in _assumed_figures(tables, periods, group)})


def _assumed_figures(
    tables: Mapping[str, Sequence[Row]], periods: Sequence[str], group: str
) -> Iterator[tuple[Row, str, Decimal]]:
    """The figures of a group that nobody measured and that may be another, by row and column."""
    fixed = _fixed_needs(tables, periods) if group == "needs" else set()
    limits = _Limits(tables) if group == "effects" else None
    for place in GROUPS[group].split():
        table, _, column = place.partition(".")
        for row in filter(assumed, tables[table]):
            figure = _figure(row, column)
            if figure > 0 and id(row) not in fixed and not (limits is not None and limits.certain(row)):
                yield row, column, figure


def _figure(row: Row, column: str) -> Decimal:
    text = row[column]
    return Decimal(text) if NUMBER.fullmatch(text) else Decimal(0)


class _Limits:
    """How far a share averted may go."""

    def __init__(self, tables: Mapping[str, Sequence[Row]]) -> None:
        self._busy = {row["id"]: _figure(row, "busy") for row in tables["classes"]}
        self._known: dict[tuple[str, str, bool], list[Decimal]] = defaultdict(list)
        for row in tables["effects"]:
            if row["by"] == "kind" and not assumed(row):
                self._known[row["id"], row["hazard"], row["mechanism"] != ""].append(_figure(row, "share"))

    def certain(self, row: Row) -> bool:
        """A class that is never busy and averts all: its share is left alone."""
        return row["by"] == "class" and _figure(row, "share") == 1 and self._busy.get(row["id"], Decimal(0)) == 0

    def within(self, row: Row, share: Decimal) -> Decimal:
        """The share within its cap; of a kind with and without a mechanism, the assumed one stops at the other."""
        busy = self._busy.get(row["id"], Decimal(0)) if row["by"] == "class" else Decimal(0)
        share = min(share, Decimal(1) if busy >= Decimal("0.0001") else _CAP)
        if row["by"] != "kind":
            return share
        with_mechanism = row["mechanism"] != ""
        other = self._known[row["id"], row["hazard"], not with_mechanism]
        return max([share, *other]) if with_mechanism else min([share, *other])


def _fixed_needs(tables: Mapping[str, Sequence[Row]], periods: Iterable[str]) -> set[int]:
    """Needs that are the same in scenarios not yet told apart, where not all of these are assumed."""
    number = {period: t for t, period in enumerate(periods)}
    known = {row["id"]: number.get(row["known_from"], 0) for row in tables["scenarios"]}
    shared: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in tables["needs"]:
        if row["period"] in number and number[row["period"]] < known.get(row["scenario"], 0):
            shared[row.key(("site", "commodity", "period"))].append(row)
    return {id(row) for rows in shared.values() if not all(map(assumed, rows)) for row in rows}
