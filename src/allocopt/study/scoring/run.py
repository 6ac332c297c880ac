"""Scoring a plan made by hand, of which some tables may be missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyomo.environ import value

from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from allocopt.plan import Plan
from allocopt.solving.certificate import certificate
from allocopt.solving.completing import Completed, complete_plan
from allocopt.solving.manifest import describe
from allocopt.solving.near_plan import Near, near
from allocopt.solving.options import Aim, Options, objective_of, plain, require_sound
from allocopt.solving.search import Found, Search, Targets
from allocopt.solving.taken_up import Stray, take_up
from allocopt.study.scoring.held_money import hold_money, used_of_lines
from allocopt.study.scoring.moves import MOST_CHANGES, Move, best_moves
from allocopt.tell.outcomes import loss_if_nobody_acts
from allocopt.tell.tables import plan_tables
from allocopt_models.budgets import spending
from allocopt_models.city import city_model
from allocopt_models.objectives import expected_loss

if TYPE_CHECKING:
    import pandas as pd

Tell = Callable[[str], None]


@dataclass(frozen=True)
class SameMoney:
    """The best plan that uses no more of each budget line than the plan made by hand. None where none was found."""

    lines: Mapping[str, float]
    objective: float | None = None
    bound: float | None = None
    loss: float | None = None
    spending: float | None = None


@dataclass(frozen=True)
class Score:
    """`plan` is the completed plan, and `strays` the rows of the tables given that it has not, since they are no
    action of the regime. `keeps` says whether it keeps every rule of the model; `impossible` that nothing completes it
    so that it does."""

    plan: Plan
    given: tuple[str, ...]
    completed: tuple[str, ...]
    strays: tuple[Stray, ...]
    keeps: bool
    impossible: bool
    same_money: SameMoney
    moves: tuple[Move, ...] = field(default=())
    interrupted: bool = False


def score(
    city: City,
    given: Mapping[str, pd.DataFrame],
    *,
    regime: str = "linked",
    coalition: tuple[str, ...] | None = None,
    objective: Aim | None = None,
    gap: float = 0.01,
    gap_avoided: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    changes: int = MOST_CHANGES,
    progress: Tell | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Score:
    """What a plan made by hand comes to, and what would better it.

    `given` has some of a plan's decision tables; the best of what they leave open completes them. The best plan with
    the same money is sought to `gap`, and so are the best plans of up to so many `changes`, as a share of what they
    could gain. The other options are those of `allocopt.solve`; `time_limit` is for everything together.
    Raises InputError for options that are not sound.
    """
    aim = plain(objective_of(city) if objective is None else objective)
    options = Options(regime, coalition, aim, gap, gap_avoided, time_limit, threads)
    require_sound(options, city)
    deadline = None if time_limit is None else time.monotonic() + time_limit
    arranged = arrange(city, options.acting(city), aim, every_action=True)
    model = city_model(arranged.data)
    tell = progress or (lambda _: None)
    search = Search(model, threads=threads, interrupted=interrupted)
    nobody = loss_if_nobody_acts(model.data)
    targets = Targets(gap, gap_avoided if options.is_loss else None, nobody, deadline)
    taken = take_up(search.arrays, arranged, given)
    tell("completing the plan")
    completed = complete_plan(search, taken, targets)
    told = describe(city, options) | {"given": sorted(given), "completed": list(completed.open)}
    plan = _told(told, search, arranged, completed, options, targets)
    lines = used_of_lines(search)
    hand = near(model, search.arrays, dict(enumerate(completed.x)), threads=threads, interrupted=interrupted)
    start = hand.with_changes(completed.x, search.arrays)
    hold_money(hand, lines)
    tell("the best plan with the same money")
    free = hand.within(None, targets, start if completed.keeps else None)
    same = _same_money(hand, free, lines)
    moves: tuple[Move, ...] = ()
    if free.x is not None and not free.interrupted:
        known = start if completed.keeps else None
        moves = best_moves(hand, arranged, plan, free, known, targets, changes, tell)
    stopped = completed.interrupted or free.interrupted or hand.live.was_interrupted
    keeps, impossible = completed.keeps, completed.impossible
    return Score(plan, tuple(sorted(given)), completed.open, taken.strays, keeps, impossible, same, moves, stopped)


def _told(
    manifest: dict[str, Any],
    search: Search,
    arranged: Arranged,
    completed: Completed,
    options: Options,
    targets: Targets,
) -> Plan:
    """The completed plan, with the bound that holds for plans with the tables given."""
    found = Found(completed.x, completed.objective, completed.bound)
    reached = completed.keeps and targets.reached(found.objective, found.bound)
    manifest = manifest | {"status": "optimal" if reached else "feasible"}
    manifest |= certificate(search.city, arranged, found, is_loss=options.is_loss)
    return Plan(manifest, plan_tables(search.city, arranged))


def _same_money(search: Near, found: Found, lines: Mapping[str, float]) -> SameMoney:
    if found.x is None:
        return SameMoney(lines)
    search.settle(found.x)
    model, data = search.city, search.city.data
    return SameMoney(
        lines,
        objective=found.objective,
        bound=min(found.bound, found.objective),
        loss=float(value(expected_loss(data.loss_cny, model.handles))),
        spending=float(value(spending(model.actions.added.costs, data.probability))),
    )
