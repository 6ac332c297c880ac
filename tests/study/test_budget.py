"""The frontier: monotone, each plan checked, bounds that hold, and points that neighbours prove."""

from __future__ import annotations

import json
import math
import subprocess
import time
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocopt.checker import check
from allocopt.city import City
from allocopt.faults import InputError
from allocopt.instance.load import load
from allocopt.schema.money import BudgetRow
from allocopt.solving.run import solve
from allocopt.study.frontier.known import known
from allocopt.study.frontier.packing import packed, unpacked
from allocopt.study.frontier.run import budget
from allocopt.study.frontier.sums import money_of, rounds, shares, spread
from allocopt.study.study import Study
from allocopt.study.workers import InterruptedStudyError
from cities import build
from cli.command import COMMAND, allocopt, environment

EXACT: dict[str, Any] = {"gap": 1e-6, "workers": 1, "next_yuan": 0}
CLOCKS = ("seconds", "peak_mb")


def lamps(places: int = 5, money: float = 30) -> dict[str, Any]:
    """Lamps at 10 each halve what is lost: with n of them the n largest losses are halved."""
    names = [f"s{i}" for i in range(places)]
    return {
        "sites": [{"id": s, "area": "town"} for s in names],
        "bodies": [{"id": "town"}],
        "hazards": [{"id": "theft", "lead": "town"}],
        "risks": [{"site": s, "hazard": "theft", "loss_cny": 100.0 * (i + 1)} for i, s in enumerate(names)],
        "measures": [{"id": "lamp", "body": "town", "cost_cny": 10}],
        "effects": [{"by": "measure", "id": "lamp", "hazard": "theft", "share": 0.5}],
        "budgets": [{"id": "all", "amount_cny": money}],
    }


@pytest.fixture
def town(tmp_path: Path) -> City:
    return load(build(tmp_path / "town", lamps()))


def least_loss(money: float) -> float:
    return 1500.0 - 50.0 * sum(sorted(range(1, 6))[::-1][: int(money // 10)])


def test_every_sum_has_its_best_plan(town: City, tmp_path: Path) -> None:
    study = budget(town, tmp_path / "study", budgets=("0", "10", "25", "100%", "50"), **EXACT)
    found = study.tables["frontier"]
    assert found["budget_cny"].tolist() == [0, 10, 25, 30, 50]
    assert found["objective"].tolist() == pytest.approx([least_loss(m) for m in (0, 10, 25, 30, 50)])
    assert (found["bound"] <= found["objective"] + 1e-9).all() and (found["status"] == "optimal").all()
    assert all(check(tmp_path / "study" / plan).ok for plan in found["plan"])
    assert study.tables["between"]["objective_at_most"].tolist() == pytest.approx(found["objective"][:-1].tolist())


def test_what_neighbours_prove_is_not_solved(tmp_path: Path) -> None:
    """With money for all lamps and more, every plan is that of the smaller sum."""
    city = load(build(tmp_path / "town", lamps(money=100)))
    found = budget(city, tmp_path / "study", start="50%", end="150%", points=9, **EXACT).tables["frontier"]
    assert found["objective"].tolist() == pytest.approx([750.0] * 9)
    assert found["how"].tolist()[1:-1] == ["known"] * 7
    assert all(check(tmp_path / "study" / plan).ok for plan in found["plan"])


def test_sums_that_cannot_keep_the_standards_are_told(tmp_path: Path) -> None:
    tables = lamps() | {
        "standards": [{"id": "least", "rule": "loss", "area": "town", "at_most": 1200}],
    }
    city = load(build(tmp_path / "town", tables))
    found = budget(city, tmp_path / "study", budgets=("0", "5", "10", "20", "30"), **EXACT).tables["frontier"]
    assert found["status"].tolist() == ["infeasible"] * 3 + ["optimal"] * 2
    assert found["objective"].isna().tolist() == [True] * 3 + [False] * 2


def test_ties_are_broken_with_the_money_of_the_point(tmp_path: Path) -> None:
    """The worst-off area is helped by one lamp; more money is not there for the others."""
    tables = lamps()
    for row in tables["sites"]:
        row["area"] = "town/rich" if row["id"] != "s4" else "town/poor"
    tables["risks"][4]["loss_cny"] = 5000.0
    city = load(build(tmp_path / "town", tables))
    study = budget(city, tmp_path / "study", budgets=("10", "50"), objective="worst_area", **EXACT)
    assert study.tables["frontier"]["loss"].tolist() == pytest.approx([3500, 3000])
    assert all(check(tmp_path / "study" / plan).ok for plan in study.tables["frontier"]["plan"])


def test_one_line_moves_alone(tmp_path: Path) -> None:
    tables = lamps()
    tables["budgets"].append({"id": "less", "amount_cny": 20, "programme": "prevention"})
    city = load(build(tmp_path / "town", tables))
    found = budget(city, tmp_path / "study", budgets=("10", "20", "30", "40"), line="less", **EXACT).tables["frontier"]
    assert found["objective"].tolist() == pytest.approx([least_loss(m) for m in (10, 20, 30, 30)])


def test_the_money_is_that_of_lines_that_stand_in_no_other(tmp_path: Path) -> None:
    tables = lamps()
    tables["budgets"] += [
        {"id": "part", "amount_cny": 7, "area": "town/east"},
        {"id": "same", "amount_cny": 9},
    ]
    tables["sites"].append({"id": "e", "area": "town/east"})
    assert money_of(load(build(tmp_path / "town", tables)), None).whole_cny == 30
    assert money_of(load(build(tmp_path / "town2", tables)), "part").whole_cny == 7


@pytest.mark.parametrize("wrong", [{"budgets": ("x", "-3")}, {"start": "90%", "end": "10%"}, {"line": "al"}])
def test_wrong_sums_are_refused(town: City, tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        budget(town, tmp_path / "study", **wrong, **EXACT)
    assert not (tmp_path / "study").exists()


def test_rounds_are_the_ends_the_middle_the_quarters() -> None:
    assert list(rounds(9)) == [[0, 8], [4], [2, 6], [1, 3, 5, 7]]
    assert list(rounds(1)) == [[0]] and list(rounds(2)) == [[0, 1]]
    assert all(sorted(chain.from_iterable(rounds(n))) == list(range(n)) for n in range(1, 40))


def test_packed_arrays_come_back_as_they_were() -> None:
    import numpy as np

    for array in (np.array([0.1, math.inf, -0.0]), np.array([], dtype=np.int64), np.array([1, 2], dtype=np.int8)):
        back = unpacked(packed(array))
        assert back.dtype == array.dtype and back.tobytes() == array.tobytes()


@pytest.mark.parametrize(("workers", "again"), [(1, False), (2, True)])
def test_the_tables_do_not_depend_on_workers_nor_on_being_stopped(
    town: City, tmp_path: Path, workers: int, again: bool
) -> None:
    how = {"start": "0", "end": "60", "points": 7, "gap": 0.02}
    first = budget(town, tmp_path / "a", workers=1, **how)
    if again:
        stops = iter([False, False, True])
        with pytest.raises(InterruptedStudyError):
            budget(town, tmp_path / "b", workers=1, interrupted=lambda: next(stops), **how)
        assert 1 <= len(list((tmp_path / "b" / "kept").glob("[0-9]*.json"))) < 7
    second = budget(town, tmp_path / "b", workers=workers, **how)
    same(first, second)


def same(first: Study, second: Study) -> None:
    for name, table in first.tables.items():
        pd.testing.assert_frame_equal(table, second.tables[name])
    assert first.folder is not None and second.folder is not None
    for file in ("frontier.csv", "between.csv"):
        assert (first.folder / file).read_bytes() == (second.folder / file).read_bytes()


def test_the_bounds_of_multipliers_hold_at_every_sum(town: City, tmp_path: Path) -> None:
    from allocopt.study.frontier.point import Record
    from allocopt.study.keeping import Keeper

    budget(town, tmp_path / "study", budgets=("5", "20", "60"), gap=0.0, workers=1)
    keeper = Keeper(tmp_path / "study", print)
    records = [record for name in "123" if (record := keeper.read(name, Record)) is not None]
    assert any(leaf.proofs for record in records for leaf in record.tree)
    for money in range(0, 61, 3):
        here = known(money / 30, {"all": money}, {"all": 60.0}, [r for r in records if r.share < money / 30])
        assert here.bound <= least_loss(money) + 1e-6


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from((100, 200, 400, 800)), min_size=2, max_size=4), st.sampled_from((15, 30)))
def test_the_frontier_is_monotone_and_agrees_with_cold_solves(
    tmp_path_factory: pytest.TempPathFactory, losses: list[int], money: int
) -> None:
    folder = tmp_path_factory.mktemp("drawn")
    tables = lamps(len(losses), money)
    for row, loss in zip(tables["risks"], losses, strict=True):
        row["loss_cny"] = loss
    tables["pools"] = [{"id": "men", "body": "town", "hours": 2, "cost_cny_hour": 7}]
    tables["kinds"] = [{"id": "check", "most": 2}]
    tables["crews"] = [{"of": "check", "role": "lead"}]
    tables["effects"].append({"by": "kind", "id": "check", "hazard": "theft", "share": 0.3})
    city = load(build(folder / "town", tables))
    found = budget(city, folder / "study", start="0", end="150%", points=6, **EXACT).tables["frontier"]
    for low, high in pairwise(found.to_dict("records")):
        assert high["objective"] <= low["objective"] and high["bound"] <= low["bound"] + 1e-9
    for row in found.to_dict("records"):
        assert check(folder / "study" / row["plan"]).ok
        cold = solve(money_of(city, None).city_at(city, row["share"]), gap=1e-6)
        assert cold.bound is not None and cold.objective is not None
        assert max(row["bound"], cold.bound) <= min(row["objective"], cold.objective) * (1 + 2e-6)


def test_the_command_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    build(tmp_path / "小镇 town", lamps(7, 40))
    words = [
        "study",
        "budget",
        str(tmp_path / "小镇 town"),
        "--from",
        "0",
        "--to",
        "70",
        "--points",
        "8",
        "--workers",
        "1",
    ]
    whole = allocopt(*words, "--out", tmp_path / "a", "--json")
    assert whole.returncode == 0, whole.stderr
    for seconds in (1.5, 2.5, 3.2):
        run = subprocess.Popen(
            [*COMMAND, *words, "--out", str(tmp_path / "b")],
            env=environment(),
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(seconds)
        run.kill()
        run.wait()
    again = allocopt(*words, "--out", tmp_path / "b", "--json")
    assert again.returncode == 0, again.stderr
    a, b = json.loads(whole.stdout), json.loads(again.stdout)
    assert a["points"] == b["points"] and [p["budget"] for p in a["points"]] == [10.0 * i for i in range(8)]
    for file in ("frontier.csv", "between.csv"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_changed_instance_is_noticed(tmp_path: Path) -> None:
    folder = build(tmp_path / "town", lamps())
    words = ["study", "budget", folder, "--budgets", "10,30", "--workers", "1", "--out", tmp_path / "study"]
    assert allocopt(*words).returncode == 0
    text = (folder / "measures.csv").read_text()
    (folder / "measures.csv").write_text(text.replace("10", "11"))
    refused = allocopt(*words)
    assert refused.returncode == 2 and "measures.csv" in refused.stderr and "--start-over" in refused.stderr
    assert allocopt(*words, "--start-over").returncode == 0


def test_the_summary_fits_and_tells_both_languages(tmp_path: Path) -> None:
    folder = build(tmp_path / "town", lamps(), name="tiny", title="江南水乡 The water town")
    found = allocopt("study", "budget", folder, "--budgets", "10,30", "--workers", "1", "--out", tmp_path / "study")
    assert found.returncode == 0 and "江南水乡" in found.stdout and "1,250" in found.stdout
    assert "done" in found.stderr.splitlines()[-1]


def test_shares_and_spreads() -> None:
    assert spread(0.5, 1.5, 5) == [0.5, 0.75, 1.0, 1.25, 1.5]
    money = type("M", (), {"whole_cny": 200.0})()
    assert shares(money, ("50%", "1,000", "20"), "--budgets") == [0.5, 5.0, 0.1]  # type: ignore[arg-type]


def test_budgets_are_in_the_instance(town: City) -> None:
    assert [row.amount_cny for row in money_of(town, None).city_at(town, 0.5).of(BudgetRow)] == [15]
