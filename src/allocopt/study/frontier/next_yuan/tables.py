"""The table of the next yuan."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from allocopt.plan import PlanTable
from allocopt.plan.columns import table
from allocopt.solving.buying import NEAR_MONEY
from allocopt.study.frontier.next_yuan.asking import PRESENT, Answer, NextYuan
from allocopt.study.frontier.next_yuan.change import Change
from allocopt.study.frontier.next_yuan.wish import Wish
from allocopt.study.keeping import PLANS

# Sums are told in cents.
CENT = 0.01

COLUMNS: dict[str, PlanTable] = {
    "next_yuan": table(
        "next_yuan",
        "kind name lines =amount_cny =left_cny =step_cny =gain =gain_most =gain_relaxed =limit_cny found "
        "=changes_at_cny =none_below_cny =gain_then words plan",
        decision=False,
    )
}


def next_yuan_rows(found: NextYuan | None) -> Iterator[dict[str, Any]]:
    """A row for each line, body and area that was asked for."""
    if found is None:
        return
    for answer in found.answers:
        one, change = answer.raised, answer.change
        yield {
            "kind": one.kind,
            "name": one.name,
            "lines": ";".join(one.lines),
            "amount_cny": one.whole_cny,
            "left_cny": max(change.left, 0.0),
            "step_cny": answer.step,
            "gain": answer.gain,
            "gain_most": change.gain_most,
            "gain_relaxed": change.gain_relaxed,
            "limit_cny": answer.limit,
            "found": _found(answer),
            "changes_at_cny": change.money if math.isfinite(change.money) else math.nan,
            "none_below_cny": change.at_least if math.isfinite(change.at_least) else math.nan,
            "gain_then": change.gain_then if math.isfinite(change.money) else math.nan,
            "words": "; ".join(change.words),
            "plan": answer.plan,
        }


def _found(answer: Answer) -> str:
    """How much is proved of the sum at which the plan changes."""
    change: Change = answer.change
    if change.unusable or change.idle:
        return "unusable" if change.unusable else "idle"
    if math.isinf(change.money):
        return "none" if math.isinf(change.at_least) else "not_found"
    return "exact" if change.money - change.at_least <= NEAR_MONEY * answer.limit + CENT else "at_the_latest"


def told(wish: Wish, found: NextYuan | None) -> dict[str, Any] | None:
    """What the manifest says of the table: the step, the plan from which is counted, from which gain on another is
    better, and what was left out; None where nothing was asked for, or there is no plan with the city's own money."""
    if found is None:
        return None
    return {
        "step": wish.step,
        "objective": found.present.record.objective,
        "bound": found.present.record.bound,
        "least_gain": found.present.gain,
        "plan": f"{PLANS}/{PRESENT}",
        "left_out": [asdict(left) for left in found.left_out],
    }
