"""Large cities solved in blocks: the blocks make up the model, their bound holds and is near, and who has none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import allocopt
from allocopt.arrange.whole import arrange
from allocopt.city import City
from allocopt.drawing.city import drawn_city
from allocopt.importers.made import write
from allocopt.solver import LiveModel
from allocopt.solving.blocks import structure as structures
from allocopt.solving.blocks.structure import block_angular, part_of
from allocopt.solving.blocks.whole import InBlocks, in_blocks
from allocopt.solving.options import Options, objective_of
from allocopt.solving.proof import root_bound
from allocopt.solving.search import Found, Search, Targets
from allocopt.tell.outcomes import loss_if_nobody_acts
from allocopt_models.city import city_model

GAP = 0.02


@pytest.fixture(autouse=True)
def small_models_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structures, "LEAST_COLUMNS", 1)


def town(folder: Path, sites: int = 25, seed: int = 3, changes: tuple[str, ...] = ()) -> City:
    place = folder / f"town-{sites}-{seed}"
    if not place.exists():
        write(drawn_city(sites, seed), place)
    return allocopt.load(place, changes=changes)


def search_of(city: City) -> Search:
    options = Options("linked", None, objective_of(city), GAP, None, None, 1)
    return Search(city_model(arrange(city, options.acting(city), options.objective).data), threads=1)


def solved(search: Search) -> InBlocks | None:
    return in_blocks(
        search.city,
        search.arrays,
        lambda cost: GAP * cost,
        1.0,
        threads=1,
        deadline=None,
        interrupted=lambda: False,
    )


def targets(search: Search, gap: float = GAP) -> Targets:
    return Targets(gap, None, loss_if_nobody_acts(search.city.data), None)


def test_the_blocks_are_the_seasons_and_share_nothing_but_money_and_what_opens(tmp_path: Path) -> None:
    arrays = search_of(town(tmp_path)).arrays
    structure = block_angular(arrays)
    assert structure is not None
    assert len(structure.columns) == 4
    columns = np.concatenate([*structure.columns, structure.copied])
    assert sorted(columns) == list(range(len(arrays.cost)))
    rows = np.concatenate([*structure.rows, structure.allotted])
    assert sorted(rows) == list(range(len(arrays.row_lower)))
    for k, own in enumerate(structure.columns):
        periods = {part for j in own for part in _parts(arrays.variables[j].index()) if part in SEASONS}
        assert len(periods) == 1, k


SEASONS = {"spring", "summer", "autumn", "winter"}


def _parts(index: object) -> tuple[object, ...]:
    return index if isinstance(index, tuple) else (index,)


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_lies_just_below_the_relaxation_and_is_proved_by_multipliers(tmp_path: Path, seed: int) -> None:
    search = search_of(town(tmp_path, seed=seed))
    found = solved(search)
    assert found is not None
    assert found.x is not None and search.arrays.allows(found.x)
    live = LiveModel(search.arrays.copy(), threads=1)
    live.add_rows(found.added)
    relaxed = live.solve(relaxed=True).bound
    assert relaxed * (1 - 0.01) < found.bound <= relaxed * (1 + 1e-9)
    proved = root_bound(search.arrays, found.multipliers, found.added)
    assert found.bound * (1 - 1e-6) <= proved <= relaxed * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_blocks_and_the_whole_agree(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    city = town(tmp_path, seed=seed)
    by_blocks, search = Found(), search_of(city)
    search._solve_in_blocks(targets(search), by_blocks)
    monkeypatch.setattr(structures, "LEAST_COLUMNS", 10**9)
    other = search_of(city)
    whole = other.run(targets(other, 0.005))
    assert by_blocks.x is not None and whole.x is not None
    assert by_blocks.bound <= whole.objective * (1 + 1e-9)
    assert whole.bound <= by_blocks.objective * (1 + 1e-9)


def test_a_plan_made_in_blocks_passes_its_check(tmp_path: Path) -> None:
    city = town(tmp_path, sites=40)
    plan = allocopt.solve(city, gap=GAP, threads=1)
    assert plan.manifest["status"] == "optimal"
    assert "multipliers" in plan.manifest["bound_rests_on"]
    assert plan.manifest["rounds"] == 0
    assert allocopt.check(plan) == []


def test_what_more_money_does_is_what_the_whole_relaxation_says(tmp_path: Path) -> None:
    search = search_of(town(tmp_path))
    found = solved(search)
    assert found is not None
    extra = search.arrays.column_of()[id(search.city.model.money.extra["all"])]
    step = 0.05 * search.city.data.lines["all"].amount_cny
    fall = found.fall(extra, step, None)
    x = search.tighten_relaxed(targets(search, 1e-4), Found())
    assert x is not None and fall is not None
    expected = search.fall(search.relaxation(None), extra, step, None)
    assert fall == pytest.approx(expected, rel=0.1)


def test_a_gap_that_blocks_do_not_reach_is_reached_by_the_whole(tmp_path: Path) -> None:
    search = search_of(town(tmp_path, sites=12))
    found = search.run(targets(search, 1e-3))
    assert search.reached(targets(search, 1e-3), found)
    assert search.blocks is None


def test_a_line_of_a_single_season_is_spent_there(tmp_path: Path) -> None:
    city = town(tmp_path)
    place = Path(city.folder)
    lines = ["id,amount_cny,periods,source", "all,400000,,assumed", "cold,1000,winter,assumed"]
    (place / "budgets.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    search = search_of(allocopt.load(place))
    found = solved(search)
    assert found is not None and found.x is not None and search.arrays.allows(found.x)
    winter = [k for k, money in enumerate(found.allotted.money) if money[1] > 900]
    assert len(winter) == 1


def test_an_objective_that_joins_all_seasons_leaves_no_blocks(tmp_path: Path) -> None:
    assert block_angular(search_of(town(tmp_path, changes=("city.objective=worst_area",))).arrays) is None


def test_small_models_are_solved_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert block_angular(search_of(town(tmp_path)).arrays) is None


def test_a_block_that_cannot_do_with_its_part_leaves_the_city_to_the_whole(tmp_path: Path) -> None:
    search = search_of(town(tmp_path))
    structure = block_angular(search.arrays)
    assert structure is not None
    part, columns = part_of(search.arrays, structure, 0)
    costs = part.columns[part.starts[-2] :][part.values[part.starts[-2] :] > 0]
    column = int(columns[costs[0]])
    search.arrays.lower[column] = search.arrays.upper[column] = 1.0
    search.arrays.row_upper[structure.allotted] = 0.0
    assert solved(search) is None
