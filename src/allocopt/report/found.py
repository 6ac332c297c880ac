"""What a page is made of: the plans of a folder with what the checker says of each, and their instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocopt.checker import check
from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.plan import Plan, read
from allocopt.plan.instance import instance_of
from allocopt.plan.manifest import MANIFEST
from allocopt.study.reading import StoredStudy, read_study
from allocopt.study.study import MANIFEST as STUDY
from allocopt.summary.naming import Names

if TYPE_CHECKING:
    from allocopt.checker.verdict import Verdict


@dataclass(frozen=True)
class Told:
    """A plan, with what the checker says of it and the names to tell it with."""

    plan: Plan
    verdict: Verdict
    names: Names


@dataclass(frozen=True)
class Found:
    """A plan (`study` is None) or a study with its plans by name, in the order of the study's own table."""

    plans: Mapping[str, Told]
    city: City
    study: StoredStudy | None = None

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Of the study, or else of the one plan."""
        return self.study.manifest if self.study else next(iter(self.plans.values())).plan.manifest


def found_in(folder: Path, city: Path | None = None) -> Found:
    """What the folder of a plan or a study holds; `city` is where the instance is, if it has moved.

    Raises InputError where it is neither, is damaged, or where the instance is gone or has changed since.
    """
    if (folder / STUDY).is_file():
        study = read_study(folder)
        instance = instance_of(Plan(study.manifest, {}, folder), city)
        return Found({name: _told(place, city) for name, place in study.plans.items()}, instance, study)
    if not (folder / MANIFEST).is_file():
        words = "no such folder" if not folder.exists() else f"neither {MANIFEST} nor {STUDY}"
        raise InputError([Fault(str(folder), 0, "", words, "the folder of a plan or a study")])
    told = _told(folder, city)
    return Found({"": told}, instance_of(told.plan, city))


def _told(folder: Path, city: Path | None) -> Told:
    plan = read(folder)
    return Told(plan, check(folder, city=city), Names(plan.manifest))
