"""What is done otherwise, in words: "+2 fire check at Hospital 12 (spring)"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

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
_OPENED = {"posts": "post", "depots": "depot"}
# What opens and unlocks comes first.
_RANK = {table: rank for rank, table in enumerate(("mechanisms", "posts", "depots", "measures", "patrols", "visits"))}
# Amounts that differ by no more than this share are the same; amounts of goods are told as whole this far off.
HAIR, WHOLE_SHARE = 1e-3, 0.05
# The one shift of a city that names none.
WHOLE_DAY = "all"


def in_words(changes: Sequence[Change], names: Names) -> list[str]:
    """Each change in a few words; what is moved is told as one."""
    groups: dict[tuple[str, ...], list[Change]] = defaultdict(list)
    for change in changes:
        groups[group_of(change.deed)].append(change)
    return [words for group in groups.values() for words in _of_group(group, names)]


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


def _of_group(group: Sequence[Change], names: Names) -> list[str]:
    deed = group[0].deed
    what = names.of(_TABLE_OF_WHAT[deed.table], deed.what)
    if deed.table in _OPENED:
        return [f"{'open' if group[0].after else 'do not open'} {_OPENED[deed.table]} {what}"]
    if deed.table == "patrols":
        return _units(group, what, names)
    if deed.table == "visits":
        where = f"{what} at {names.of('sites', deed.place)}{_when(deed.period, '', names)}"
        return [f"{_signed(group[0].after - group[0].before)} {where}"]
    return [_started(group, what, names)]


def _units(group: Sequence[Change], what: str, names: Names) -> list[str]:
    """Units that are moved from post to post, and those that come or go."""
    deed = group[0].deed
    when = _when(deed.period, deed.shift, names)
    come = [post for change in group for post in _posts(change, change.after - change.before)]
    gone = [post for change in group for post in _posts(change, change.before - change.after)]
    moved = list(zip(gone, come, strict=False))
    out = [
        f"{_times(moved.count(pair))}{what} from {_post(pair[0], names)} to {_post(pair[1], names)}{when}"
        for pair in dict.fromkeys(moved)
    ]
    for sign, rest in (("+", come[len(moved) :]), ("−", gone[len(moved) :])):
        out += [f"{sign}{rest.count(post)} {what} at {_post(post, names)}{when}" for post in dict.fromkeys(rest)]
    return out


def _posts(change: Change, number: int) -> list[str]:
    return [change.deed.place] * max(number, 0)


def _post(post: str, names: Names) -> str:
    return names.of("posts", post)


def _started(group: Sequence[Change], what: str, names: Names) -> str:
    """A measure or mechanism that is started, is not, or is started at another time."""
    at = f" at {names.of('sites', group[0].deed.place)}" if group[0].deed.place else ""
    then = [change.deed for change in group if change.after]
    before = [change.deed for change in group if change.before]
    if not before:
        return f"start {what}{at}{_when(then[0].period, '', names)}"
    if not then:
        return f"do not start {what}{at}{_when(before[0].period, '', names)}"
    return f"start {what}{at}{_when(then[0].period, '', names)}, not{_when(before[0].period, '', names)}"


def _when(period: str, shift: str, names: Names) -> str:
    """Period and shift, where a city has more than one."""
    words = [] if names.has_one_period else [names.of("periods", period)]
    words += [] if shift in ("", WHOLE_DAY) else [names.of("shifts", shift)]
    return f" ({', '.join(words)})" if words else ""


def _times(number: int) -> str:
    return f"{number} × " if number > 1 else ""


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}"
