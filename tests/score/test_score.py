"""Plans made by hand for towns so small that the best can be told by hand as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from allocopt.checking import check
from allocopt.faults import InputError
from allocopt.plan import read
from allocopt.plan.by_hand import read_by_hand
from allocopt.solving.taken_up import NO_SUCH_ACTION
from allocopt.study.scoring.run import Score, score
from allocopt.summary.changes import in_words
from allocopt.summary.naming import Names
from cities import build, city
from cli.command import allocopt
from score.hand_made import tables, visits
from solving.towns import INSPECTION, SUPPLY, with_tables

LINE = [{"id": "all", "amount_cny": 100}]
TOWN = with_tables(INSPECTION, budgets=LINE)
# A visit to s0 takes an hour and 10 CNY, one to s1 six minutes more.
HAND, BEST = 1000 + 600 / 4, 500 + 300


def scored(folder: Path, town: Any, **rows: Any) -> Score:
    found = city(folder / "town", town)
    hand = tables(folder / "hand", **rows)
    return score(found, read_by_hand(hand, found), gap=1e-6, threads=1)


def words(found: Score) -> list[list[str]]:
    return [in_words(move.done, Names(found.plan.manifest)) for move in found.moves]


def test_the_same_money_goes_elsewhere(tmp_path: Path) -> None:
    """Two visits to the site with less to lose cost 22 CNY; one to each site costs 21."""
    found = scored(tmp_path, TOWN, visits=[visits("s1", 2)])
    assert found.keeps and found.completed == () and found.strays == ()
    assert found.plan.objective == pytest.approx(HAND)
    assert found.plan.bound == pytest.approx(HAND)
    assert found.same_money.lines == pytest.approx({"all": 22.0})
    assert found.same_money.objective == pytest.approx(BEST)
    assert found.same_money.bound == pytest.approx(BEST, abs=1e-2)
    assert [(move.changes, move.gain) for move in found.moves] == [(2, pytest.approx(HAND - BEST))]
    assert words(found) == [["+1 check at s0", "−1 check at s1"]]
    assert check(found.plan) == []


def test_what_is_missing_is_completed_as_well_as_it_can_be(tmp_path: Path) -> None:
    """An alarm is given; of the 100 CNY 60 are left, for three hours of visits: all to the site without it."""
    town = with_tables(
        TOWN,
        measures=[{"id": "alarm", "body": "fire", "cost_cny": 40}],
        effects=[*INSPECTION["effects"], {"by": "measure", "id": "alarm", "hazard": "blaze", "share": 0.5}],
    )
    found = scored(tmp_path, town, measures=[{"measure": "alarm", "site": "s1", "period": "t1"}])
    assert found.completed == ("visits",)
    assert found.plan.objective == pytest.approx(1000 / 8 + 600 / 2)
    assert found.plan.bound == pytest.approx(1000 / 8 + 600 / 2, rel=1e-6)
    assert found.same_money.objective == pytest.approx(1000 / 8 + 600 / 2)
    assert found.moves == ()
    assert check(found.plan) == []


def test_a_plan_that_breaks_a_rule_is_told_so_and_mended(tmp_path: Path) -> None:
    """Four hours are asked of men who have three."""
    found = scored(tmp_path, TOWN, visits=[visits("s0", 3), visits("s1", 1)])
    assert not found.keeps and found.plan.bound is None
    assert found.plan.objective == pytest.approx(1000 / 8 + 600 / 2)
    assert {violation.rule for violation in check(found.plan)} == {"hours"}
    assert [(move.changes, move.gain) for move in found.moves] == [(1, None)]
    assert words(found) == [["−1 check at s1"]]
    assert found.moves[0].objective == pytest.approx(1000 / 8 + 600)


def test_nothing_completes_what_cannot_be_paid(tmp_path: Path) -> None:
    town = with_tables(
        TOWN,
        budgets=[{"id": "all", "amount_cny": 30}],
        measures=[{"id": "alarm", "body": "fire", "cost_cny": 40}],
        effects=[*INSPECTION["effects"], {"by": "measure", "id": "alarm", "hazard": "blaze", "share": 0.5}],
    )
    found = scored(tmp_path, town, measures=[{"measure": "alarm", "site": "s1", "period": "t1"}])
    assert not found.keeps and found.impossible
    assert len(found.plan.table("visits")) == 0
    assert {violation.rule for violation in check(found.plan)} == {"budget"}
    assert found.conflict is not None and found.conflict["standards"] == ["budget line all"]
    (change,) = found.conflict["repairs"][0]["changes"]
    assert change["to"] - change["from"] == pytest.approx(10)
    assert found.same_money.lines == pytest.approx({"all": 30.0})


def test_goods_that_lie_in_the_wrong_place_are_no_change(tmp_path: Path) -> None:
    """Stock is bought for 4 CNY and half of it sent; to send the rest changes nothing that is counted."""
    sent = {"scenario": "storm", "period": "t1", "from_depot": "d", "to_depot": "", "to_site": "s0"}
    sent |= {"commodity": "kit", "amount": 2}
    found = scored(tmp_path, SUPPLY, stock=[{"depot": "d", "commodity": "kit", "bought": 4}], shipments=[sent])
    assert found.keeps
    assert found.plan.objective == pytest.approx(0.5 * 50 * 8)
    assert [(move.changes, move.gain, move.done) for move in found.moves] == [(0, pytest.approx(0.5 * 50 * 2), ())]


def test_an_action_that_nobody_may_take_is_left_out_and_named(tmp_path: Path) -> None:
    town = with_tables(
        TOWN,
        bodies=[{"id": "fire"}, {"id": "police"}],
        pools=[*INSPECTION["pools"], {"id": "officers", "body": "police", "hours": 3}],
    )
    found = scored(tmp_path, town, visits=[visits("s0", 1), visits("s1", 1, pool="officers")])
    assert [(stray.table, stray.cells["pool"]) for stray in found.strays] == [("visits", "officers")]
    assert found.plan.objective == pytest.approx(500 + 600)


def test_a_link_that_was_forgotten_is_named(tmp_path: Path) -> None:
    town = with_tables(
        TOWN,
        bodies=[{"id": "fire"}, {"id": "police"}],
        pools=[{"id": "officers", "body": "police", "hours": 3}],
        links=[{"id": "helps", "helper": "police", "helped": "fire", "programme": "inspection"}],
    )
    found = scored(tmp_path, town, visits=[visits("s0", 1, pool="officers")])
    assert [stray.why for stray in found.strays] == [f"{NO_SUCH_ACTION} (it is via helps)"]


def test_every_fault_of_the_tables_is_told_at_once(tmp_path: Path) -> None:
    found = city(tmp_path / "town", TOWN)
    hand = tables(
        tmp_path / "hand",
        visits=[visits("s9", 1), visits("s0", "two"), visits("s1", 1), visits("s1", 2)],
        posts=[{"post": "p9", "colour": "red"}],
        shipments=[{"scenario": "", "period": "t1", "from_depot": "d", "commodity": "kit", "amount": 1}],
    )
    (hand / "visit.csv").write_text("kind\n")
    with pytest.raises(InputError) as error:
        read_by_hand(hand, found)
    told = {(Path(fault.file).name, fault.line, fault.field) for fault in error.value.faults}
    assert told >= {
        ("visits.csv", 2, "site"),
        ("visits.csv", 3, "visits"),
        ("visits.csv", 5, ""),
        ("posts.csv", 1, "colour"),
        ("posts.csv", 2, "post"),
        ("shipments.csv", 2, "scenario"),
        ("shipments.csv", 2, "to_site"),
        ("visit.csv", 0, ""),
    }


def test_a_folder_without_decisions_is_refused(tmp_path: Path) -> None:
    found = city(tmp_path / "town", TOWN)
    for folder in (tmp_path / "nowhere", tmp_path / "town" / "city.yaml", tables(tmp_path / "empty")):
        with pytest.raises(InputError):
            read_by_hand(folder, found)


def test_the_command(tmp_path: Path) -> None:
    town = build(tmp_path / "town", TOWN)
    hand = tables(tmp_path / "hand", visits=[visits("s1", 2)])
    run = allocopt("score", town, hand, "--json", "--out", tmp_path / "plan", "--threads", "1")
    assert run.returncode == 0, run.stderr
    answer = json.loads(run.stdout)
    assert answer["objective"] == pytest.approx(HAND)
    assert answer["same_money"]["objective"] == pytest.approx(BEST)
    assert answer["moves"][0]["what"] == ["+1 check at s0", "−1 check at s1"]
    assert answer["violations"] == [] and answer["given"] == ["visits"]
    assert allocopt("check", tmp_path / "plan").returncode == 0
    assert read(tmp_path / "plan").objective == pytest.approx(HAND)
    assert "No plan with the same visits can have less" in allocopt("show", tmp_path / "plan").stdout


def test_the_command_speaks(tmp_path: Path) -> None:
    """Today's plan, which breaks the line of its city."""
    town = build(tmp_path / "town", with_tables(INSPECTION, budgets=[{"id": "all", "amount_cny": 20}]))
    tables(town / "current", visits=[visits("s0", 3)])
    run = allocopt("score", town, "--threads", "1")
    assert run.returncode == 3, run.stderr
    assert "It breaks 1 rule." in run.stdout and "budget" in run.stdout
    assert "Traceback" not in run.stderr
    run = allocopt("score", town, tmp_path / "nowhere")
    assert run.returncode == 2 and "no such folder" in run.stderr and not run.stdout


def test_a_city_without_a_plan_of_today_says_so(tmp_path: Path) -> None:
    run = allocopt("score", build(tmp_path / "town", TOWN))
    assert run.returncode == 2 and "current/" in run.stderr
