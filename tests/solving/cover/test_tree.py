"""What prices leave open is ended with the optimum that enumeration finds, and a bound that proves it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import block_diag, csr_array, eye_array, hstack, vstack

from allocopt.solver import Arrays
from allocopt.solving import covering
from allocopt.solving.cover import OverRegions, regions
from allocopt.solving.cover.relaxed import Relaxation
from allocopt.solving.covering import Covering, Problem
from allocopt.solving.known import CoveringModel, covering_model
from solving.cover.problems import drawn, most_covered


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
    assert [covered for covered, _ in told] == sorted(covered for covered, _ in told)
    assert [most for _, most in told] == sorted((most for _, most in told), reverse=True)


def test_a_relaxation_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three planes of seven points and seven lines: seven lines reach everything in parts, nine do whole; with eight,
    two points are missed."""
    lines = [[0, 1, 2], [0, 3, 4], [0, 5, 6], [1, 3, 5], [1, 4, 6], [2, 3, 6], [2, 4, 5]]
    plane = np.zeros((7, 7))
    plane[np.array(lines).ravel(), np.repeat(np.arange(7), 3)] = 1.0
    problem = Problem(csr_array(block_diag([csr_array(plane)] * 3)), np.ones(21), 8)
    monkeypatch.setattr(Relaxation, "tighten", lambda relaxation, *_: relaxation.look())
    found = OverRegions(problem, 1, None, never, lambda covered, most: None).solve(np.arange(8), near=0.5)
    assert problem.weight[problem.reached[:, found.taken].sum(axis=1) > 0].sum() == 19
    assert 19 <= found.most < 20


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
