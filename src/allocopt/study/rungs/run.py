"""The study: the best nested plans for growing sums of money, with a bound, and what nesting costs.

Every plan of a ladder is a plan of its sum, so that the weighted sum of the free bounds is one of the ladder as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from allocopt.city import City
from allocopt.clock import Clock
from allocopt.faults import Fault, InputError
from allocopt.plan.read import read
from allocopt.progress import Watcher
from allocopt.solving.manifest import describe
from allocopt.solving.options import Aim, Options, objective_of, plain, require_sound
from allocopt.study.about import command_of, identity_of, manifest_of
from allocopt.study.frontier.dial import MoneyDial
from allocopt.study.frontier.live import Ground
from allocopt.study.frontier.point import Point, Record
from allocopt.study.frontier.rounds import Frontier, Standing
from allocopt.study.frontier.sums import Asked, Money, money_of
from allocopt.study.keeping import PLANS, Keeper, finish, keeping
from allocopt.study.rungs import tables
from allocopt.study.rungs.added import commitments
from allocopt.study.rungs.ladder import Building, Ladder, fewest_windows
from allocopt.study.rungs.tables import Rung
from allocopt.study.rungs.telling import Telling, tell_rung
from allocopt.study.rungs.window import solve_window
from allocopt.study.study import Study
from allocopt.study.workers import Runner, runner

RUNGS = 5


def ladder(
    city: City,
    out: str | Path,
    *,
    budgets: Sequence[str] = (),
    start: str = "50%",
    end: str = "150%",
    rungs: int = RUNGS,
    weights: Sequence[float] = (),
    line: str | None = None,
    regime: str = "linked",
    coalition: tuple[str, ...] | None = None,
    objective: Aim | None = None,
    gap: float = 0.01,
    gap_avoided: float | None = None,
    workers: int | None = None,
    dask: str | None = None,
    start_over: bool = False,
    progress: Watcher | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Study:
    """Plans for growing sums of money, each of which keeps what the one before it started, in the folder `out`, where
    it goes on if it was stopped.

    Sums are as in `budget`: `budgets` one by one, or so many `rungs` evenly from `start` to `end`. The weighted sum of
    the objectives is minimised; `weights`, from the smallest sum to the largest, are equal where none are given. The
    other options are those of `allocopt.solve`; `workers` processes, or the Dask scheduler at the address `dask`, solve
    side by side. `progress` is told how far it is.
    Raises InputError for options that are not sound or a folder that holds something else (`start_over` drops what is
    kept of another study), InterruptedStudyError when `interrupted` says so; what has ended is kept.
    """
    aim = plain(objective_of(city) if objective is None else objective)
    options = Options(regime, coalition, aim, gap, gap_avoided, None, 1)
    require_sound(options, city)
    money = money_of(city, line)
    asked = Asked(tuple(budgets), start, end, rungs, line)
    wanted = asked.shares(money)
    each = _weights(weights, len(wanted))
    clock, about = Clock("study"), describe(city, options)
    command = command_of("ladder", city, options, _words(asked, weights))
    identity = identity_of(about) | asked.identity(wanted) | {"--weights": " ".join(f"{w:.12g}" for w in each)}
    with keeping(Path(out), identity, start_over=start_over, progress=progress) as keeper:
        with clock("study"), runner(workers, interrupted, dask=dask) as run:
            cities = [money.city_at(city, share) for share in wanted]
            ground = Ground(f"ladder {identity}", cities[-1], options, MoneyDial())
            frontier = Frontier(ground, wanted, cities, keeper, run)
            keeper.course.expect(solve_window, fewest_windows(len(wanted)))
            keeper.course.expect(tell_rung, len(wanted), brief=True)
            standings = frontier.found()
            best = _best(frontier, standings, each, keeper, run)
            made = _rungs(frontier, standings, each, best, command, keeper, run)
        manifest = _manifest(city, options, line, money, standings, each, best, made) | {"command": command}
        told = {"ladder": tables.ladder(made, money.whole_cny), "added": tables.added(made)}
        return finish(keeper, manifest | clock.told(), tables.COLUMNS, told)


def _words(asked: Asked, weights: Sequence[float]) -> list[str]:
    """The study's own words of its command."""
    return [*asked.words("--rungs"), *(["--weights", ",".join(f"{w:.12g}" for w in weights)] if weights else [])]


def _weights(weights: Sequence[float], rungs: int) -> list[float]:
    """One weight a rung. Raises InputError for another number of them, or for some that are none."""
    if not weights:
        return [1.0] * rungs
    sound = all(math.isfinite(weight) and weight >= 0 for weight in weights) and any(weights)
    if len(weights) != rungs or not sound:
        found = ",".join(f"{weight:g}" for weight in weights)
        expected = f"{rungs} weights, one a rung, from the smallest sum to the largest: none below 0, one above"
        raise InputError([Fault("--weights", 0, "", found, expected)])
    return list(weights)


def _best(
    frontier: Frontier,
    standings: Sequence[Standing],
    weights: Sequence[float],
    keeper: Keeper,
    run: Runner,
) -> Ladder | None:
    if not any(standing.plan for standing in standings):
        return None
    return Building(frontier, standings, weights, keeper, run).ladder()


def _rungs(
    frontier: Frontier,
    standings: Sequence[Standing],
    weights: Sequence[float],
    best: Ladder | None,
    command: str,
    keeper: Keeper,
    run: Runner,
) -> list[Rung]:
    """The rungs, the plans of the ladder told and read again."""
    steps = {} if best is None else best.steps
    tasks = {
        _name(frontier, place): Telling(
            Point(
                ground=frontier.ground,
                city=frontier.cities[place],
                share=frontier.wanted[place],
                near=None,
                below=replace(frontier.records[place], x=step.x),
                known=standings[place].bound,
                tell_only=True,
            ),
            command,
        )
        for place, step in steps.items()
    }
    done = keeper.run(run, tell_rung, tasks, Record)
    out = []
    for place, (standing, weight) in enumerate(zip(standings, weights, strict=True)):
        told = done.get(_name(frontier, place))
        if told is None:
            out.append(Rung(standing, weight, math.inf, math.inf, math.inf, "", {}))
            continue
        plan = f"{PLANS}/{_name(frontier, place)}"
        has = commitments(read(keeper.folder / plan))
        out.append(Rung(standing, weight, told.objective, told.loss, told.spending, plan, has))
    return out


def _name(frontier: Frontier, place: int) -> str:
    return f"rung-{frontier.names[place]}"


def _manifest(
    city: City,
    options: Options,
    line: str | None,
    money: Money,
    standings: Sequence[Standing],
    weights: Sequence[float],
    best: Ladder | None,
    made: Sequence[Rung],
) -> dict[str, Any]:
    about = describe(city, options)
    sums = [standing.share for standing in standings]
    return {
        **manifest_of("ladder", about),
        "status": "done" if best else standings[-1].status,
        "options": about["options"] | {"line": line, "sums": sums, "weights": list(weights)},
        "whole_cny": money.whole_cny,
        "total": _total(best, made) if best else None,
    }


def _total(best: Ladder, rungs: Sequence[Rung]) -> Mapping[str, Any]:
    """The weighted sum, and what nesting costs in it: the best ladder lies between its bound and the one found."""
    held = [rung for rung in rungs if rung.plan]
    objective = math.fsum(rung.weight * rung.objective for rung in held)
    free = math.fsum(rung.weight * rung.free for rung in held)
    free_bound = math.fsum(rung.weight * rung.standing.bound for rung in held)
    bound = min(best.bound, objective)
    return {
        "status": "optimal" if best.reached else "feasible",
        "objective": objective,
        "bound": bound,
        "gap": (objective - bound) / max(abs(objective), 1.0),
        "free_objective": free,
        "free_bound": free_bound,
        "nesting_at_least": max(0.0, bound - free),
        "nesting_at_most": objective - free_bound,
        "how": best.how,
    }
