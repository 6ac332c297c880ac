"""The collaboration study on cities whose games are known by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from allocopt.checker import check
from allocopt.city import City
from allocopt.faults import InputError
from allocopt.games import sampled_shapley
from allocopt.instance.load import load
from allocopt.plan import read
from allocopt.study.coalitions.run import collaboration
from allocopt.study.study import Study
from cities import build

EXACT = {"gap": 1e-9, "near": 1e-9, "workers": 1}


def city_of(folder: Path, tables: Mapping[str, Any], **settings: Any) -> City:
    return load(build(folder / "city", tables, **settings))


def studied(city: City, **how: Any) -> Study:
    """The study in a new folder beside the city's."""
    beside = city.folder.parent
    return collaboration(city, beside / f"study-{len(list(beside.glob('study-*')))}", **{**EXACT, **how})


def plan_of(study: Study, name: str) -> Path:
    assert study.folder is not None
    return study.folder / "plans" / name


def values(study: Study) -> dict[str, float]:
    rows = study.tables["coalitions"]
    return dict(zip(rows["coalition"], rows["value_cny"], strict=True))


def column(study: Study, name: str) -> dict[str, float]:
    rows = study.tables["bodies"]
    return dict(zip(rows["body"], rows[name], strict=True))


def check_kind(**more: Any) -> dict[str, Any]:
    """A visit that halves the loss of fire, made by one person in an hour."""
    return {
        "kinds": [{"id": "check", "most": 2}],
        "crews": [{"of": "check", "role": "inspector"}],
        "effects": [{"by": "kind", "id": "check", "hazard": "fire", "share": 0.5}],
        **more,
    }


def boss_city(folder: Path) -> City:
    """`a` answers for a loss of 100 and has nobody; `b` and `c` have one hour each."""
    tables = check_kind(
        bodies=[{"id": body} for body in "abc"],
        hazards=[{"id": "fire", "lead": "a"}],
        sites=[{"id": "s"}],
        risks=[{"site": "s", "hazard": "fire", "loss_cny": 100}],
        pools=[{"id": f"pool_{body}", "body": body, "hours": 1} for body in "bc"],
    )
    return city_of(folder, tables)


def test_a_boss_and_two_helpers(tmp_path: Path) -> None:
    """The big boss game (Muto, Nakayama, Potters and Tijs 1988): helpers get half of what they add to all others."""
    study = studied(boss_city(tmp_path))
    assert values(study) == pytest.approx(
        {"a": 0, "b": 0, "c": 0, "a+b": 50, "a+c": 50, "b+c": 0, "a+b+c": 75}, abs=1e-4
    )
    assert column(study, "shapley_cny") == pytest.approx({"a": 125 / 3, "b": 50 / 3, "c": 50 / 3}, abs=1e-4)
    assert column(study, "nucleolus_cny") == pytest.approx({"a": 50, "b": 12.5, "c": 12.5}, abs=1e-4)
    assert study.manifest["core"]["verdict"] == "non-empty, proved"
    # Shapley shares lie in the core here: a + b get 175 / 3 ≥ 50, and b gets less than it adds (25).
    assert study.manifest["settled_by"] == "Shapley value"
    assert not len(study.tables["leavers"])


def test_shares_add_up_and_payments_cancel(tmp_path: Path) -> None:
    study = studied(boss_city(tmp_path))
    silo, joint = (read(plan_of(study, name)).objective or 0.0 for name in ("silo", "joint"))
    assert sum(column(study, "shapley_cny").values()) == pytest.approx(silo - joint, rel=1e-6)
    assert sum(column(study, "payment_cny").values()) == pytest.approx(0.0, abs=1e-6)
    # a's loss falls by 75 and its share is 125 / 3, so it pays the difference.
    assert column(study, "payment_cny")["a"] == pytest.approx(125 / 3 - 75, abs=1e-4)


def test_any_two_of_three_have_an_empty_core(tmp_path: Path) -> None:
    """A visit takes two people of different bodies, who have an hour each: any pair can make one, and so can all."""
    tables = check_kind(
        crews=[{"of": "check", "role": "first"}, {"of": "check", "role": "second"}],
        bodies=[{"id": body} for body in "abc"],
        hazards=[{"id": "fire", "lead": "a"}],
        sites=[{"id": f"s{body}"} for body in "abc"],
        risks=[{"site": f"s{body}", "hazard": "fire", "lead": body, "loss_cny": 100} for body in "abc"],
        pools=[{"id": f"pool_{body}", "body": body, "hours": 1} for body in "abc"],
    )
    study = studied(city_of(tmp_path, tables))
    assert values(study)["a+b"] == pytest.approx(50, abs=1e-4)
    assert values(study)["a+b+c"] == pytest.approx(50, abs=1e-4)
    assert column(study, "shapley_cny") == pytest.approx(dict.fromkeys("abc", 50 / 3), abs=1e-3)
    assert column(study, "nucleolus_cny") == pytest.approx(dict.fromkeys("abc", 50 / 3), abs=1e-3)
    assert study.manifest["core"]["verdict"] == "empty, proved"
    assert study.manifest["core"]["least_core_excess"]["value"] == pytest.approx(50 / 3, abs=1e-3)
    assert set(study.tables["leavers"]["coalition"]) == {"a+b", "a+c", "b+c"}


def test_a_line_of_the_city_stays_with_who_used_it(tmp_path: Path) -> None:
    """One measure fits the city's line; `a` has the larger loss and takes it in the silo plan, so `b` has nothing."""
    tables = {
        "bodies": [{"id": body} for body in "ab"],
        "hazards": [{"id": "fire", "lead": "a"}],
        "sites": [{"id": f"s{body}", "type": body} for body in "ab"],
        "risks": [
            {"site": "sa", "hazard": "fire", "lead": "a", "loss_cny": 200},
            {"site": "sb", "hazard": "fire", "lead": "b", "loss_cny": 100},
        ],
        "measures": [{"id": f"m{b}", "body": b, "site_types": b, "cost_cny": 10} for b in "ab"],
        "effects": [{"by": "measure", "id": f"m{b}", "hazard": "fire", "share": 0.5} for b in "ab"],
        "budgets": [{"id": "city", "amount_cny": 15}],
    }
    study = studied(city_of(tmp_path, tables))
    assert values(study) == pytest.approx({"a": 0, "b": 0, "a+b": 0}, abs=1e-4)
    assert column(study, "payment_cny") == pytest.approx({"a": 0, "b": 0}, abs=1e-4)


def test_money_put_together(tmp_path: Path) -> None:
    """`a` has money and no loss, `b` a loss and too little money for its measure."""
    tables = {
        "bodies": [{"id": body} for body in "ab"],
        "hazards": [{"id": "fire", "lead": "b"}],
        "sites": [{"id": "s"}],
        "risks": [{"site": "s", "hazard": "fire", "loss_cny": 100}],
        "measures": [{"id": "m", "body": "b", "cost_cny": 10}],
        "effects": [{"by": "measure", "id": "m", "hazard": "fire", "share": 0.5}],
        "budgets": [{"id": "of_a", "amount_cny": 6, "body": "a"}, {"id": "of_b", "amount_cny": 6, "body": "b"}],
    }
    study = studied(city_of(tmp_path, tables))
    assert values(study) == pytest.approx({"a": 0, "b": 0, "a+b": 50}, abs=1e-4)
    assert column(study, "shapley_cny") == pytest.approx({"a": 25, "b": 25}, abs=1e-4)


def test_a_unit_near_by_helps_only_members(tmp_path: Path) -> None:
    """The unit of `b` stands within reach of the sites of both; out of the coalition it answers for its own only."""
    tables = {
        "bodies": [{"id": body} for body in "abc"],
        "hazards": [{"id": "fire", "lead": "a"}],
        "sites": [{"id": f"s{body}"} for body in "ab"],
        "risks": [{"site": f"s{body}", "hazard": "fire", "lead": body, "loss_cny": 100} for body in "ab"],
        "classes": [{"id": "engine", "busy": 0.2}],
        "units": [{"id": "engine_b", "body": "b", "response": "engine"}],
        "posts": [{"id": "p"}],
        "effects": [{"by": "class", "id": "engine", "hazard": "fire", "share": 0.5}],
    }
    study = studied(city_of(tmp_path, tables))
    # One unit averts 0.5 · (1 − 0.2) of a loss.
    expected = {"a": 0, "b": 0, "c": 0, "a+b": 40, "a+c": 0, "b+c": 0, "a+b+c": 40}
    assert values(study) == pytest.approx(expected, abs=1e-4)


def test_a_mechanism_is_closed_to_those_who_lack_a_payer(tmp_path: Path) -> None:
    tables = check_kind(
        kinds=[{"id": "check", "most": 1, "mechanism": "platform"}],
        bodies=[{"id": body} for body in "abc"],
        hazards=[{"id": "fire", "lead": "a"}],
        sites=[{"id": "s"}],
        risks=[{"site": "s", "hazard": "fire", "loss_cny": 100}],
        pools=[{"id": "pool_b", "body": "b", "hours": 1}],
        mechanisms=[{"id": "platform"}],
        mechanism_costs=[{"mechanism": "platform", "body": "c", "cost_cny": 5}],
    )
    study = studied(city_of(tmp_path, tables))
    found = values(study)
    assert found["a+b"] == pytest.approx(0, abs=1e-4)
    assert found["a+b+c"] == pytest.approx(50, abs=1e-4)


def test_wide_intervals_hold_the_exact_shares(tmp_path: Path) -> None:
    """Values known to a fifth of what all gain bound the shares of the same game solved out."""
    tables = check_kind(
        kinds=[{"id": "check", "most": 9}],
        effects=[{"by": "kind", "id": "check", "hazard": "fire", "share": 0.13}],
        bodies=[{"id": body} for body in "abc"],
        hazards=[{"id": "fire", "lead": "a"}],
        sites=[{"id": f"s{i}"} for i in range(6)],
        risks=[{"site": f"s{i}", "hazard": "fire", "lead": "abc"[i % 3], "loss_cny": 100 + 37 * i} for i in range(6)],
        pools=[{"id": f"pool_{b}", "body": b, "hours": h} for b, h in (("a", 3), ("b", 7), ("c", 11))],
    )
    city = city_of(tmp_path, tables)
    exact, wide = studied(city), studied(city, gap=0.05, near=0.2)
    low, high = column(wide, "shapley_low_cny"), column(wide, "shapley_high_cny")
    worth = exact.manifest["value_of_all"]["value"]
    for body, share in column(exact, "shapley_cny").items():
        assert low[body] - 1e-4 <= share + _regained(exact, wide, body) <= high[body] + 1e-4
        assert high[body] - low[body] <= 0.8 * worth


def _regained(exact: Study, wide: Study, body: str) -> float:
    """Values start from the silo plan that was found: a worse one leaves its lead so much more to regain."""
    return column(wide, "loss_silo_cny")[body] - column(exact, "loss_silo_cny")[body]


def test_links_and_mechanisms_have_a_worth(tmp_path: Path) -> None:
    """The link lets b's hour halve a's loss of 100; at 0 CNY an hour it is worth 50, and no price ends it."""
    tables = check_kind(
        bodies=[{"id": body} for body in "ab"],
        hazards=[{"id": "fire", "lead": "a"}],
        sites=[{"id": "s"}],
        risks=[{"site": "s", "hazard": "fire", "loss_cny": 100}],
        pools=[{"id": "pool_b", "body": "b", "hours": 1}],
        mechanisms=[{"id": "platform"}],
        mechanism_costs=[{"mechanism": "platform", "body": "a", "cost_cny": 5}],
        links=[
            {"id": "helps", "helper": "b", "helped": "a", "programme": "inspection", "price_cny": 2}
            | {"payer_line": "of_a", "helper_line": "of_b", "mechanism": "platform"}
        ],
        budgets=[{"id": "of_a", "amount_cny": 20, "body": "a"}, {"id": "of_b", "amount_cny": 0, "body": "b"}],
    )
    study = studied(city_of(tmp_path, tables))
    worth = study.tables["worth"].set_index("id")
    assert worth.loc["helps", "value_cny"] == pytest.approx(50, abs=1e-3)
    assert worth.loc["platform", "value_cny"] == pytest.approx(50, abs=1e-3)
    # With 15 left after the platform the hour may cost 15; with 2 for the hour the platform may cost 18. Below that
    # part of an hour could still be bought, which the relaxation allows at any price.
    assert worth.loc["platform", "break_even_cny"] >= 18 * 0.98
    assert worth.loc["helps", "price_cny"] == 2


def test_the_plans_in_the_folder_are_checked(tmp_path: Path) -> None:
    study = studied(boss_city(tmp_path))
    for name in ("silo", "linked", "joint"):
        assert check(plan_of(study, name)).ok
    assert study.folder is not None and (study.folder / "study.json").is_file()


def test_processes_change_nothing(tmp_path: Path) -> None:
    city = boss_city(tmp_path)
    one, two = studied(city), studied(city, workers=2)
    for name in one.tables:
        assert one.tables[name].equals(two.tables[name]), name


def test_one_body_is_refused(tmp_path: Path) -> None:
    tables = {
        "bodies": [{"id": "a"}],
        "hazards": [{"id": "fire", "lead": "a"}],
        "sites": [{"id": "s"}],
        "risks": [{"site": "s", "hazard": "fire", "loss_cny": 100}],
    }
    with pytest.raises(InputError, match="two bodies"):
        studied(city_of(tmp_path, tables))


def many_bodies(folder: Path) -> City:
    """`b00` answers for a loss of 100 and has nobody; eleven others have one hour each, and two visits may be made."""
    helpers = [f"b{i:02d}" for i in range(1, 12)]
    tables = check_kind(
        bodies=[{"id": body} for body in ("b00", *helpers)],
        hazards=[{"id": "fire", "lead": "b00"}],
        sites=[{"id": "s"}],
        risks=[{"site": "s", "hazard": "fire", "loss_cny": 100}],
        pools=[{"id": f"pool_{body}", "body": body, "hours": 1} for body in helpers],
    )
    return city_of(folder, tables)


def test_shares_of_many_bodies_are_drawn(tmp_path: Path) -> None:
    """v is 0 without b00, 50 with one helper and 75 with two or more; the same orders are drawn for this game."""
    study = studied(many_bodies(tmp_path), permutations=4, seed=1)
    bodies = sorted(column(study, "shapley_cny"))

    def worth(members: tuple[str, ...]) -> float:
        return (0.0, 50.0, 75.0)[min(len(members) - 1, 2)] if "b00" in members else 0.0

    drawn = sampled_shapley(bodies, worth, permutations=4, seed=1).shares
    assert column(study, "shapley_cny") == pytest.approx({b: each.share for b, each in drawn.items()}, abs=1e-4)
    for coalition, value in values(study).items():
        assert value == pytest.approx(worth(tuple(coalition.split("+"))), abs=1e-4), coalition
    assert study.manifest["shares"].startswith("drawn from 4 orders")


def test_an_odd_number_of_orders_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="even"):
        studied(boss_city(tmp_path), permutations=5)
