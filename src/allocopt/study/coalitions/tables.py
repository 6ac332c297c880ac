"""The tables of the study, one function each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from allocopt.games import Interval
from allocopt.plan import Plan, PlanTable
from allocopt.plan.columns import table
from allocopt.solver.arrays import Floats
from allocopt.study.coalitions.interests import Interest
from allocopt.study.coalitions.sharing import Sharing
from allocopt.study.coalitions.values import Value
from allocopt.study.coalitions.worth import Worth

Rows = Iterable[Mapping[str, Any]]

COLUMNS: Mapping[str, PlanTable] = {
    name: table(name, columns, decision=False)
    for name, columns in {
        "regimes": "regime status =objective =bound =gap =loss =spending",
        "coalitions": "coalition *bodies =value_cny =high_cny solved",
        "bodies": "body =loss_silo_cny =loss_joint_cny =spending_silo_cny =spending_joint_cny =stake "
        "=interest_falls_cny =shapley_cny =shapley_low_cny =shapley_high_cny =nucleolus_cny =share_cny =payment_cny",
        "leavers": "coalition =gain_cny =gain_high_cny proved",
        "poor_mergers": "first second =gain_low_cny =gain_cny =gain_high_cny",
        "worth": "kind id used =value_cny =low_cny =high_cny =price_cny =break_even_cny",
    }.items()
}


def together(bodies: Iterable[str]) -> str:
    """A coalition as text: its ids joined by '+'."""
    return "+".join(sorted(bodies))


def regimes(plans: Mapping[str, Plan]) -> Iterator[dict[str, Any]]:
    for name, plan in plans.items():
        figures = {key: plan.manifest[key] for key in ("objective", "bound", "gap", "loss", "spending")}
        yield {"regime": name, "status": plan.status, **figures}


def coalitions(
    values: Iterable[Value],
    players: Sequence[str],
    low: Floats | Mapping[int, float],
    high: Floats | Mapping[int, float],
) -> Iterator[dict[str, Any]]:
    """Every coalition with its value: reached by a plan, and surely no more than `high`."""
    for value in values:
        if value.members:
            members = [body for i, body in enumerate(players) if value.members >> i & 1]
            yield {
                "coalition": together(members),
                "bodies": len(members),
                "value_cny": float(low[value.members]),
                "high_cny": float(high[value.members]),
                "solved": "yes" if value.solved else "no",
            }


def bodies(
    shapley: Mapping[str, Interval],
    nucleolus: Mapping[str, float],
    settled: Mapping[str, float],
    before: Mapping[str, Interest],
    after: Mapping[str, Interest],
    paid: Mapping[str, float],
) -> Iterator[dict[str, Any]]:
    for body, value in shapley.items():
        yield {
            "body": body,
            "loss_silo_cny": before[body].loss_cny,
            "loss_joint_cny": after[body].loss_cny,
            "spending_silo_cny": before[body].spending_cny,
            "spending_joint_cny": after[body].spending_cny,
            "stake": before[body].stake,
            "interest_falls_cny": before[body].cny - after[body].cny,
            "shapley_cny": value.plan,
            "shapley_low_cny": value.low,
            "shapley_high_cny": value.high,
            "nucleolus_cny": nucleolus.get(body, math.nan),
            "share_cny": settled[body],
            "payment_cny": paid[body],
        }


def leavers(sharing: Sharing) -> Iterator[dict[str, Any]]:
    for objection in sharing.leavers:
        yield {
            "coalition": together(objection.coalition),
            "gain_cny": objection.gain.plan,
            "gain_high_cny": objection.gain.high,
            "proved": "yes" if objection.proved else "no",
        }


def poor_mergers(sharing: Sharing) -> Iterator[dict[str, Any]]:
    for merger in sharing.poor_mergers:
        yield {
            "first": together(merger.first),
            "second": together(merger.second),
            "gain_low_cny": merger.gain.low,
            "gain_cny": merger.gain.plan,
            "gain_high_cny": merger.gain.high,
        }


def worth(found: Iterable[Worth]) -> Iterator[dict[str, Any]]:
    """A break-even price that is blank lies beyond all that was tried, or was not sought: nothing uses it."""
    for each in found:
        yield {
            "kind": each.item.kind,
            "id": each.item.id,
            "used": "yes" if each.used else "no",
            "value_cny": each.value,
            "low_cny": each.low,
            "high_cny": each.high,
            "price_cny": each.price_cny,
            "break_even_cny": each.break_even_cny if math.isfinite(each.break_even_cny) else math.nan,
        }
