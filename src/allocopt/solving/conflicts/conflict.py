"""A conflict as a plan's manifest and `allocopt explain` tell it: names, where they stand, and the cheapest repairs."""

from __future__ import annotations

from typing import Any

from allocopt.arrange.standards import WORST_AREA
from allocopt.city import City
from allocopt.instance.rows import Places, ids_of, places, told_places
from allocopt.solving.conflicts.holding import Holding
from allocopt.solving.conflicts.members import LINE, STANDARD, Lever, Member, members_of
from allocopt.solving.conflicts.repairs import Repair, cheapest_repairs
from allocopt.solving.conflicts.smallest import smallest_members
from allocopt.solving.search import Search

TABLE = {LINE: "budgets", STANDARD: "standards"}


def find_conflict(city: City, search: Search, deadline: float | None) -> dict[str, Any]:
    """What cannot hold together in a city without any plan, and what the cheapest repairs are.

    `standards` names the members as people call them, `members` has them with their places; `proved`: whether it was
    seen, before time ran out, that they cannot hold together and that every part of them can.
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
        "members": [_told(member, where) for member in sorted(conflict, key=lambda member: member.label)],
        "proved": proved,
        "repairs": [_told_repair(repair, where) for repair in repairs],
    }


def _told(member: Member, where: Places) -> dict[str, Any]:
    """A member with the rows that say it."""
    place = told_places(TABLE[member.kind], member.name, where)
    return {"kind": member.kind, "name": member.name, "places": place}


def _told_repair(repair: Repair, where: Places) -> dict[str, Any]:
    changes = [_change(member, lever, amount, where) for (member, lever), amount in repair.amounts.items()]
    changes.sort(key=lambda change: (change["kind"], change["name"], change["field"]))
    return {"changes": changes, "share": repair.share, "least": repair.least, "proved": True}


def _change(member: Member, lever: Lever, amount: float, where: Places) -> dict[str, Any]:
    """A figure that gives way; `set` is the change as `--set` takes it, where the figure is of one row."""
    to, table = round(lever.eased(amount), 12), TABLE[member.kind]
    is_one = ids_of(table, member.name, where) == [member.name]
    row = f"city.{WORST_AREA}" if member.name == WORST_AREA else f"{table}.{member.name}"
    path = f"{row}.{lever.field}={to!r}" if is_one else None
    return _told(member, where) | {
        "field": lever.field,
        "amount": amount,
        "from": lever.level,
        "to": to,
        "set": path,
    }
