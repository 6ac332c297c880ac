"""The ladder: nested plans, against hand and against every ladder there is."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from rich.cells import cell_len

from allocopt.checker import check
from allocopt.city import City
from allocopt.faults import InputError
from allocopt.instance.load import load
from allocopt.plan.read import read
from allocopt.study.rungs import ladder as search
from allocopt.study.rungs.added import commitments
from allocopt.study.rungs.run import ladder
from allocopt.study.study import Study
from allocopt.study.workers import InterruptedStudyError
from cities import build, city
from cli.command import allocopt
from drawn.enumeration import TooManyPlansError
from drawn.strategies import Drawn, mixed, patrolled, prevented
from study.enumerated import best_ladder
from study.test_fairness import same_bytes

EXACT: dict[str, Any] = {"gap": 1e-6, "workers": 1}
SUMS = ("10", "15", "25")


def two_measures() -> dict[str, Any]:
    """A lock for 10 averts 100 of theft, an alarm for 15 averts 160 of fire: with 15 one would rather have started
    nothing before."""
    return {
        "sites": [{"id": "s"}],
        "bodies": [{"id": "town"}],
        "hazards": [{"id": "theft", "lead": "town"}, {"id": "fire", "lead": "town"}],
        "risks": [
            {"site": "s", "hazard": "theft", "loss_cny": 200.0},
            {"site": "s", "hazard": "fire", "loss_cny": 320.0},
        ],
        "measures": [
            {"id": "lock", "body": "town", "cost_cny": 10},
            {"id": "alarm", "body": "town", "cost_cny": 15},
        ],
        "effects": [
            {"by": "measure", "id": "lock", "hazard": "theft", "share": 0.5},
            {"by": "measure", "id": "alarm", "hazard": "fire", "share": 0.5},
        ],
        "budgets": [{"id": "all", "amount_cny": 20}],
    }


@pytest.fixture
def town(tmp_path: Path) -> City:
    return load(build(tmp_path / "town", two_measures()))


def nested(study: Study) -> None:
    """Every plan passes the checker, and keeps all that the one before it started."""
    assert study.folder is not None
    folders = [study.folder / plan for plan in study.tables["ladder"]["plan"] if plan]
    assert all(check(folder).ok for folder in folders)
    for below, above in pairwise(commitments(read(folder)) for folder in folders):
        assert all(above.get(key, 0.0) >= amount - 1e-6 for key, amount in below.items())


@pytest.mark.parametrize(
    ("weights", "rungs", "free"), [((), [420, 420, 260], 1040), ((1.0, 3.0, 1.0), [520, 360, 260], 1760)]
)
def test_what_is_started_first_depends_on_the_weights(
    town: City, tmp_path: Path, weights: tuple[float, ...], rungs: list[float], free: float
) -> None:
    study = ladder(town, tmp_path / "study", budgets=SUMS, weights=weights, **EXACT)
    found, total = study.tables["ladder"], study.manifest["total"]
    worth = float(np.dot(weights or (1, 1, 1), rungs))
    assert found["objective"].tolist() == pytest.approx(rungs)
    assert found["free_objective"].tolist() == pytest.approx([420, 360, 260])
    assert total["objective"] == pytest.approx(worth) and total["bound"] == pytest.approx(worth, rel=1e-5)
    assert total["nesting_at_least"] == pytest.approx(worth - free, rel=1e-3)
    assert total["nesting_at_most"] == pytest.approx(worth - free, rel=1e-3)
    first = study.tables["added"].to_dict("records")[0]
    assert (first["rung"], first["item"]) == (("2", "alarm") if weights else ("1", "lock"))
    nested(study)


def test_without_the_joint_model_pairs_find_it_and_free_bounds_hold(
    town: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ladder of the lowest rung is mended where that pays; nothing below the free bounds is claimed."""
    monkeypatch.setattr(search, "FEW_COLUMNS", 0)
    study = ladder(town, tmp_path / "study", budgets=SUMS, weights=(1.0, 3.0, 1.0), **EXACT)
    assert study.manifest["total"]["objective"] == pytest.approx(1860)
    assert study.manifest["total"]["bound"] == pytest.approx(1760, rel=1e-5)
    nested(study)


def test_sums_that_cannot_keep_the_standards_are_no_rungs(tmp_path: Path) -> None:
    tables = two_measures() | {"standards": [{"id": "fire", "rule": "loss", "hazard": "fire", "at_most": 200}]}
    folder = build(tmp_path / "town", tables)
    study = ladder(load(folder), tmp_path / "study", budgets=SUMS, **EXACT)
    assert study.tables["ladder"]["status"].tolist() == ["infeasible", "found", "found"]
    assert study.tables["ladder"]["objective"].tolist()[1:] == pytest.approx([360, 260])
    nested(study)
    words = ("study", "ladder", folder, "--budgets", "5,10", "--workers", "1")
    refused = allocopt(*words, "--out", tmp_path / "none")
    assert refused.returncode == 3 and "infeasible" in refused.stdout and "Traceback" not in refused.stderr


@pytest.mark.parametrize("weights", [(1.0,), (0.0, 0.0, 0.0), (1.0, -1.0, 1.0), (1.0, float("nan"), 1.0)])
def test_wrong_weights_are_refused(town: City, tmp_path: Path, weights: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="weights"):
        ladder(town, tmp_path / "study", budgets=SUMS, weights=weights, **EXACT)
    assert not (tmp_path / "study").exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_the_tables_do_not_depend_on_workers_nor_on_being_stopped(town: City, tmp_path: Path, workers: int) -> None:
    how: dict[str, Any] = {"budgets": SUMS, "weights": (1.0, 3.0, 1.0), "gap": 1e-6}
    first = ladder(town, tmp_path / "a", workers=1, **how)
    stops = iter([*[False] * 5, True])
    with pytest.raises(InterruptedStudyError):
        ladder(town, tmp_path / "b", workers=1, interrupted=lambda: next(stops), **how)
    same_bytes(first, ladder(town, tmp_path / "b", workers=workers, **how))


def test_stock_and_depots_are_kept(tmp_path: Path) -> None:
    """The dear depot next to the need is not worth opening first; kits bought stay bought."""
    tables = {
        "sites": [{"id": "s"}],
        "bodies": [{"id": "town"}],
        "hazards": [{"id": "flood", "lead": "town"}],
        "commodities": [{"id": "kit", "hazard": "flood", "cost_cny": 1, "penalty_cny": 4}],
        "depots": [{"id": "d", "body": "town"}, {"id": "e", "body": "town", "open": "no", "open_cost_cny": 3}],
        "scenarios": [{"id": "wet", "probability": 0.5}],
        "needs": [{"scenario": "wet", "site": "s", "commodity": "kit", "period": "t1", "amount": 30}],
        "budgets": [{"id": "all", "amount_cny": 20}],
    }
    study = ladder(city(tmp_path / "town", tables), tmp_path / "study", budgets=("10", "20", "40"), **EXACT)
    assert study.tables["ladder"]["objective"].tolist() == pytest.approx([40, 20, 0], abs=1e-6)
    nested(study)


def test_the_summary_tells_names_and_the_object_all_figures(tmp_path: Path) -> None:
    tables = two_measures()
    tables["measures"][1]["name"] = "火灾报警器"
    folder = build(tmp_path / "town", tables, title="江南水乡 The water town")
    words = ("study", "ladder", folder, "--budgets", "10,15,25", "--weights", "1,3,1", "--workers", "1")
    told = allocopt(*words, "--out", tmp_path / "study", COLUMNS="80")
    assert told.returncode == 0 and "Traceback" not in told.stderr
    assert max(map(cell_len, told.stdout.splitlines())) <= 80
    assert "江南水乡" in told.stdout and "火灾报警器" in told.stdout and "1,860" in told.stdout
    found = json.loads(allocopt(*words, "--json", "--out", tmp_path / "study").stdout)
    assert [rung["budget"] for rung in found["rungs"]] == [10, 15, 25]
    assert found["total"]["objective"] == pytest.approx(1860)
    assert json.loads((tmp_path / "study" / "plans" / "rung-1" / "plan.json").read_text())["command"].startswith(
        "allocopt study ladder"
    )


FEW = settings(
    max_examples=4,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
SHARES = (0.5, 1.0, 1.5)


@pytest.mark.slow
@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0), (3.0, 1.0, 2.0)], ids=str)
@pytest.mark.parametrize("strategy", [prevented, patrolled, mixed], ids=lambda s: s.__name__)
def test_no_ladder_is_better(strategy: Callable[[], Any], weights: tuple[float, ...]) -> None:
    @FEW
    @given(strategy())
    def test(drawn: Drawn) -> None:
        compare(*drawn, weights)

    test()


def compare(tables: Any, given_settings: Any, weights: tuple[float, ...]) -> None:
    assume(sum(row["amount_cny"] for row in tables["budgets"]) > 0)
    try:
        best = best_ladder(tables, given_settings, SHARES, weights)
    except TooManyPlansError:
        assume(False)
    assume(np.isfinite(best))
    with TemporaryDirectory() as place:
        town = city(Path(place) / "city", tables, **given_settings)
        sums = tuple(f"{100 * share:g}%" for share in SHARES)
        study = ladder(town, Path(place) / "study", budgets=sums, weights=weights, **EXACT)
        total = study.manifest["total"]
        assert total["objective"] == pytest.approx(best, rel=2e-6, abs=1e-6)
        assert total["bound"] <= best * (1 + 1e-6) + 1e-6 and total["status"] == "optimal"
        assert (study.tables["ladder"]["objective"].diff().dropna() <= 1e-9).all()
        nested(study)
