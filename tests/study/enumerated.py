"""What studies should find in tiny cities, from every plan that there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cities import filled
from drawn.enumeration import Column, Plans

Tables = Mapping[str, Sequence[Mapping[str, Any]]]


def every_plan(tables: Tables, settings: Mapping[str, Any], *, share: float = 1.0) -> Plans:
    """All plans with so much of the money."""
    budgets = [{**row, "amount_cny": row["amount_cny"] * share} for row in tables["budgets"]]
    return Plans(filled({**tables, "budgets": budgets}), settings, "linked")


def losses(plans: Plans) -> Column:
    """Total loss and the price of standards missed, plan by plan; infinite for what is no plan."""
    return np.asarray(np.where(plans.keeps, np.sum(list(plans.loss.values()), axis=0) + plans.missed, np.inf))


def worst_areas(plans: Plans) -> Column:
    """The loss of the worst-off area, in total, plan by plan."""
    areas: dict[str, Column] = {}
    for cell, left in plans.loss.items():
        area = plans.site[cell[0]]["area"]
        areas[area] = areas.get(area, np.zeros(plans.grid.size)) + left
    return np.asarray(np.max(list(areas.values()), axis=0))


def best_ladder(
    tables: Tables, settings: Mapping[str, Any], shares: Sequence[float], weights: Sequence[float]
) -> float:
    """The least weighted sum over all ladders; infinite where some sum has no plan."""
    least: dict[tuple[float, ...], float] = {}
    for rung, (share, weight) in enumerate(zip(shares, weights, strict=True)):
        plans = every_plan(tables, settings, share=share)
        exact = np.array([key[0] != "units" for key in _commitments(plans)])
        below = np.array(list(least)), np.array(list(least.values()))
        here: dict[tuple[float, ...], float] = {}
        for started, loss in _by_commitment(plans):
            under = 0.0 if rung == 0 else below[1][_is_kept(below[0], started, exact)].min(initial=np.inf)
            here[tuple(started.tolist())] = weight * loss + under
        least = here
    return min(least.values())


def _commitments(plans: Plans) -> list[tuple[Any, ...]]:
    return [key for key in plans.x if key[0] in ("mechanism", "start", "units")]


def _by_commitment(plans: Plans) -> Iterator[tuple[Column, float]]:
    """What plans start, and the least loss of those that start it."""
    columns = [plans.x[key] for key in _commitments(plans)]
    whole = np.stack(columns, axis=1) if columns else np.zeros((plans.grid.size, 1))
    rows, where = np.unique(whole, axis=0, return_inverse=True)
    least = np.full(len(rows), np.inf)
    np.minimum.at(least, where.ravel(), losses(plans))
    yield from zip(rows, least.tolist(), strict=True)


def _is_kept(below: Column, above: Column, exact: Any) -> Any:
    """Which rows of the rung below are kept by the one above: what is started, as it is; of units at least as many."""
    same = (below == 0) | (below == above)
    if len(exact):
        same |= ~exact & (below <= above)
    return same.all(axis=1)
