"""Every case in a size that is solved at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from allocopt.clock import Clock
from allocopt.instance.new import create
from sidebyside.answers import Answer
from sidebyside.cases import Case
from sidebyside.cases.building import built, covering_rows
from sidebyside.cases.cities import joint
from sidebyside.cases.classical import CAPACITATED, MAXIMAL_COVERING, P_MEDIAN, PREPOSITIONING, drawn, rivals
from sidebyside.limits import Limits
from sidebyside.problems import capacitated, covering, median, prepositioning
from sidebyside.rivals.building import compiled_rows

COVER: dict[str, Any] = {"points": 40, "posts": 12, "number": 3, "radius_m": 6000.0, "seed": 5}
ROOM: dict[str, Any] = {"warehouses": 5, "customers": 8, "capacity": 4000.0, "seed": 5}
STORMS: dict[str, Any] = {"depots": 4, "sites": 6, "scenarios": 4, "seed": 5}


def town(_: Path, city: Path) -> None:
    """The instance that `allocopt new` writes."""
    create(city)


SOLVED = {
    case.name: case
    for case in (
        Case("covering", "", drawn(covering.draw, **COVER), rivals(MAXIMAL_COVERING)),
        Case("median", "", drawn(median.draw, sites=15, number=3, seed=5), rivals(P_MEDIAN)),
        Case("warehouses", "", drawn(capacitated.draw, **ROOM), rivals(CAPACITATED)),
        Case("depots", "", drawn(prepositioning.draw, **STORMS), rivals(PREPOSITIONING), gap=1e-6),
        joint("town", "", town, gap=0.02),
    )
}
BUILT = {
    case.name: case
    for case in (
        built("build-covering", "", drawn(covering.draw, **COVER), covering_rows),
        built("build-town", "", town, compiled_rows),
    )
}


def ran(case: Case, rival: str, scratch: Path) -> tuple[Answer | None, Clock]:
    """What somebody answers, in this process."""
    city, out = scratch / "city", scratch / rival
    if not city.exists():
        case.make(scratch, city)
    out.mkdir()
    clock = Clock()
    return case.rivals[rival](city, out, Limits(case.gap, 60.0), clock), clock
