"""What the pages of all studies have in common: their own sections first, then what each of their plans does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from allocopt.plan.manifest import plain
from allocopt.report.figures import figures_of
from allocopt.report.found import Found
from allocopt.report.map.view import map_of
from allocopt.report.plan_page.certificate import certificate
from allocopt.report.plan_page.doing import doing
from allocopt.report.plan_page.glance import made, main_figures
from allocopt.report.plan_page.helping import helping
from allocopt.report.plan_page.keeping import keeping
from allocopt.report.plan_page.losing import losing
from allocopt.report.plan_page.spending import spending
from allocopt.report.study_pages import (
    budget,
    collaboration,
    fairness,
    information,
    ladder,
    replan,
    stress,
)
from allocopt.report.study_pages.points import Points, StudyParts
from allocopt.report.view import AtPoint, Figures, Page, Part, Section, Slider, Table
from allocopt.report.words import Words

# What tells each kind of study.
KINDS: Mapping[str, Callable[[Found, Words], StudyParts]] = {
    "budget": budget.parts,
    "collaboration": collaboration.parts,
    "fairness": fairness.parts,
    "information": information.parts,
    "ladder": ladder.parts,
    "replan": replan.parts,
    "stress": stress.parts,
}


def study_page(found: Found, words: Words) -> Page:
    manifest = found.manifest
    told = (
        KINDS[str(manifest["study"])](found, words) if found.study and found.study.tables else _nothing(manifest, words)
    )
    sections = [section for section in told.sections if section.parts]
    data: dict[str, Any] = {"map": told.map_data, "points": [], "here": plain(told.here)}
    if told.points.names:
        drawn = map_of(found, words)
        data |= {"map": drawn and drawn[1], "points": _places(found, told.points)}
        sections.append(Section("plans", words("section.plans"), _plans(found, told.points, drawn and drawn[0], words)))
    sections.append(Section("made", words("section.made"), _made(manifest, words)))
    title = (
        f"{manifest.get('title') or manifest['instance'].get('name', '')}: {words('study.' + str(manifest['study']))}"
    )
    figures = {"study": figures_of(manifest), "plans": _figures(found)}
    return Page(title, [words("page.study"), made(manifest, words)], sections, figures, data)


def _nothing(manifest: Mapping[str, Any], words: Words) -> StudyParts:
    status = words.or_as_is("status", str(manifest.get("status")))
    return StudyParts([Section("glance", words("section.glance"), [words("study.nothing", status=status)])])


def _figures(found: Found) -> dict[str, Any]:
    return {name: figures_of(told.plan.manifest) for name, told in found.plans.items()}


def _places(found: Found, points: Points) -> list[int | None]:
    """Which of the plans on the map stands at each point."""
    order = list(found.plans)
    return [order.index(name) if name in order else None for name in points.plans]


def _plans(found: Found, points: Points, drawn: Part | None, words: Words) -> list[Part]:
    """The map, and what the plan at each point comes to; a slider where there are several."""
    slider: list[Part] = [Slider(points.label, points.names, points.start)] if len(points.names) > 1 else []
    parts: list[Part] = [*slider, words("map.none") if drawn is None else drawn]
    for number, (title, name) in enumerate(zip(points.names, points.plans, strict=True)):
        parts.append(AtPoint(number, title, _plan(found, name, words)))
    return parts


def _plan(found: Found, name: str, words: Words) -> list[Part]:
    if name not in found.plans:
        return [words("study.no_plan_here")]
    told = found.plans[name]
    return [
        Figures(main_figures(told, words)),
        *spending(told, words),
        *losing(told, words),
        *doing(told, words),
        *keeping(told, words),
        *helping(told, found.city, words),
        *certificate(told, words),
    ]


def _made(manifest: Mapping[str, Any], words: Words) -> list[Part]:
    rows = [
        [words(f"made.{key}"), str(manifest[key])] for key in ("command", "allocopt", "solver") if manifest.get(key)
    ]
    return [Table(words("made.table"), [words("column.what"), words("column.value")], rows, 2)]
