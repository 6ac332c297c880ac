"""The plan of the city as it is, with the live model it was found on."""

from __future__ import annotations

from allocopt.city import City
from allocopt.plan import Plan
from allocopt.solving.run import tell_plan
from allocopt.study.foreknowledge.foresight import Base
from allocopt.study.foreknowledge.staged import Making


def solve_here_and_now(making: Making, city: City, deadline: float | None) -> tuple[Base, Plan]:
    """What was found and the plan that tells it, as `allocopt.solve` makes it; without tables where there is none."""
    arranged = making.arranged(city)
    search = making.search(arranged, "the plan")
    targets = making.targets(search, deadline)
    found = search.run(targets)
    plan, _ = tell_plan(city, making.options, arranged, search, found, targets)
    return Base(city, arranged, search, found), plan
