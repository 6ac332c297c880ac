"""Cells on which the same units act share one variable; the plan still speaks of each."""

from __future__ import annotations

import math
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import pytest

from allocopt.solving.run import build
from allocopt.summary.render import render
from allocopt_models import risk
from cities import Tables, city, objective, planned
from special.towns import covering, minutes, people_of, points


def crowded(seed: int, *, busy: float, share: float) -> dict[str, list[dict[str, Any]]]:
    """Nine sites at three corners, of which some posts reach the same ones."""
    corners = points(seed, 3)
    at = [corners[i % 3] for i in range(9)]
    return covering(at, points(seed + 30, 5), people_of(seed, 9), 5, units=2, busy=busy, share=share)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("busy", "share"), [(0.0, 1.0), (0.0, 0.5), (0.4, 0.7)])
def test_merging_keeps_the_best_plan(tmp_path: Path, seed: int, busy: float, share: float) -> None:
    at, posts, weight = [points(seed, 3)[i % 3] for i in range(9)], points(seed + 30, 5), people_of(seed, 9)

    def left(chosen: tuple[int, ...]) -> float:
        near = [sum(minutes(posts[p], a) <= 5 for p in chosen) for a in at]
        return sum(w * (1.0 - share * (1.0 - (busy**n if n else 1.0))) for w, n in zip(weight, near, strict=True))

    plan = planned(city(tmp_path / "city", crowded(seed, busy=busy, share=share)), tmp_path / "plan")
    assert objective(plan) == pytest.approx(min(map(left, combinations_with_replacement(range(5), 2))), rel=1e-6)
    assert len(plan.table("sites")) == 9
    assert plan.table("sites")["loss_cny"].sum() == pytest.approx(objective(plan))


def losses_limited(tables: Tables, most: float) -> dict[str, Any]:
    """The loss of one of the sites that are merged may be at most so much."""
    return {**tables, "standards": [{"id": "one", "rule": "loss", "per": "site", "site": "s0", "at_most": most}]}


def test_a_standard_may_look_at_one_of_the_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at, posts = [(0.0, 0.0), (0.0, 0.0), (9000.0, 0.0)], [(0.0, 0.0), (9000.0, 0.0)]
    tables = losses_limited(covering(at, posts, [1, 1, 50], 1, units=1, share=0.5), 0.6)
    town = city(tmp_path / "city", tables)
    merged = planned(town, tmp_path / "plan")
    monkeypatch.setattr(risk, "first_alike", lambda cells, _: {cell: cell for cell in cells})
    apart = planned(town, tmp_path / "apart")
    assert objective(merged) == objective(apart) == pytest.approx(0.5 + 0.5 + 50)
    assert (merged.manifest["merged_sites"], apart.manifest["merged_sites"]) == ({"sites": 3, "into": 2}, None)


def test_what_else_acts_keeps_a_cell_apart(tmp_path: Path) -> None:
    """A measure at one of two sites with the same posts: the two are no longer the same."""
    tables: dict[str, Any] = covering([(0.0, 0.0)] * 3, [(0.0, 0.0)], [5, 7, 9], 1, units=1, share=0.5)
    tables["sites"][1]["type"] = "shop"
    tables["measures"] = [{"id": "lock", "body": "police", "site_types": "shop"}]
    tables["effects"] += [{"by": "measure", "id": "lock", "hazard": "theft", "share": 0.2}]
    town = city(tmp_path / "city", tables)
    assert len({id(v) for v in build(town).risk.left.values()}) == 2
    plan = planned(town, tmp_path / "plan")
    assert objective(plan) == pytest.approx(5 / 2 + 7 / 2 * 0.8 + 9 / 2)


def test_the_summary_says_so(tmp_path: Path) -> None:
    plan = planned(city(tmp_path / "city", crowded(1, busy=0.0, share=1.0)), tmp_path / "plan")
    merged = plan.manifest["merged_sites"]
    assert f"{merged['sites']} sites were merged into {merged['into']} with the same covering posts." in render(plan)
    assert merged["into"] <= 3 and math.isfinite(merged["sites"])
