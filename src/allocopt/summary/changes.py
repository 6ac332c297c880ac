"""What is done otherwise, in words: "+2 fire check at Hospital 12 (spring)"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from allocopt.plan.changes import Change, Tables, changes, group_of
from allocopt.summary.naming import Names
from allocopt.summary.words import money

_TABLE_OF_WHAT = {
    "visits": "kinds",
    "patrols": "units",
    "posts": "posts",
    "depots": "depots",
    "measures": "measures",
    "mechanisms": "mechanisms",
}
_OPENED = ("posts", "depots")
# What opens and unlocks comes first.
_RANK = {table: rank for rank, table in enumerate(("mechanisms", "posts", "depots", "measures", "patrols", "visits"))}
# Amounts that differ by no more than this share are the same; amounts of goods are told as whole this far off.
HAIR, WHOLE_SHARE = 1e-3, 0.05
# The one shift of a city that names none.
WHOLE_DAY = "all"


@dataclass(frozen=True)
class Step:
    """One change as it is told: which sentence tells it, how many, what, where (of what is moved: to where), and when
    (of what starts at another time: not when); `when` are the period and the shift where a city has several."""

    kind: str
    what: str
    number: int = 1
    place: str = ""
    to: str = ""
    when: tuple[str, ...] = ()
    not_when: tuple[str, ...] = ()


def steps(changes: Sequence[Change], names: Names) -> list[Step]:
    """What changes, by steps; what is moved is one."""
    groups: dict[tuple[str, ...], list[Change]] = defaultdict(list)
    for change in changes:
        groups[group_of(change.deed)].append(change)
    return [step for group in groups.values() for step in _of_group(group, names)]


def in_words(changes: Sequence[Change], names: Names) -> list[str]:
    """Each change in a few words."""
    return [_in_english(step) for step in steps(changes, names)]


_ENGLISH = {
    "open_posts": "open post {what}",
    "open_depots": "open depot {what}",
    "leave_posts": "do not open post {what}",
    "leave_depots": "do not open depot {what}",
    "move": "{times}{what} from {place} to {to}{when}",
    "more": "+{number} {what} at {place}{when}",
    "fewer": "−{number} {what} at {place}{when}",
    "start": "start {what}{at}{when}",
    "leave": "do not start {what}{at}{when}",
    "shift": "start {what}{at}{when}, not{not_when}",
}


def _in_english(step: Step) -> str:
    return _ENGLISH[step.kind].format(
        **vars(step)
        | {
            "times": f"{step.number} × " if step.number > 1 else "",
            "at": f" at {step.place}" if step.place else "",
            "when": _bracketed(step.when),
            "not_when": _bracketed(step.not_when),
        }
    )


def _bracketed(words: Sequence[str]) -> str:
    return f" ({', '.join(words)})" if words else ""


def bought_in_words(before: Tables, after: Tables, names: Names) -> list[str]:
    """What a plan with more money does otherwise: first what there is more of, what opens and unlocks before the rest;
    where it does nothing otherwise that is counted, what more is spent on."""
    found = sorted(changes(before, after), key=lambda change: (change.after < change.before, _RANK[change.deed.table]))
    words = in_words(found, names) + _stocked(before, after, names)
    return words or _spent(before, after, names)


def _stocked(before: Tables, after: Tables, names: Names) -> list[str]:
    """What is bought ahead otherwise, where it is more than a hair: how much of it where that is whole but for
    WHOLE_SHARE, else what it costs, since there is no third of a pump."""
    key = ("depot", "commodity")
    cost = dict(_differences(before, after, "stock", key, "cost_cny"))
    return [
        f"{_sign(by)}{_goods(abs(by), abs(cost.get(stock, 0.0)))}{names.of('commodities', stock[1])}"
        f" at {names.of('depots', stock[0])}"
        for stock, by in _differences(before, after, "stock", key, "bought")
    ]


def _goods(by: float, cost_cny: float) -> str:
    if abs(by - round(by)) <= WHOLE_SHARE * by or not cost_cny:
        return f"{max(round(by), 1):,} "
    return f"{money(cost_cny)} CNY of "


def _spent(before: Tables, after: Tables, names: Names) -> list[str]:
    apart = _differences(before, after, "costs", ("body", "programme", "category", "scenario"), "cost_cny")
    return [
        f"{_sign(by)}{money(abs(by))} CNY on {category} ({programme}) of {names.of('bodies', body)}"
        + (f" if {names.of('scenarios', scenario)}" if scenario else "")
        for (body, programme, category, scenario), by in sorted(apart, key=lambda entry: -entry[1])
    ]


def _differences(
    before: Tables, after: Tables, table: str, keys: tuple[str, ...], column: str
) -> list[tuple[tuple[str, ...], float]]:
    """By how much the sums of a column by these keys differ, where it is more than a hair of them."""
    sums: list[dict[tuple[str, ...], float]] = []
    for tables in (before, after):
        sums.append(defaultdict(float))
        for row in tables[table].to_dict("records") if table in tables else ():
            sums[-1][tuple(str(row[key]) for key in keys)] += float(row[column])
    old, new = sums
    return [
        (key, new[key] - old[key])
        for key in sorted(old.keys() | new.keys())
        if abs(new[key] - old[key]) > HAIR * max(abs(new[key]), abs(old[key]), 1.0)
    ]


def _sign(by: float) -> str:
    return "+" if by > 0 else "−"


def _of_group(group: Sequence[Change], names: Names) -> list[Step]:
    deed = group[0].deed
    what = names.of(_TABLE_OF_WHAT[deed.table], deed.what)
    if deed.table in _OPENED:
        return [Step(f"{'open' if group[0].after else 'leave'}_{deed.table}", what)]
    if deed.table == "patrols":
        return _units(group, what, names)
    if deed.table == "visits":
        more, where = group[0].after - group[0].before, names.of("sites", deed.place)
        when = _when(deed.period, "", names)
        return [Step("more" if more > 0 else "fewer", what, abs(more), where, when=when)]
    return [_started(group, what, names)]


def _units(group: Sequence[Change], what: str, names: Names) -> list[Step]:
    """Units that are moved from post to post, and those that come or go."""
    deed = group[0].deed
    when = _when(deed.period, deed.shift, names)
    come = [post for change in group for post in _posts(change, change.after - change.before, names)]
    gone = [post for change in group for post in _posts(change, change.before - change.after, names)]
    moved = list(zip(gone, come, strict=False))
    out = [Step("move", what, moved.count(pair), *pair, when=when) for pair in dict.fromkeys(moved)]
    for kind, rest in (("more", come[len(moved) :]), ("fewer", gone[len(moved) :])):
        out += [Step(kind, what, rest.count(post), post, when=when) for post in dict.fromkeys(rest)]
    return out


def _posts(change: Change, number: int, names: Names) -> list[str]:
    return [names.of("posts", change.deed.place)] * max(number, 0)


def _started(group: Sequence[Change], what: str, names: Names) -> Step:
    """A measure or mechanism that is started, is not, or is started at another time."""
    where = names.of("sites", group[0].deed.place) if group[0].deed.place else ""
    then = [change.deed for change in group if change.after]
    before = [change.deed for change in group if change.before]
    when, not_when = (_when(deeds[0].period, "", names) if deeds else () for deeds in (then, before))
    if not before:
        return Step("start", what, place=where, when=when)
    if not then:
        return Step("leave", what, place=where, when=not_when)
    return Step("shift", what, place=where, when=when, not_when=not_when)


def _when(period: str, shift: str, names: Names) -> tuple[str, ...]:
    """Period and shift, where a city has more than one."""
    words = [] if names.has_one_period else [names.of("periods", period)]
    words += [] if shift in ("", WHOLE_DAY) else [names.of("shifts", shift)]
    return tuple(words)
