"""The plan of the city as it is: the first task, from which all others start."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from allocopt.plan.manifest import plain
from allocopt.solving.run import tell_plan
from allocopt.solving.search import Found
from allocopt.study.foreknowledge.figures import Figure, Patience, of_search
from allocopt.study.foreknowledge.staged import ONE_AT_A_TIME, Ground, Staged, by_world, standing
from allocopt.study.keeping import Ended


@dataclass(frozen=True)
class Asking:
    """The city, and the seconds there are (None: any number)."""

    ground: Ground
    seconds: float | None


@dataclass(frozen=True)
class Here:
    """What was found: `values` of the model's variables by name, but for those at nought; the objective, its bound, and
    the objective in each world. Where there is no plan, `without` is the manifest that says why."""

    has_plan: bool
    figure: Figure
    objective: float = 0.0
    bound: float = 0.0
    values: dict[str, float] = field(default_factory=dict)
    by_world: dict[str, float] = field(default_factory=dict)
    without: dict[str, Any] = field(default_factory=dict)

    def found_on(self, search: Staged) -> Found:
        """The plan as columns of a search."""
        return Found(search.columns_at(self.values), self.objective, self.bound)


def solve_here_and_now(asking: Asking) -> Ended:
    """What was found and the plan that tells it, as `allocopt.solve` makes it."""
    with ONE_AT_A_TIME:
        return _solved(asking)


def _solved(asking: Asking) -> Ended:
    ground, here = asking.ground, standing(asking.ground)
    search = here.search()
    targets = ground.targets(search, Patience(asking.seconds).share(1))
    found = search.run(targets)
    plan, _ = tell_plan(ground.city, ground.options, here.arranged, search, found, targets)
    figure = of_search(found)
    if found.x is None:
        return Ended(Here(False, figure, without=plain(plan.manifest)))
    search.settle(found.x)
    values = {name: value for name, value in search.named(found.x).items() if value}
    return Ended(Here(True, figure, found.objective, found.bound, values, by_world(search.city)), plan)
