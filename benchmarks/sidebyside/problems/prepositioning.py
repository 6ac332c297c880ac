"""Pre-positioning of supplies (Rawls and Turnquist 2010): depots are opened and stocked before it happens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sidebyside.problems.problem import Problem, Tables
from sidebyside.rows import Block, Floats, Rows, Whole, stack

TOWN_M = 60_000
GOODS = (("water", 60, 0.5, 900), ("food", 150, 1.0, 2000), ("kits", 400, 0.2, 6000))


def draw(folder: Path, *, depots: int, sites: int, scenarios: int, seed: int) -> None:
    """Storms that pass over a square of 60 km: sites near one need goods, depots near it lose what they hold."""
    from allocopt.importers.made import Made, one_period, write

    random = np.random.default_rng(seed)
    stands, at = random.integers(0, TOWN_M, (depots, 2)), random.integers(0, TOWN_M, (sites, 2))
    storms, people = random.integers(0, TOWN_M, (scenarios, 2)), random.integers(50, 1000, sites)
    travel = {"metric": "plane", "speeds_kmh": {"truck": 40}}
    title = f"{sites} sites, {depots} depots, {scenarios} scenarios"
    made = Made(one_period("prepositioning", title, travel, "loss_and_spending"), "drawn")
    made.add("bodies", "id", [("all",)])
    made.add("hazards", "id lead", [("storm", "all")])
    made.add("sites", "id area x y", ((f"s{j:03d}", "all", *xy) for j, xy in enumerate(at.tolist())))
    columns = "id body open open_cost_cny capacity_m3 x y"
    made.add("depots", columns, ((f"d{i:02d}", "all", "no", 60000, 1500, *xy) for i, xy in enumerate(stands.tolist())))
    columns = "id hazard cost_cny volume_m3 penalty_cny mode ship_cost_cny_km"
    made.add("commodities", columns, ((g, "storm", cost, room, price, "truck", 0.5) for g, cost, room, price in GOODS))
    names = [f"w{k:02d}" for k in range(scenarios)]
    made.add("scenarios", "id probability", ((w, round(0.8 / scenarios, 9)) for w in names))
    far = np.hypot(*(storms[:, None] - at[None]).transpose(2, 0, 1)) / TOWN_M
    hit = np.rint(people * np.clip(1 - 2 * far, 0, None) * random.uniform(0.2, 1.0, (scenarios, 1))).tolist()
    needs = ((w, f"s{j:03d}", g[0], "all", n) for k, w in enumerate(names) for j, n in enumerate(hit[k]) for g in GOODS)
    made.add("needs", "scenario site commodity period amount", (need for need in needs if need[-1] > 0))
    near = np.hypot(*(storms[:, None] - stands[None]).transpose(2, 0, 1)) / TOWN_M
    share = np.clip(near * 3, 0, 1).round(2).tolist()
    made.add(
        "survival",
        "scenario depot share",
        ((w, f"d{i:02d}", x) for k, w in enumerate(names) for i, x in enumerate(share[k]) if x < 1),
    )
    write(made, folder)


@dataclass(frozen=True)
class Supplies:
    """Needs one by one: `need`, `penalty` (times its chance), `what` and `when` by need; `ship[depot, need]` is the
    cost of a unit (times its chance), `survives[scenario, depot]` a share."""

    opening: Floats
    room: Floats
    price: Floats
    volume: Floats
    need: Floats
    penalty: Floats
    what: Whole
    when: Whole
    ship: Floats
    survives: Floats


class Prepositioning(Problem[Supplies]):
    tables = ("sites", "depots", "commodities", "scenarios", "needs", "survival")

    def data(self, tables: Tables) -> Supplies:
        from scipy.spatial.distance import cdist

        depots, goods, needs, chances = (tables[name] for name in ("depots", "commodities", "needs", "scenarios"))
        place = {name: i for i, name in enumerate(tables["sites"]["id"])}
        what = needs["commodity"].map({name: k for k, name in enumerate(goods["id"])}).to_numpy()
        when = needs["scenario"].map({name: k for k, name in enumerate(chances["id"])}).to_numpy()
        chance = chances["probability"].to_numpy(dtype=float)[when]
        km = cdist(depots[["x", "y"]], tables["sites"][["x", "y"]])[:, needs["site"].map(place)] / 1000
        survives = tables["survival"].pivot(index="scenario", columns="depot", values="share")
        return Supplies(
            opening=depots["open_cost_cny"].to_numpy(dtype=float),
            room=depots["capacity_m3"].to_numpy(dtype=float),
            price=goods["cost_cny"].to_numpy(dtype=float),
            volume=goods["volume_m3"].to_numpy(dtype=float),
            need=needs["amount"].to_numpy(dtype=float),
            penalty=goods["penalty_cny"].to_numpy(dtype=float)[what] * chance,
            what=what,
            when=when,
            ship=km * goods["ship_cost_cny_km"].to_numpy(dtype=float)[what] * chance,
            survives=survives.reindex(index=chances["id"], columns=depots["id"]).fillna(1.0).to_numpy(dtype=float),
        )

    def rows(self, data: Supplies) -> Rows:
        """Columns: depots, stock by depot and commodity, what is sent by depot and need, what is missed by need."""
        (depots, needs), goods, scenarios = data.ship.shape, len(data.price), len(data.survives)
        stock, sent, missed = depots, depots + depots * goods, depots + depots * goods + depots * needs
        store = np.arange(depots * goods)
        fits = Block(
            rows=np.concatenate([store // goods, np.arange(depots)]),
            columns=np.concatenate([stock + store, np.arange(depots)]),
            values=np.concatenate([np.tile(data.volume, depots), -data.room]),
            lower=np.full(depots, -np.inf),
            upper=np.zeros(depots),
        )
        pair = np.arange(depots * needs)
        depot, need = np.divmod(pair, needs)
        place = (data.when[need] * depots + depot) * goods + data.what[need]
        pool = np.arange(scenarios * depots * goods)
        left = Block(
            rows=np.concatenate([place, pool]),
            columns=np.concatenate([sent + pair, stock + pool % (depots * goods)]),
            values=np.concatenate([np.ones(len(pair)), -np.repeat(data.survives.ravel(), goods)]),
            lower=np.full(len(pool), -np.inf),
            upper=np.zeros(len(pool)),
        )
        met = Block(
            rows=np.concatenate([need, np.arange(needs)]),
            columns=np.concatenate([sent + pair, missed + np.arange(needs)]),
            values=np.ones(len(pair) + needs),
            lower=data.need,
            upper=np.full(needs, np.inf),
        )
        columns = missed + needs
        return stack(
            cost=np.concatenate([data.opening, np.tile(data.price, depots), data.ship.ravel(), data.penalty]),
            offset=0.0,
            upper=np.concatenate([np.ones(depots), np.full(columns - depots, np.inf)]),
            whole=np.arange(columns) < depots,
            blocks=[fits, left, met],
        )

    def pyomo(self, data: Supplies) -> Any:
        from pyomo.environ import Binary, ConcreteModel, Constraint, NonNegativeReals, Objective, RangeSet, Var

        (depots, needs), goods = data.ship.shape, len(data.price)
        wanted: dict[tuple[int, int], list[int]] = {}
        for n, at in enumerate(zip(data.when.tolist(), data.what.tolist(), strict=True)):
            wanted.setdefault(at, []).append(n)
        m = ConcreteModel()
        m.D, m.G, m.N = RangeSet(0, depots - 1), RangeSet(0, goods - 1), RangeSet(0, needs - 1)
        m.W = RangeSet(0, len(data.survives) - 1)
        m.open, m.stock = Var(m.D, domain=Binary), Var(m.D, m.G, domain=NonNegativeReals)
        m.sent, m.missed = Var(m.D, m.N, domain=NonNegativeReals), Var(m.N, domain=NonNegativeReals)
        volume, room, survives = data.volume.tolist(), data.room.tolist(), data.survives.tolist()
        need, ship = data.need.tolist(), data.ship.tolist()
        m.fits = Constraint(m.D, rule=lambda m, d: sum(volume[g] * m.stock[d, g] for g in m.G) <= room[d] * m.open[d])

        def left(m: Any, w: int, d: int, g: int) -> Any:
            sent = [m.sent[d, n] for n in wanted.get((w, g), ())]
            return sum(sent) <= survives[w][d] * m.stock[d, g] if sent else Constraint.Skip

        m.left = Constraint(m.W, m.D, m.G, rule=left)
        m.met = Constraint(m.N, rule=lambda m, n: sum(m.sent[d, n] for d in m.D) + m.missed[n] >= need[n])
        before = sum(float(data.opening[d]) * m.open[d] for d in m.D) + sum(
            float(data.price[g]) * m.stock[d, g] for d in m.D for g in m.G
        )
        after = sum(ship[d][n] * m.sent[d, n] for d in m.D for n in m.N)
        m.cost = Objective(expr=before + after + sum(float(data.penalty[n]) * m.missed[n] for n in m.N))
        return m
