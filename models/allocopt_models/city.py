"""The whole city: programmes, money, standards and what is minimised, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyomo.common.gc_manager import PauseGC
from pyomo.core import Block as PyomoBlock
from pyomo.core import ConcreteModel, Objective, minimize

from allocopt_models import objectives
from allocopt_models.beats import Beats, add_beats
from allocopt_models.budgets import Line, add_budgets
from allocopt_models.inspection import Inspection, add_inspection
from allocopt_models.mechanisms import Mechanisms, add_mechanisms
from allocopt_models.patrol import Stationed, Stationing, add_stationing
from allocopt_models.people import add_people
from allocopt_models.presence import Presence, add_presence
from allocopt_models.prevention import Prevention, add_prevention
from allocopt_models.response import Response, add_response
from allocopt_models.risk import add_residual_risk
from allocopt_models.standards import Handles, Requirement, add_standards
from allocopt_models.supply import Supply, SupplyVariables, add_supply
from allocopt_models.terms import Block, Cell, Contribution, Expr, Works, add
from allocopt_models.unit_crews import UnitCrews, add_unit_crews


@dataclass(frozen=True)
class Joined:
    """A programme from outside: the name of its block, its data, and the function that adds it. Given the block, the
    data and `works`, that returns what the programme adds to the city, as those of this library do."""

    name: str
    data: Any
    add: Callable[..., Contribution]


@dataclass(frozen=True)
class Programmes:
    """What each programme can do. A programme that the city does not have has nothing in its data."""

    mechanisms: Mechanisms
    inspection: Inspection
    stationing: Stationing
    response: Response
    presence: Presence
    crews: UnitCrews
    prevention: Prevention
    supply: Supply
    pool_hours: Mapping[tuple[str, str], float]
    pool_mechanism: Mapping[str, str | None]
    joined: Sequence[Joined] = ()


@dataclass(frozen=True)
class CityData:
    """All that the model of a city is made of."""

    name: str
    programmes: Programmes
    loss_cny: Mapping[Cell, float]
    lines: Mapping[str, Line]
    price_cny: Mapping[str, float]
    probability: Mapping[str, float]
    requirements: Sequence[Requirement]
    objective: objectives.Objective
    beats: Beats | None


@dataclass(frozen=True)
class Actions:
    """The variables that a plan is made of, by programme, and what the programmes add up to."""

    works: Works
    visits: Mapping[Any, Expr]
    stationed: Stationed
    covering: Mapping[tuple[int, str, str], Expr]
    presence: Mapping[Any, Expr]
    people: Mapping[Any, Expr]
    starts: Mapping[Any, Expr]
    supply: SupplyVariables
    added: Contribution
    joined: Mapping[str, Contribution]


@dataclass(frozen=True)
class CityModel:
    """The Pyomo model of a city, and the expressions that plans are told from."""

    model: Block
    data: CityData
    actions: Actions
    handles: Handles
    short_price: Expr


def add_programmes(m: Block, data: Programmes) -> Actions:
    """Adds every programme as a block of the model, mechanisms first since they unlock the rest."""
    added = Contribution()
    gained, works = add_mechanisms(_block(m, "mechanisms"), data.mechanisms)
    added.join(gained)
    gained, visits = add_inspection(_block(m, "inspection"), data.inspection, works=works)
    added.join(gained)
    gained, stationed = add_stationing(_block(m, "patrol"), data.stationing, works=works)
    added.join(gained)
    gained, covering = add_response(_block(m, "response"), data.response, stationed=stationed)
    added.join(gained)
    gained, presence = add_presence(_block(m, "presence"), data.presence, stationed=stationed, works=works)
    added.join(gained)
    gained, people = add_unit_crews(_block(m, "crews"), data.crews, stationed=stationed, works=works)
    added.join(gained)
    gained, starts, adopted = add_prevention(_block(m, "prevention"), data.prevention, works=works)
    added.join(gained)
    gained, supply = add_supply(_block(m, "supply"), data.supply, adopted=adopted, works=works)
    added.join(gained)
    joined = {own.name: own.add(_block(m, own.name), own.data, works=works) for own in data.joined}
    for gained in joined.values():
        added.join(gained)
    add_people(_block(m, "pools"), asked=added, hours=data.pool_hours, mechanism=data.pool_mechanism, works=works)
    return Actions(works, visits, stationed, covering, presence, people, starts, supply, added, joined)


def city_model(data: CityData) -> CityModel:
    """The model of a city: minimise the objective over all that its bodies may do.

    While it grows, nothing of it is garbage, and looking for garbage would take longer than the rest.
    """
    with PauseGC():
        return _city_model(data)


def _city_model(data: CityData) -> CityModel:
    m = ConcreteModel(name=data.name)
    actions = add_programmes(m, data.programmes)
    left = add_residual_risk(_block(m, "risk"), acted_on=actions.added, loss_cny=data.loss_cny)
    add_budgets(
        _block(m, "money"),
        lines=data.lines,
        spent=actions.added,
        price_cny=data.price_cny,
        probability=data.probability,
    )
    handles = Handles(
        visits=actions.visits,
        covering=actions.covering,
        presence=actions.presence,
        unmet=actions.supply.unmet,
        left=left,
        starts=actions.starts,
        opened_posts=actions.stationed.opened,
        opened_depots=actions.supply.opened,
        spent=actions.added,
        probability=data.probability,
    )
    short_price = add_standards(_block(m, "standards"), data.requirements, handles=handles)
    response_time = _add_response_time(m, data, actions)
    parts = objectives.objective_parts(
        _block(m, "aims"),
        data.objective,
        data.loss_cny,
        handles,
        response_time=response_time,
        short_price=short_price,
    )
    aim = objectives.weighted(parts, data.objective.weights, [short_price])
    add(m, "aim", Objective(expr=aim, sense=minimize, doc="what is minimised"))
    return CityModel(m, data, actions, handles, short_price)


def _add_response_time(m: Block, data: CityData, actions: Actions) -> Expr:
    if data.beats is None:
        return 0.0
    return add_beats(_block(m, "beats"), data.beats, opened=actions.stationed.opened).response_time


def _block(m: Block, name: str) -> Block:
    return add(m, name, PyomoBlock())
