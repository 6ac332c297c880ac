"""Studies of the village, one of each kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import allocopt.study
from allocopt.city import City
from allocopt.instance.load import load
from allocopt.plan import Plan
from allocopt.report import write_report
from allocopt.study.study import Study
from cities import build
from report.village import SETTINGS, village

GAP: dict[str, Any] = {"gap": 1e-4, "workers": 1}
MAKE: dict[str, Callable[[City, Path, Plan], Study]] = {
    "budget": lambda city, out, _: allocopt.study.budget(city, out, start="0%", end="200%", points=3, **GAP),
    "collaboration": lambda city, out, _: allocopt.study.collaboration(city, out, **GAP),
    "fairness": lambda city, out, _: allocopt.study.fairness(city, out, points=2, **GAP),
    "information": lambda city, out, _: allocopt.study.information(city, out, surveys="none", **GAP),
    "ladder": lambda city, out, _: allocopt.study.ladder(city, out, budgets=("50%", "100%"), **GAP),
    "replan": lambda city, out, plan: allocopt.study.replan(city, plan, out, changes=1, workers=1),
    "stress": lambda city, out, plan: allocopt.study.stress(plan, out, kinds=("posts", "units"), pairs=0, **GAP),
}
# Their solves take seconds.
_SLOW = ("collaboration", "fairness", "replan")
EACH = [pytest.param(kind, marks=pytest.mark.slow) if kind in _SLOW else kind for kind in sorted(MAKE)]


class Folders:
    """The folder of a study of each kind, made when it is asked for."""

    def __init__(self, root: Path, plan: Plan) -> None:
        self._root, self._plan, self._made = root, plan, dict[str, Path]()

    def __call__(self, kind: str) -> Path:
        if kind not in self._made:
            town = self._root / "city"
            city = load(town if self._made else build(town, village(), **SETTINGS))
            self._made[kind] = self._root / kind
            MAKE[kind](city, self._made[kind], self._plan)
        return self._made[kind]


def page_of(folder: Path, lang: str = "en") -> Path:
    """The page of a study, made once."""
    file = folder.with_name(f"{folder.name}-{lang}.html")
    if not file.exists():
        write_report(folder, file, lang)
    return file
