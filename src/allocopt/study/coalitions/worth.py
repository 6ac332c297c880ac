"""What each link and each mechanism is worth: the best linked plan with it and without it, and its break-even price.

What surely holds lies between plans and bounds with it and without it. Within these limits the worth is told as the
relaxation has it (whole numbers left out), where what rounding costs is the same with and without. The break-even price
is where having it no longer beats doing without: of a mechanism its whole cost, of a link its price. It is sought on
the relaxation too, where each trial is one warm solve.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from allocopt.arrange.acting import Regime
from allocopt.arrange.whole import arrange
from allocopt.city import City
from allocopt.solver import Status
from allocopt.solver.arrays import Floats
from allocopt.solving.search import Found, Search, Targets
from allocopt.study.coalitions.parties import UNDER_LINKS
from allocopt_models.city import city_model

# At most so many items are solved on one live model, one after the other.
CHUNK = 8
NODES = 50
PATIENCE = 3.0
# The break-even price is found to this, relative; beyond so many times the present one it is not sought.
PRICE_NEAR, MOST_TIMES = 0.05, 16.0
# A relaxed gain below this share of the near limit is none.
NO_GAIN = 1e-3


@dataclass(frozen=True)
class Item:
    """A link or a mechanism."""

    kind: str
    id: str


@dataclass(frozen=True)
class LinkedPlan:
    """The best plan found of the linked regime by variable name, its objective, and its bound, in CNY."""

    x: Mapping[str, float]
    objective: float
    bound: float


@dataclass(frozen=True)
class WorthTask:
    """Items to be valued; limits may be `near` apart, in CNY."""

    city: City
    linked: LinkedPlan
    near: float
    items: Sequence[Item]


@dataclass(frozen=True)
class Worth:
    """What an item is worth, in CNY of the objective: `value` by the relaxation, surely between `low` and `high`.

    `price_cny` is its present price (of a mechanism the cost of all payers, of a link the price of an hour, unit or
    measure); `break_even_cny` the price up to which it is worth having, infinite where none was found."""

    item: Item
    used: bool
    low: float
    value: float
    high: float
    price_cny: float
    break_even_cny: float


def worth_chunk(task: WorthTask) -> list[Worth]:
    """The worth of a task's items, one after the other on one live model of the linked regime."""
    model = _Linked(task)
    return [model.worth(item) for item in task.items]


class _Linked:
    def __init__(self, task: WorthTask) -> None:
        self.task = task
        arranged = arrange(task.city, Regime.named("linked", task.city), "loss")
        self.data = arranged.data
        self.search = Search(city_model(arranged.data), threads=1)
        arrays = self.search.arrays
        self.lower, self.upper = arrays.lower.copy(), arrays.upper.copy()
        self.names = arrays.components.tolist()
        self.x = np.array([task.linked.x.get(variable.name, 0.0) for variable in arrays.variables])
        self.targets = Targets(0.0, None, 0.0, None, absolute=task.near, nodes=NODES)
        self.search.tighten_relaxed(self.targets, Found())

    def worth(self, item: Item) -> Worth:
        """Solve without the item; where the plan makes no use of it, the same plan does without."""
        linked, columns = self.task.linked, self._columns(item)
        used = bool((np.abs(self.x[columns]) > 0.5e-6).any())
        price = self._price(item)
        if not used:
            return Worth(item, False, 0.0, 0.0, linked.objective - linked.bound, price, math.nan)
        without, relaxed = self._without(columns)
        low = max(0.0, min(without.bound, without.objective) - linked.objective)
        high = max(low, without.objective - linked.bound)
        at = self._at_price(item, columns, price)
        present = 1.0 if item.kind == "mechanism" or price > 0 else 0.0
        value = min(max(relaxed - at(present), low), high)
        return Worth(item, True, low, value, high, price, self._break_even(item, at, price, relaxed))

    def _without(self, columns: Sequence[int]) -> tuple[Found, float]:
        """The best plan without these columns, and the optimum of the relaxation without them."""
        upper = self.upper.copy()
        upper[columns] = 0.0
        self.search.live.set_all_bounds(self.lower, upper)
        found = self.search.run_short(Found(), PATIENCE * self.task.near, NODES)
        relaxed = self.search.live.solve(relaxed=True).objective
        self.search.live.set_all_bounds(self.lower, self.upper)
        return found, relaxed

    def _columns(self, item: Item) -> list[int]:
        variables = self.search.arrays.variables
        if item.kind == "mechanism":
            starts = (j for j, name in enumerate(self.names) if name == "mechanisms.start")
            return [j for j in starts if variables[j].index()[0] == item.id]
        return [j for j, v in enumerate(variables) if self.names[j] in UNDER_LINKS and v.index()[-1] == item.id]

    def _price(self, item: Item) -> float:
        if item.kind == "link":
            return self.data.price_cny[item.id]
        costs = self.data.programmes.mechanisms.costs
        return max((sum(cny for _, cny in costs[key]) for key in costs if key[0] == item.id), default=0.0)

    # Break-even prices, on the relaxation

    def _at_price(self, item: Item, columns: Sequence[int], price: float) -> Callable[[float], float]:
        """The relaxation's optimum with the item at so many times its price; a link that is free costs so many CNY."""
        return self._with_mechanism(columns) if item.kind == "mechanism" else self._with_link(item.id, price)

    def _break_even(self, item: Item, at: Callable[[float], float], price: float, without: float) -> float:
        """The highest price at which the relaxation still gains by the item; infinite where no line bears a price."""
        if item.kind == "link" and not list(self._price_entries(item.id)):
            return math.inf
        enough = NO_GAIN * self.task.near

        def gains(times: float) -> bool:
            return without - at(times) > enough

        return _highest(gains) * (price if item.kind == "mechanism" or price > 0 else 1.0)

    def _with_mechanism(self, columns: Sequence[int]) -> Callable[[float], float]:
        """The relaxation's optimum with the mechanism started as in the plan, at so many times its cost."""
        started = max(columns, key=lambda j: self.x[j])
        rows = self.search.entries_of(started, self.search.city.model.money.within_budget)

        def at(times: float) -> float:
            lower, upper = self.lower.copy(), self.upper.copy()
            upper[columns] = 0.0
            lower[started] = upper[started] = 1.0
            return self._solved(lower, upper, [(row, (times - 1.0) * cost) for row, cost in rows])

        return at

    def _with_link(self, link: str, price: float) -> Callable[[float], float]:
        """The relaxation's optimum at so many times the link's price, or so many CNY where it has none."""
        unit = price if price > 0 else 1.0
        entries = list(self._price_entries(link))

        def at(times: float) -> float:
            live = self.search.live
            further = times * unit - price
            for row, column, before, quantity in entries:
                live.set_coefficient(row, column, before + further * quantity)
            result = live.solve(relaxed=True)
            for row, column, before, _ in entries:
                live.set_coefficient(row, column, before)
            return result.objective if result.status is Status.OPTIMAL else math.inf

        return at

    def _price_entries(self, link: str) -> Iterable[tuple[int, int, float, float]]:
        """Where the link's price enters lines: row, column, the coefficient there, and the quantity priced, signed."""
        from pyomo.repn import generate_standard_repn

        column = self.search.arrays.column_of()
        within = self.search.city.model.money.within_budget
        quantities: dict[tuple[str, str, int], float] = {}
        for priced in self.search.city.actions.added.prices:
            if priced.link == link:
                form = generate_standard_repn(priced.quantity)
                for variable, amount in zip(form.linear_vars, form.linear_coefs, strict=True):
                    key = (priced.period, priced.scenario, column[id(variable)])
                    quantities[key] = quantities.get(key, 0.0) + amount
        for name, line in self.data.lines.items():
            sign = (link in line.pays) - (link in line.earns)
            for scenario in {w for (other, w) in within if other == name} if sign else ():
                for row in self.search.rows_of(within, name, scenario):
                    for (period, w, j), amount in quantities.items():
                        if (not line.periods or period in line.periods) and w in ("", scenario):
                            yield row, j, self.search.coefficient(row, j), sign * amount

    def _solved(self, lower: Floats, upper: Floats, rows: Iterable[tuple[int, float]]) -> float:
        """The relaxation's optimum within these bounds, with so much taken off the upper limits of rows."""
        live, before = self.search.live, {}
        live.set_all_bounds(lower, upper)
        for row, less in rows:
            before[row] = float(live.arrays.row_upper[row])
            live.set_row(row, -math.inf, before[row] - less)
        result = live.solve(relaxed=True, second_look=False)
        for row, limit in before.items():
            live.set_row(row, -math.inf, limit)
        live.set_all_bounds(self.lower, self.upper)
        return result.objective if result.status is Status.OPTIMAL else math.inf


def _highest(gains: Callable[[float], bool]) -> float:
    """The highest multiple at which it gains, by doubling or halving and then bisection; 0 where it gains at none."""
    low, high = 0.0, 1.0
    while gains(high):
        low, high = high, 2.0 * high
        if low >= MOST_TIMES:
            return math.inf
    while high - low > PRICE_NEAR * high:
        middle = (low + high) / 2.0
        low, high = (middle, high) if gains(middle) else (low, middle)
        if high < PRICE_NEAR**2:
            return 0.0
    return low
