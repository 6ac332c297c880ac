"""What the study's manifest says of its coalitions, of their values and of the core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allocopt.games import Core, SampledShapley
from allocopt.study.coalitions import tables
from allocopt.study.coalitions.sharing import Sharing
from allocopt.study.coalitions.values import Value


def verdict(values: Sequence[Value], sharing: Sharing, near: float) -> dict[str, Any]:
    """Of a game of which every coalition is valued, by its bits, each sought to `near`."""
    game, core = sharing.game, sharing.core
    widths = game.high - game.low
    top, excess = float(game.low[-1]), sharing.least_core.excess
    return {
        "status": "done",
        "value_of_all": {"value": top, "low": top, "high": float(game.high[-1])},
        "coalitions": {
            "number": len(values) - 1,
            "solved": sum(value.solved for value in values),
            "near_enough": int((widths[1:] <= near * (1 + 1e-9) + 1e-6).sum()),
            "widest_share": float(widths.max() / top) if top > 0 else 0.0,
        },
        "shares": "exact",
        "core": {
            "verdict": core.verdict.value,
            "allocation": core.allocation,
            "balanced": None
            if core.balanced is None
            else {tables.together(coalition): str(weight) for coalition, weight in core.balanced},
            "margin": core.margin,
            "least_core_excess": {"value": excess.plan, "low": excess.low, "high": excess.high},
        },
        "settled_by": sharing.rule,
    }


def drawn_verdict(values: Sequence[Value], found: SampledShapley) -> dict[str, Any]:
    """Of a game whose shares are drawn; that of all together is the largest coalition's."""
    everybody = max(values, key=lambda value: value.members)
    return {
        "status": "done",
        "value_of_all": {"value": everybody.low, "low": everybody.low, "high": everybody.high},
        "coalitions": {"number": everybody.members, "solved": sum(value.solved for value in values)},
        "shares": f"drawn from {found.permutations} orders, intervals of {found.confidence:.0%} confidence",
        "core": {"verdict": Core.UNDECIDED.value, "why": "not every coalition was valued"},
        "settled_by": "Shapley value",
    }
