"""The cases: which problem, how large, from where, who solves it and how near."""

from __future__ import annotations

from sidebyside.cases.building import BUILDING
from sidebyside.cases.case import AbsentError, Case
from sidebyside.cases.cities import CITIES
from sidebyside.cases.classical import CLASSICAL

__all__ = ["CASES", "AbsentError", "Case"]

CASES: dict[str, Case] = {case.name: case for case in (*CLASSICAL, *CITIES, *BUILDING)}
