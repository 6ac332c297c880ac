"""The cheapest ways to let everything hold: what must give way, and the least by how much.

A repair eases one member of the conflict, or, where that does not do, several limits together. Its price is the least
for which all holds, rounded up to what one would write into the instance; that all then holds is seen by solving once
more with just these figures. `least` is the proved limit below which nothing does. Money weighs by the share of the
largest line, a standard by the share of what it asks for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from allocopt.solving.conflicts.holding import Holding
from allocopt.solving.conflicts.members import LINE, Lever, Member
from allocopt.solving.conflicts.smallest import DUST

MOST_REPAIRS = 3
# Figures of standards are rounded up to this share of what they ask for, money to a cent; small ones more finely.
STEP_SHARE, CENT, FINEST = 1e-6, 0.01, 1e-3
# What the solver may have added to a figure by its tolerance, in steps; and how often a step more is tried.
ROUNDING, MOST_STEPS = 0.02, 3


@dataclass(frozen=True)
class Repair:
    """By how much levers give way, together such a `share` of their units; surely no less than `least` will do."""

    amounts: Mapping[tuple[Member, Lever], float]
    share: float
    least: float


def cheapest_repairs(holding: Holding, conflict: Sequence[Member]) -> list[Repair]:
    """At most three, the cheapest first: of single members, and, where these are fewer, of several together."""
    alone = {member: repair for member in conflict if (repair := _repair(holding, [member])) is not None}
    single = sorted(alone.values(), key=lambda repair: repair.share)[:MOST_REPAIRS]
    others = [member for member in holding.members if member.levers and member not in alone]
    together = _in_order(holding, others) if len(others) > 1 else iter(())
    return [*single, *(repair for repair, _ in zip(together, range(MOST_REPAIRS - len(single)), strict=False))]


def _in_order(holding: Holding, members: Sequence[Member]) -> Iterator[Repair]:
    """Repairs that ease some of these, each with other members than those before, the cheapest first.

    What comes after a repair does without one of its members: these are tried in turn (Lawler 1972).
    """
    tried: set[frozenset[str]] = set()
    told: set[frozenset[str]] = set()
    waiting: list[tuple[Repair, frozenset[str]]] = []

    def try_without(forbidden: frozenset[str]) -> None:
        if forbidden not in tried:
            tried.add(forbidden)
            repair = _repair(holding, [member for member in members if member.label not in forbidden])
            if repair is not None:
                waiting.append((repair, forbidden))

    try_without(frozenset())
    while waiting:
        repair, forbidden = min(waiting, key=lambda pair: pair[0].share)
        waiting.remove((repair, forbidden))
        eased = frozenset(member.label for member, _ in repair.amounts)
        if eased not in told:
            told.add(eased)
            yield repair
        for name in sorted(eased):
            try_without(forbidden | {name})


def _repair(holding: Holding, easing: Sequence[Member]) -> Repair | None:
    """The least by which these must give way together; None where that does not do, or was not seen to in time."""
    trial = holding.ease_least(easing)
    if not trial.possible or trial.x is None:
        return None
    levers = {lever: member for member in easing for lever in member.levers}
    found = holding.amounts(trial.x, levers)
    gave = {lever: amount for lever, amount in found.items() if amount > DUST * lever.unit}
    for more in range(MOST_STEPS):
        amounts = {lever: _written(lever, amount, levers[lever], more) for lever, amount in gave.items()}
        if holding.can_hold_at(amounts):
            share = sum(amount / lever.unit for lever, amount in amounts.items())
            named = {(levers[lever], lever): amount for lever, amount in amounts.items()}
            return Repair(named, share, min(max(trial.bound, 0.0), share))
    return None


def _written(lever: Lever, amount: float, member: Member, more: int) -> float:
    """The amount rounded up to a figure that one would write, and so many steps more."""
    usual = CENT if member.kind == LINE else STEP_SHARE * lever.unit
    step = 10.0 ** math.floor(math.log10(min(usual, FINEST * amount)) + ROUNDING)
    return round((math.ceil(amount / step - ROUNDING) + more) * step, 12)
