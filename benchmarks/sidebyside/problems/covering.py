"""Maximal covering (Church and ReVelle 1974): so many posts, to leave as few people as possible uncovered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidebyside.problems.problem import Problem, Tables
from sidebyside.rows import Block, Floats, Rows, stack

TOWN_M = 30_000


def draw(folder: Path, *, points: int, posts: int, number: int, radius_m: float, seed: int) -> None:
    """Points with 1 to 99 people and posts, evenly over a square of 30 km, as a city."""
    from allocopt.importers.made import Made, one_period, write

    random = np.random.default_rng(seed)
    at, stands = random.integers(0, TOWN_M, (points, 2)).tolist(), random.integers(0, TOWN_M, (posts, 2)).tolist()
    people = random.integers(1, 100, points).tolist()
    travel = {"metric": "plane", "speeds_kmh": {"way": 60}}
    made = Made(one_period("mclp", f"{points} points, {number} of {posts} posts", travel, "loss"), "drawn")
    names = [f"s{i:05d}" for i in range(points)]
    made.add("bodies", "id", [("all",)])
    made.add("hazards", "id lead", [("want", "all")])
    made.add("sites", "id area people x y", ((s, "all", n, *xy) for s, n, xy in zip(names, people, at, strict=True)))
    made.add("risks", "site hazard loss_cny", ((s, "want", n) for s, n in zip(names, people, strict=True)))
    made.add("posts", "id units open x y", ((f"p{i:04d}", 1, "yes", *xy) for i, xy in enumerate(stands)))
    made.add("classes", "id standard_m", [("cover", radius_m)])
    made.add("effects", "by id hazard share", [("class", "cover", "want", 1)])
    made.add("units", "id body response mode count cost_cny_hour", [("unit", "all", "cover", "way", number, 0)])
    write(made, folder)


@dataclass(frozen=True)
class Covering:
    """`metres[point, post]`, and which posts cover which point."""

    metres: Floats
    covers: NDArray[np.bool_]
    people: Floats
    number: int
    radius_m: float
    never: float = 0.0


class MaximalCovering(Problem[Covering]):
    tables = ("sites", "posts", "classes", "units")

    def data(self, tables: Tables) -> Covering:
        from scipy.spatial.distance import cdist

        radius = float(tables["classes"]["standard_m"].iloc[0])
        metres = cdist(tables["sites"][["x", "y"]], tables["posts"][["x", "y"]])
        return Covering(
            metres=metres,
            covers=metres <= radius * (1 + 1e-9),
            people=tables["sites"]["people"].to_numpy(dtype=float),
            number=int(tables["units"]["count"].iloc[0]),
            radius_m=radius,
        )

    def reduced(self, data: Covering) -> Covering:
        """Points that the same posts cover are one point; points that none covers are a constant."""
        covered = data.covers.any(axis=1)
        packed, group = np.unique(np.packbits(data.covers[covered], axis=1), axis=0, return_inverse=True)
        covers = np.unpackbits(packed, axis=1, count=data.covers.shape[1]).astype(bool)
        people = np.zeros(len(covers))
        np.add.at(people, group.ravel(), data.people[covered])
        return replace(data, covers=covers, people=people, never=float(data.people[~covered].sum()))

    def rows(self, data: Covering) -> Rows:
        """Columns: the share of each point that is left uncovered, then the posts."""
        points, posts = data.covers.shape
        point, post = np.nonzero(data.covers)
        every = np.arange(points)
        covered = Block(
            rows=np.concatenate([every, point]),
            columns=np.concatenate([every, post + points]),
            values=np.ones(points + len(point)),
            lower=np.ones(points),
            upper=np.full(points, np.inf),
        )
        chosen = Block(
            rows=np.zeros(posts, dtype=np.int64),
            columns=points + np.arange(posts),
            values=np.ones(posts),
            lower=np.array([-np.inf]),
            upper=np.array([float(data.number)]),
        )
        return stack(
            cost=np.concatenate([data.people, np.zeros(posts)]),
            offset=data.never,
            upper=np.ones(points + posts),
            whole=np.concatenate([np.zeros(points, dtype=bool), np.ones(posts, dtype=bool)]),
            blocks=[covered, chosen],
        )

    def pyomo(self, data: Covering) -> Any:
        from pyomo.environ import Binary, ConcreteModel, Constraint, Objective, RangeSet, Var

        points, posts = data.covers.shape
        near = [np.flatnonzero(row).tolist() for row in data.covers]
        m = ConcreteModel()
        m.POINTS, m.POSTS = RangeSet(0, points - 1), RangeSet(0, posts - 1)
        m.open, m.covered = Var(m.POSTS, domain=Binary), Var(m.POINTS, domain=Binary)
        m.reached = Constraint(m.POINTS, rule=lambda m, i: m.covered[i] <= sum(m.open[j] for j in near[i]))
        m.number = Constraint(expr=sum(m.open[j] for j in m.POSTS) <= data.number)
        people = data.people.tolist()
        m.uncovered = Objective(expr=sum(people[i] * (1 - m.covered[i]) for i in m.POINTS))
        return m

    def spopt(self, data: Covering) -> Any:
        from spopt.locate import MCLP

        return MCLP.from_cost_matrix(data.metres, data.people, data.radius_m, data.number)

    def from_spopt(self, data: Covering, value: float) -> float:
        """spopt maximises the people who are covered."""
        return float(data.people.sum()) - value
