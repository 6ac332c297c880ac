"""The tree over regions: regions that part the stations, and the optimum that enumeration finds."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.sparse import csr_array, eye_array, hstack, vstack

from allocopt.solver import Arrays
from allocopt.solving import covering, regions
from allocopt.solving.covering import Covering, Problem
from allocopt.solving.known import CoveringModel, covering_model
from allocopt.solving.regions import OverRegions, halved


def drawn(seed: int, *, groups: int, stations: int, p: int, radius: float, islands: int = 1) -> Problem:
    """Points and stations in squares that are out of each other's reach."""
    draw = np.random.default_rng(seed)
    at, to = draw.uniform(0, 1, (stations, 2)), draw.uniform(0, 1, (groups, 2))
    at[:, 0] += 9 * draw.integers(islands, size=stations)
    to[:, 0] += 9 * draw.integers(islands, size=groups)
    near = np.linalg.norm(to[:, None, :] - at[None, :, :], axis=2) <= radius
    reached = near[near.any(axis=1)]
    return Problem(csr_array(reached.astype(float)), draw.integers(1, 100, len(reached)).astype(float), p)


def most_covered(problem: Problem) -> float:
    reached, stations = problem.reached.toarray() > 0, range(problem.reached.shape[1])
    return max(
        float(problem.weight[reached[:, list(some)].any(axis=1)].sum()) for some in combinations(stations, problem.p)
    )


def model(problem: Problem) -> CoveringModel:
    """The problem as columns and rows: stations, then groups missed; groups, then the limit."""
    groups, stations = problem.reached.shape
    limit = csr_array(np.repeat([1.0, 0.0], [stations, groups])[None, :])
    rows = csr_array(vstack([hstack([problem.reached, eye_array(groups)]), limit]))
    found = covering_model(
        Arrays(
            cost=np.concatenate([np.zeros(stations), problem.weight]),
            offset=0.0,
            lower=np.zeros(stations + groups),
            upper=np.ones(stations + groups),
            whole=np.repeat([True, False], [stations, groups]),
            starts=rows.indptr.astype(np.int32),
            columns=rows.indices.astype(np.int32),
            values=rows.data,
            row_lower=np.repeat([1.0, -np.inf], [groups, 1]),
            row_upper=np.repeat([np.inf, float(problem.p)], [groups, 1]),
            variables=(),
            constraints=(),
        )
    )
    assert found is not None
    return found


def never() -> bool:
    return False


@pytest.mark.parametrize("islands", [1, 3])
def test_halves_part_a_region(islands: int) -> None:
    problem = drawn(0, groups=300, stations=200, p=3, radius=0.15, islands=islands)
    found = halved(problem.reached)
    assert found[0].stations.tolist() == list(range(200))
    for region in found:
        halves = [found[half].stations for half in region.halves]
        assert bool(halves) == (len(region.stations) > regions.SMALLEST)
        if halves:
            assert sorted(np.concatenate(halves)) == region.stations.tolist()
            assert abs(len(halves[0]) - len(halves[1])) <= 1


@pytest.mark.parametrize("seed", range(6))
def test_what_enumeration_finds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "SMALLEST", 3)
    problem = drawn(seed, groups=40, stations=14, p=4, radius=0.3, islands=1 + seed % 2)
    told: list[tuple[float, float]] = []
    search = OverRegions(problem, 1, None, never, lambda covered, most: told.append((covered, most)))
    found = search.solve(np.arange(4), near=0.5)
    best = most_covered(problem)
    assert problem.weight[problem.reached[:, found.taken].sum(axis=1) > 0].sum() == best
    assert best <= found.most < best + 1
    assert all(covered <= best + 1e-6 and most >= best - 1e-6 for covered, most in told)


@pytest.mark.parametrize("seed", range(3))
def test_it_ends_what_prices_leave_open(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no work allowed beyond the first prices, the plan and its bound are the same."""
    draw = np.random.default_rng(seed)
    reached = draw.random((60, 30)) < 0.15
    problem = Problem(csr_array(reached.astype(float)), draw.integers(1, 50, 60).astype(float), 6)
    whole = model(problem).solve(lambda _: 0.0, 1e-9, None, never, lambda _, __: None, 1)
    monkeypatch.setattr(covering, "MOST_WORK", 0)
    left_open = Covering(problem, lambda covered: covered, lambda covered: covered).solve()
    assert left_open.most >= left_open.covered + 1
    short = model(problem).solve(lambda _: 0.0, 1e-9, None, never, lambda _, __: None, 1)
    assert short.covered == short.most == whole.covered == whole.most
