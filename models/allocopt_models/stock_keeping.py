"""Stock keeping: goods leave a depot, or are kept for the next period, only as far as they are there.

    carried[ω,w,k,t] ≤ carried[ω,w,k,t−1] + arriving[ω,w,k,t] − leaving[ω,w,k,t]        (the rest is thrown away)

With a shelf life of n periods, that of arrival included, what is kept must have arrived in the last n − 1:

    carried[ω,w,k,t] ≤ Σ_{τ = t−n+2 … t} arriving[ω,w,k,τ]

This is exact for goods that go out oldest first: either old goods are left over, and then nothing younger has been
touched, or none are, and then all that is left is young (Nahmias 1982).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pyomo.contrib.fbbt.fbbt import compute_bounds_on_expr
from pyomo.core import Constraint, Set, Var

from allocopt_models.terms import Block, Expr, add, total


class Held(NamedTuple):
    """Where goods are in a scenario, and when."""

    scenario: str
    depot: str
    commodity: str
    period: str


def add_stock_keeping(
    b: Block,
    *,
    arriving: Mapping[Held, Sequence[Expr]],
    leaving: Mapping[Held, Sequence[Expr]],
    shelf_life: Mapping[str, int | None],
    periods: Sequence[str],
) -> Mapping[Held, Expr]:
    """Adds what is carried over, and returns it. `shelf_life` in periods by commodity, None for ever."""
    kept = _worth_keeping(arriving, leaving, shelf_life, periods)
    add(b, "CARRIED", Set(initialize=kept, dimen=4, doc="scenario, depot, commodity, period"))
    carried = add(
        b,
        "carried",
        Var(
            b.CARRIED,
            bounds=lambda _, *key: (0, _most_arrived(arriving, Held(*key), periods)),
            doc="units kept for the next period",
        ),
    )
    add(b, "HELD", Set(initialize=sorted({*leaving, *kept}), dimen=4, doc="scenario, depot, commodity, period"))
    earlier = dict(zip(periods[1:], periods, strict=False))

    def no_more_leaves_than_is_there(_: Block, *key: str) -> Expr:
        held = Held(*key)
        before = held._replace(period=earlier.get(held.period, ""))
        out = [*leaving.get(held, ()), *([carried[held]] if held in b.CARRIED else [])]
        there = [*arriving.get(held, ()), *([carried[before]] if before in b.CARRIED else [])]
        return total(out) <= total(there)

    add(
        b,
        "no_more_leaves_than_is_there",
        Constraint(b.HELD, rule=no_more_leaves_than_is_there, doc="goods go out or are kept only where they are"),
    )
    _add_shelf_life(b, arriving, shelf_life, periods)
    return {held: carried[held] for held in kept}


def _worth_keeping(
    arriving: Mapping[Held, Sequence[Expr]],
    leaving: Mapping[Held, Sequence[Expr]],
    shelf_life: Mapping[str, int | None],
    periods: Sequence[str],
) -> list[Held]:
    """Some goods may have arrived, and some may leave later."""
    place = {t: i for i, t in enumerate(periods)}
    first: dict[Held, int] = {}
    last: dict[Held, int] = {}
    for held in arriving:
        where = held._replace(period="")
        first[where] = min(place[held.period], first.get(where, len(place)))
    for held in leaving:
        where = held._replace(period="")
        last[where] = max(place[held.period], last.get(where, 0))
    return sorted(
        where._replace(period=t)
        for where in first
        if shelf_life[where.commodity] != 1
        for t in periods[first[where] : last.get(where, 0)]
    )


def _most_arrived(arriving: Mapping[Held, Sequence[Expr]], held: Held, periods: Sequence[str]) -> float | None:
    """All that can have arrived by the end of the period, so that what is kept has a bound."""
    parts = [
        part for t in periods[: periods.index(held.period) + 1] for part in arriving.get(held._replace(period=t), ())
    ]
    most: float | None = compute_bounds_on_expr(total(parts))[1]
    return most


def _add_shelf_life(
    b: Block, arriving: Mapping[Held, Sequence[Expr]], shelf_life: Mapping[str, int | None], periods: Sequence[str]
) -> None:
    young: dict[Held, list[Expr]] = {}
    for held in (Held(*key) for key in b.CARRIED):
        life, place = shelf_life[held.commodity], periods.index(held.period)
        if life is not None and place >= life - 1:
            window = periods[place - life + 2 : place + 1]
            young[held] = [part for t in window for part in arriving.get(held._replace(period=t), ())]
    add(b, "PERISHABLE", Set(initialize=sorted(young), dimen=4, doc="goods kept that may be too old"))

    def kept_within_shelf_life(_: Block, *key: str) -> Expr:
        return b.carried[key] <= total(young[Held(*key)])

    add(
        b,
        "kept_within_shelf_life",
        Constraint(b.PERISHABLE, rule=kept_within_shelf_life, doc="only goods that are still good are kept"),
    )
