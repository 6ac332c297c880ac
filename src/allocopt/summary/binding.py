"""What binds a plan, as a planner reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allocopt.summary.certificate import is_money
from allocopt.summary.layout import Grid, Section, first, to_text
from allocopt.summary.naming import Names
from allocopt.summary.words import amount, counted

_MOST = 25
_MOST_PLACES = 2


def render_binding(answer: Mapping[str, Any], names: Mapping[str, Any], width: int, *, colour: bool = False) -> str:
    """What `allocopt explain binding` found, as text of at most `width` columns."""
    return to_text([Section(str(answer["instance"]), _parts(answer, Names({"names": names})))], width, colour=colour)


def _parts(answer: Mapping[str, Any], names: Names) -> list[Grid | str]:
    if answer["status"] == "unknown":
        return ["Time ran out before the prices were known. Give it more (--time-limit)."]
    if not answer["limits"]:
        return ["Nothing binds this plan: no money, standard, hour, vehicle, link or depot is used to its limit."]
    lines = [_line(limit, names) for limit in answer["limits"]]
    shown, more = first(lines, _MOST, "limits")
    unit = "CNY" if is_money(answer["aim"]) else "the objective's units"
    parts: list[Grid | str] = [
        Grid("", ("Limit", "Unit", "Left", "Buys", "At most"), shown, 2, more),
        f"Buys: by how much the objective would fall, in {unit}, with one unit more, the plan's visits, units and "
        "measures held as they are. At most: the same of the relaxation, which leaves whole numbers out; but for the "
        "plan's own gap, no unit more can buy more than that.",
    ]
    if answer["not_binding"]:
        parts.append(f"{counted(answer['not_binding'], 'other limit')} leave room to spare.")
    return parts


def _line(limit: Mapping[str, Any], names: Names) -> list[str]:
    return [
        f"{limit['kind']}: {_name(limit, names)}{_places(limit)}",
        str(limit["unit"]),
        "missed" if limit["missed"] else "none" if limit["binds"] else amount(limit["left"]),
        _price(limit["buys"]),
        _price(limit["buys_at_most"]),
    ]


def _name(limit: Mapping[str, Any], names: Names) -> str:
    ids = str(limit["name"]).split("+") if limit["table"] == "budgets" else [str(limit["name"])]
    whole = " + ".join(names.of(limit["table"], name) for name in ids)
    return whole if whole == limit["name"] else f"{whole} ({limit['name']})"


def _places(limit: Mapping[str, Any]) -> str:
    """Where in the limit it binds; nothing where it speaks of one thing only."""
    found = [row["place"] for row in limit["rows"] if row["place"]]
    more = f" and {len(found) - _MOST_PLACES} more" if len(found) > _MOST_PLACES else ""
    return f" [{', '.join(found[:_MOST_PLACES])}{more}]" if found else ""


def _price(value: float) -> str:
    """With a digit at least where it is tiny."""
    return (amount(value) if value >= 0.01 else f"{value:.1g}") if value else "nothing"
