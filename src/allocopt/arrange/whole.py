"""The whole city as the data of its model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from allocopt.arrange.acting import Acting, Regime
from allocopt.arrange.beats import arrange_beats
from allocopt.arrange.calendar import Calendar
from allocopt.arrange.dominated import without_dominated
from allocopt.arrange.effects import Effects
from allocopt.arrange.inspection import arrange_inspection, pool_hours
from allocopt.arrange.merged import Merged, merge
from allocopt.arrange.money import arrange_joint_lines, arrange_lines
from allocopt.arrange.objective import arrange_objective, weights_of
from allocopt.arrange.patrol import Patrol, arrange_patrol
from allocopt.arrange.prevention import arrange_mechanisms, arrange_prevention
from allocopt.arrange.relays import relays_are_needless
from allocopt.arrange.risks import Risks, arrange_risks
from allocopt.arrange.standards import Context, arrange_ceiling, arrange_standards
from allocopt.arrange.supply import arrange_supply
from allocopt.arrange.today import loss_if_nobody_acts
from allocopt.city import City
from allocopt.schema.money import LinkRow
from allocopt.schema.people import PoolRow
from allocopt.schema.supply import ScenarioRow
from allocopt_models.budgets import Line
from allocopt_models.city import CityData, Joined, Programmes
from allocopt_models.supply import Supply


@dataclass(frozen=True)
class Arranged:
    """The data of the model, with what is needed to tell a plan from its solution: the city with its points merged,
    of which the model is made, and so on."""

    merged: Merged
    data: CityData
    risks: Risks
    calendar: Calendar
    acting: Acting
    patrol: Patrol


def arrange(
    city: City,
    regime: Regime,
    objective: str | Mapping[str, float],
    *,
    shipments: bool = True,
    every_action: bool = False,
) -> Arranged:
    """The data of the city's model under a regime; without shipments for who tells these in another way, and with
    every action for who must find a given plan in it, also those that no best plan needs."""
    merged, lines = merge(city), arrange_lines(city, regime)
    neutral = frozenset(link for line in lines.values() for link in line.pays & line.earns)
    acting = Acting(merged.city, regime, neutral=neutral)
    return _arrange(city, merged, acting, lines, objective, shipments=shipments, every_action=every_action)


def arrange_any_coalition(city: City) -> Arranged:
    """The data of one model for every coalition of the city: all that the coalition of all bodies may do, with the
    lines of each body and, besides, those that a coalition can put together. Who solves it says who is in it."""
    merged, lines = merge(city), arrange_lines(city, Regime.named("silo", city)) | arrange_joint_lines(city)
    acting = Acting(merged.city, Regime.named("joint", city), any_coalition=True)
    return _arrange(city, merged, acting, lines, "loss")


def _arrange(
    city: City,
    merged: Merged,
    acting: Acting,
    lines: Mapping[str, Line],
    objective: str | Mapping[str, float],
    *,
    shipments: bool = True,
    every_action: bool = False,
) -> Arranged:
    """Standards and programmes from outside see the sites of the city alone; all else also sees the groups into which
    its points were merged, which stand together only for who looks at nothing but units at posts."""
    calendar, effects = Calendar(city), Effects(city)
    supply = arrange_supply(
        merged.city,
        acting,
        calendar,
        effects,
        transfers=every_action or not relays_are_needless(city, acting, calendar, lines.values()),
        shipments=shipments,
    )
    programmes, patrol = arrange_programmes(merged.city, acting, calendar, effects, supply)
    joined = [Joined(own.name, own.arrange(city, acting, calendar), own.add) for own in city.programmes]
    programmes = replace(programmes, joined=joined)
    risks = arrange_risks(merged.city, calendar)
    loss_cny = loss_if_nobody_acts(merged.city, risks)
    weights = weights_of(objective)
    context = Context(city, calendar, loss_cny, programmes.inspection, patrol, programmes.prevention)
    aim = arrange_objective(merged.city, objective, loss_cny)
    data = CityData(
        name=city.settings.name,
        programmes=programmes,
        loss_cny=loss_cny,
        lines=lines,
        price_cny={link.id: link.price_cny for link in city.of(LinkRow)},
        probability={row.id: row.probability for row in city.of(ScenarioRow)},
        requirements=arrange_standards(context) + arrange_ceiling(city, aim.areas),
        objective=aim,
        beats=arrange_beats(city, wanted="response_time" in weights, alone=weights.keys() == {"response_time"}),
    )
    return Arranged(merged, data if every_action else without_dominated(data), risks, calendar, acting, patrol)


def arrange_programmes(
    city: City, acting: Acting, calendar: Calendar, effects: Effects, supply: Supply
) -> tuple[Programmes, Patrol]:
    """What each programme can do in this regime, besides what is done about needs."""
    patrol = arrange_patrol(city, acting, calendar, effects)
    programmes = Programmes(
        mechanisms=arrange_mechanisms(city, calendar),
        inspection=arrange_inspection(city, acting, calendar, effects),
        stationing=patrol.stationing,
        response=patrol.response,
        presence=patrol.presence,
        crews=patrol.crews,
        prevention=arrange_prevention(city, acting, calendar, effects),
        supply=supply,
        pool_hours=pool_hours(city, calendar),
        pool_mechanism={pool.id: pool.mechanism for pool in city.of(PoolRow)},
    )
    return programmes, patrol
