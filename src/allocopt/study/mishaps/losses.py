"""What can go wrong, one loss at a time, as a change of the city.

Rows of what is lost are taken out, with the rows that speak of it; of people and money a share is lost. What is at risk
stays as it was.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from allocopt.city import City
from allocopt.schema.supply import ScenarioRow

Rows = Mapping[str, tuple[Any, ...]]
# Rounding of a sum of chances, and of a share of a whole number.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Stress:
    """A loss: of which kind, of what, and (of people and money) how large a share."""

    kind: str
    thing: str
    share: float = 1.0

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.thing}"


def stressed(city: City, stresses: Sequence[Stress]) -> City:
    """The city after these losses. Who answers for which site is not asked there: no loss depends on it."""
    rows: Rows = city.rows
    for stress in stresses:
        rows = _LOSE[stress.kind](city, rows, stress)
    settings = city.settings.model_copy(update={"beats": None})
    return replace(city, rows=rows, settings=settings, before=city.before or city)


def can_double(city: City, scenario: str) -> bool:
    """Whether a scenario can become twice as likely."""
    chance = {row.id: row.probability for row in city.of(ScenarioRow)}
    return sum(chance.values()) + chance[scenario] <= 1.0 + ROUNDING


def _without(rows: Rows, table: str, column: str, thing: str) -> Rows:
    return {**rows, table: tuple(row for row in rows[table] if getattr(row, column) != thing)}


def _changed(rows: Rows, table: str, thing: str, change: Callable[[Any], dict[str, Any]]) -> Rows:
    """The rows with the change made in the row of this id."""
    changed = tuple(row.model_copy(update=change(row)) if row.id == thing else row for row in rows[table])
    return {**rows, table: changed}


def _depot(_: City, rows: Rows, stress: Stress) -> Rows:
    for table in ("stocks", "suppliers", "survival", "closures"):
        rows = _without(rows, table, "depot", stress.thing)
    return _without(rows, "depots", "id", stress.thing)


def _post(_: City, rows: Rows, stress: Stress) -> Rows:
    return _without(rows, "posts", "id", stress.thing)


def _body(city: City, rows: Rows, stress: Stress) -> Rows:
    """Its people, units, measures, depots, suppliers and links are gone, and what it would have paid for."""
    body = stress.thing
    for depot in [row.id for row in rows["depots"] if row.body == body]:
        rows = _depot(city, rows, Stress("depots", depot))
    for measure in [row.id for row in rows["measures"] if row.body == body]:
        rows = {**rows, "effects": tuple(r for r in rows["effects"] if (r.by, r.id) != ("measure", measure))}
    for table, column in (
        ("pools", "body"),
        ("units", "body"),
        ("measures", "body"),
        ("suppliers", "body"),
        ("links", "helper"),
        ("links", "helped"),
    ):
        rows = _without(rows, table, column, body)
    rows = {**rows, "posts": tuple(row for row in rows["posts"] if row.open or row.body != body)}
    for mechanism in sorted({row.mechanism for row in rows["mechanism_costs"] if row.body == body}):
        rows = _mechanism(city, rows, Stress("mechanisms", mechanism))
    return rows


def _pool(_: City, rows: Rows, stress: Stress) -> Rows:
    return _changed(rows, "pools", stress.thing, lambda row: {"hours": row.hours * (1.0 - stress.share)})


def _unit(_: City, rows: Rows, stress: Stress) -> Rows:
    return _changed(
        rows, "units", stress.thing, lambda row: {"count": row.count - math.ceil(stress.share * row.count - ROUNDING)}
    )


def _link(_: City, rows: Rows, stress: Stress) -> Rows:
    return _without(rows, "links", "id", stress.thing)


def _mechanism(city: City, rows: Rows, stress: Stress) -> Rows:
    """It can still be paid for, and does not work within the horizon."""
    never = len(city.settings.periods)
    return _changed(rows, "mechanisms", stress.thing, lambda _: {"lead": never})


def _supplier(_: City, rows: Rows, stress: Stress) -> Rows:
    return _without(rows, "suppliers", "id", stress.thing)


def _budget(_: City, rows: Rows, stress: Stress) -> Rows:
    return _changed(rows, "budgets", stress.thing, lambda row: {"amount_cny": row.amount_cny * (1.0 - stress.share)})


def _needs(city: City, rows: Rows, stress: Stress) -> Rows:
    """Twice as much is needed, from the period on in which the scenario is told apart from the others."""
    periods = [period.id for period in city.settings.periods]
    known_from = next(row.known_from for row in rows["scenarios"] if row.id == stress.thing)
    told = frozenset(periods[periods.index(known_from) if known_from else 0 :])
    doubled = (
        row.model_copy(update={"amount": 2.0 * row.amount})
        if row.scenario == stress.thing and row.period in told
        else row
        for row in rows["needs"]
    )
    return {**rows, "needs": tuple(doubled)}


def _chance(_: City, rows: Rows, stress: Stress) -> Rows:
    return _changed(rows, "scenarios", stress.thing, lambda row: {"probability": min(1.0, 2.0 * row.probability)})


_LOSE: Mapping[str, Callable[[City, Rows, Stress], Rows]] = {
    "depots": _depot,
    "posts": _post,
    "bodies": _body,
    "pools": _pool,
    "units": _unit,
    "links": _link,
    "mechanisms": _mechanism,
    "suppliers": _supplier,
    "budgets": _budget,
    "needs": _needs,
    "chances": _chance,
}
KINDS = tuple(_LOSE)
