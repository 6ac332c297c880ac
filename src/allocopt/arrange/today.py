"""Losses that are observed under today's plan, turned into what would be lost if nobody acted."""

from __future__ import annotations

from collections.abc import Mapping

from allocopt.arrange.risks import Risks
from allocopt.city import City
from allocopt_models.terms import Cell


def loss_if_nobody_acts(city: City, risks: Risks) -> Mapping[Cell, float]:
    """ℓ by cell: as stated, or (observed) times exp(effort of today's plan in the cell)."""
    if not risks.observed:
        return risks.loss_cny
    from allocopt.arrange.current import efforts_of_today

    today = efforts_of_today(city)
    import math

    return {
        cell: loss * math.exp(today.get(cell, 0.0)) if cell in risks.observed else loss
        for cell, loss in risks.loss_cny.items()
    }
