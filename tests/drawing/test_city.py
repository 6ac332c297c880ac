"""Drawn cities: of the size asked for, the same for the same seed, and with a budget for about half of the loss."""

from __future__ import annotations

from pathlib import Path

import pytest

import allocopt
from allocopt.drawing.city import drawn_city
from allocopt.importers.made import write
from cli.command import allocopt as typed


def test_a_drawn_city_has_no_fault_and_the_size_asked_for(tmp_path: Path) -> None:
    write(drawn_city(600, 1), tmp_path / "city")
    city = allocopt.load(tmp_path / "city")
    sizes = {name: len(rows) for name, rows in city.rows.items() if rows}
    assert {name: sizes[name] for name in ("sites", "hazards", "kinds", "pools", "posts", "units", "budgets")} == {
        "sites": 600,
        "hazards": 4,
        "kinds": 6,
        "pools": 10,
        "posts": 120,
        "units": 3,
        "budgets": 1,
    }
    assert sizes["risks"] == 600 * 4 * 4


def test_the_same_seed_draws_the_same_bytes_and_another_others(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write(drawn_city(40, seed), tmp_path / name)
    first, again, other = (
        {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("a", "b", "c")
    )
    assert first == again
    assert first["risks.csv"] != other["risks.csv"]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_best_plan_averts_about_half_of_the_loss(tmp_path: Path, seed: int) -> None:
    write(drawn_city(60, seed), tmp_path / "city")
    plan = allocopt.solve(allocopt.load(tmp_path / "city"), gap=0.02, threads=1)
    assert plan.manifest["status"] == "optimal"
    assert 0.4 < 1 - plan.manifest["loss"] / plan.manifest["loss_if_nobody_acts"] < 0.6


def test_the_command_draws_a_city_of_any_size(tmp_path: Path) -> None:
    for sites in (1, 7):
        assert typed("new", tmp_path / f"drawn {sites}", "--drawn", "--sites", str(sites)).returncode == 0
        assert typed("validate", tmp_path / f"drawn {sites}").returncode == 0


@pytest.mark.parametrize("words", [("--sites", "3"), ("--seed", "3"), ("--drawn", "--sites", "0")])
def test_a_size_is_of_a_drawn_city(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert typed("new", tmp_path / "city", *words).returncode == 2
    assert not (tmp_path / "city").exists()
