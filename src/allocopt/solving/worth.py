"""What a loss is worth in the objective."""

from __future__ import annotations

from allocopt_models.city import CityData
from allocopt_models.standards import LossLeft

TINY = 1e-12


def worth_of_loss(data: CityData) -> float:
    """At most so much of the objective for one CNY of loss, through weights and soft ceilings."""
    weights = data.objective.weights
    worth = sum(weights.get(name, 0.0) for name in ("loss", "loss_and_spending", "cvar"))
    if "worst_area" in weights:
        divisors = [area.divisor for area in data.objective.areas.values()]
        worth += weights["worst_area"] / min(divisors, default=1.0)
    for row in data.requirements:
        if isinstance(row.measured, LossLeft) and row.price_cny:
            worth += row.price_cny / row.measured.heads
    return max(worth, TINY)
