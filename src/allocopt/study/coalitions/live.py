"""One live model for every coalition of bodies: its bounds, costs and lines say which coalition it is solved for.

Members of the coalition S decide what they do for each other; what everybody else does is held at the silo plan. The
model minimises what S answers for: the loss of the site-hazards that its members lead, the penalties of their unmet
needs, and its parts of the price of standards that are missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocopt.arrange.money import joint_id, lines_alike
from allocopt.arrange.whole import arrange_any_coalition
from allocopt.city import City
from allocopt.schema.money import BudgetRow
from allocopt.schema.risk import BodyRow
from allocopt.solver.arrays import Floats
from allocopt.solving.search import Search
from allocopt.study.coalitions.answering import Answering
from allocopt.study.coalitions.parties import Parties
from allocopt_models.city import city_model
from allocopt_models.needs import Need
from allocopt_models.terms import Cell

# A coalition as bits: bit i is the i-th body in the order of ids.
Members = int
# Rows hold to this, relative to their own size.
ROW_TOLERANCE = 1e-6
# So much room, relative, is left around the silo plan where it lies on a limit.
HAIR = 1e-7


@dataclass(frozen=True)
class _Group:
    """Lines alike of several bodies, and what they are when put together: rows of the model by scenario."""

    bodies: Members
    own: Mapping[int, Mapping[str, int]]
    amount_cny: Mapping[int, float]
    joint: Mapping[str, int]


class AnyCoalition:
    """The live model. `silo` has the silo plan as values by the name of the model's variables."""

    def __init__(self, city: City, silo: Mapping[str, float], *, threads: int | None = None) -> None:
        self.bodies = tuple(sorted(body.id for body in city.of(BodyRow)))
        self.bit = {body: 1 << i for i, body in enumerate(self.bodies)}
        self.everybody: Members = (1 << len(self.bodies)) - 1
        self.arranged = arrange_any_coalition(city)
        self.search = Search(city_model(self.arranged.data), threads=threads)
        self.parties = Parties(city, self.arranged.acting)
        self._lower = self.search.arrays.lower.copy()
        self._upper = self.search.arrays.upper.copy()
        self._row_upper = self.search.arrays.row_upper.copy()
        self._read_parties()
        self._read_answering()
        self._read_outside()
        self._groups = [self._group(rows) for rows in lines_alike(city, frozenset(self.bodies)) if len(rows) > 1]
        self.silo = self._silo_plan(silo)
        self._silo_used = self._activity(self.silo)
        self._make_room_for_silo()

    # Reading the model once

    def _read_parties(self) -> None:
        """By column: who must all be members, and of whom one must be; all bits where anybody will do."""
        actors, leaders = [], []
        for variable in self.search.arrays.variables:
            party = self.parties.of(variable.parent_component().name, variable.index())
            actors.append(0 if party is None else self.members(party.actors))
            anybody = party is None or party.leaders is None
            leaders.append(self.everybody if anybody else self.members(party.leaders or ()))  # type: ignore[union-attr]
        self._actors, self._leaders = np.array(actors, dtype=np.int64), np.array(leaders, dtype=np.int64)

    def _read_answering(self) -> None:
        """Costs of the columns, and the constant, by the body that answers for them."""
        model, data = self.search.city, self.arranged.data
        answering = Answering(self.arranged, self.parties, self.bodies)
        column = self.search.arrays.column_of()
        place = {body: i for i, body in enumerate(self.bodies)}
        self._cost = np.zeros((len(self.bodies), len(self.search.arrays.cost)))
        self._offset = np.zeros(len(self.bodies))
        for cell, loss in data.loss_cny.items():
            body = place[answering.for_cell(Cell(*cell))]
            if cell in model.handles.left:
                self._cost[body, column[id(model.handles.left[cell])]] += loss
            else:
                self._offset[body] += loss
        for need, unmet in model.handles.unmet.items():
            body = place[answering.for_need(Need(*need))]
            penalty = data.probability[need.scenario] * data.programmes.supply.needs[need].penalty_cny
            if isinstance(unmet, float):
                self._offset[body] += penalty * unmet
            else:
                self._cost[body, column[id(unmet)]] += penalty
        for i, requirement in enumerate(data.requirements):
            if requirement.price_cny:
                short = column[id(model.model.standards.short[i])]
                for name, part in answering.for_requirement(requirement).items():
                    self._cost[place[name], short] += part * requirement.price_cny

    def _read_outside(self) -> None:
        """Where units within reach are counted, with the units that may not act there on their own account."""
        column = self.search.arrays.column_of()
        response, units = self.search.city.model.response, self.search.city.model.patrol.units
        covers = self.arranged.data.programmes.response.covers
        self._outside: list[tuple[int, NDArray[np.int64]]] = []
        for cover, period, shift in response.COVERS:
            leaders = self.members(self.arranged.patrol.leaders_of[cover])
            stations = [column[id(units[u, p, period, shift])] for u, p in covers[cover].own]
            strangers = [j for j in stations if not self._actors[j] & leaders]
            outside = column.get(id(response.outside[cover, period, shift]))
            if outside is not None and strangers:
                self._outside.append((outside, np.array(strangers, dtype=np.int64)))

    def _group(self, rows: Sequence[BudgetRow]) -> _Group:
        within = self.search.city.model.money.within_budget
        numbers = {id(constraint): i for i, constraint in enumerate(self.search.arrays.constraints)}

        def rows_of(name: str) -> dict[str, int]:
            mine = ((w, numbers.get(id(within[line, w]))) for line, w in within if line == name)
            return {w: row for w, row in mine if row is not None}

        return _Group(
            bodies=self.members(row.body for row in rows),
            own={self.members([row.body]): rows_of(row.id) for row in rows},
            amount_cny={self.members([row.body]): row.amount_cny for row in rows},
            joint=rows_of(joint_id(rows)),
        )

    def _silo_plan(self, silo: Mapping[str, float]) -> Floats:
        x = np.array([silo.get(variable.name, 0.0) for variable in self.search.arrays.variables])
        return self.settled(0, x)

    def _make_room_for_silo(self) -> None:
        """Rows that the silo plan breaks by the solver's own tolerance give way by as much: held there, it must fit.
        This can only lower bounds."""
        live, used = self.search.live, self._silo_used
        room = HAIR * np.maximum(1.0, np.abs(used))
        lower, upper = live.arrays.row_lower, live.arrays.row_upper
        for row in np.flatnonzero((used < lower + room) | (used > upper - room)):
            live.set_row(int(row), min(lower[row], used[row] - room[row]), max(upper[row], used[row] + room[row]))
        self._row_upper = live.arrays.row_upper.copy()

    # Coalitions

    def members(self, bodies: Iterable[str | None]) -> Members:
        """The bodies as bits."""
        return sum(self.bit[body] for body in set(bodies) if body)

    def decides(self, members: Members) -> NDArray[np.bool_]:
        """The columns that the coalition decides on, with those that follow from decisions."""
        all_in = (self._actors & ~members) == 0
        return np.asarray(all_in & ((self._leaders & members) != 0), dtype=np.bool_)

    def answered_for(self, members: Members, x: Floats) -> float:
        """What the coalition answers for under a plan with all its dependent values: loss and prices, in CNY."""
        cost, offset = self._aim(members)
        return float(cost @ x) + offset

    def _aim(self, members: Members) -> tuple[Floats, float]:
        inside = np.array([bool(members >> i & 1) for i in range(len(self.bodies))])
        return self._cost[inside].sum(axis=0), float(self._offset[inside].sum())

    def problem_of(self, members: Members) -> bytes:
        """What tells the coalition's problem from others': equal bytes, equal problems."""
        free = self.decides(members) & (self._lower < self._upper)
        cost, offset = self._aim(members)
        limits = np.array(list(self._line_limits(members).values()))
        outside = np.array(list(self._outside_of(members, self.silo).values()))
        return b"".join(part.tobytes() for part in (free, cost, np.array([offset]), limits, outside))

    def turn_to(self, members: Members) -> None:
        """Make the live model the coalition's."""
        live = self.search.live
        free = self.decides(members)
        lower, upper = np.where(free, self._lower, self.silo), np.where(free, self._upper, self.silo)
        outside = self._outside_of(members, self.silo)
        for column, number in outside.items():
            lower[column] = upper[column] = number
        live.set_all_bounds(lower, upper)
        live.set_costs(*self._aim(members))
        for row, upper_limit in self._line_limits(members).items():
            live.set_row(row, -np.inf, upper_limit)

    def _outside_of(self, members: Members, x: Floats) -> dict[int, float]:
        """Units of bodies out of the coalition that stand within reach but may not act there."""
        out = {}
        for column, strangers in self._outside:
            away = strangers[(self._actors[strangers] & members) == 0]
            out[column] = float(np.round(x[away]).sum())
        return out

    def _line_limits(self, members: Members) -> dict[int, float]:
        """Upper limits of the rows of lines that may be put together: each body's own, or one for the coalition."""
        limits: dict[int, float] = {}
        for group in self._groups:
            together = members & (members - 1) != 0 and members & ~group.bodies == 0
            for bit, rows in group.own.items():
                mine = together and bit & members
                limits.update({row: np.inf if mine else self._row_upper[row] for row in rows.values()})
            for scenario, row in group.joint.items():
                limits[row] = self._joint_limit(group, members, scenario) if together else np.inf
        return limits

    def _joint_limit(self, group: _Group, members: Members, scenario: str) -> float:
        """The members' amounts, and what the others use of theirs."""
        ours = sum(amount for bit, amount in group.amount_cny.items() if bit & members)
        theirs = [rows.get(scenario, rows.get("")) for bit, rows in group.own.items() if not bit & members]
        return ours + float(sum(self._silo_used[row] for row in theirs if row is not None))

    def _activity(self, x: Floats) -> Floats:
        from scipy.sparse import csr_array

        arrays = self.search.arrays
        shape = (len(arrays.row_lower), len(arrays.cost))
        return np.asarray(csr_array((arrays.values, arrays.columns, arrays.starts), shape=shape) @ x)

    def settled(self, members: Members, x: Floats) -> Floats:
        """The plan with its dependent values, where the coalition is this one."""
        x = x.copy()
        for column, number in self._outside_of(members, self.silo if members else x).items():
            x[column] = number
        return self.search.settle(x)

    def allows(self, members: Members, x: Floats) -> bool:
        """Whether a settled plan is one of the coalition's; after `turn_to`."""
        arrays = self.search.arrays
        near = ROW_TOLERANCE * np.maximum(1.0, np.abs(x))
        if (x < arrays.lower - near).any() or (x > arrays.upper + near).any():
            return False
        activity = self._activity(x)
        slack = ROW_TOLERANCE * np.maximum(1.0, np.abs(activity))
        return not ((activity < arrays.row_lower - slack).any() or (activity > arrays.row_upper + slack).any())
