"""A conflict as a plan's manifest and `allocopt explain` tell it: names, where they stand, and the cheapest repairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allocopt.city import City
from allocopt.instance.rows import Place, places
from allocopt.solving.conflicts.holding import Holding
from allocopt.solving.conflicts.members import LINE, STANDARD, Lever, Member, members_of
from allocopt.solving.conflicts.repairs import Repair, cheapest_repairs
from allocopt.solving.conflicts.smallest import smallest_members
from allocopt.solving.search import Search

Where = Mapping[tuple[str, str], Place]
TABLE = {LINE: "budgets", STANDARD: "standards"}


def find_conflict(city: City, search: Search, deadline: float | None) -> dict[str, Any]:
    """What cannot hold together in a city without any plan, and what the cheapest repairs are.

    `standards` names the members as people call them, `members` has them with their places; `proved`: whether every
    part of them was seen to hold. That they cannot hold together is proved in any case.
    """
    holding = Holding(search, members_of(search), deadline)
    try:
        conflict, proved = smallest_members(holding)
        repairs = cheapest_repairs(holding, conflict)
    finally:
        holding.restore()
    where = places(city.folder, TABLE.values())
    return {
        "standards": sorted(member.label for member in conflict),
        "members": [told(member, where) for member in sorted(conflict, key=lambda member: member.label)],
        "proved": proved,
        "repairs": [_told_repair(repair, where) for repair in repairs],
    }


def told(member: Member, where: Where) -> dict[str, Any]:
    """A member with the rows that say it."""
    return {"kind": member.kind, "name": member.name, "places": _places(member, where)}


def _told_repair(repair: Repair, where: Where) -> dict[str, Any]:
    changes = [_change(member, lever, amount, where) for (member, lever), amount in repair.amounts.items()]
    changes.sort(key=lambda change: (change["kind"], change["name"], change["field"]))
    return {"changes": changes, "share": repair.share, "least": repair.least, "proved": True}


def _change(member: Member, lever: Lever, amount: float, where: Where) -> dict[str, Any]:
    """A figure that gives way; `set` is the change as `--set` takes it, where the figure is of one row."""
    to, rows = round(lever.eased(amount), 12), _ids(member, where)
    path = f"{TABLE[member.kind]}.{member.name}.{lever.field}={to!r}" if rows == [member.name] else None
    figures = {"field": lever.field, "amount": amount, "from": lever.level, "to": to, "set": path}
    return {"kind": member.kind, "name": member.name, **figures, "places": _places(member, where)}


def _places(member: Member, where: Where) -> list[dict[str, Any]]:
    found = (where.get((TABLE.get(member.kind, ""), name)) for name in _ids(member, where))
    return [{"file": place.file, "row": place.row} for place in found if place is not None]


def _ids(member: Member, where: Where) -> list[str]:
    """The rows' ids: lines of a coalition are put together under several."""
    together = member.kind == LINE and (TABLE[LINE], member.name) not in where
    return member.name.split("+") if together else [member.name]
