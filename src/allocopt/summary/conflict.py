"""What cannot hold together, and what it takes to let it, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allocopt.summary.layout import Section, to_text
from allocopt.summary.naming import Names
from allocopt.summary.words import percent

_TABLES = {"budget line": "budgets", "standard": "standards"}
# A repair's price counts as the least there is when no more than this share of it is in doubt.
_IN_DOUBT = 2e-3


def render_conflict(answer: Mapping[str, Any], names: Mapping[str, Any], width: int, *, colour: bool = False) -> str:
    """What `allocopt explain conflict` found, as text of at most `width` columns."""
    lines = (
        [_no_conflict(answer)] if answer["status"] != "infeasible" else conflict_lines(answer, Names({"names": names}))
    )
    return to_text([Section(str(answer["instance"]), lines)], width, colour=colour)


def _no_conflict(answer: Mapping[str, Any]) -> str:
    if answer["status"] == "feasible":
        return (
            "The hard standards and the money can hold together; `allocopt solve` finds the best plan that keeps them."
        )
    return "In the time there was it was not found out whether all can hold together. Give it more (--time-limit)."


def conflict_lines(conflict: Mapping[str, Any], names: Names) -> list[str]:
    """The members of the conflict with their places, and the repairs, each in a sentence."""
    members = conflict.get("members", [])
    if not members:
        return ["It is neither standards nor budget lines: what city.yaml asks of beats cannot be had."]
    words = "; ".join(f"{called(names, member['kind'], member['name'])}{where(member)}" for member in members)
    lines = [f"{'These cannot hold together' if len(members) > 1 else 'This cannot be kept, even alone'}: {words}."]
    if not conflict.get("proved"):
        lines.append("Time ran out before it was seen whether each of them is needed for that.")
    elif len(members) > 1:
        lines.append("Each is needed for that: without it the others can hold.")
    return lines + _repairs(conflict.get("repairs", []), names)


def _repairs(repairs: Sequence[Mapping[str, Any]], names: Names) -> list[str]:
    if not repairs:
        return ["No repair was found in the time there was."]
    lines = [f"{number}. {_repair(repair, names)}" for number, repair in enumerate(repairs, start=1)]
    return ["The cheapest repairs, each solved and seen to let everything hold:", *lines]


def _repair(repair: Mapping[str, Any], names: Names) -> str:
    words = "; and ".join(_change(change, names) for change in repair["changes"])
    share, least = float(repair["share"]), float(repair["least"])
    if least >= share * (1 - _IN_DOUBT):
        sure = "No less will do."
    else:
        sure = f"At least {percent(least / share)} of that is surely needed."
    return f"{words[0].upper()}{words[1:]}. {sure}"


def _change(change: Mapping[str, Any], names: Names) -> str:
    name = called(names, change["kind"], change["name"])
    by, old, new = (_figure(change[key]) for key in ("amount", "from", "to"))
    if change["field"] == "amount_cny":
        return f"raise {name} by {by} CNY, from {old} to {new} CNY"
    if change["field"] == "at_most":
        return f"raise {name} by {by}, from at most {old} to at most {new}"
    if change["to"] <= 0:
        return f"give up {name} (at least {old})"
    return f"lower {name} by {by}, from at least {old} to at least {new}"


def _figure(value: float) -> str:
    """A figure as one would write it into the instance."""
    text = f"{value:,.6f}"
    return text.rstrip("0").rstrip(".")


def called(names: Names, kind: str, name: str) -> str:
    """The name of a limit, with its id where they differ; lines put together are named one by one."""
    table = _TABLES.get(kind, kind)
    whole = names.of(table, name)
    if whole == name and "+" in name:
        whole = " + ".join(names.of(table, part) for part in name.split("+"))
    word = "" if kind == "standard" else f"{kind} "
    return f"{word}{whole}" if whole == name else f"{word}{whole} ({name})"


def where(member: Mapping[str, Any]) -> str:
    """File and row of a limit, in brackets; nothing where it has none."""
    places = ", ".join(f"{place['file']}:{place['row']}" for place in member.get("places", ()))
    return f" [{places}]" if places else ""
