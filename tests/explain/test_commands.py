"""`allocopt explain`, as people call it: what it prints, on 80 columns too, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from allocopt.cli.program import run
from cities import build
from solving.towns import PREVENTION, with_tables

CHINESE = with_tables(
    PREVENTION,
    sites=[
        {"id": "s0", "people": 10, "name": "甪直镇淞南片区某某大型市场与物流中心(含地下仓库) Market"},
        {"id": "s1", "people": 20, "name": "保圣寺 Baosheng temple"},
    ],
    bodies=[{"id": "fire", "name": "消防救援站 Fire station"}],
    measures=[{"id": "alarm", "body": "fire", "cost_cny": 100, "name": "文保独立烟感与消防物联网平台接入 Alarm"}],
    budgets=[{"id": "all", "amount_cny": 150, "name": "全镇年度公共安全经费 All money"}],
    standards=[
        {"id": "both", "name": "每处一套 One at each", "rule": "measures", "at_least": 2},
        {"id": "calm", "name": "火灾损失上限 Loss by fire", "rule": "loss", "at_most": 1500, "price_cny": 1},
    ],
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("town") / "town", CHINESE)


@pytest.fixture(scope="module")
def plan(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("plan") / "plan"
    at_one = ["--set", "standards.both.at_least=1", "--gap", "0", "--threads", "1"]
    assert run(["solve", str(town), *at_one, "--out", str(out)]) == 0
    return out


Said = Callable[..., str]
Told = Callable[..., dict[str, Any]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    """What a command prints on 80 columns; every line fits."""
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments: str | Path, code: int) -> str:
        assert run(["explain", *map(str, arguments)]) == code
        text = capsys.readouterr().out
        assert max(map(cell_len, text.splitlines())) <= 80
        return " ".join(text.split())

    return call


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """The one object that a command prints with `--json`."""

    def call(*arguments: str | Path, code: int) -> dict[str, Any]:
        assert run(["explain", *map(str, arguments), "--json"]) == code
        answer = json.loads(capsys.readouterr().out)
        assert isinstance(answer, dict)
        return answer

    return call


def test_conflict_in_words(said: Said, town: Path) -> None:
    text = said("conflict", town, code=3)
    assert "budget line 全镇年度公共安全经费 All money (all) [budgets.csv:2]" in text
    assert "每处一套 One at each (both) [standards.csv:2]" in text
    assert "1. Raise budget line" in text
    assert "by 50 CNY, from 150 to 200 CNY. No less will do." in text
    assert "2. Lower 每处一套 One at each (both) by 1, from at least 2 to at least 1. No less will do." in text


def test_conflict_as_json(told: Told, town: Path) -> None:
    answer = told("conflict", town, "--threads", "1", code=3)
    assert answer["status"] == "infeasible"
    assert answer["standards"] == ["both", "budget line all"]
    assert [repair["changes"][0]["set"] for repair in answer["repairs"]] == [
        "budgets.all.amount_cny=200.0",
        "standards.both.at_least=1.0",
    ]
    assert "names" not in answer


def test_no_conflict(said: Said, told: Told, town: Path) -> None:
    assert "can hold together" in said("conflict", town, "--set", "budgets.all.amount_cny=200", code=0)
    answer = told("conflict", town, "--set", "standards.both.price_cny=5", code=0)
    assert answer["status"] == "feasible"
    assert "repairs" not in answer


def test_a_conflict_that_is_not_found_out_in_time(told: Told, town: Path) -> None:
    assert told("conflict", town, "--time-limit", "0.000001", code=4)["status"] == "unknown"


def test_solve_tells_the_same_conflict(
    told: Told, town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["solve", str(town), "--threads", "1", "--json", "--out", str(tmp_path / "out")]) == 3
    conflict = json.loads(capsys.readouterr().out)["conflict"]
    answer = told("conflict", town, "--threads", "1", code=3)
    assert conflict == {key: answer[key] for key in conflict}


def test_why_not_in_words(said: Said, plan: Path) -> None:
    text = said("why-not", plan, "--measure", "alarm", "--site", "s1", "--threads", "1", code=0)
    assert "文保独立烟感与消防物联网平台接入 Alarm (alarm) at 保圣寺 Baosheng temple (s1)" in text
    assert "Price: about 200 CNY more than the plan's 1,100 CNY." in text
    assert "Given up" in text


def test_why_not_writes_the_plan_that_has_it(told: Told, plan: Path, tmp_path: Path) -> None:
    out = tmp_path / "with"
    answer = told("why-not", plan, "--measure", "alarm", "--site", "s1", "--out", out, code=0)
    assert answer["plan_with"] == str(out)
    assert answer["price"] == pytest.approx(200, rel=1e-4)
    assert run(["check", str(out)]) == 0
    assert "s1" in (out / "measures.csv").read_text(encoding="utf-8-sig")


def test_what_the_plan_has_and_what_it_cannot(said: Said, plan: Path) -> None:
    assert "The plan has it already" in said("why-not", plan, "--measure", "alarm", code=0)
    text = said("why-not", plan, "--measure", "alarm", "--site", "s0", "--site", "s1", code=3)
    assert "These do not let it: budget line 全镇年度公共安全经费 All money (all) [budgets.csv:2]." in text


def test_binding_in_words_and_as_json(said: Said, told: Told, plan: Path) -> None:
    assert "全镇年度公共安全经费" in said("binding", plan, code=0)
    answer = told("binding", plan, code=0)
    kinds = {limit["kind"]: limit for limit in answer["limits"]}
    assert kinds["budget line"]["left"] == pytest.approx(50)
    assert answer["relaxation"] <= answer["objective"]


def test_wrong_calls(told: Told, plan: Path, town: Path, tmp_path: Path) -> None:
    answer = told("why-not", plan, "--measure", "alram", "--site", "s9", "--depot", "d", code=2)
    assert [fault["file"] for fault in answer["faults"]] == ["--depot", "--measure", "--site"]
    assert told("why-not", plan, code=2)["faults"][0]["found"] == "nothing"
    assert told("binding", tmp_path, code=2)["faults"]
    assert told("conflict", town, "--regime", "nobody", code=2)["faults"]
    moved = told("binding", plan, "--city", tmp_path / "nowhere", code=2)["faults"]
    assert [fault["found"] for fault in moved] == ["no such folder"]
