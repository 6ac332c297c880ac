"""What is done otherwise in one plan than in another, and how many changes that is.

A change is: one visit of a kind more or fewer at a site in a period; one unit more or fewer on duty in a period and
shift, or one at another post; a post or a depot opened or not; a measure at a site, or a mechanism, started or not, or
started in another period or under another link. Who does it, hours, and amounts of goods are none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]


class Deed(NamedTuple):
    """Something whose number is counted: what (of a table), where, when, under which link."""

    table: str
    what: str
    place: str = ""
    period: str = ""
    shift: str = ""
    via: str = ""


class Change(NamedTuple):
    """Of a deed, how many there were before and are after."""

    deed: Deed
    before: int
    after: int


def changes(before: Tables, after: Tables) -> list[Change]:
    """Every number that differs, sorted."""
    return apart(deeds(before), deeds(after))


def apart(old: Mapping[Deed, int], new: Mapping[Deed, int]) -> list[Change]:
    """Every number that differs between what is done and what is done then, sorted."""
    both = sorted(old.keys() | new.keys())
    return [Change(deed, old.get(deed, 0), new.get(deed, 0)) for deed in both if old.get(deed, 0) != new.get(deed, 0)]


def number_of(found: list[Change]) -> int:
    """How many changes these are: what one deed has more and another of its group less is moved, which is one."""
    more: dict[tuple[str, ...], int] = defaultdict(int)
    less: dict[tuple[str, ...], int] = defaultdict(int)
    for change in found:
        side = more if change.after > change.before else less
        side[group_of(change.deed)] += abs(change.after - change.before)
    return sum(max(more[group], less[group]) for group in more.keys() | less.keys())


def group_of(deed: Deed) -> tuple[str, ...]:
    """What deeds have in common that stand in for each other."""
    if deed.table == "patrols":
        return deed.table, deed.what, deed.period, deed.shift
    if deed.table in ("measures", "mechanisms"):
        return deed.table, deed.what, deed.place
    return tuple(deed)


def deeds(tables: Tables) -> dict[Deed, int]:
    """All that a plan does that is counted."""
    return {deed: number for table, told in _DEEDS.items() if table in tables for deed, number in told(tables[table])}


Counting = Iterator[tuple[Deed, int]]


def _visits(table: pd.DataFrame) -> Counting:
    """Each visit has a row a role: the role filled most counts."""
    filled: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in _rows(table):
        filled[row["kind"], row["site"], row["period"]][row["role"]] += int(row["visits"])
    for visit, roles in filled.items():
        yield Deed("visits", *visit), max(roles.values())


def _patrols(table: pd.DataFrame) -> Counting:
    for row in _rows(table):
        if not row["via"]:
            yield Deed("patrols", row["unit"], row["post"], row["period"], row["shift"]), int(row["units"])


def _posts(table: pd.DataFrame) -> Counting:
    return ((Deed("posts", row["post"]), 1) for row in _rows(table))


def _depots(table: pd.DataFrame) -> Counting:
    return ((Deed("depots", row["depot"]), 1) for row in _rows(table))


def _measures(table: pd.DataFrame) -> Counting:
    return ((Deed("measures", row["measure"], row["site"], row["period"], "", row["via"]), 1) for row in _rows(table))


def _mechanisms(table: pd.DataFrame) -> Counting:
    return ((Deed("mechanisms", row["mechanism"], "", row["period"]), 1) for row in _rows(table))


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return table.to_dict("records")  # type: ignore[return-value]


_DEEDS: Mapping[str, Callable[[pd.DataFrame], Counting]] = {
    "visits": _visits,
    "patrols": _patrols,
    "posts": _posts,
    "depots": _depots,
    "measures": _measures,
    "mechanisms": _mechanisms,
}
