"""How much of a plan crosses bodies, in a town whose only sensible plan is known in advance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from allocopt.checker import check
from cities import Tables, city, planned

# Two periods of 1000 hours. The centre is at 0, the dock an hour's drive away. Police have the only inspectors and the
# only cars, fire the only drivers, the office the only depot and the only pumps.
TOWN: Tables = {
    "sites": [{"id": "centre"}, {"id": "edge"}, {"id": "dock", "x": 60_000}],
    "bodies": [{"id": "fire"}, {"id": "police"}, {"id": "office"}],
    "hazards": [
        {"id": "blaze", "lead": "fire"},
        {"id": "noise", "lead": "fire"},
        {"id": "theft", "lead": "police"},
        {"id": "flood", "lead": "office"},
        {"id": "leak", "lead": "office"},
    ],
    "risks": [
        {"site": "centre", "hazard": "blaze", "loss_cny": 1000},
        {"site": "edge", "hazard": "blaze", "loss_cny": 1000, "lead": "police"},
        {"site": "centre", "hazard": "noise", "loss_cny": 1000},
        {"site": "centre", "hazard": "theft", "loss_cny": 1000, "lead": "fire"},
        {"site": "dock", "hazard": "theft", "loss_cny": 1000},
        {"site": "centre", "hazard": "leak", "loss_cny": 1000, "lead": "fire"},
        {"site": "edge", "hazard": "leak", "loss_cny": 1000},
        {"site": "centre", "hazard": "flood", "loss_cny": 0, "lead": "fire"},
    ],
    "effects": [
        {"by": "kind", "id": "check", "hazard": "blaze", "share": 0.5},
        {"by": "class", "id": "fast", "hazard": "theft", "share": 0.5},
        {"by": "unit", "id": "car", "hazard": "noise", "share": 0.001},
        {"by": "measure", "id": "pump", "hazard": "leak", "share": 0.5},
    ],
    "pools": [
        {"id": "inspectors", "body": "police", "skills": "law"},
        {"id": "drivers", "body": "fire", "skills": "wheel", "headcount": 2},
    ],
    "kinds": [{"id": "check"}],
    "crews": [
        {"of": "check", "role": "inspector", "people": 1, "skill": "law"},
        {"of": "car", "role": "driver", "people": 1, "skill": "wheel"},
    ],
    "classes": [{"id": "fast"}],
    "units": [{"id": "car", "body": "police", "response": "fast", "count": 2, "crew": 1, "patrol_share": 0.1}],
    "posts": [{"id": "hall", "units": 1}, {"id": "quay", "units": 1, "x": 60_000}],
    "depots": [{"id": "store", "body": "office"}],
    "commodities": [{"id": "masks", "hazard": "flood", "penalty_cny": 1000, "ship_cost_cny_km": 1}],
    "stocks": [{"depot": "store", "commodity": "masks", "initial": 100}],
    "scenarios": [{"id": "storm", "probability": 0.5}, {"id": "surge", "probability": 0.25}],
    "needs": [
        {"scenario": "storm", "site": "centre", "commodity": "masks", "period": "t1", "amount": 10},
        {"scenario": "storm", "site": "dock", "commodity": "masks", "period": "t1", "amount": 20},
        {"scenario": "surge", "site": "centre", "commodity": "masks", "period": "t2", "amount": 4},
    ],
    "measures": [{"id": "pump", "body": "office", "cost_cny": 1}],
    "links": [
        {"id": "look", "helper": "police", "helped": "fire", "programme": "inspection"},
        {"id": "drive", "helper": "police", "helped": "fire", "programme": "patrol"},
        {"id": "crew", "helper": "fire", "helped": "police", "programme": "patrol"},
        {"id": "carry", "helper": "office", "helped": "fire", "programme": "supply"},
        {"id": "pumps", "helper": "office", "helped": "fire", "programme": "prevention"},
    ],
}
PERIODS = [{"id": "t1", "hours": 1000}, {"id": "t2", "hours": 1000}]

# Both checks, one of them for fire. Both cars with drivers of fire's; the one at the hall serves fire alone, as do all
# 200 hours that both have for the centre. Masks for the centre are fire's, for the dock the office's, by their chance.
TOGETHER = {
    ("t1", "inspection", "hours", ""): (2, 1),
    ("t1", "patrol", "crew_hours", ""): (2000, 2000),
    ("t1", "patrol", "presence_hours", ""): (200, 200),
    ("t1", "patrol", "unit_hours", ""): (2000, 1000),
    ("t1", "prevention", "measures", ""): (2, 1),
    ("t1", "supply", "goods", "masks"): (0.5 * 30, 0.5 * 10),
    ("t2", "inspection", "hours", ""): (2, 1),
    ("t2", "patrol", "crew_hours", ""): (2000, 2000),
    ("t2", "patrol", "presence_hours", ""): (200, 200),
    ("t2", "patrol", "unit_hours", ""): (2000, 1000),
    ("t2", "supply", "goods", "masks"): (0.25 * 4, 0.25 * 4),
}
# Nobody drives the cars, nobody brings the centre masks or a pump.
ALONE = {
    ("t1", "inspection", "hours", ""): (1, 0),
    ("t1", "prevention", "measures", ""): (1, 0),
    ("t1", "supply", "goods", "masks"): (0.5 * 20, 0),
    ("t2", "inspection", "hours", ""): (1, 0),
}


def _solved(folder: Path, tables: Tables = TOWN, **options: Any) -> dict[tuple[str, ...], tuple[float, float]]:
    town = city(folder / "town", tables, periods=PERIODS)
    plan = planned(town, folder / "plan", objective="loss_and_spending", **options)
    rows = plan.table("cooperation").to_dict("records")
    keys = ("period", "programme", "quantity", "item")
    return {tuple(row[key] for key in keys): (row["total"], row["crossing"]) for row in rows}


def _same(found: dict[tuple[str, ...], tuple[float, float]], expected: dict[Any, tuple[float, float]]) -> None:
    assert set(found) == set(expected)
    for key, figures in expected.items():
        assert found[key] == pytest.approx(figures, rel=1e-4), key


@pytest.mark.parametrize(("regime", "expected"), [("silo", ALONE), ("linked", TOGETHER), ("joint", TOGETHER)])
def test_what_crosses_in_each_regime(tmp_path: Path, regime: str, expected: dict[Any, tuple[float, float]]) -> None:
    _same(_solved(tmp_path, regime=regime), expected)


def test_a_coalition_acts_freely_and_outsiders_stay_at_home(tmp_path: Path) -> None:
    tables = {**TOWN, "links": []}
    expected = {key: row for key, row in TOGETHER.items() if key[1] in ("inspection", "patrol")}
    expected |= {key: row for key, row in ALONE.items() if key[1] not in ("inspection", "patrol")}
    _same(_solved(tmp_path, tables, regime="linked", coalition=("fire", "police")), expected)


def test_a_unit_committed_over_two_links_crosses_once(tmp_path: Path) -> None:
    tables = {
        **TOWN,
        "sites": [*TOWN["sites"], {"id": "market"}],
        "risks": [*TOWN["risks"], {"site": "market", "hazard": "theft", "loss_cny": 1000, "lead": "office"}],
        "links": [*TOWN["links"], {"id": "ride", "helper": "police", "helped": "office", "programme": "patrol"}],
    }
    found = _solved(tmp_path, tables, regime="linked")
    assert found["t1", "patrol", "unit_hours", ""] == pytest.approx((2000, 1000))
    lent = (tmp_path / "plan" / "patrols.csv").read_text(encoding="utf-8-sig")
    assert lent.count(",drive,1,") == lent.count(",ride,1,") == 2


def test_goods_moved_to_another_body_are_told_apart(tmp_path: Path) -> None:
    tables = {
        **TOWN,
        "depots": [*TOWN["depots"], {"id": "shed", "body": "fire", "x": 60_000}],
        "commodities": [{**TOWN["commodities"][0], "within_min": 60, "cost_cny": 5000}],
        "sites": [*TOWN["sites"], {"id": "isle", "x": 120_000}],
        "risks": [*TOWN["risks"], {"site": "isle", "hazard": "flood", "loss_cny": 0, "lead": "fire"}],
        "needs": [{"scenario": "storm", "site": "isle", "commodity": "masks", "period": "t2", "amount": 8}],
    }
    found = _solved(tmp_path, tables, regime="linked")
    moved = [row for key, row in found.items() if key[2:] == ("goods_moved", "masks")]
    assert moved == [pytest.approx((4, 4))]
    assert found["t2", "supply", "goods", "masks"] == pytest.approx((4, 0))


def test_a_changed_figure_is_named(tmp_path: Path) -> None:
    _solved(tmp_path, regime="joint")
    table = tmp_path / "plan" / "cooperation.csv"
    text = table.read_text(encoding="utf-8-sig")
    table.write_text(text.replace("unit_hours,,2000.0,1000.0", "unit_hours,,2000.0,999.0", 1), encoding="utf-8-sig")
    found = check(tmp_path / "plan", edited=True).violations
    assert [(v.rule, v.file, v.field, v.expected) for v in found] == [
        ("outcome", "cooperation.csv", "crossing", "1000")
    ]
