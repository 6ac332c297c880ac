"""The study: the least total loss for every ceiling on the loss of the worst-off area (epsilon-constraint method:
Haimes, Lasdon and Wismer 1971), each point with its bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from allocopt.arrange.whole import arrange
from allocopt.city import City
from allocopt.clock import Clock
from allocopt.plan.read import read
from allocopt.progress import Watcher
from allocopt.solving.manifest import describe
from allocopt.solving.options import Options, require_sound
from allocopt.study.about import command_of, identity_of, manifest_of
from allocopt.study.cities import with_changes
from allocopt.study.frontier.dial import CeilingDial
from allocopt.study.frontier.live import Ground
from allocopt.study.frontier.point import Point, Record, solve_point
from allocopt.study.frontier.rounds import Frontier
from allocopt.study.frontier.sums import spread
from allocopt.study.keeping import PLANS, Keeper, finish, keeping
from allocopt.study.study import Study
from allocopt.study.workers import Runner, runner
from allocopt.study.worst_off import tables
from allocopt.study.worst_off.areas import Areas, compared
from allocopt.study.worst_off.end import FairestEnd, solve_end
from allocopt.study.worst_off.tables import Spread

POINTS = 8
LEAST_WORST, LEAST_LOSS = "least-worst", "least-loss"
# Ceilings are written with nine digits, rounded up; ends nearer to each other than this are one.
ROUNDED_UP, APART = 6e-9, 1e-6


def fairness(
    city: City,
    out: str | Path,
    *,
    points: int = POINTS,
    regime: str = "linked",
    coalition: tuple[str, ...] | None = None,
    gap: float = 0.01,
    gap_avoided: float | None = None,
    workers: int | None = None,
    dask: str | None = None,
    start_over: bool = False,
    progress: Watcher | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Study:
    """Total loss against the loss of the worst-off area, in the folder `out`, where it goes on if it was stopped.

    The ends are the least total loss and the least loss of the worst-off area, as the city measures it; between them
    stand as many ceilings on the latter as make up `points`, evenly apart. The other options are those of
    `allocopt.solve`; `workers` processes, or the Dask scheduler at the address `dask`, solve side by side.
    `progress` is told how far it is.
    Raises InputError for options that are not sound or a folder that holds something else (`start_over` drops what is
    kept of another study), InterruptedStudyError when `interrupted` says so; what has ended is kept.
    """
    options = Options(regime, coalition, "loss", gap, gap_avoided, None, 1)
    require_sound(options, city)
    require_sound(replace(options, objective="worst_area", gap_avoided=None), city)
    areas = compared(city, arrange(city, options.acting(city), "loss"))
    clock = Clock("study")
    about = describe(city, options)
    identity = identity_of(about) | {"--points": str(points)}
    highest = with_changes(city, _ceiling(_most(city, areas)))
    with keeping(Path(out), identity, start_over=start_over, progress=progress) as keeper:
        with clock("study"), runner(workers, interrupted, dask=dask) as run:
            ground = Ground(f"fairness {identity}", highest, options, CeilingDial())
            found = _Between(city, ground, areas, points, keeper, run).found()
        manifest = {
            **manifest_of("fairness", about),
            "status": "done" if found.points[-1].lost else found.points[-1].standing.status,
            "options": about["options"] | {"points": points},
            "measure": city.settings.worst_area.model_dump(exclude={"at_most"}),
            "least_worst": found.least_worst,
            "kappa": areas.kappa(found.points[-1].lost),
            "command": command_of("fairness", city, options, ["--points", str(points)], leave_out="--objective"),
            **clock.told(),
        }
        rows = {
            "fairness": tables.fairness(found.points, areas, manifest["kappa"]),
            "areas": tables.of_areas(found.points, areas),
        }
        return finish(keeper, manifest, tables.COLUMNS, rows)


def _ceiling(value: float) -> str:
    return f"city.worst_area.at_most={value!r}"


def _rounded_up(value: float) -> float:
    return float(f"{value * (1 + ROUNDED_UP):.9g}")


def _most(city: City, areas: Areas) -> float:
    """A ceiling that forbids nothing besides what the city's own forbids."""
    own = city.settings.worst_area.at_most
    nobody = _rounded_up(areas.if_nobody_acts)
    return nobody if own is None else min(own, nobody)


@dataclass(frozen=True)
class Found:
    """The points, the one with the least loss last, and the figures of the fairest plan."""

    points: Sequence[Spread]
    least_worst: Mapping[str, Any] | None


class _Between:
    """The ends, then what lies between them."""

    def __init__(
        self,
        city: City,
        ground: Ground,
        areas: Areas,
        points: int,
        keeper: Keeper,
        run: Runner,
    ) -> None:
        self.city, self.ground, self.areas, self.points = city, ground, areas, points
        self.keeper, self.run = keeper, run

    def found(self) -> Found:
        self.keeper.course.say("the ends: the least loss, and the least loss of the worst-off area")
        least_loss = self._frontier([], None)
        fairest_end = FairestEnd(self.ground, self.city)
        ends: dict[str, Point | FairestEnd] = {LEAST_LOSS: least_loss.point(0), LEAST_WORST: fairest_end}
        self.keeper.course.expect(solve_point, self.points)
        done = self.keeper.run(self.run, solve_end, ends, Record)
        fairest, cheapest = done[LEAST_WORST], done[LEAST_LOSS]
        if not (fairest.has_plan and cheapest.has_plan):
            return Found(self._told(least_loss), None)
        worst = self.areas.worst(self._lost(f"{PLANS}/{LEAST_LOSS}"))[1]
        if worst < fairest.share:  # the fairest plan was not sought further than its gap
            fairest = replace(cheapest, share=worst)
        return Found(self._told(self._frontier(self._ceilings(fairest.share, worst), fairest)), self._least_worst())

    def _ceilings(self, least: float, most: float) -> list[float]:
        """From the least that is possible to just below what the least loss comes to."""
        if most <= least * (1 + APART):
            return [_rounded_up(least)]
        return [_rounded_up(each) for each in spread(least, most, self.points)[:-1]]

    def _frontier(self, ceilings: Sequence[float], before: Record | None) -> Frontier:
        highest = self.ground.city
        cities = [*(with_changes(self.city, _ceiling(each)) for each in ceilings), highest]
        wanted = [*ceilings, highest.settings.worst_area.at_most or 0.0]
        names = [*(f"{i + 1:0{len(str(len(ceilings)))}d}" for i in range(len(ceilings))), LEAST_LOSS]
        return Frontier(self.ground, wanted, cities, self.keeper, self.run, names=names, before=before)

    def _told(self, frontier: Frontier) -> list[Spread]:
        return [Spread(each, self._lost(each.plan) if each.plan else {}) for each in frontier.found()]

    def _lost(self, plan: str) -> dict[str, float]:
        return self.areas.lost(read(self.keeper.folder / plan))

    def _least_worst(self) -> dict[str, Any]:
        """What the fairest plan is worth by its own objective, which counts the price of standards that are missed."""
        plan = f"{PLANS}/{LEAST_WORST}"
        figures = read(self.keeper.folder / plan).manifest
        return {key: figures[key] for key in ("objective", "bound", "gap", "loss", "spending")} | {"plan": plan}
