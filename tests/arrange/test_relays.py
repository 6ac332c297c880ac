"""Transfers are left out only where they gain nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import allocopt
from allocopt.arrange import whole
from allocopt.arrange.acting import Acting, Regime
from allocopt.arrange.calendar import Calendar
from allocopt.arrange.money import arrange_lines
from allocopt.arrange.relays import relays_are_needless
from allocopt.city import City
from allocopt.drawing.supply import draw
from allocopt.importers.made import write

CLOSED = "scenario,depot,site,source\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(draw(depots=4, communities=12, commodities=2, scenarios=3, seed=5), tmp_path / "city")
    return tmp_path / "city"


def needless(town: City) -> bool:
    regime = Regime.named("linked", town)
    return relays_are_needless(town, Acting(town, regime), Calendar(town), arrange_lines(town, regime).values())


def test_without_transfers_the_best_plan_is_as_good(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    town = allocopt.load(folder)
    assert needless(town)
    without = allocopt.solve(town, gap=0.0, threads=1)
    monkeypatch.setattr(whole, "relays_are_needless", lambda *_: False)
    with_transfers = allocopt.solve(town, gap=0.0, threads=1)
    assert without.objective == pytest.approx(with_transfers.objective, rel=1e-9)


def test_a_closed_depot_or_site_stops_relays_too_but_a_closed_way_is_gone_around(folder: Path) -> None:
    for row, expected in (("o1,w1,", True), ("o1,,s01", True), ("o1,w1,s01", False)):
        (folder / "closures.csv").write_text(f'{CLOSED}{row},"assumed: test"\n')
        assert needless(allocopt.load(folder)) == expected


def test_a_limit_of_minutes_is_met_in_two_trips(folder: Path) -> None:
    commodities = folder / "commodities.csv"
    heading, *rows = commodities.read_text().splitlines()
    short = [row.replace(',"assumed', ',12,"assumed') for row in rows]
    commodities.write_text("\n".join([heading.replace(",source", ",within_min,source"), *short]) + "\n")
    assert not needless(allocopt.load(folder))


def test_a_line_of_one_depots_transport_can_be_spared_by_relays(folder: Path) -> None:
    depots, budgets = folder / "depots.csv", folder / "budgets.csv"
    heading, *rows = depots.read_text().splitlines()
    placed = [f"{row},Drawn city/{'north' if i else 'south'}" for i, row in enumerate(rows)]
    depots.write_text("\n".join([f"{heading},area", *placed]) + "\n")
    heading, row = budgets.read_text().splitlines()
    line = 'fares,Fares,500,Drawn city/south,transport,"assumed: test"'
    whole_city = row.replace(',"assumed', ',,,"assumed')
    budgets.write_text("\n".join([heading.replace(",source", ",area,category,source"), whole_city, line]) + "\n")
    assert not needless(allocopt.load(folder))
