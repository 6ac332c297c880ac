"""A window of the ladder: neighbouring rungs that are solved together, while the rungs around them stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allocopt.city import City
from allocopt.solving.search import Found, Targets
from allocopt.study.frontier.live import ONE_AT_A_TIME, Ground, live
from allocopt.study.frontier.packing import packed, unpacked
from allocopt.study.frontier.point import Record
from allocopt.study.keeping import Ended
from allocopt.study.rungs.stack import Stack
from allocopt.tell.outcomes import loss_if_nobody_acts


@dataclass(frozen=True)
class Window:
    """The cities of the rungs, lowest first, with their weights. `below` and `above` are the columns of the rungs
    around them, blank where there is none; `starts` are plans to begin with, rung by rung, tried where they fit;
    `lines` is the point whose lines are taken over; `known` is a bound that is proved already."""

    ground: Ground
    cities: tuple[City, ...]
    weights: tuple[float, ...]
    below: str
    above: str
    starts: tuple[tuple[str, ...], ...]
    lines: Record
    known: float
    nodes: int


@dataclass(frozen=True)
class Steps:
    """What became of a window: by rung the columns and the objective, and what no plans of it can be below in their
    weighted sum."""

    status: str
    xs: list[str]
    objectives: list[float]
    bound: float


def solve_window(window: Window) -> Ended:
    """The best plans of a window that are found within its nodes."""
    with ONE_AT_A_TIME:
        return Ended(_solved(window))


def _solved(window: Window) -> Steps:
    model = live(window.ground)
    search = Stack([model.search(city) for city in window.cities], window.weights)
    if window.below:
        search.keep(unpacked(window.below))
    if window.above:
        search.start_no_more(unpacked(window.above))
    search.take_lines(window.lines)
    targets = _targets(window, loss_if_nobody_acts(model.model.data))
    found = Found(bound=window.known)
    for start in window.starts:
        x = np.concatenate([unpacked(part) for part in start])
        if search.arrays.allows(x):
            search.keep_if_better(x, found)
    if not search.reached(targets, found):
        search.run(targets, start=found)
    if found.x is None:
        return Steps("infeasible" if found.infeasible else "no_plan", [], [], found.bound)
    objectives = []
    for rung, part in zip(search.rungs, search.parts(found.x), strict=True):
        objectives.append(float(rung.arrays.cost @ part) + rung.arrays.offset)
    xs = [packed(part) for part in search.parts(found.x)]
    return Steps("found", xs, objectives, min(found.bound, found.objective))


def _targets(window: Window, nobody: float) -> Targets:
    options = window.ground.options
    gap_avoided = options.gap_avoided if options.is_loss else None
    return Targets(options.gap, gap_avoided, nobody * sum(window.weights), None, nodes=window.nodes)
