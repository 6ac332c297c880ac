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
from allocopt.study.frontier.rounds import Frontier, Standing
from allocopt.study.frontier.sums import Asked, Money, money_of
from allocopt.study.keeping import finish, keeping
from allocopt.study.study import Study
from allocopt.study.workers import runner

POINTS = 8


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
    start_over: bool = False,
    progress: Watcher | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Study:
    """The best plan for every sum between two, in the folder `out`, where it goes on if it was stopped.

    Sums are money ("1200000") or shares of the instance's ("80%"): `budgets` one by one, or so many `points` evenly
    from `start` to `end`. All lines are scaled together, or one `line` alone. The other options are those of
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
    wanted = asked.shares(money)
    clock = Clock("study")
    about = describe(city, options)
    identity = identity_of(about) | asked.identity(wanted)
    with keeping(Path(out), identity, start_over=start_over, progress=progress) as keeper:
        with clock("study"), runner(workers, interrupted, dask=dask) as run:
            cities = [money.city_at(city, share) for share in wanted]
            ground = Ground(f"budget {identity}", cities[-1], options, MoneyDial())
            found = Frontier(ground, wanted, cities, keeper, run).found()
        manifest = _manifest(city, options, asked, money, about, found) | clock.told()
        whole = money.whole_cny
        rows = {"frontier": tables.frontier(found, whole), "between": tables.between(found, whole)}
        return finish(keeper, manifest, tables.COLUMNS, rows)


def _manifest(
    city: City,
    options: Options,
    asked: Asked,
    money: Money,
    about: Mapping[str, Any],
    found: Sequence[Standing],
) -> dict[str, Any]:
    ways = [point.how for point in found]
    return {
        **manifest_of("budget", about),
        "options": about["options"] | {"line": asked.line, "sums": [point.share for point in found]},
        "whole_cny": money.whole_cny,
        "solved": {way: ways.count(way) for way in sorted(set(ways))},
        "command": command_of("budget", city, options, asked.words("--points")),
    }
