"""What is minimised, and what the objectives compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from allocopt.arrange.standards import depth
from allocopt.city import City
from allocopt.schema.places import SiteRow
from allocopt.schema.supply import CommodityRow, NeedRow, ScenarioRow
from allocopt_models.needs import Need
from allocopt_models.objectives import Area, Objective
from allocopt_models.terms import Cell


def weights_of(objective: str | Mapping[str, float]) -> dict[str, float]:
    """An objective as weights by name, those of nought left out."""
    return {objective: 1.0} if isinstance(objective, str) else {name: w for name, w in objective.items() if w > 0}


def needs_penalty(city: City) -> dict[Need, float]:
    """Expected penalty of each unit unmet, in CNY, by (scenario, site, commodity, period)."""
    usual = {row.id: row.penalty_cny for row in city.of(CommodityRow)}
    chance = {row.id: row.probability for row in city.of(ScenarioRow)}
    return {
        Need(row.scenario, row.site, row.commodity, row.period): chance[row.scenario]
        * (usual[row.commodity] if row.penalty_cny is None else row.penalty_cny)
        for row in city.of(NeedRow)
    }


def arrange_objective(city: City, objective: str | Mapping[str, float], loss_cny: Mapping[Cell, float]) -> Objective:
    """The objective with the areas it compares."""
    return Objective(weights_of(objective), _areas(city, loss_cny), city.settings.cvar_level)


def _areas(city: City, loss_cny: Mapping[Cell, float]) -> dict[str, Area]:
    """Areas at the level compared. Areas in which nothing can be lost, or (per head) nobody lives, are left out."""
    chosen = city.settings.worst_area
    area_of = {site.id: depth(site.area, chosen.level) for site in city.of(SiteRow)}
    cells: dict[str, dict[Cell, float]] = defaultdict(dict)
    for cell, loss in loss_cny.items():
        cells[area_of[cell.site]][cell] = loss
    penalties: dict[str, dict[Need, float]] = defaultdict(dict)
    needs: dict[str, float] = defaultdict(float)
    expected = needs_penalty(city)
    for row in city.of(NeedRow):
        key = Need(row.scenario, row.site, row.commodity, row.period)
        if expected[key] > 0 and row.amount > 0:
            penalties[area_of[row.site]][key] = expected[key]
            needs[area_of[row.site]] += expected[key] * row.amount
    out: dict[str, Area] = {}
    for area in sorted(set(cells) | set(penalties)):
        heads = sum(site.people for site in city.of(SiteRow) if area_of[site.id] == area)
        undone = sum(cells[area].values()) + needs[area]
        divisor = {"total": 1.0, "head": heads, "share": undone}[chosen.per]
        if divisor > 0:
            out[area] = Area(cells[area], penalties[area], divisor)
    return out
