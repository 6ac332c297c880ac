"""Classical problems of location and supply: published ones where their files are there, and drawn ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sidebyside.cases.case import AbsentError, Case, Make, Rival
from sidebyside.problems import capacitated, covering, median, prepositioning
from sidebyside.problems.problem import Problem
from sidebyside.rivals import bare, plain_pyomo, spopt_pulp

MAXIMAL_COVERING = covering.MaximalCovering()
P_MEDIAN = median.PMedian()
CAPACITATED = capacitated.CapacitatedLocation()
PREPOSITIONING = prepositioning.Prepositioning()
SPOPT = {"spopt": "spopt"}


def rivals(problem: Problem[Any]) -> Mapping[str, Rival]:
    """All who can solve the problem; spopt has models of some."""
    ways = {"highspy": bare.solve, "pyomo": plain_pyomo.solve}
    if hasattr(problem, "spopt"):
        ways["spopt"] = spopt_pulp.solve
    return {name: partial(solve, problem) for name, solve in ways.items()}


def drawn(draw: Any, **size: Any) -> Make:
    """A city that is drawn."""

    def make(_: Path, city: Path) -> None:
        draw(city, **size)

    return make


def p_median_file(name: str) -> Make:
    """A p-median problem of the OR-Library, where its file is there."""

    def make(data: Path, city: Path) -> None:
        from allocopt.importers.made import write
        from allocopt.importers.orlib import p_median

        write(p_median(_there(data / "orlib-pmed" / f"{name}.txt")), city)

    return make


def warehouse_file(name: str) -> Make:
    """A capacitated problem of the OR-Library, where its file is there."""

    def make(data: Path, city: Path) -> None:
        from allocopt.importers.made import write
        from allocopt.importers.orlib import capacitated_location

        write(capacitated_location(_there(data / "orlib-cap" / f"{name}.txt")), city)

    return make


def _there(file: Path) -> Path:
    if not file.is_file():
        raise AbsentError(f"no {file.parent.name}/{file.name} in the folder of published problems")
    return file


SMALL_COVER = {"points": 500, "posts": 50, "number": 8, "radius_m": 4000.0}
LARGE_COVER = {"points": 10_000, "posts": 200, "number": 10, "radius_m": 3000.0}
_COVER: dict[str, Any] = {"rivals": rivals(MAXIMAL_COVERING), "needs": SPOPT}
_MEDIAN: dict[str, Any] = {"rivals": rivals(P_MEDIAN), "needs": SPOPT}
_ROOM: dict[str, Any] = {"rivals": rivals(CAPACITATED)}
_DEPOTS: dict[str, Any] = {"rivals": rivals(PREPOSITIONING), "gap": 1e-4}

CLASSICAL = (
    Case("mclp-500", "MCLP, 500 points, 8 of 50 posts", drawn(covering.draw, **SMALL_COVER, seed=1), **_COVER),
    Case("mclp-10000", "MCLP, 10,000 points, 10 of 200 posts", drawn(covering.draw, **LARGE_COVER, seed=1), **_COVER),
    Case("median-100", "p-median, 8 of 100", drawn(median.draw, sites=100, number=8, seed=1), **_MEDIAN),
    Case("pmed6", "p-median, OR-Library pmed6, 5 of 200", p_median_file("pmed6"), **_MEDIAN),
    Case("pmed16", "p-median, OR-Library pmed16, 5 of 400", p_median_file("pmed16"), **_MEDIAN),
    Case(
        "warehouses",
        "Capacitated location, 50 customers, 16 warehouses",
        drawn(capacitated.draw, warehouses=16, customers=50, capacity=5000.0, seed=1),
        **_ROOM,
    ),
    Case("cap41", "Capacitated location, OR-Library cap41", warehouse_file("cap41"), **_ROOM),
    Case("cap71", "Capacitated location, OR-Library cap71", warehouse_file("cap71"), **_ROOM),
    Case(
        "depots",
        "Pre-positioning, 20 depots, 60 sites, 20 scenarios, 3 goods",
        drawn(prepositioning.draw, depots=20, sites=60, scenarios=20, seed=1),
        **_DEPOTS,
    ),
)
