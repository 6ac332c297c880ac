"""Towns in which the plan by hand is known on paper."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from allocopt.summary.render import render
from by_hand.making import by_hand
from cities import city, planned
from solving.towns import INSPECTION, PATROL, PREVENTION, SUPPLY, Tables, with_tables


def made(tables: Tables, folder: Path, **settings: object) -> float:
    """What the plan by hand comes to; it is what the solve says of it, and no better than the plan."""
    town = city(folder / "city", tables, **settings)
    hand, _ = by_hand(town, folder / "hand")
    plan = planned(town, folder / "plan")
    assert plan.manifest["by_hand"] == {**hand.figures, "missed": []}
    assert plan.objective is not None and plan.objective <= hand.figures["objective"] * (1 + 1e-9)
    return hand.figures["objective"]


def test_visits_go_round_by_round(tmp_path: Path) -> None:
    # Of three hours a visit at s0 takes one, one at s1, three minutes away, a tenth more: s0, s1, and no third fits.
    assert made(INSPECTION, tmp_path) == pytest.approx(500 + 300)


def test_a_measure_for_the_site_that_loses_most(tmp_path: Path) -> None:
    assert made(PREVENTION, tmp_path) == pytest.approx(500 + 600)


def test_a_unit_at_the_post_that_reaches_the_larger_loss(tmp_path: Path) -> None:
    assert made(PATROL, tmp_path) == pytest.approx(500 + 600)


def test_goods_as_far_as_the_money_goes(tmp_path: Path) -> None:
    assert made(SUPPLY, tmp_path) == pytest.approx(0.5 * 50 * (10 - 4))


def test_the_list_takes_the_best_a_yuan_first_though_the_money_would_do_for_more(tmp_path: Path) -> None:
    """At the larger site the small alarm averts more a yuan than the sprinkler; both do not fit."""
    tables = with_tables(
        PREVENTION,
        measures=[
            {"id": "alarm", "body": "fire", "cost_cny": 40},
            {"id": "sprinkler", "body": "fire", "cost_cny": 150},
        ],
        effects=[
            {"by": "measure", "id": "alarm", "hazard": "blaze", "share": 0.3},
            {"by": "measure", "id": "sprinkler", "hazard": "blaze", "share": 0.9},
        ],
    )
    # The alarm at s0 (7.5 CNY a yuan), then at s1; what is left buys no sprinkler. The best is a sprinkler at s0.
    assert made(tables, tmp_path) == pytest.approx(0.7 * 1600)
    assert planned(city(tmp_path / "again", tables), tmp_path / "best").objective == pytest.approx(100 + 600)


def test_standards_come_before_the_list(tmp_path: Path) -> None:
    """The floor sends the only alarm that can be paid to the smaller site."""
    floor = {"id": "there", "rule": "measures", "site": "s1", "measure": "alarm", "at_least": 1}
    assert made(with_tables(PREVENTION, standards=[floor]), tmp_path) == pytest.approx(1000 + 300)


def test_a_standard_on_response_brings_a_unit_there(tmp_path: Path) -> None:
    floor = {"id": "near", "rule": "cover", "site": "s1", "response": "fast", "at_least": 1}
    assert made(with_tables(PATROL, standards=[floor]), tmp_path) == pytest.approx(1000 + 300)


def test_a_mechanism_is_started_where_one_site_pays_for_it(tmp_path: Path) -> None:
    """A check finds half, with the platform 0.9: at s0 alone that averts 400 more."""
    tables = with_tables(
        INSPECTION,
        mechanisms=[{"id": "platform"}],
        mechanism_costs=[{"mechanism": "platform", "body": "fire", "cost_cny": 300}],
        kinds=[{"id": "check", "most": 1, "mechanism": "platform"}],
    )
    assert made(tables, tmp_path / "cheap") == pytest.approx(500 + 300)
    dear = with_tables(tables, mechanism_costs=[{"mechanism": "platform", "body": "fire", "cost_cny": 600}])
    assert made(dear, tmp_path / "dear") == pytest.approx(1600)


def test_a_soft_standard_counts_at_its_price(tmp_path: Path) -> None:
    floor = {"id": "there", "rule": "measures", "site": "s1", "measure": "alarm", "at_least": 1, "price_cny": 900}
    assert made(with_tables(PREVENTION, standards=[floor]), tmp_path) == pytest.approx(500 + 600 + 900)


def test_where_spending_is_minimised_only_standards_are_kept(tmp_path: Path) -> None:
    floor = {"id": "there", "rule": "measures", "measure": "alarm", "per": "city", "at_least": 1}
    cost = 100 * 1000 / (10 * 8760)
    assert made(with_tables(PREVENTION, standards=[floor]), tmp_path, objective="spending") == pytest.approx(cost)


def test_what_costs_more_than_it_averts_is_left_where_spending_is_weighed(tmp_path: Path) -> None:
    tables = with_tables(INSPECTION, pools=[{"id": "men", "body": "fire", "hours": 99, "cost_cny_hour": 200}])
    found = made(tables, tmp_path, objective="loss_and_spending")
    # 500 and 250 averted at s0 for 200 each, 300 at s1 for 220; the next would avert 125 and 150.
    assert found == pytest.approx(250 + 300 + 2 * 200 + 220)


def test_hours_of_presence_are_shared_by_loss(tmp_path: Path) -> None:
    tables = with_tables(
        PATROL,
        units=[{"id": "car", "body": "police", "response": "fast", "patrol_share": 0.01}],
        effects=[{"by": "unit", "id": "car", "hazard": "theft", "share": 0.1}],
    )
    # Ten free hours in one thousand: 6.25 for the site that loses 1000, 3.75 for that which loses 600.
    expected = 1000 * math.pow(0.9, 6.25) + 600 * math.pow(0.9, 3.75)
    assert made(tables, tmp_path) == pytest.approx(expected)


def test_standards_that_could_not_be_kept_come_first_the_next_time(tmp_path: Path) -> None:
    """One study keeps both standards; a check, which is cheaper, leaves no hours for it."""
    tables = with_tables(
        INSPECTION,
        kinds=[{"id": "check", "most": 3}, {"id": "study", "most": 3}],
        crews=[{"of": "check", "role": "lead"}, {"of": "study", "role": "lead", "hours": 3}],
        effects=[{"by": "kind", "id": kind, "hazard": "blaze", "share": 0.5} for kind in ("check", "study")],
        standards=[
            {"id": "any", "rule": "visits", "site": "s0", "at_least": 1},
            {"id": "studied", "rule": "visits", "site": "s0", "kinds": "study", "at_least": 1},
        ],
    )
    assert made(tables, tmp_path) == pytest.approx(500 + 600)


def test_standards_that_are_not_kept_by_hand_are_named(tmp_path: Path) -> None:
    """A study keeps the ceiling; a check averts more a yuan, and leaves no hours for it."""
    tables = with_tables(
        INSPECTION,
        kinds=[{"id": "check", "most": 1}, {"id": "study", "most": 1}],
        crews=[{"of": "check", "role": "lead"}, {"of": "study", "role": "lead", "hours": 3}],
        effects=[
            {"by": "kind", "id": "check", "hazard": "blaze", "share": 0.3},
            {"by": "kind", "id": "study", "hazard": "blaze", "share": 0.5},
        ],
        standards=[{"id": "half", "rule": "loss", "site": "s0", "at_most": 500}],
    )
    town = city(tmp_path / "city", tables)
    assert by_hand(town, tmp_path / "hand")[0].missed == ("half",)
    plan = planned(town, tmp_path / "plan")
    assert plan.objective == pytest.approx(500 + 600)
    assert plan.manifest["by_hand"] == {"missed": ["half"]}
    assert "by loss, with the same money, does not keep all standards: half." in " ".join(render(plan).split())


def test_where_no_plan_keeps_the_standards_there_is_nothing_to_compare(tmp_path: Path) -> None:
    floor = {"id": "all", "rule": "measures", "per": "city", "at_least": 2}
    plan = planned(city(tmp_path / "city", with_tables(PREVENTION, standards=[floor])), tmp_path / "plan")
    assert plan.status == "infeasible" and "by_hand" not in plan.manifest


def test_the_summary_tells_both(tmp_path: Path) -> None:
    plan = planned(city(tmp_path / "city", INSPECTION), tmp_path / "plan")
    told = "Going down the list of sites by loss with the same money averts 800 CNY (50.0 %); this plan averts"
    for width in (80, 100):
        text = render(plan, width)
        assert told in " ".join(text.split())
        assert max(map(len, text.splitlines())) <= width
