"""How far the plan is moved by figures that nobody measured, group by group, the decisions held as they are.

A group's assumed figures are scaled to each of `FACTORS` as `--set scale.GROUP=…` does, and the objective is told by
the exact formulas: no model is built again, since a settled one holds in numbers all that is done.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pyomo.core import value

from allocopt.arrange.effects import Effects, kept, weight
from allocopt.arrange.risks import arrange_risks
from allocopt.arrange.supply import arrange_needs
from allocopt.arrange.today import loss_if_nobody_acts
from allocopt.arrange.whole import Arranged
from allocopt.city import City
from allocopt.faults import InputError
from allocopt.instance.scaling import GROUPS, assumed_rows, scaled_city
from allocopt.schema.risk import HazardRow
from allocopt.tell.assumed_costs import assumed_costs
from allocopt_models.budgets import Line, spending, uses
from allocopt_models.city import CityModel
from allocopt_models.needs import Need, NeedData, penalties
from allocopt_models.objectives import Area, Objective, exact_objective
from allocopt_models.prevention import adopted_measures
from allocopt_models.response import effort_of_units
from allocopt_models.standards import Handles, LossLeft, MoneySpent, NeedFilled, Requirement, value_of
from allocopt_models.supply import Sending
from allocopt_models.terms import Cell, Contribution, Cost, Price

FACTORS = (0.8, 1.2)
# A line counts as overrun beyond this, relative (at least to one yuan).
OVERRUN = 1e-6


def provenance(model: CityModel, arranged: Arranged) -> dict[str, Any]:
    """The share of spending that assumed rows price, and what moves the plan, from a settled model."""
    done = _Done(model, arranged)
    total = float(spending(done.costs, model.data.probability))
    guessed = float(spending(done.assumed_costs, model.data.probability))
    return {"assumed_cost_share": guessed / total if total > 0 else 0.0, "sensitivity": _sensitivity(done)}


def _sensitivity(done: _Done) -> dict[str, dict[str, Any]]:
    """By group: how many rows are assumed, and the objective with their figures scaled to each factor."""
    city, found = done.city, dict[str, dict[str, Any]]()
    for group in GROUPS:
        found[group] = {"assumed_rows": assumed_rows(city, group, done.arranged.merged.own_risks)}
        for by in FACTORS if found[group]["assumed_rows"] else ():
            found[group] |= _costs(done, by) if group == "costs" else {f"at_{by}": _objective(done, group, by)}
    return found


def _costs(done: _Done, by: float) -> dict[str, Any]:
    """What the plan would be worth and cost, and (dearer) by how much each line would be overrun."""
    world = replace(done.as_it_is, costs=done.costs_at(by))
    handles = done.handles(world)
    told: dict[str, Any] = {
        f"at_{by}": done.objective(world, handles),
        f"spending_at_{by}": float(spending(handles.spent.costs, handles.probability)),
    }
    if by > 1.0:
        told[f"overrun_at_{by}"] = dict(_overrun(done.model.data.lines, handles, done.model.data.price_cny))
    return told


def _objective(done: _Done, group: str, by: float) -> float | None:
    """The objective; None where an observed loss cannot be reckoned back."""
    try:
        world = done.world(scaled_city(done.city, group, by), group)
    except InputError:
        return None
    return done.objective(world, done.handles(world))


def _overrun(
    lines: Mapping[str, Line], handles: Handles, price_cny: Mapping[str, float]
) -> Iterator[tuple[str, float]]:
    """The lines on which these costs do not fit, and by how much."""
    for name, line in sorted(lines.items()):
        parts = {w: math.fsum(used) for w, used in uses(line, handles.spent, price_cny).items()}
        first = parts.pop("")
        if line.scenario == "expected":
            most = first + math.fsum(handles.probability[w] * part for w, part in parts.items())
        else:
            most = first + max([0.0, *parts.values()])
        if most > line.amount_cny + OVERRUN * max(1.0, line.amount_cny):
            yield name, most - line.amount_cny


@dataclass(frozen=True)
class _World:
    """The figures that scaling can move: ℓ by cell, effects, needs, costs."""

    loss_cny: Mapping[Cell, float]
    effects: Effects
    needs: Mapping[Need, NeedData]
    costs: Sequence[Cost]


class _Done:
    """What the settled model does, in numbers."""

    def __init__(self, model: CityModel, arranged: Arranged) -> None:
        self.city, self.model, self.arranged = arranged.merged.city, model, arranged
        self.programmes = model.data.programmes
        self.keep = {row.id: row.keep for row in self.city.of(HazardRow)}
        self.order = {period: t for t, period in enumerate(arranged.calendar.periods)}
        self.class_of = {cover: response for (response, _), cover in arranged.patrol.cover_of.items()}

    def world(self, city: City, group: str) -> _World:
        """The figures of the city with a group scaled. Raises InputError where a loss cannot be reckoned back."""
        effects, loss_cny = Effects(city), self.model.data.loss_cny
        if group == "losses":
            stated = self.arranged.risks.loss_cny
            scaled = arrange_risks(city, self.arranged.calendar).loss_cny
            loss_cny = {cell: loss * (loss_cny[cell] / stated[cell]) for cell, loss in scaled.items()}
        elif group == "effects":
            loss_cny = loss_if_nobody_acts(city, self.arranged.risks)
        return _World(loss_cny, effects, arrange_needs(city, effects), self.costs)

    @cached_property
    def as_it_is(self) -> _World:
        return _World(self.model.data.loss_cny, Effects(self.city), self.programmes.supply.needs, self.costs)

    @cached_property
    def costs(self) -> list[Cost]:
        return [
            replace(cost, amount=amount)
            for cost in self.model.actions.added.costs
            if (amount := float(value(cost.amount)))
        ]

    @cached_property
    def prices(self) -> list[Price]:
        return [
            Price(price.link, price.period, quantity, price.scenario)
            for price in self.model.actions.added.prices
            if (quantity := float(value(price.quantity)))
        ]

    @cached_property
    def assumed_costs(self) -> list[Cost]:
        return [*assumed_costs(self.city, self.model), *(cost for cost in self.costs if cost.assumed)]

    def costs_at(self, by: float) -> list[Cost]:
        """All costs, those that assumed rows price scaled."""
        return self.costs + [replace(cost, amount=(by - 1.0) * cost.amount) for cost in self.assumed_costs]

    @cached_property
    def visits(self) -> dict[Any, int]:
        made = {visit: round(value(n)) for visit, n in self.model.actions.visits.items()}
        return {visit: n for visit, n in made.items() if n}

    @cached_property
    def works(self) -> dict[tuple[str, str], int]:
        return {key: round(value(works)) for key, works in self.model.actions.works.items()}

    @cached_property
    def hours(self) -> dict[Any, float]:
        return {present: float(value(hours)) for present, hours in self.model.actions.presence.items()}

    @cached_property
    def adopted(self) -> Mapping[tuple[str, str, str], float]:
        started = {key: round(value(start)) for key, start in self.model.actions.starts.items()}
        return adopted_measures(self.programmes.prevention, started)

    @cached_property
    def covering(self) -> dict[tuple[int, str, str], int]:
        return {key: round(value(n)) for key, n in self.model.actions.covering.items()}

    @cached_property
    def shipped(self) -> dict[Need, float]:
        sent: dict[Need, float] = defaultdict(float)
        data = self.programmes.supply
        for key in data.shipments:
            for scenario in data.sent_in(key):
                sent[Need(scenario, key.place, key.commodity, key.period)] += self._amount(key)
        return sent

    def _amount(self, key: Sending) -> float:
        return float(value(self.model.actions.supply.shipped[key]))

    def handles(self, world: _World) -> Handles:
        """What objectives and standards count, in numbers."""
        unmet = {need: self._unmet(need, item) for need, item in world.needs.items()}
        spent = Contribution(costs=list(world.costs), prices=self.prices)
        penalties(world.needs, unmet, spent)
        return Handles(unmet=unmet, left=self._left(world), spent=spent, probability=self.model.data.probability)

    def _unmet(self, need: Need, item: NeedData) -> float:
        effort = sum(e * self.adopted.get((m, need.site, need.period), 0.0) for m, e in item.lowered_by)
        return max(0.0, item.amount * math.exp(-effort) - self.shipped.get(need, 0.0))

    def _left(self, world: _World) -> dict[Cell, float]:
        risk = self.model.model.risk
        tabled = {cell for cell, standing in risk.alike.items() if standing in risk.TABLED_CELLS}
        left = {cell: float(value(risk.left[risk.alike[cell]])) for cell in risk.alike if cell in tabled}
        efforts: dict[Cell, float] = defaultdict(float)
        for found in (self._visits, self._response, self._presence, self._measures, self._joined):
            for cell, effort in found(world.effects):
                efforts[cell] += effort
        return left | {cell: math.exp(-efforts[cell]) for cell in risk.alike if cell not in tabled}

    def _visits(self, effects: Effects) -> Iterator[tuple[Cell, float]]:
        """A visit's effort, and what a mechanism that works adds to it, as far as it is kept."""
        data = self.programmes.inspection
        for cell, averting in data.averts.items():
            for visit, _ in averting:
                if n := self.visits.get(visit):
                    share = effects.shares("kind", visit.kind)[cell.hazard]
                    yield cell, n * weight(share) * self._kept(cell, visit.period)
        for cell, rows in data.sharper.items():
            for visit, z, _ in rows:
                if (n := self.visits.get(visit)) and self.works[z, visit.period]:
                    base = effects.shares("kind", visit.kind).get(cell.hazard, 0.0)
                    more = weight(effects.sharper(visit.kind)[cell.hazard][1]) - weight(base)
                    yield cell, n * more * self._kept(cell, visit.period)

    def _kept(self, cell: Cell, period: str) -> float:
        return kept(self.keep[cell.hazard], self.order[cell.period] - self.order[period])

    def _response(self, effects: Effects) -> Iterator[tuple[Cell, float]]:
        for cell, answers in self.programmes.response.answers.items():
            for answer in answers:
                share = effects.shares("class", self.class_of[answer.cover])[cell.hazard]
                yield cell, effort_of_units(self.covering[answer[:3]], share, answer.busy)

    def _presence(self, effects: Effects) -> Iterator[tuple[Cell, float]]:
        for cell, rows in self.programmes.presence.averts.items():
            for present, _ in rows:
                if hours := self.hours[present]:
                    yield cell, hours * weight(effects.shares("unit", present.unit)[cell.hazard])

    def _measures(self, effects: Effects) -> Iterator[tuple[Cell, float]]:
        for cell, averting in self.programmes.prevention.averts.items():
            for measure, _ in averting:
                if works := self.adopted.get((measure, cell.site, cell.period)):
                    yield cell, works * weight(effects.shares("measure", measure)[cell.hazard])

    def _joined(self, _: Effects) -> Iterator[tuple[Cell, float]]:
        """What programmes from outside do; their effects stand in tables of their own."""
        for joined in self.model.actions.joined.values():
            for cell, terms in joined.efforts.items():
                yield cell, sum(float(value(term.amount)) for term in terms)

    def objective(self, world: _World, handles: Handles) -> float:
        """The objective by the exact formulas, with the price of soft standards that are missed."""
        aims = self.arranged.data.objective
        return exact_objective(
            replace(aims, areas=self._areas(aims, world)),
            world.loss_cny,
            handles,
            response_time=self._response_time,
            short_price=sum(self._short(i, row, world, handles) for i, row in enumerate(self.model.data.requirements)),
        )

    @cached_property
    def _response_time(self) -> float:
        data = self.model.data.beats
        if data is None or "response_time" not in self.arranged.data.objective.weights:
            return 0.0
        people, assigned = sum(data.people.values()), self.model.model.beats.assigned
        minutes = sum(m * data.people[site] * value(assigned[post, site]) for (post, site), m in data.minutes.items())
        return float(minutes) / people if people else 0.0

    def _areas(self, aims: Objective, world: _World) -> dict[str, Area]:
        share = self.city.settings.worst_area.per == "share"
        out: dict[str, Area] = {}
        for name, area in aims.areas.items() if "worst_area" in aims.weights else ():
            loss_cny = {cell: world.loss_cny[cell] for cell in area.loss_cny}
            undone = sum(loss_cny.values()) + sum(p * world.needs[need].amount for need, p in area.penalties.items())
            out[name] = Area(loss_cny, area.penalties, undone if share else area.divisor)
        return out

    def _short(self, i: int, row: Requirement, world: _World, handles: Handles) -> float:
        """The price of what a soft standard is missed by; only what counts losses, needs or money can move."""
        if row.price_cny is None:
            return 0.0
        match row.measured:
            case LossLeft(loss_cny, heads):
                measured = LossLeft({cell: world.loss_cny[cell] for cell in loss_cny}, heads)
                counted = value_of(measured, None, handles)
            case NeedFilled(needs):
                needed = sum(share * world.needs[need].amount for need, share in needs)
                counted = value_of(NeedFilled([(need, share / needed) for need, share in needs]), None, handles)
            case MoneySpent():
                counted = value_of(row.measured, None, handles)
            case _:
                return float(row.price_cny * value(self.model.model.standards.short[i]))
        beyond = row.required - float(counted)
        return row.price_cny * max(0.0, beyond if row.bound == "at_least" else -beyond)
