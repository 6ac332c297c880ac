"""p-median (Hakimi 1964; ReVelle and Swain 1970): so many posts, to keep all ways to the nearest as short as can be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidebyside.problems.problem import Problem, Tables
from sidebyside.rows import Block, Floats, Rows, stack

TOWN_M = 30_000


def draw(folder: Path, *, sites: int, number: int, seed: int) -> None:
    """Sites with 1 to 99 people, evenly over a square of 30 km; each may get a post."""
    from allocopt.importers.made import Made, one_period, write

    random = np.random.default_rng(seed)
    at, people = random.integers(0, TOWN_M, (sites, 2)).tolist(), random.integers(1, 100, sites).tolist()
    travel = {"metric": "plane", "speeds_kmh": {"way": 60}}
    aim = {"response_time": sum(people)}
    settings = one_period("p-median", f"{sites} sites, {number} posts", travel, aim)
    made = Made(settings | {"beats": {"mode": "way", "posts": number}}, "drawn")
    made.add(
        "sites",
        "id area people x y",
        ((f"s{i:04d}", "all", n, *xy) for i, (n, xy) in enumerate(zip(people, at, strict=True))),
    )
    made.add("posts", "id open x y", ((f"p{i:04d}", "yes", *xy) for i, xy in enumerate(at)))
    write(made, folder)


@dataclass(frozen=True)
class Median:
    """`cost[post, site]`: minutes to go, times people; `kept` are the pairs that may be used."""

    cost: Floats
    kept: NDArray[np.bool_]
    number: int


class PMedian(Problem[Median]):
    tables = ("sites", "posts")

    def read(self, folder: Path) -> Tables:
        import pandas as pd

        tables = dict(super().read(folder))
        if tables["city"]["travel"]["metric"] == "network":
            tables["streets"] = pd.read_csv(folder / "streets.csv")
        return tables

    def data(self, tables: Tables) -> Median:
        metres = _along_streets(tables) if "streets" in tables else _straight(tables)
        cost = metres / 1000 * tables["sites"]["people"].to_numpy(dtype=float)
        return Median(cost, np.ones(cost.shape, dtype=bool), int(tables["city"]["beats"]["posts"]))

    def reduced(self, data: Median) -> Median:
        """By Lagrangian relaxation, as allocopt does it: pairs that no better plan uses are left out."""
        from allocopt.arrange.median import pairs_to_keep

        kept = pairs_to_keep(data.cost, data.number)
        return data if kept is None else replace(data, kept=kept)

    def rows(self, data: Median) -> Rows:
        """Columns: the pairs of post and site, then the posts that are left."""
        left = np.flatnonzero(data.kept.any(axis=1))
        post, site = np.nonzero(data.kept[left])
        pairs, posts, sites = len(post), len(left), data.cost.shape[1]
        every = np.arange(pairs)
        one_post = Block(site, every, np.ones(pairs), np.ones(sites), np.ones(sites))
        only_open = Block(
            rows=np.concatenate([every, every]),
            columns=np.concatenate([every, pairs + post]),
            values=np.concatenate([np.ones(pairs), -np.ones(pairs)]),
            lower=np.full(pairs, -np.inf),
            upper=np.zeros(pairs),
        )
        number = np.array([float(data.number)])
        as_many = Block(np.zeros(posts, dtype=np.int64), pairs + np.arange(posts), np.ones(posts), number, number)
        return stack(
            cost=np.concatenate([data.cost[left][post, site], np.zeros(posts)]),
            offset=0.0,
            upper=np.ones(pairs + posts),
            whole=np.ones(pairs + posts, dtype=bool),
            blocks=[one_post, only_open, as_many],
        )

    def pyomo(self, data: Median) -> Any:
        from pyomo.environ import Binary, ConcreteModel, Constraint, Objective, RangeSet, Var

        posts, sites = data.cost.shape
        cost = data.cost.tolist()
        m = ConcreteModel()
        m.POSTS, m.SITES = RangeSet(0, posts - 1), RangeSet(0, sites - 1)
        m.open, m.assigned = Var(m.POSTS, domain=Binary), Var(m.POSTS, m.SITES, domain=Binary)
        m.one_post = Constraint(m.SITES, rule=lambda m, s: sum(m.assigned[p, s] for p in m.POSTS) == 1)
        m.only_open = Constraint(m.POSTS, m.SITES, rule=lambda m, p, s: m.assigned[p, s] <= m.open[p])
        m.number = Constraint(expr=sum(m.open[p] for p in m.POSTS) == data.number)
        m.way = Objective(expr=sum(cost[p][s] * m.assigned[p, s] for p in m.POSTS for s in m.SITES))
        return m

    def spopt(self, data: Median) -> Any:
        from spopt.locate import PMedian as Theirs

        return Theirs.from_cost_matrix(data.cost.T, np.ones(data.cost.shape[1]), data.number)

    def from_spopt(self, data: Median, value: float) -> float:
        return value


def _straight(tables: Tables) -> Floats:
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(tables["posts"][["x", "y"]], tables["sites"][["x", "y"]]))


def _along_streets(tables: Tables) -> Floats:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import shortest_path

    place = {node: i for i, node in enumerate(tables["sites"]["node"])}
    streets = tables["streets"]
    ends = [streets[end].map(place).to_numpy() for end in ("from_node", "to_node")]
    graph = coo_array((streets["length_m"].to_numpy(dtype=float), ends), shape=(len(place), len(place)))
    metres = shortest_path(graph.tocsr(), directed=False)
    return np.asarray(metres[tables["posts"]["node"].map(place).to_numpy()])
