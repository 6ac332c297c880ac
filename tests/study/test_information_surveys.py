"""What a survey is worth, in a town with hours for one visit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

import allocopt.study
from allocopt.schema.risk import RiskRow
from allocopt.study.foreknowledge.draws import factors, is_uncertain
from cities import GAP, city, shuffled
from study.towns import Tables, two_sites


def surveys(folder: Path, tables: Tables, draws: int = 16, **options: Any) -> Any:
    out = folder / f"study-{len(list(folder.glob('study-*')))}"
    study = allocopt.study.information(city(folder / "city", tables), out, gap=GAP, workers=1, draws=draws, **options)
    return study.tables["surveys"].set_index("survey")


def uncertain(site: str, low: float, high: float) -> RiskRow:
    return RiskRow(site=site, hazard="blaze", loss_cny=1000, low=low, high=high, source="assumed: test")


def test_knowing_which_of_two_sites_is_worse(tmp_path: Path) -> None:
    """A visit spares half of a loss of 1000. Known factor f: it goes to s0 if f > 1, and spares 500 · (f − 1) more."""
    found = surveys(tmp_path, two_sites((1000, 1000), {"s0": (0.5, 2.0)}))
    drawn = factors(uncertain("s0", 0.5, 2.0), 16, 0)
    worth = 500 * np.maximum(drawn - 1, 0).mean()
    row = found.loc["s0"]
    assert list(found.index) == ["s0"]
    assert row["basis"] == "whole plans"
    assert (row["rows"], row["loss_cny"]) == (1, 1000)
    for column in ("worth_low", "worth", "worth_high"):
        assert row[column] == pytest.approx(worth, rel=1e-5)


def test_many_draws_come_near_the_integral(tmp_path: Path) -> None:
    """500 · E[max(f − 1, 0)] for a beta of mean 1 on 0.5 to 2."""
    found = surveys(tmp_path, two_sites((1000, 1000), {"s0": (0.5, 2.0)}), draws=64)
    exact = quad(lambda u: max(1.5 * u - 0.5, 0.0) * beta.pdf(u, 2, 4), 0, 1, points=[1 / 3])[0] * 500
    assert abs(found.loc["s0", "worth"] - exact) < found.loc["s0", "error"]
    assert found.loc["s0", "worth"] == pytest.approx(exact, rel=0.02)


def test_a_survey_that_cannot_change_the_plan_is_worth_nothing(tmp_path: Path) -> None:
    """s1 never comes near s0, whatever is found there."""
    found = surveys(tmp_path, two_sites((1000, 100), {"s1": (0.5, 2.0)}))
    assert found.loc["s1", "worth_high"] == pytest.approx(0, abs=1e-3)


def test_a_survey_of_an_area_is_worth_at_least_as_much(tmp_path: Path) -> None:
    tables = two_sites((1000, 900), {"s0": (0.5, 2.0), "s1": (0.2, 3.0)})
    by_site, by_area = surveys(tmp_path, tables), surveys(tmp_path, tables, surveys="areas")
    assert by_area.loc["town/a", "worth"] == pytest.approx(by_site.loc["s0", "worth"])
    together = surveys(tmp_path, tables, surveys="areas", level=1)
    assert together.loc["town", "rows"] == 2
    assert together.loc["town", "worth"] > by_site["worth"].max()


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    tables = two_sites((1000, 900), {"s0": (0.5, 2.0), "s1": (0.2, 3.0)})
    here = surveys(tmp_path / "here", tables)
    there = surveys(tmp_path / "there", shuffled(tables, [1, 0]))
    assert here.equals(there)
    assert not here.equals(surveys(tmp_path / "here", tables, seed=1))


def test_only_the_best_are_looked_at_with_whole_numbers(tmp_path: Path) -> None:
    tables = two_sites((1000, 900), {"s0": (0.5, 2.0), "s1": (0.2, 3.0)})
    assert set(surveys(tmp_path, tables, whole=1)["basis"]) == {"whole plans", "without whole numbers"}


def test_what_nothing_can_be_done_about_is_not_worth_knowing(tmp_path: Path) -> None:
    tables = two_sites((1000, 900), {"s0": (0.5, 2.0)})
    tables["hazards"].append({"id": "quake", "lead": "fire"})
    tables["risks"].append({"site": "s1", "hazard": "quake", "loss_cny": 5000, "low": 0, "high": 9})
    found = surveys(tmp_path, tables)
    assert found.loc["s1", "basis"] == "at most"
    assert found.loc["s1", "worth_high"] == 0


@pytest.mark.parametrize(("low", "high"), [(0.5, 2.0), (0.0, 1.01), (0.99, 50.0), (0.9, 1.1)])
@pytest.mark.parametrize("draws", [2, 8, 101])
def test_factors_lie_in_their_range_with_the_mean_one(low: float, high: float, draws: int) -> None:
    drawn = factors(uncertain("s", low, high), draws, 3)
    assert drawn.shape == (draws,)
    assert drawn.mean() == pytest.approx(1, rel=1e-12)
    assert drawn.min() >= low - 1e-12
    assert drawn.max() <= high + 1e-12


def test_factors_of_other_rows_are_others() -> None:
    drawn = [factors(uncertain(site, 0.5, 2.0), 8, seed) for site, seed in (("a", 0), ("b", 0), ("a", 1))]
    assert len({tuple(one) for one in drawn}) == 3


@pytest.mark.parametrize(("low", "high"), [(1.0, 2.0), (0.5, 1.0)])
def test_a_range_on_one_side_has_no_spread(low: float, high: float) -> None:
    assert not is_uncertain(uncertain("s", low, high))
