"""The water town, as an analyst solves it: the figures that are promised for it, and what surely holds."""

from __future__ import annotations

import csv
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from allocopt.checker import check
from allocopt.instance.load import load
from allocopt.schema.risk import BodyRow
from allocopt.solving.run import solve

LUZHI = Path(__file__).parents[2] / "instances" / "luzhi"
HALF, HALF_AS_MUCH_AGAIN = "budgets.*.amount_cny=x0.5", "budgets.*.amount_cny=x1.5"
REGIMES = ("silo", "linked", "joint")


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """What `allocopt solve instances/luzhi --json` prints, and the plan's folder."""
    out = tmp_path_factory.mktemp("plans") / "luzhi"
    words = [sys.executable, "-m", "allocopt.cli", "solve", str(LUZHI), "--json", "--out", str(out)]
    run = subprocess.run(words, capture_output=True, text=True, check=True)
    return json.loads(run.stdout), out


def test_the_gaps_that_are_promised(solved: tuple[dict[str, Any], Path]) -> None:
    answer, _ = solved
    assert answer["status"] == "optimal"
    assert answer["gap"] <= 0.01
    assert answer["gap_avoided"] <= 0.05
    assert 0.4 < answer["loss"] / answer["loss_if_nobody_acts"] < 0.6


def test_the_checker_agrees(solved: tuple[dict[str, Any], Path]) -> None:
    answer, out = solved
    verdict = check(out)
    assert [str(violation) for violation in verdict.violations] == []
    assert verdict.loss == pytest.approx(answer["loss"], rel=1e-6)
    assert verdict.spending == pytest.approx(answer["spending"], rel=1e-6)


def test_every_programme_is_used(solved: tuple[dict[str, Any], Path]) -> None:
    _, out = solved
    for table in ("visits", "referrals", "patrols", "presence", "stock", "shipments", "measures", "mechanisms"):
        assert len(_rows(out / f"{table}.csv")) > 1, table


def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines))


def _changes(folder: Path) -> Iterator[tuple[str, int, int, str]]:
    """One changed cell for every filled column of every table: file, row, column, new text."""
    draw = random.Random(20260721)
    for file in sorted(folder.glob("*.csv")):
        heading, *rows = _rows(file)
        for column in range(len(heading)):
            filled = [i for i, row in enumerate(rows, start=1) if row[column] not in ("", "0", "0.0")]
            if filled:
                row = draw.choice(filled)
                cell = rows[row - 1][column]
                yield file.name, row, column, _changed(cell)


def _changed(cell: str) -> str:
    try:
        return str(int(cell) + 1)
    except ValueError:
        pass
    try:
        return repr(float(cell) * (1 + 2e-6))
    except ValueError:
        return cell + "x"


def test_no_changed_cell_goes_unnoticed(solved: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    _, out = solved
    plan = shutil.copytree(out, tmp_path / "plan")
    changes = list(_changes(plan))
    assert len(changes) > 100
    for name, row, column, text in changes:
        before = (plan / name).read_bytes()
        rows = _rows(plan / name)
        rows[row][column] = text
        with (plan / name).open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        verdict = check(plan, edited=True)
        assert verdict.violations, f"{name} row {row} {rows[0][column]}: {text}"
        (plan / name).write_bytes(before)


@pytest.mark.slow
@pytest.mark.parametrize("regime", REGIMES)
def test_more_money_never_hurts(regime: str) -> None:
    plans = [
        solve(load(LUZHI, changes=changes), regime=regime, gap=0.02) for changes in ([HALF], [], [HALF_AS_MUCH_AGAIN])
    ]
    for less, more in pairwise(plans):
        assert _bound(more) <= _objective(less)


@pytest.mark.slow
def test_hard_standards_hold_for_coalitions_with_half_the_money() -> None:
    city, draw = load(LUZHI, changes=[HALF]), random.Random(7)
    bodies = [body.id for body in city.of(BodyRow)]
    for size in range(2, len(bodies)):
        coalition = tuple(sorted(draw.sample(bodies, size)))
        plan = solve(city, coalition=coalition, gap=0.5)
        assert plan.status == "optimal", coalition


@pytest.mark.slow
def test_dropping_a_standard_never_hurts() -> None:
    kept = solve(load(LUZHI), gap=0.02)
    dropped = solve(load(LUZHI, changes=["standards.screen_burden.at_most=1000"]), gap=0.02)
    assert _bound(dropped) <= _objective(kept)


def _objective(plan: Any) -> float:
    assert plan.objective is not None
    return float(plan.objective)


def _bound(plan: Any) -> float:
    assert plan.bound is not None
    return float(plan.bound)
