"""The page of one plan."""

from __future__ import annotations

from typing import Any

from allocopt.report.figures import figures_of
from allocopt.report.found import Found, Told
from allocopt.report.map.view import map_of
from allocopt.report.plan_page.certificate import certificate
from allocopt.report.plan_page.doing import doing
from allocopt.report.plan_page.glance import glance
from allocopt.report.plan_page.helping import helping
from allocopt.report.plan_page.keeping import keeping
from allocopt.report.plan_page.losing import losing
from allocopt.report.plan_page.spending import spending
from allocopt.report.view import Page, Part, Section
from allocopt.report.words import Words


def plan_page(found: Found, words: Words) -> Page:
    (told,) = found.plans.values()
    drawn = map_of(found, words)
    parts: dict[str, list[Part]] = {
        "glance": glance(told, words),
        "map": [words("map.none")] if drawn is None else [drawn[0]],
        **money_and_loss(told, words),
        "doing": doing(told, words),
        "standards": keeping(told, words),
        "helping": helping(told, found.city, words),
        "certificate": certificate(told, words),
    }
    sections = [Section(key, words(f"section.{key}"), found_parts) for key, found_parts in parts.items() if found_parts]
    about = [str(told.plan.manifest.get("title") or told.plan.name)]
    data: dict[str, Any] = {"map": drawn and drawn[1], "points": [], "here": {}}
    return Page(about[0], [words("page.plan")], sections, figures_of(told.plan.manifest), data)


def money_and_loss(told: Told, words: Words) -> dict[str, list[Part]]:
    return {"money": spending(told, words), "loss": losing(told, words)}
