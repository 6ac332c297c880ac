"""Capacitated warehouse location (Beasley 1988): open warehouses and serve every customer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sidebyside.problems.problem import Problem, Tables
from sidebyside.rows import Block, Floats, Rows, stack

TOWN_KM = 100.0


def draw(folder: Path, *, warehouses: int, customers: int, capacity: float, seed: int) -> None:
    """As in cap41 and cap71: every warehouse costs 7500 to open; the cost of serving grows with the way."""
    from allocopt.importers.made import Made, one_period, write

    random = np.random.default_rng(seed)
    stands, at = random.uniform(0, TOWN_KM, (warehouses, 2)), random.uniform(0, TOWN_KM, (customers, 2))
    demand = random.integers(100, 2200, customers).tolist()
    km = np.hypot(*(stands[:, None] - at[None]).transpose(2, 0, 1)).round(3).tolist()
    travel = {"metric": "table", "speeds_kmh": {"way": 60}}
    settings = one_period("capacitated", f"{customers} customers, {warehouses} warehouses", travel, "spending")
    made = Made(settings, "drawn")
    depots, names = [f"w{i:03d}" for i in range(warehouses)], [f"c{j:04d}" for j in range(customers)]
    made.add("bodies", "id", [("all",)])
    made.add("hazards", "id lead", [("want", "all")])
    made.add("sites", "id area", ((name, "all") for name in names))
    made.add("depots", "id body open open_cost_cny capacity_m3", ((w, "all", "no", 7500, capacity) for w in depots))
    columns = "id hazard cost_cny volume_m3 penalty_cny mode ship_cost_cny_km"
    made.add("commodities", columns, [("goods", "want", 0, 1, 0, "way", 1)])
    made.add("scenarios", "id probability", [("all", 1)])
    needs = (("all", name, "goods", "all", amount) for name, amount in zip(names, demand, strict=True))
    made.add("needs", "scenario site commodity period amount", needs)
    ways = (("way", w, name, 0, km[i][j] / 20) for i, w in enumerate(depots) for j, name in enumerate(names))
    made.add("travel", "mode from_place to_place minutes km", ways)
    made.add("standards", "id rule at_least per commodity", [("served", "fill_rate", 1, "site", "goods")])
    write(made, folder)


@dataclass(frozen=True)
class Warehouses:
    """`cost[warehouse, customer]` of one unit of goods."""

    cost: Floats
    opening: Floats
    capacity: Floats
    demand: Floats


class CapacitatedLocation(Problem[Warehouses]):
    tables = ("depots", "needs", "travel")

    def data(self, tables: Tables) -> Warehouses:
        depots, needs = tables["depots"], tables["needs"]
        km = tables["travel"].pivot(index="from_place", columns="to_place", values="km")
        return Warehouses(
            cost=km.loc[depots["id"], needs["site"]].to_numpy(dtype=float),
            opening=depots["open_cost_cny"].to_numpy(dtype=float),
            capacity=depots["capacity_m3"].to_numpy(dtype=float),
            demand=needs["amount"].to_numpy(dtype=float),
        )

    def rows(self, data: Warehouses) -> Rows:
        """Columns: what is sent, warehouse by warehouse, then the warehouses."""
        warehouses, customers = data.cost.shape
        ways, pair = warehouses * customers, np.arange(warehouses * customers)
        warehouse, customer = np.divmod(pair, customers)
        served = Block(customer, pair, np.ones(ways), data.demand, data.demand)
        has_room = Block(
            rows=np.concatenate([warehouse, np.arange(warehouses)]),
            columns=np.concatenate([pair, ways + np.arange(warehouses)]),
            values=np.concatenate([np.ones(ways), -data.capacity]),
            lower=np.full(warehouses, -np.inf),
            upper=np.zeros(warehouses),
        )
        only_open = Block(
            rows=np.concatenate([pair, pair]),
            columns=np.concatenate([pair, ways + warehouse]),
            values=np.concatenate([np.ones(ways), -np.minimum(data.capacity[warehouse], data.demand[customer])]),
            lower=np.full(ways, -np.inf),
            upper=np.zeros(ways),
        )
        return stack(
            cost=np.concatenate([data.cost.ravel(), data.opening]),
            offset=0.0,
            upper=np.concatenate([np.full(ways, np.inf), np.ones(warehouses)]),
            whole=np.concatenate([np.zeros(ways, dtype=bool), np.ones(warehouses, dtype=bool)]),
            blocks=[served, has_room, only_open],
        )

    def pyomo(self, data: Warehouses) -> Any:
        from pyomo.environ import Binary, ConcreteModel, Constraint, NonNegativeReals, Objective, RangeSet, Var

        warehouses, customers = data.cost.shape
        cost, demand, room = data.cost.tolist(), data.demand.tolist(), data.capacity.tolist()
        m = ConcreteModel()
        m.W, m.C = RangeSet(0, warehouses - 1), RangeSet(0, customers - 1)
        m.open, m.sent = Var(m.W, domain=Binary), Var(m.W, m.C, domain=NonNegativeReals)
        m.served = Constraint(m.C, rule=lambda m, c: sum(m.sent[w, c] for w in m.W) == demand[c])
        m.has_room = Constraint(m.W, rule=lambda m, w: sum(m.sent[w, c] for c in m.C) <= room[w] * m.open[w])
        m.only_open = Constraint(m.W, m.C, rule=lambda m, w, c: m.sent[w, c] <= min(room[w], demand[c]) * m.open[w])
        opening = sum(float(data.opening[w]) * m.open[w] for w in m.W)
        m.cost = Objective(expr=opening + sum(cost[w][c] * m.sent[w, c] for w in m.W for c in m.C))
        return m
