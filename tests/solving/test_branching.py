"""The tree over what opens and unlocks: it leaves no plan out, its proofs hold for other sums, and it ends tidily."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import allocopt
from allocopt.instance.new import create
from allocopt.solver.arrays import Floats
from allocopt.solving.branching import ROOT, Branching, Leaf, bound_of
from allocopt.solving.options import Options, objective_of
from allocopt.solving.search import Found, Search, Targets
from allocopt.study.frontier.dial import MoneyDial
from allocopt.study.frontier.live import Ground, Live, live
from allocopt.study.frontier.point import tight
from allocopt.study.frontier.sums import money_of
from allocopt.tell.outcomes import loss_if_nobody_acts

SUMS = (1.0, 0.9, 0.8)


class Town:
    """The sample town at any sum of money."""

    def __init__(self, folder: Path) -> None:
        create(folder)
        self.city = allocopt.load(folder)
        self.money = money_of(self.city, None)
        options = Options("linked", None, objective_of(self.city), 0.02, None, None, 1)
        self.live: Live = live(Ground(str(folder), self.city, options, MoneyDial()))

    def at(self, share: float) -> tuple[Search, Branching]:
        city = self.money.city_at(self.city, share)
        search = self.live.search(city)
        return search, self.live.branching(search, city)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(tmp_path_factory.mktemp("branching") / "town")


def targets(search: Search) -> Targets:
    return Targets(0.02, None, loss_if_nobody_acts(search.city.data), None)


def lies_in(leaf: Leaf, x: Floats, branching: Branching) -> bool:
    arrays = branching.search.arrays
    taken = all(round(x[arrays.columns[arrays.starts[r] : arrays.starts[r + 1]]].sum()) == 1 for r in leaf.taken)
    return taken and all(low <= round(x[column]) <= high for column, (low, high) in leaf.limits.items())


def test_every_plan_lies_in_one_leaf_and_no_bound_lies_above_it(town: Town) -> None:
    plans = {}
    for share in SUMS:
        search, _ = town.at(share)
        found = search.run(targets(search))
        assert found.x is not None
        plans[share] = found
    search, branching = town.at(SUMS[0])
    root = search.tighten_relaxed(targets(search), Found())
    assert root is not None
    grown = branching.grow(ROOT, 0.0, 40)
    assert len(grown.tree) > 1
    for share, found in plans.items():
        _, here = town.at(share)
        assert sum(lies_in(leaf, found.x, here) for leaf in grown.tree) == 1
        assert bound_of(grown.tree, here.amounts, here.most) <= found.objective


def test_leaves_prove_more_than_the_relaxation(town: Town) -> None:
    search, branching = town.at(SUMS[0])
    found = Found()
    assert search.tighten_relaxed(targets(search), found) is not None
    grown = branching.grow(ROOT, 0.0, 40)
    assert bound_of(grown.tree, branching.amounts, branching.most) > found.bound
    likeliest = grown.likely[0].bound(branching.amounts, branching.most)
    assert likeliest == min(leaf.bound(branching.amounts, branching.most) for leaf in grown.likely)


def test_the_model_is_as_before_outside_a_leaf(town: Town) -> None:
    search, branching = town.at(SUMS[1])
    assert search.tighten_relaxed(targets(search), Found()) is not None
    arrays, root = search.arrays, search.root
    before = [part.copy() for part in (arrays.lower, arrays.upper, arrays.row_lower, arrays.row_upper)]
    objective = search.live.solve(relaxed=True).objective
    for leaf in branching.grow(ROOT, 0.0, 20).tree:
        with branching.within(leaf):
            search.tighten_relaxed(targets(search), Found())
    after = (arrays.lower, arrays.upper, arrays.row_lower, arrays.row_upper)
    assert all(np.array_equal(*pair) for pair in zip(before, after, strict=True))
    assert search.root is root
    assert search.live.solve(relaxed=True).objective >= objective - 1e-6 * abs(objective)  # lines were added


def test_a_vertex_stays_one_without_the_rows_that_hold_nobody(town: Town) -> None:
    search, _ = town.at(SUMS[1])
    assert search.tighten_relaxed(targets(search), Found()) is not None
    objective, vertex = search.live.solve(relaxed=True).objective, search.live.basis()
    assert vertex is not None
    rows, start = tight(search.live.added, vertex, len(search.arrays.row_lower))
    assert len(rows) < len(search.live.added) and len(start[1]) == len(search.arrays.row_lower) + len(rows)
    other, _ = town.at(SUMS[1])
    other.live.add_rows(rows)
    other.live.start_from(start)
    assert other.live.solve(relaxed=True).objective == pytest.approx(objective, rel=1e-9)
