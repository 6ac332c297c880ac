"""Supply, where it comes down to capacitated location and to the newsvendor."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from cities import city, objective, planned
from special.towns import Point, minutes, points, sites


def _capacitated(at: list[Point], need: list[int], depots: list[Point], room: list[int], opening: list[int]) -> Any:
    return {
        "sites": sites(at, [1] * len(at)),
        "bodies": [{"id": "town"}],
        "hazards": [{"id": "flood", "lead": "town"}],
        "commodities": [{"id": "boat", "hazard": "flood", "penalty_cny": 1e5, "ship_cost_cny_km": 1}],
        "scenarios": [{"id": "storm", "probability": 1}],
        "needs": [
            {"scenario": "storm", "site": f"s{i}", "commodity": "boat", "period": "t1", "amount": n}
            for i, n in enumerate(need)
        ],
        "depots": [
            {"id": f"d{j}", "body": "town", "open": "no", "open_cost_cny": c, "capacity_m3": r, "x": x, "y": y}
            for j, ((x, y), r, c) in enumerate(zip(depots, room, opening, strict=True))
        ],
    }


def _transport(km: list[list[float]], room: list[float], need: list[int]) -> float:
    """Least kilometres of the transport problem; infinite where there is not room enough."""
    m, n = len(room), len(need)
    supply, demand = np.zeros((m, m * n)), np.zeros((n, m * n))
    for j in range(m):
        supply[j, j * n : (j + 1) * n] = 1
        demand[:, j * n : (j + 1) * n] = np.eye(n)
    answer = linprog(np.ravel(km), A_ub=supply, b_ub=room, A_eq=demand, b_eq=need)
    return float(answer.fun) if answer.status == 0 else float("inf")


@pytest.mark.parametrize("seed", range(3))
def test_capacitated_location(tmp_path: Path, seed: int) -> None:
    """Which depots to open, when all demand must be carried from them: against all ways of opening depots."""
    draw = random.Random(seed)
    at, depots = points(seed, 5), points(seed + 31, 4)
    need, opening = [draw.randint(1, 9) for _ in at], [draw.randint(5, 40) for _ in depots]
    room = [draw.randint(8, 25) for _ in depots]
    room[0] += max(0, sum(need) - sum(room))
    km = [[minutes(d, a) for a in at] for d in depots]
    best = min(
        sum(c * o for c, o in zip(opening, chosen, strict=True))
        + _transport(km, [r * o for r, o in zip(room, chosen, strict=True)], need)
        for chosen in product((0, 1), repeat=4)
    )
    town = city(tmp_path / "city", _capacitated(at, need, depots, room, opening), objective="loss_and_spending")
    assert objective(planned(town, tmp_path / "plan")) == pytest.approx(best, rel=1e-7)


DEMANDS, CHANCES = (10, 20, 30, 40, 50), (0.1, 0.3, 0.3, 0.2, 0.1)


def _newsvendor(cost: float, penalty: float) -> dict[str, list[dict[str, Any]]]:
    return {
        "sites": [{"id": "s"}],
        "bodies": [{"id": "town"}],
        "hazards": [{"id": "flood", "lead": "town"}],
        "commodities": [{"id": "kit", "hazard": "flood", "cost_cny": cost, "penalty_cny": penalty}],
        "depots": [{"id": "d", "body": "town"}],
        "scenarios": [{"id": f"w{d}", "probability": p} for d, p in zip(DEMANDS, CHANCES, strict=True)],
        "needs": [{"scenario": f"w{d}", "site": "s", "commodity": "kit", "period": "t1", "amount": d} for d in DEMANDS],
    }


@pytest.mark.parametrize(
    ("cost", "penalty", "quantile"), [(1, 4.5, 40), (2, 3, 20), (1, 0.9, 0), (1, 1.05, 10), (1, 100, 50)]
)
def test_newsvendor(tmp_path: Path, cost: float, penalty: float, quantile: int) -> None:
    """Stock the smallest amount whose chance to be enough is at least 1 − cost / penalty."""
    enough = (sum(p for d, p in zip(DEMANDS, CHANCES, strict=True) if d <= q) for q in (0, *DEMANDS))
    assert quantile == next(
        q for q, chance in zip((0, *DEMANDS), enough, strict=True) if chance >= 1 - cost / penalty - 1e-12
    )
    town = city(tmp_path / "city", _newsvendor(cost, penalty), objective="loss_and_spending")
    plan = planned(town, tmp_path / "plan")
    missed = sum(p * max(0, d - quantile) for d, p in zip(DEMANDS, CHANCES, strict=True))
    assert objective(plan) == pytest.approx(cost * quantile + penalty * missed, rel=1e-9)
    assert plan.table("stock")["bought"].sum() == pytest.approx(quantile, abs=1e-6)


def test_newsvendor_who_looks_at_the_worst(tmp_path: Path) -> None:
    """CVaR at 0.8 is the mean of the worst fifth: half of it has demand 50, half 40."""
    tables = _newsvendor(1, 4) | {"budgets": [{"id": "all", "amount_cny": 30}]}
    plan = planned(city(tmp_path / "city", tables, objective="cvar", cvar_level=0.8), tmp_path / "plan")
    assert objective(plan) == pytest.approx(4 * (0.5 * 20 + 0.5 * 10))
