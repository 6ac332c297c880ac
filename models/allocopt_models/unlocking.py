"""Unlocking: what a mechanism unlocks is zero without it.

x ≤ most · Σ_{z in group} works[z,t]        for every group of mechanisms of which one must work
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyomo.core import Constraint, Set

from allocopt_models.terms import Block, Expr, Requires, Works, add, total


def in_force(works: Works, mechanism: str | None, period: str) -> Expr:
    """1 while the mechanism works, or always where there is none.

    A limit shared by many actions that one mechanism unlocks is multiplied by this: the relaxation then has to pay for
    as much of the mechanism as it uses of the limit, which no limit on single actions makes it do.
    """
    return works[mechanism, period] if mechanism else 1.0


def add_unlocking(
    b: Block,
    name: str,
    *,
    variables: Mapping[Any, Expr],
    most: Mapping[Any, float],
    requires: Mapping[Any, Requires],
    works: Works,
) -> None:
    """Adds the constraint `name` for every key (a named tuple with a period) that requires a mechanism."""
    locked = [(*key, i) for key in sorted(requires) for i in range(len(requires[key]))]
    if not locked:
        return
    kind_of_key = type(next(iter(requires)))
    index = add(
        b,
        f"{name.upper()}_INDEX",
        Set(initialize=locked, dimen=len(locked[0]), doc="actions with what must work"),
    )

    def only_while_unlocked(_: Block, *indexed: Any) -> Expr:
        key, group = kind_of_key(*indexed[:-1]), indexed[-1]
        gate = total([works[mechanism, key.period] for mechanism in requires[key][group]])
        return variables[key] <= most[key] * gate

    add(
        b,
        name,
        Constraint(index, rule=only_while_unlocked, doc="what a mechanism unlocks is zero without it"),
    )
