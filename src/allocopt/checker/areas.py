"""Areas: the path down to a level, and what is lost in each of those that `worst_area` compares."""

from __future__ import annotations

from collections import defaultdict
from math import fsum

from allocopt.checker.case import Case


def area_at(path: str, level: float | None) -> str:
    """The area at a depth of a path; the full path when it is not that deep, or no depth is named."""
    return path if level is None else "/".join(path.split("/")[: int(level)])


def chances(case: Case) -> dict[str, float]:
    """The probability of each scenario."""
    return {name: row.num("probability") for name, row in case.city.by_id("scenarios").items()}


def penalties(case: Case, *, acted: bool) -> list[float]:
    """The expected penalty of each need, in their order."""
    chance = chances(case)
    return [chance[need.scenario] * need.penalty * (need.unmet if acted else need.amount) for need in case.found.needs]


def area_values(case: Case) -> dict[str, float]:
    """What is lost in each area: in total, per head, or as a share of the same if nobody acts. Areas in which nothing
    can be lost, or (per head) nobody lives, are left out."""
    level, per = case.city.number("worst_area", "level"), case.city.settings["worst_area"]["per"]
    area = {site["id"]: area_at(site["area"], level) for site in case.city.rows("sites")}
    after: dict[str, list[float]] = defaultdict(list)
    before: dict[str, list[float]] = defaultdict(list)
    people: dict[str, float] = defaultdict(float)
    for loss in case.found.losses:
        after[area[loss.site]].append(loss.after)
        before[area[loss.site]].append(loss.before)
    for need, left, whole in zip(
        case.found.needs, penalties(case, acted=True), penalties(case, acted=False), strict=True
    ):
        after[area[need.site]].append(left)
        before[area[need.site]].append(whole)
    for site in case.city.rows("sites"):
        people[area[site["id"]]] += site.num("people")
    possible = [name for name in sorted(after) if any(before[name])]
    divisor = {name: {"total": 1.0, "head": people[name], "share": fsum(before[name])}[per] for name in possible}
    return {name: fsum(after[name]) / divisor[name] for name in possible if divisor[name] > 0}
