"""What the plan is worth, and how good it surely is."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from pyomo.core import value

from allocopt.arrange.serving import RULE
from allocopt.arrange.whole import Arranged
from allocopt.solving.search import Found
from allocopt.tell.beyond import assumed_share, averted_after_horizon
from allocopt.tell.outcomes import casualties, loss_if_nobody_acts
from allocopt.tell.sensitivity import provenance
from allocopt_models.budgets import spending
from allocopt_models.city import CityModel
from allocopt_models.objectives import settled_loss
from allocopt_models.terms import Cell

# A bound this near to the one proved from multipliers is the same, relative.
PROOF_TOLERANCE = 1e-6


def certificate(model: CityModel, arranged: Arranged, found: Found, *, is_loss: bool) -> dict[str, Any]:
    """The plan's totals by the exact formulas, its bound, and the gaps between them, from a settled model."""
    objective = found.objective
    bound = min(found.bound, objective)
    undone = loss_if_nobody_acts(model.data)
    loss = settled_loss(model.data.loss_cny, model.handles)
    can_avoid = undone - bound
    hurt, hurt_if_nobody_acts = casualties(model, arranged)
    return {
        "objective": objective,
        "bound": bound,
        "gap": (objective - bound) / max(abs(objective), 1.0),
        "gap_avoided": (objective - bound) / can_avoid if is_loss and can_avoid > 0 else None,
        "loss": loss,
        "loss_if_nobody_acts": undone,
        "spending": float(value(spending(model.actions.added.costs, model.data.probability))),
        "casualties": hurt,
        "casualties_if_nobody_acts": hurt_if_nobody_acts,
        "averted_after_horizon_cny_year": averted_after_horizon(model, arranged),
        "assumed_share": assumed_share(arranged.merged.city, model, undone),
        **provenance(model, arranged),
        "rounds": found.rounds,
        "merged_sites": merged_sites(model),
        **_points(arranged),
    }


def merged_sites(model: CityModel) -> dict[str, int] | None:
    """How many sites something can be done about, and into how many that cannot be told apart the model merged them;
    None where each stands for itself."""
    cells: dict[str, list[tuple[Cell, str, str, str]]] = defaultdict(list)
    for (site, *rest), standing in model.model.risk.alike.items():
        cells[site].append((standing, *rest))
    into = len(set(map(tuple, cells.values())))
    return {"sites": len(cells), "into": into} if into < len(cells) else None


def _points(arranged: Arranged) -> dict[str, Any]:
    """How points were merged, and by which rule the table of points says who serves them; {} without points."""
    merged = arranged.merged
    if merged.points is None:
        return {}
    rule = {"points": merged.points.count, "groups": len(merged.groups), "served_by": RULE}
    return {"points": rule}


def bound_rests_on(bound: float, proved: float) -> str:
    """What has to be trusted for the bound to hold, in words; `proved` needs no trust in the solver."""
    if bound <= proved + PROOF_TOLERANCE * max(abs(proved), 1.0):
        return "the relaxation's row multipliers alone, recomputed without the solver"
    if not math.isfinite(proved):
        return "the solver's search tree alone"
    return f"the solver's search tree; row multipliers alone, recomputed without the solver, prove {proved:,.0f}"
