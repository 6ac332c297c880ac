"""The study: the whole frontier between two sums of money, each point with its bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from allocopt.city import City
from allocopt.clock import Clock
from allocopt.progress import Watcher
from allocopt.solving.manifest import describe
from allocopt.solving.options import Aim, Options, objective_of, plain, require_sound
from allocopt.study.about import command_of, identity_of, manifest_of
from allocopt.study.frontier import tables
from allocopt.study.frontier.dial import MoneyDial
from allocopt.study.frontier.live import Ground
from allocopt.study.frontier.next_yuan.asking import NextYuan
from allocopt.study.frontier.next_yuan.tables import COLUMNS, next_yuan_rows, told
from allocopt.study.frontier.next_yuan.wish import NEXT_YUAN, STEP, Wish
from allocopt.study.frontier.rounds import Frontier, Standing
from allocopt.study.frontier.sums import Asked, Money, money_of
from allocopt.study.keeping import finish, keeping
from allocopt.study.study import Study
from allocopt.study.workers import runner

POINTS = 8
# The name of the point of the instance's own money, where it is none of those that are asked for.
OWN = "own"


def budget(
    city: City,
    out: str | Path,
    *,
    budgets: Sequence[str] = (),
    start: str = "50%",
    end: str = "150%",
    points: int = POINTS,
    line: str | None = None,
    regime: str = "linked",
    coalition: tuple[str, ...] | None = None,
    objective: Aim | None = None,
    gap: float = 0.01,
    gap_avoided: float | None = None,
    workers: int | None = None,
    dask: str | None = None,
    next_yuan: int = NEXT_YUAN,
    step: str = STEP,
    start_over: bool = False,
    progress: Watcher | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Study:
    """The best plan for every sum between two, in the folder `out`, where it goes on if it was stopped.

    Sums are money ("1200000") or shares of the instance's ("80%"): `budgets` one by one, or so many `points` evenly
    from `start` to `end`. All lines are scaled together, or one `line` alone. For so many lines, bodies and areas
    (`next_yuan`; 0: none) the table next_yuan says what a `step` more buys with the instance's own money, and at which
    sum the plan changes. The other options are those of
    `allocopt.solve`; `workers` processes, or the Dask scheduler at the address `dask`, solve side by side.
    `progress` is told how far it is.
    Raises InputError for options that are not sound or a folder that holds something else (`start_over` drops what is
    kept of another study), InterruptedStudyError when `interrupted` says so; what has ended is kept.
    """
    aim = plain(objective_of(city) if objective is None else objective)
    options = Options(regime, coalition, aim, gap, gap_avoided, None, 1)
    require_sound(options, city)
    money = money_of(city, line)
    asked = Asked(tuple(budgets), start, end, points, line)
    wish = Wish(next_yuan, step)
    wanted = asked.shares(money)
    clock = Clock("study")
    about = describe(city, options)
    identity = identity_of(about) | asked.identity(wanted) | wish.identity
    with keeping(Path(out), identity, start_over=start_over, progress=progress) as keeper:
        with clock("study"), runner(workers, interrupted, dask=dask) as run:
            every = sorted({*wanted, *wish.shares})
            cities = [money.city_at(city, share) for share in every]
            ground = Ground(f"budget {identity}", wish.roomy(cities[-1], city, options), options, MoneyDial())
            frontier = Frontier(ground, every, cities, keeper, run, names=_names(every, wanted))
            standings = frontier.found()
            bought = wish.granted(frontier, standings, city)
        found = [standing for standing in standings if standing.share in wanted]
        manifest = _manifest(city, options, asked, wish, money, about, found, bought) | clock.told()
        whole = money.whole_cny
        rows = {
            "frontier": tables.frontier(found, whole),
            "between": tables.between(found, whole),
            "next_yuan": next_yuan_rows(bought),
        }
        return finish(keeper, manifest, {**tables.COLUMNS, **COLUMNS}, rows)


def _names(every: Sequence[float], wanted: Sequence[float]) -> list[str]:
    """The numbers of the points that are asked for, and the name of the one that is not."""
    digits = len(str(len(wanted)))
    return [f"{wanted.index(share) + 1:0{digits}d}" if share in wanted else OWN for share in every]


def _manifest(
    city: City,
    options: Options,
    asked: Asked,
    wish: Wish,
    money: Money,
    about: Mapping[str, Any],
    found: Sequence[Standing],
    bought: NextYuan | None,
) -> dict[str, Any]:
    ways = [point.how for point in found]
    return {
        **manifest_of("budget", about),
        "options": about["options"] | {"line": asked.line, "sums": [point.share for point in found]},
        "whole_cny": money.whole_cny,
        "solved": {way: ways.count(way) for way in sorted(set(ways))},
        "next_yuan": told(wish, bought),
        "command": command_of("budget", city, options, [*asked.words("--points"), *wish.words]),
    }
