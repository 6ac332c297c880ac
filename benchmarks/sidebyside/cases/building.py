"""From the data of a city to a loaded HiGHS: what the modelling layer costs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from allocopt.clock import Clock
from sidebyside.cases.case import Case, Make, Rival
from sidebyside.cases.cities import copied
from sidebyside.cases.classical import LARGE_COVER, MAXIMAL_COVERING, drawn
from sidebyside.limits import Limits
from sidebyside.problems import covering
from sidebyside.rivals import building
from sidebyside.rows import Rows

FLOOR = "arrays"
STEPS = ("load", "reduce", "formulate", "pass")


def built(name: str, title: str, make: Make, floor: building.Floor) -> Case:
    """A model that is built and loaded in every way there is."""
    ways: dict[str, Callable[[Path, Clock], None]] = {
        FLOOR: partial(building.arrays, floor),
        "formulations": building.formulations,
        "appsi_highs": building.appsi_highs,
        "highs": building.highs,
    }
    return Case(name, title, make, {way: _only_built(build) for way, build in ways.items()}, base=FLOOR, steps=STEPS)


def _only_built(build: Callable[[Path, Clock], None]) -> Rival:
    def run(folder: Path, _: Path, __: Limits, clock: Clock) -> None:
        build(folder, clock)

    return run


def covering_rows(folder: Path) -> Callable[[], Rows]:
    """The rows of a covering problem as somebody would write them by hand."""
    data = MAXIMAL_COVERING.data(MAXIMAL_COVERING.read(folder))
    return partial(MAXIMAL_COVERING.rows, data)


BUILDING = (
    built(
        "build-mclp",
        "MCLP, 10,000 points, 10 of 200 posts",
        drawn(covering.draw, **LARGE_COVER, seed=1),
        covering_rows,
    ),
    built("build-luzhi", "luzhi, links", copied("luzhi"), building.compiled_rows),
)
