"""Solve a city: arrange, build, search, tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pyomo.environ import value

from allocopt.arrange.objective import weights_of
from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from allocopt.plan import Plan
from allocopt.solver import Status
from allocopt.solving.beats import shorten_beats
from allocopt.solving.certificate import bound_rests_on, certificate
from allocopt.solving.conflict import find_conflict
from allocopt.solving.manifest import describe
from allocopt.solving.next_money import next_money
from allocopt.solving.options import Aim, Options, objective_of, plain, require_sound
from allocopt.solving.proof import relaxation_bound, root_bound
from allocopt.solving.search import Found, Search, Targets
from allocopt.tell.outcomes import loss_if_nobody_acts
from allocopt.tell.tables import plan_tables
from allocopt_models.city import city_model

# Beats that the objective does not weigh come this near to the shortest, in mean minutes.
BEATS_GAP_MIN = 1e-3


def solve(
    city: City,
    *,
    regime: str = "linked",
    coalition: tuple[str, ...] | None = None,
    objective: Aim | None = None,
    gap: float = 0.01,
    gap_avoided: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    progress: Callable[[str], None] | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Plan:
    """The best plan of a city, with a proved bound.

    `gap` is relative to the objective, `gap_avoided` to the loss that can be averted; `time_limit` in seconds.
    `progress` is told a line of text now and then; `interrupted` is asked whether to stop and keep the best plan.
    Without a plan the status is `infeasible` (the manifest's `conflict` says what cannot hold together) or `no_plan`.
    Raises InputError for a regime, objective or body that there is none of.
    """
    return find(
        city,
        regime=regime,
        coalition=coalition,
        objective=objective,
        gap=gap,
        gap_avoided=gap_avoided,
        time_limit=time_limit,
        threads=threads,
        progress=progress,
        interrupted=interrupted,
    ).plan


@dataclass(frozen=True)
class Solved:
    """A plan, and the values of the model's variables by name, from which further solves start."""

    plan: Plan
    values: Mapping[str, float]


def find(
    city: City,
    *,
    regime: str,
    coalition: tuple[str, ...] | None,
    objective: Aim | None,
    gap: float,
    gap_avoided: float | None,
    time_limit: float | None,
    threads: int | None,
    progress: Callable[[str], None] | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Solved:
    """As `solve`, for who goes on from the solution."""
    started = time.monotonic()
    aim = plain(objective_of(city) if objective is None else objective)
    options = Options(regime, coalition, aim, gap, gap_avoided, time_limit, threads)
    require_sound(options, city)
    deadline = None if time_limit is None else started + time_limit
    arranged = arrange(city, options.acting(city), aim)
    search = Search(city_model(arranged.data), threads=threads, progress=_spoken(progress), interrupted=interrupted)
    built = time.monotonic()
    targets = Targets(gap, gap_avoided if options.is_loss else None, loss_if_nobody_acts(search.city), deadline)
    found = search.run(targets)
    plan, search = tell_plan(city, options, arranged, search, found, targets)
    seconds = {"build": built - started, "solve": time.monotonic() - built}
    plan = replace(plan, manifest={**plan.manifest, "seconds": seconds})
    return Solved(plan, {} if found.x is None else search.named(found.x))


def tell_plan(
    city: City, options: Options, arranged: Arranged, search: Search, found: Found, targets: Targets
) -> tuple[Plan, Search]:
    """The plan that tells what a search found, without tables where there is none, and the search that it stands in:
    another one where ties were broken."""
    manifest = describe(city, options) | {"status": _status(found, targets)}
    if found.x is None:
        if manifest["status"] == "infeasible":
            manifest["conflict"] = find_conflict(search, targets.deadline)
        return Plan(manifest, {}), search
    if not found.interrupted:
        manifest |= _afterthoughts(search, found, targets.deadline)
    if weights_of(options.objective).keys() == {"worst_area"} and not found.interrupted:
        search = _break_ties(arranged, search, found, targets)
    search.settle(found.x)
    shorten_beats(search.city, absolute_gap=BEATS_GAP_MIN, threads=options.threads, deadline=targets.deadline)
    manifest |= certificate(search.city, arranged, found, is_loss=options.is_loss)
    return Plan(manifest, plan_tables(search.city, arranged)), search


def _afterthoughts(search: Search, found: Found, deadline: float | None) -> dict[str, Any]:
    """What the relaxation proves without trusting the solver, and what the next money would buy; {} out of time."""
    if found.multipliers is not None and not search.city.data.lines:
        return _proved(found, root_bound(search.arrays, found.multipliers)) | {"next_money": []}
    base = search.live.solve(relaxed=True, deadline=deadline)
    if base.status is not Status.OPTIMAL:
        return {}
    return _proved(found, relaxation_bound(search.live, base)) | {"next_money": next_money(search, base, deadline)}


def _proved(found: Found, proved: float) -> dict[str, Any]:
    """What row multipliers prove alone, and what the bound rests on."""
    return {"root_bound": proved, "bound_rests_on": bound_rests_on(min(found.bound, found.objective), proved)}


def _status(found: Found, targets: Targets) -> str:
    if found.x is None:
        return "infeasible" if found.infeasible and not found.interrupted else "no_plan"
    return "optimal" if targets.reached(found.objective, found.bound) else "feasible"


def _break_ties(arranged: Arranged, search: Search, found: Found, targets: Targets) -> Search:
    """Of the plans in which the worst-off area fares as well, take one with the least total loss.

    The bound stays the one of the first search; the plan is the second's, and so is the search returned.
    """
    held = found.objective * (1 + 1e-9) + 1e-9
    weight = arranged.data.objective.weights["worst_area"]
    objective = replace(arranged.data.objective, weights={"loss": 1.0}, worst_at_most=held, worst_weight=weight)
    model = city_model(replace(arranged.data, objective=objective))
    second = Search(model, threads=search.threads, progress=search.progress, interrupted=search.interrupted)
    better = second.run(replace(targets, gap_avoided=None))
    if better.x is None:
        return search
    second.settle(better.x)
    objective_of_both = float(value(weight * model.model.aims.worst + model.short_price))
    if objective_of_both > found.objective * (1 + 1e-6):
        return search
    found.x, found.objective = better.x, objective_of_both
    return second


def _spoken(progress: Callable[[str], None] | None) -> Callable[[float, float], None] | None:
    """Progress in words for a terminal."""
    if progress is None:
        return None

    def tell(objective: float, bound: float) -> None:
        best = f"best plan {objective:,.0f}" if objective < float("inf") else "no plan yet"
        proved = f", none below {bound:,.0f}" if bound > float("-inf") else ""
        progress(f"solving: {best}{proved}")

    return tell


def build(city: City, *, regime: str = "linked", objective: Aim | None = None) -> Any:
    """The Pyomo model of a city, unsolved: minimise the objective over all that its bodies may do in the regime."""
    aim = objective_of(city) if objective is None else objective
    options = Options(regime, None, aim, 0.0, None, None, None)
    require_sound(options, city)
    return city_model(arrange(city, options.acting(city), aim).data).model
