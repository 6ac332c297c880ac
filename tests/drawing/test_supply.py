"""Drawn cities of supplies: whole, of the size asked for, and the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import allocopt
from allocopt.drawing.supply import draw
from allocopt.importers.made import write


def test_a_drawn_city_has_no_fault_and_the_size_asked_for(tmp_path: Path) -> None:
    write(draw(depots=5, communities=60, commodities=5, scenarios=4, suppliers=3), tmp_path / "city")
    tables = allocopt.load(tmp_path / "city").rows
    sizes = {name: len(tables[name]) for name in ("depots", "sites", "commodities", "scenarios", "suppliers")}
    assert sizes == {"depots": 5, "sites": 60, "commodities": 5, "scenarios": 4, "suppliers": 3}
    assert len(tables["needs"]) > 0.9 * 60 * 5 * 4


def test_the_same_seed_draws_the_same_bytes_and_another_others(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write(draw(depots=3, communities=20, scenarios=3, seed=seed), tmp_path / name)
    first, again, other = (
        {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("a", "b", "c")
    )
    assert first == again
    assert first["needs.csv"] != other["needs.csv"]
