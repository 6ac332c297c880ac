"""Whole cities with all bodies together.

A further city is one line: `city(NAME, GAP)` for a folder of `instances/`, `Case(…, make=…)` for one that is drawn.
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from sidebyside.cases.case import Case, Make
from sidebyside.problems.joint_city import REGIME, JointCity
from sidebyside.rivals import bare, plain_pyomo

INSTANCES = Path(__file__).resolve().parents[3] / "instances"
JOINT = JointCity()
RIVALS = {"highspy": partial(bare.solve, JOINT), "pyomo": partial(plain_pyomo.solve, JOINT)}


def copied(name: str) -> Make:
    """A city of this project, without what its folder holds besides tables."""

    def make(_: Path, folder: Path) -> None:
        shutil.copytree(INSTANCES / name, folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))

    return make


def drawn(sites: int, seed: int) -> Make:
    """A city drawn by chance, as `allocopt new --drawn` draws it."""

    def make(_: Path, folder: Path) -> None:
        from allocopt.drawing.city import drawn_city
        from allocopt.importers.made import write

        write(drawn_city(sites, seed), folder)

    return make


def joint(name: str, title: str, make: Make, gap: float) -> Case:
    """A city in which every body may act for every other."""
    return Case(name, title, make, RIVALS, gap, options=("--regime", REGIME))


def city(name: str, gap: float) -> Case:
    """A city of this project, at the gap that its reference results are held to."""
    return joint(name, f"{name}, all bodies together", copied(name), gap)


CITIES = (
    city("luzhi", 0.01),
    city("hangzhou", 0.02),
    city("shanghai-street", 0.02),
    city("zhejiang", 0.02),
    city("zhengzhou", 0.05),
    joint("drawn-600", "A drawn city of 600 sites, all bodies together", drawn(600, 1), 0.02),
)
