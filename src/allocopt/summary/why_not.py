"""What it would cost to have something in a plan, and who would pay, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allocopt.summary.certificate import is_money
from allocopt.summary.conflict import where
from allocopt.summary.layout import Grid, Section, first, to_text
from allocopt.summary.naming import Names
from allocopt.summary.words import amount, change, money

_MOST = 8
_IN = {
    "sites": "something done at {}",
    "posts": "a unit at {}",
    "depots": "{} opened",
    "measures": "{}",
    "mechanisms": "{} started",
    "kinds": "a visit, {}",
}
_LOOKS = (
    ("site", "sites", "Loss by site, CNY"),
    ("hazard", "hazards", "Loss by hazard, CNY"),
    ("area", "", "Loss by area, CNY"),
    ("commodity", "commodities", "Penalties by commodity, CNY"),
    ("body", "bodies", "Spending by body, CNY"),
    ("standard", "standards", "Price of standards missed, CNY"),
)


def render_why_not(answer: Mapping[str, Any], names: Mapping[str, Any], width: int, *, colour: bool = False) -> str:
    """What `allocopt explain why-not` found, as text of at most `width` columns."""
    known = Names({"names": names})
    told = [Section(str(answer["instance"]), _verdict(answer, known))]
    if answer["status"] == "priced":
        told.append(Section("Who would pay for it", _paying(answer, known)))
        told.append(Section("What would be done otherwise", _actions(answer["actions"], known)))
    return to_text(told, width, colour=colour)


def _verdict(answer: Mapping[str, Any], names: Names) -> list[str]:
    asked = "; ".join(_wanted(entry, names) for entry in answer["asked"])
    match answer["status"]:
        case "done":
            return [f"The plan has it already: {asked}."]
        case "priced":
            return _priced(answer, asked)
        case "forbidden":
            return _forbidden(answer, asked, names)
        case "impossible":
            return _impossible(answer, names)
        case _:
            return [f"In the time there was it was not found out what this would cost: {asked}. (--time-limit)"]


def _wanted(entry: Mapping[str, Any], names: Names) -> str:
    words = _IN[entry["table"]].format(_name(names, entry["table"], entry["name"]))
    return words + (f" at {_name(names, 'sites', entry['site'])}" if entry["site"] else "")


def _name(names: Names, table: str, name: str) -> str:
    whole = names.of(table, name)
    return whole if whole == name else f"{whole} ({name})"


def _priced(answer: Mapping[str, Any], asked: str) -> list[str]:
    unit = " CNY" if is_money(answer["aim"]) else ""
    objective = f"{_figure(answer['objective'])}{unit}"
    lines = [f"Asked for: {asked}."]
    if answer["price"]:
        lines.append(f"Price: about {_figure(answer['price'])}{unit} more than the plan's {objective}.")
    else:
        lines.append(f"Price: nothing; the plan found with it is as good as this one, with {objective}.")
    lines.append(
        f"Proved: at least {_figure(answer['price_at_least'])}, at most {_figure(answer['price_at_most'])}{unit}."
    )
    if answer["objective_with"] < answer["objective"]:
        lines.append(
            f"A plan was found that has it and comes to only {_figure(answer['objective_with'])}{unit}: this plan had "
            "not been searched further than its gap. What follows tells of this plan, changed as little as may be."
        )
    return lines


def _figure(value: float) -> str:
    return money(value) if value else "0"


def _forbidden(answer: Mapping[str, Any], asked: str, names: Names) -> list[str]:
    lines = [f"It cannot be done: {asked}."]
    members = answer["forbidden_by"]
    if not members:
        return [*lines, "No limit that has a name forbids it: it does not work within the horizon, or undoes itself."]
    words = [f"{_kind(member)}{_name(names, member['table'], member['name'])}{where(member)}" for member in members]
    lines.append(f"These do not let it: {'; '.join(words)}.")
    return [*lines, *(["Without any one of them it could be done."] if answer["proved"] else [])]


def _kind(member: Mapping[str, Any]) -> str:
    return "" if member["kind"] == "standard" else f"{member['kind']} "


def _impossible(answer: Mapping[str, Any], names: Names) -> list[str]:
    lines = []
    for entry in answer["asked"]:
        if entry["status"] == "impossible":
            lines.append(f"Nothing in this regime can do it: {_wanted(entry, names)}.")
            lines += [f"- {reason}" for reason in entry["reasons"]] or ["The tables do not tell why."]
            if entry["possible_in"]:
                lines.append(f"It could be done in the regime {', or '.join(entry['possible_in'])}.")
    return lines


def _paying(answer: Mapping[str, Any], names: Names) -> list[Grid | str]:
    parts: list[Grid | str] = []
    for key, table, title in _LOOKS:
        rows = [
            [names.of(table, row[key]) or "(none)", *_numbers(row["before"], row["after"], money)]
            for row in answer[key]
        ]
        if rows:
            shown, more = first(rows, _MOST, "changes")
            parts.append(Grid("", (title, "Now", "With it", "Change"), shown, 1, more))
    return parts or ["Nobody: no loss, spending or standard changes."]


def _actions(rows: Sequence[Mapping[str, Any]], names: Names) -> list[Grid | str]:
    given_up = [row for row in rows if row["after"] < row["before"]]
    more = [row for row in rows if row["after"] > row["before"]]
    parts: list[Grid | str] = []
    for title, found in (("Given up", given_up), ("Done in its place", more)):
        lines = [
            [
                row["action"],
                ", ".join(names.of(table, name) for table, name in row["of"].items()),
                *_numbers(row["before"], row["after"], amount),
            ]
            for row in found
        ]
        if lines:
            shown, note = first(lines, _MOST, "changes")
            parts.append(Grid("", (title, "", "Now", "With it", "Change"), shown, 2, note))
    return parts or ["Nothing."]


def _numbers(before: float, after: float, write: Any) -> list[str]:
    return [write(before), write(after), change(after - before, write)]
