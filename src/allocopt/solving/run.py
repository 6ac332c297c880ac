"""Solve a city: arrange, build, search, tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pyomo.core import value

from allocopt import lean  # noqa: F401 (first of all)
from allocopt.arrange.objective import weights_of
from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from allocopt.clock import Clock
from allocopt.plan import Plan
from allocopt.progress import Watcher, in_one_part
from allocopt.solving.afterthoughts import afterthoughts
from allocopt.solving.beats import shorten_beats
from allocopt.solving.by_hand import compare_by_hand
from allocopt.solving.certificate import certificate
from allocopt.solving.conflicts import find_conflict
from allocopt.solving.manifest import describe
from allocopt.solving.options import Aim, Options, objective_of, plain, require_sound
from allocopt.solving.own_model import OwnModel, own_model, remember
from allocopt.solving.search import Found, Search, Targets
from allocopt.solving.staged.plan import large_prepositioning, solve_staged
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
    progress: Watcher | None = None,
    interrupted: Callable[[], bool] = lambda: False,
    model: Any = None,
) -> Plan:
    """The best plan of a city, with a proved bound.

    `gap` is relative to the objective, `gap_avoided` to the loss that can be averted; `time_limit` in seconds.
    `progress` is told now and then how far it is; `interrupted` is asked whether to stop and keep the best plan.
    `model` is the one that `build(city)` made, with rows, variables or an objective of one's own; its regime and its
    objective are those that it was built with.
    Without a plan the status is `infeasible` (the manifest's `conflict` says what cannot hold together) or `no_plan`.
    Raises InputError for a regime, objective or body that there is none of, and for a model that cannot be used.
    """
    if model is not None:
        own = own_model(model, city)
        options = own.options(gap=gap, gap_avoided=gap_avoided, time_limit=time_limit, threads=threads)
        return _solve_own(own, options, progress=progress, interrupted=interrupted)
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
        by_hand=True,
    ).plan


def _solve_own(own: OwnModel, options: Options, *, progress: Watcher | None, interrupted: Callable[[], bool]) -> Plan:
    """The best plan of a model that its caller may have changed: by the same search. What knows the built-in model
    steps aside: scenarios are not solved apart, and nothing is planned by hand, which would keep no row of theirs."""
    made, clock = own.made, Clock("reduce", "build", "solve")
    deadline = None if options.time_limit is None else time.monotonic() + options.time_limit
    with clock("build"):
        search = Search(
            made.model,
            threads=options.threads,
            progress=_spoken(progress),
            interrupted=interrupted,
            compiled=own.arrays,
            own=own.added if own.is_changed else None,
        )
    with clock("solve"):
        gap_avoided = options.gap_avoided if options.is_loss else None
        targets = Targets(options.gap, gap_avoided, loss_if_nobody_acts(search.city.data), deadline)
        found = search.run(targets)
        plan, _ = tell_plan(made.city, options, made.arranged, search, found, targets, told=own.told())
    return _timed(plan, clock)


@dataclass(frozen=True)
class Solved:
    """A plan, and what gives the values of the model's variables by name, from which further solves start."""

    plan: Plan
    values: Callable[[], Mapping[str, float]] = dict


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
    progress: Watcher | None = None,
    interrupted: Callable[[], bool] = lambda: False,
    by_hand: bool = False,
) -> Solved:
    """As `solve`, for who goes on from the solution; with a plan `by_hand` to compare it with only if asked."""
    aim = plain(objective_of(city) if objective is None else objective)
    options = Options(regime, coalition, aim, gap, gap_avoided, time_limit, threads)
    require_sound(options, city)
    deadline = None if time_limit is None else time.monotonic() + time_limit
    clock = Clock("reduce", "build", "solve")
    with clock("reduce"):
        large = large_prepositioning(city, options.acting(city), aim)
    if large is not None:
        told = describe(city, options)
        with clock("solve"):
            plan = solve_staged(
                city, options, *large, told, deadline, progress=_spoken(progress), interrupted=interrupted
            )
        return Solved(_timed(plan, clock))
    with clock("reduce"):
        arranged = arrange(city, options.acting(city), aim)
    with clock("build"):
        search = Search(city_model(arranged.data), threads=threads, progress=_spoken(progress), interrupted=interrupted)
    with clock("solve"):
        nobody = loss_if_nobody_acts(search.city.data)
        targets = Targets(gap, gap_avoided if options.is_loss else None, nobody, deadline)
        compared = compare_by_hand(search, deadline, interrupted) if by_hand else None
        found = search.run(targets, also=None if compared is None else compared.x)
        plan, search = tell_plan(city, options, arranged, search, found, targets)
    if compared is not None and found.x is not None:
        plan = replace(plan, manifest={**plan.manifest, "by_hand": compared.told()})
    return Solved(_timed(plan, clock), dict if found.x is None else partial(search.named, found.x))


def _timed(plan: Plan, clock: Clock) -> Plan:
    """The plan with what the clock told of its making."""
    return replace(plan, manifest={**plan.manifest, **clock.told()})


def tell_plan(
    city: City,
    options: Options,
    arranged: Arranged,
    search: Search,
    found: Found,
    targets: Targets,
    *,
    thoughts: bool = True,
    told: Mapping[str, Any] | None = None,
) -> tuple[Plan, Search]:
    """The plan that tells what a search found, without tables where there is none, and the search that it stands in:
    another one where ties were broken. Without `thoughts` it does not say what the next money would buy. `told` is what
    else the manifest says; rows of a caller's own are no members of a conflict, and break no ties."""
    manifest = describe(city, options) | {"status": _status(found, targets)} | dict(told or {})
    if found.x is None:
        if manifest["status"] == "infeasible" and search.own is None:
            manifest["conflict"] = find_conflict(city, search, targets.deadline)
        return Plan(manifest, {}), search
    if thoughts and not found.interrupted:
        proof = (found.multipliers, found.proving)
        manifest |= afterthoughts(search, min(found.bound, found.objective), targets.deadline, *proof)
    if weights_of(options.objective).keys() == {"worst_area"} and not found.interrupted and search.own is None:
        search = _break_ties(arranged, search, found, targets)
    search.settle(found.x)
    if search.own is None:
        shorten_beats(search.city, absolute_gap=BEATS_GAP_MIN, threads=options.threads, deadline=targets.deadline)
    is_loss = options.is_loss and not manifest.get("own_model", {}).get("objective")
    manifest |= certificate(search.city, arranged, found, is_loss=is_loss)
    return Plan(manifest, plan_tables(search.city, arranged)), search


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


def _spoken(progress: Watcher | None) -> Callable[[float, float], None] | None:
    """What the search tells, in words."""
    if progress is None:
        return None
    say = in_one_part(progress)

    def tell(objective: float, bound: float) -> None:
        best = f"best plan {objective:,.0f}" if objective < float("inf") else "no plan yet"
        proved = f", none below {bound:,.0f}" if bound > float("-inf") else ""
        say(f"solving: {best}{proved}")

    return tell


def build(city: City, *, regime: str = "linked", objective: Aim | None = None) -> Any:
    """The Pyomo model of a city, unsolved: minimise the objective over all that its bodies may do in the regime.

    It has every action, also those that no best plan needs, since rows of one's own may need them.
    """
    import pyomo.environ  # noqa: F401 (who gets the model may write it to a file, or hand it to a solver of Pyomo)

    aim = plain(objective_of(city) if objective is None else objective)
    options = Options(regime, None, aim, 0.0, None, None, None)
    require_sound(options, city)
    arranged = arrange(city, options.acting(city), aim, every_action=True)
    return remember(city, options, arranged, city_model(arranged.data))
