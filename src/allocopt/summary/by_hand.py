"""What the plan gains over the one that an analyst would make by hand, going down the list of sites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allocopt.plan import Plan
from allocopt.summary.certificate import figure, objective_words
from allocopt.summary.naming import Names
from allocopt.summary.words import money, share_of

# A difference below it would be told as nothing.
_LEAST = 0.005


def by_hand_parts(plan: Plan) -> list[str]:
    """One or two sentences; none where there is no plan by hand to compare with."""
    told = plan.manifest.get("by_hand")
    if not isinstance(told, Mapping) or plan.objective is None:
        return []
    if missed := told.get("missed"):
        names = Names(plan.manifest)
        what = "; ".join(names.of("standards", str(name)) for name in missed)
        return [f"Going down the list of sites by loss, with the same money, does not keep all standards: {what}."]
    before = plan.loss_if_nobody_acts
    averts = before is not None and set(_objective(plan)) == {"loss"} and before > 0
    return [*(_averted(plan, told, before or 0.0) if averts else []), *_compared(plan, told, averts=averts)]


def _averted(plan: Plan, told: Mapping[str, Any], before: float) -> list[str]:
    by_hand, own = before - told["loss"], before - (plan.loss or 0.0)
    return [
        f"Going down the list of sites by loss with the same money averts {money(by_hand)} CNY "
        f"({share_of(by_hand, before)}); this plan averts {money(own)} CNY ({share_of(own, before)})."
    ]


def _compared(plan: Plan, told: Mapping[str, Any], *, averts: bool) -> list[str]:
    """By the objective, where that is something else than the loss."""
    own, by_hand = plan.objective or 0.0, float(told["objective"])
    missed = max(by_hand - told["loss"], own - (plan.loss or 0.0))
    if averts and missed < _LEAST:
        return []
    words = "With the price of missed standards" if averts else f"By the {objective_words(plan)}"
    way = "it" if averts else "going down the list of sites by loss with the same money"
    return [f"{words}, {way} comes to {figure(plan, by_hand)}; this plan to {figure(plan, own)}."]


def _objective(plan: Plan) -> tuple[str, ...]:
    objective = plan.manifest.get("options", {}).get("objective") or "loss"
    return (objective,) if isinstance(objective, str) else tuple(objective)
