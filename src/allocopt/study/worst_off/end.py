"""The fairest end: the plan with the least loss in the worst-off area, ties broken by total loss."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from allocopt.arrange.whole import arrange
from allocopt.city import City
from allocopt.solving.branching import ROOT
from allocopt.solving.run import tell_plan
from allocopt.solving.search import Found, Search, Targets
from allocopt.study.frontier.live import ONE_AT_A_TIME, Ground, live
from allocopt.study.frontier.packing import packed
from allocopt.study.frontier.point import MOST_NODES, Point, Record, solve_point
from allocopt.study.keeping import Ended
from allocopt.study.worst_off.areas import compared
from allocopt.tell.outcomes import loss_if_nobody_acts
from allocopt_models.city import city_model


@dataclass(frozen=True)
class FairestEnd:
    """The city whose worst-off area is to fare best; the ground is that of the points between the ends."""

    ground: Ground
    city: City


def solve_end(end: Point | FairestEnd) -> Ended:
    """Either end: the least total loss, which is a point like any other, or the least loss of the worst-off area."""
    if isinstance(end, Point):
        return solve_point(end)
    with ONE_AT_A_TIME:
        return _fairest(end)


def _fairest(end: FairestEnd) -> Ended:
    """The plan, and in its record the columns that it has in the model of the points, from which these start."""
    city, options = end.city, replace(end.ground.options, objective="worst_area", gap_avoided=None)
    arranged = arrange(city, options.acting(city), options.objective)
    search = Search(city_model(arranged.data), threads=1)
    nobody = loss_if_nobody_acts(arranged.data)
    targets = Targets(options.gap, None, nobody, None, nodes=MOST_NODES)
    found = search.run(targets)
    plan, search = tell_plan(city, options, arranged, search, found, targets, thoughts=False)
    record = Record(
        share=np.inf,
        status=plan.status,
        how="search",
        objective=np.inf,
        bound=-np.inf,
        tree=ROOT,
        x="",
        levels=packed(np.zeros(0)),
        columns=packed(np.zeros(0, dtype=np.int64)),
        values=packed(np.zeros(0)),
    )
    if found.x is None:
        return Ended(record)
    areas = compared(city, arranged)
    taken = _taken_over(end.ground, search.named(found.x))
    record = replace(
        record,
        share=areas.worst(areas.lost(plan))[1],
        objective=taken.objective,
        x="" if taken.x is None else packed(taken.x),
        has_plan=True,
        loss=float(plan.manifest["loss"]),
        spending=float(plan.manifest["spending"]),
        loss_if_nobody_acts=nobody,
    )
    return Ended(record, plan)


def _taken_over(ground: Ground, values: dict[str, float]) -> Found:
    """A solution by the names of its variables in the model of the points, which has no others that are decided."""
    search, found = live(ground).search(ground.city), Found()
    search.keep_if_better(np.array([values.get(each.name, 0.0) for each in search.arrays.variables]), found)
    return found
