"""Scoring a plan made by hand, of which some tables may be missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pyomo.core import value

from allocopt.arrange.whole import arrange
from allocopt.city import City
from allocopt.plan import Plan
from allocopt.progress import Watcher, in_one_part
from allocopt.solving.certificate import certificate
from allocopt.solving.completing import Completed, complete_plan, held
from allocopt.solving.conflicts import find_conflict
from allocopt.solving.manifest import describe
from allocopt.solving.near_plan import Near, near
from allocopt.solving.options import Aim, Options, objective_of, plain, require_sound
from allocopt.solving.search import Found, Search, Targets
from allocopt.solving.taken_up import Stray, TakenUp, take_up
from allocopt.study.cities import require_built_in
from allocopt.study.scoring.held_money import hold_money, money_used
from allocopt.study.scoring.moves import MOST_CHANGES, Move, best_moves
from allocopt.summary.changes import in_words
from allocopt.summary.naming import Names
from allocopt.tell.outcomes import loss_if_nobody_acts
from allocopt.tell.tables import plan_tables
from allocopt_models.budgets import spending
from allocopt_models.city import city_model
from allocopt_models.objectives import settled_loss

if TYPE_CHECKING:
    import pandas as pd

Tell = Callable[[str], None]


@dataclass(frozen=True)
class SameMoney:
    """The best plan that uses no more of each budget line than the plan made by hand, nor more than the line has. None
    where none was found."""

    lines: Mapping[str, float]
    objective: float | None = None
    bound: float | None = None
    loss: float | None = None
    spending: float | None = None

    @property
    def gap(self) -> float | None:
        if self.objective is None or self.bound is None:
            return None
        return (self.objective - self.bound) / max(abs(self.objective), 1.0)


@dataclass(frozen=True)
class Score:
    """`plan` is the completed plan, and `strays` the rows of the tables given that it has not, since they are no
    action of the regime. `keeps` says whether it keeps every rule of the model; `impossible` that nothing completes it
    so that it does, and `conflict` what then cannot hold together. The plan's manifest has it all under `score`."""

    plan: Plan
    given: tuple[str, ...]
    completed: tuple[str, ...]
    strays: tuple[Stray, ...]
    keeps: bool
    impossible: bool
    conflict: Mapping[str, Any] | None
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
    progress: Watcher | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Score:
    """What a plan made by hand comes to, and what would better it.

    `given` has some of a plan's decision tables; the best of what they leave open completes them. The best plan with
    the same money is sought to `gap`, and so are the best plans of up to so many `changes`, as a share of what they
    could gain. The other options are those of `allocopt.solve`; `time_limit` is for everything together. `progress`
    is told what is worked at.
    Raises InputError for options that are not sound.
    """
    aim = plain(objective_of(city) if objective is None else objective)
    options = Options(regime, coalition, aim, gap, gap_avoided, time_limit, threads)
    require_sound(options, city)
    require_built_in(city, "a score")
    return _Scoring(city, options, in_one_part(progress), interrupted).score(given, changes)


class _Scoring:
    """One city's model, with all that may be done."""

    def __init__(self, city: City, options: Options, tell: Tell, interrupted: Callable[[], bool]) -> None:
        self.city, self.options, self.tell = city, options, tell
        self.how = {"threads": options.threads, "interrupted": interrupted}
        self.arranged = arrange(city, options.acting(city), options.objective, every_action=True)
        self.model = city_model(self.arranged.data)
        self.search = Search(self.model, threads=options.threads, interrupted=interrupted)
        deadline = None if options.time_limit is None else time.monotonic() + options.time_limit
        nobody = loss_if_nobody_acts(self.model.data)
        self.targets = Targets(options.gap, options.gap_avoided if options.is_loss else None, nobody, deadline)

    def score(self, given: Mapping[str, pd.DataFrame], most: int) -> Score:
        taken = take_up(self.search.arrays, self.arranged, given)
        self.tell("completing the plan")
        completed = complete_plan(self.search, taken, self.targets)
        plan, lines = self._told(completed, given), money_used(self.search)
        same, moves, stopped = self._compared(completed, plan, lines, most)
        conflict = self._conflict(taken) if completed.impossible and not stopped else None
        plan = replace(plan, manifest={**plan.manifest, "score": _as_manifest(plan, same, moves, conflict)})
        return Score(
            plan=plan,
            given=tuple(sorted(given)),
            completed=completed.open,
            strays=taken.strays,
            keeps=completed.keeps,
            impossible=completed.impossible,
            conflict=conflict,
            same_money=same,
            moves=moves,
            interrupted=stopped,
        )

    def _told(self, completed: Completed, given: Mapping[str, pd.DataFrame]) -> Plan:
        """The completed plan, with the bound that holds for plans with the tables given."""
        found = Found(completed.x, completed.objective, completed.bound)
        reached = completed.keeps and self.targets.reached(found.objective, found.bound)
        manifest = {
            **describe(self.city, self.options),
            "given": sorted(given),
            "completed": list(completed.open),
            "status": "optimal" if reached else "feasible",
            **certificate(self.model, self.arranged, found, is_loss=self.options.is_loss),
        }
        if not completed.keeps:  # a bound of plans that keep the rules says nothing of one that does not
            manifest |= {"bound": None, "gap": None, "gap_avoided": None}
        return Plan(manifest, plan_tables(self.model, self.arranged))

    def _compared(
        self, completed: Completed, plan: Plan, lines: Mapping[str, float], most: int
    ) -> tuple[SameMoney, tuple[Move, ...], bool]:
        """What the same money could do, the best moves, and whether it was interrupted."""
        search = near(self.model, self.search.arrays, dict(enumerate(completed.x)), **self.how)
        start = search.with_changes(completed.x, self.search.arrays) if completed.keeps else None
        hold_money(search, lines)
        self.tell("the best plan with the same money")
        free = search.within(None, self.targets, start)
        same, moves = _same_money(search, free, lines), tuple[Move, ...]()
        if free.x is not None and not free.interrupted:
            moves = best_moves(search, self.arranged, plan, free, start, self.targets, most, self.tell)
        return same, moves, completed.interrupted or search.live.was_interrupted

    def _conflict(self, taken: TakenUp) -> Mapping[str, Any]:
        """Which standards and lines cannot hold together with what is given; none where it cannot be done by itself."""
        with held(self.search, taken.values):
            return find_conflict(self.city, self.search, self.targets.deadline)


def _as_manifest(
    plan: Plan, same: SameMoney, moves: tuple[Move, ...], conflict: Mapping[str, Any] | None
) -> dict[str, Any]:
    names = Names(plan.manifest)
    return {
        "same_money": {**asdict(same), "gap": same.gap},
        "moves": [
            {
                "changes": move.changes,
                "objective": move.objective,
                "bound": move.bound,
                "gain": move.gain,
                "what": in_words(move.done, names),
            }
            for move in moves
        ],
        "conflict": conflict,
    }


def _same_money(search: Near, found: Found, lines: Mapping[str, float]) -> SameMoney:
    if found.x is None:
        return SameMoney(lines)
    search.settle(found.x)
    model, data = search.city, search.city.data
    return SameMoney(
        lines,
        objective=found.objective,
        bound=min(found.bound, found.objective),
        loss=settled_loss(data.loss_cny, model.handles),
        spending=float(value(spending(model.actions.added.costs, data.probability))),
    )
