"""Cells and what is lost in them if nobody acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from allocopt.arrange.calendar import Calendar
from allocopt.city import City
from allocopt.schema.risk import RiskRow
from allocopt_models.terms import Cell


@dataclass(frozen=True)
class Risks:
    """By cell: ℓ in CNY, expected casualties, and whether they are seen under today's plan."""

    loss_cny: Mapping[Cell, float]
    casualties: Mapping[Cell, float]
    observed: frozenset[Cell]


def arrange_risks(city: City, calendar: Calendar) -> Risks:
    """All cells with a loss above zero, before today's plan is counted out of observed ones."""
    loss_cny: dict[Cell, float] = {}
    casualties: dict[Cell, float] = {}
    observed: set[Cell] = set()
    for row in city.of(RiskRow):
        loss = (row.loss_cny + row.casualties * city.settings.casualty_value_cny) * (1.0 - (row.supply_share or 0.0))
        for period in (row.period,) if row.period else calendar.periods:
            spread = 1.0 if row.period else calendar.hours[period] / calendar.horizon
            for shift in calendar.shifts_of(row.hazard):
                share = spread * calendar.loss_share(row.hazard, shift)
                cell = Cell(row.site, row.hazard, period, shift)
                casualties[cell] = row.casualties * share
                if loss * share > 0:
                    loss_cny[cell] = loss * share
                if row.observed:
                    observed.add(cell)
    return Risks(loss_cny, casualties, frozenset(observed))
