"""Replanning: no plan within k changes is better, by all plans there are; and what surely holds of the curve."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from allocopt.checking import check
from allocopt.faults import InputError
from allocopt.instance.load import load
from allocopt.plan import Plan, read
from allocopt.plan.changes import Change, Deed, changes, deeds, number_of
from allocopt.solving.run import solve
from allocopt.study.replanning.curve import spread
from allocopt.study.replanning.run import replan
from allocopt.study.study import Study
from cities import GAP, build, city, filled
from drawn.enumeration import Column, Plans, TooManyPlansError
from drawn.strategies import Drawn, inspected, mixed, patrolled, prevented
from score.hand_made import tables, visits
from solving.towns import INSPECTION, PATROL, with_tables

MOST = 3
FEW = settings(
    max_examples=5,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def distance(plans: Plans, present: Plan) -> Column:
    """The changes of every plan there is. A post is free to open in these towns, so that none need be closed."""
    done = deeds(present.tables)
    number = np.zeros(plans.grid.size)
    for (q, s, t), made in plans.visits.items():
        number += abs(made - done.get(Deed("visits", q, s, t), 0))
    more: dict[tuple[str, ...], Column] = defaultdict(lambda: np.zeros(plans.grid.size))
    less: dict[tuple[str, ...], Column] = defaultdict(lambda: np.zeros(plans.grid.size))
    manned: dict[str, Column] = defaultdict(lambda: np.zeros(plans.grid.size))
    for key, n in plans.x.items():
        if key[0] == "units":
            _, u, p, t, j = key
            before = done.get(Deed("patrols", u, p, t, j), 0)
            more[u, t, j] += np.maximum(n - before, 0)
            less[u, t, j] += np.maximum(before - n, 0)
            manned[p] += n
        elif key[0] == "start":
            options = [deed for deed in done if deed[:3] == ("measures", key[1], key[2])]
            choice = [plans.starts[key[1], key[2]].index((d.period, d.via)) + 1 for d in options]
            number += n != (choice[0] if choice else 0)
        elif key[0] == "mechanism":
            started = [plans.periods.index(d.period) + 1 for d in done if d[:2] == ("mechanisms", key[1])]
            number += n != (started[0] if started else 0)
    for group in more:
        number += np.maximum(more[group], less[group])
    for post in plans.of("posts"):
        if post.get("open") == "no" and Deed("posts", post["id"]) not in done:
            number += manned[post["id"]] > 0
    return number


def brute_force(plans: Plans, present: Plan) -> list[float]:
    """The least loss, with the price of standards missed, within 0 to MOST changes, and within any number."""
    worth = np.where(plans.keeps, sum(plans.loss.values()) + plans.missed, np.inf)
    away = distance(plans, present)
    return [float(np.min(worth[away <= most])) for most in (*range(MOST + 1), math.inf)]


@pytest.mark.parametrize("strategy", [inspected, prevented, patrolled, mixed], ids=lambda s: s.__name__)
def test_no_plan_within_so_many_changes_is_better(strategy: Callable[[], object]) -> None:
    @FEW
    @given(strategy())  # type: ignore[arg-type]
    def test(drawn: Drawn) -> None:
        rows, wanted = deepcopy(drawn)
        for post in rows.get("posts", ()):
            post |= {"open_cost_cny": 0} if post.get("open") == "no" else {}
        try:
            plans = Plans(filled(rows), wanted, "linked")
        except TooManyPlansError:
            assume(False)
        with TemporaryDirectory() as place:
            town = city(Path(place) / "town", rows, **wanted)
            present = solve(town, gap=GAP, threads=1, regime="silo")
            assume(bool(present.tables))
            best = brute_force(plans, present)
            study = replan(town, present, Path(place) / "study", changes=MOST, gap=GAP, near=0.0, workers=1)
            agrees(study, best)

    test()


def agrees(study: Study, best: list[float]) -> None:
    found = study.tables["replan"]
    assert found["changes"].tolist() == pytest.approx([*range(MOST + 1), math.nan], nan_ok=True)
    for row, least in zip(found.to_dict("records"), best, strict=True):
        assert row["objective"] == pytest.approx(least, rel=1e-5, abs=1e-5)
        assert row["bound"] <= least + 1e-5 * max(1.0, abs(least))
        assert not row["made"] > row["changes"]
    assert study.folder is not None
    for plan in (study.folder / "plans").iterdir():
        assert check(plan) == []


def curve_of(study: Study) -> list[dict[Any, Any]]:
    return study.tables["replan"].to_dict("records")


# A visit to s0 takes an hour and 10 CNY, one to s1 six minutes more: there are three hours.
TWO_AT_S1: Mapping[str, Any] = {"visits": [visits("s1", 2)]}


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The town, whose men visit the site with less to lose today."""
    folder = build(tmp_path / "town", INSPECTION)
    tables(folder / "current", **TWO_AT_S1)
    return folder


def today(folder: Path) -> Any:
    from allocopt.plan.by_hand import today_of

    return today_of(load(folder))


def test_one_step_after_the_other(town: Path, tmp_path: Path) -> None:
    """1150 today; without one visit 1300; one moved 800; two moved, 850; two moved and one more, 725."""
    study = replan(load(town), today(town), tmp_path / "study", changes=6, gap=GAP, near=0.0, workers=1)
    rows = curve_of(study)
    assert [row["objective"] for row in rows] == pytest.approx([1150, 1150, 800, 800, 800, 725, 725, 725])
    assert [row["made"] for row in rows] == pytest.approx([0, 0, 2, 2, 2, 5, 5, 5])
    assert rows[2]["what"] == "+1 check at s0; −1 check at s1"
    assert rows[-1]["what"] == "+3 check at s0; −2 check at s1"
    assert study.manifest["present"]["objective"] == pytest.approx(1150)
    assert read(tmp_path / "study" / "plans" / "present").objective == pytest.approx(1150)
    assert [row["gain"] for row in rows][:3] == pytest.approx([0, 0, 350])


def test_the_curve_never_rises(tmp_path: Path) -> None:
    """Points sought so loosely that some are worse than those before: what is within k is within k + 1."""
    folder = build(tmp_path / "town", with_tables(INSPECTION, pools=[{"id": "men", "body": "fire", "hours": 9}]))
    study = replan(load(folder), {}, tmp_path / "study", changes=7, points=4, near=0.9, workers=1)
    rows = curve_of(study)
    assert [row["changes"] for row in rows][:-1] == [0, 2, 5, 7]
    for before, after in pairwise(rows):
        assert after["objective"] <= before["objective"] and after["bound"] <= before["bound"]
    assert all(row["bound"] <= row["objective"] for row in rows)
    assert rows[0]["objective"] == pytest.approx(1600)


def test_a_unit_that_is_moved_is_one_change(tmp_path: Path) -> None:
    folder = build(tmp_path / "town", PATROL)
    tables(folder / "current", patrols=[{"unit": "car", "post": "p1", "period": "t1", "shift": "", "units": 1}])
    study = replan(load(folder), today(folder), tmp_path / "study", changes=1, gap=GAP, near=0.0, workers=1)
    rows = curve_of(study)
    assert [row["objective"] for row in rows] == pytest.approx([1300, 1100, 1100])
    assert rows[1]["what"] == "car from p1 to p0" and rows[1]["made"] == 1


def test_a_plan_that_is_no_longer_possible_is_mended(town: Path, tmp_path: Path) -> None:
    """There is less time than today's visits take: nothing can be done with no change, and one visit less is enough."""
    less = load(town, changes=("pools.men.hours=1.5",))
    study = replan(less, today(town), tmp_path / "study", changes=2, gap=GAP, near=0.0, workers=1)
    rows = curve_of(study)
    assert rows[0]["status"] == "infeasible" and rows[0]["objective"] != rows[0]["objective"]
    assert [row["objective"] for row in rows[1:]] == pytest.approx([1300, 1300, 1100])
    assert not study.manifest["present"]["keeps"]
    assert not (tmp_path / "study" / "plans" / "present").exists()


def test_without_any_plan_there_is_no_curve(town: Path) -> None:
    standards = [{"id": "often", "rule": "visits", "per": "site", "at_least": 2}]
    folder = build(town.parent / "strict", with_tables(INSPECTION, standards=standards))
    study = replan(load(folder), {}, town.parent / "study", changes=1, workers=1)
    assert study.tables == {} and study.manifest["status"] == "infeasible"
    assert study.manifest["conflict"]["standards"] == ["often"]


def test_asking_for_nonsense_is_refused(town: Path) -> None:
    with pytest.raises(InputError) as error:
        replan(load(town), {}, town.parent / "study", changes=-1, points=1, near=-1.0, workers=1)
    assert {fault.file for fault in error.value.faults} == {"--changes", "--points", "--near"}


def test_it_goes_on_where_it_stopped(town: Path, tmp_path: Path) -> None:
    """A second study of more changes takes what the first one found; another present plan is another study."""
    out, city_ = tmp_path / "study", load(town)
    first = replan(city_, today(town), out, changes=2, gap=GAP, near=0.0, workers=1)
    kept = {file.name: file.stat().st_mtime_ns for file in (out / "kept").glob("within-*.json")}
    again = replan(city_, today(town), out, changes=3, gap=GAP, near=0.0, workers=1)
    now = {file.name: file.stat().st_mtime_ns for file in (out / "kept").glob("within-*.json")}
    assert len(kept) == 3 and now == kept | {"within-0003.json": now["within-0003.json"]}
    told = [[(row["objective"], row["what"]) for row in curve_of(study)[:3]] for study in (first, again)]
    assert told[0] == told[1]
    with pytest.raises(InputError):
        replan(city_, {}, out, changes=2, gap=GAP, near=0.0, workers=1)
    assert replan(city_, {}, out, changes=0, workers=1, start_over=True).manifest["present"]["objective"] == 1600


def test_points_are_spread() -> None:
    assert spread(4, 11) == [0, 1, 2, 3, 4]
    assert spread(100, 5) == [0, 25, 50, 75, 100]
    assert spread(0, 2) == [0]


def test_what_moves_counts_once() -> None:
    def station(post: str, before: int, after: int) -> Change:
        return Change(Deed("patrols", "car", post, "t1", "all"), before, after)

    assert number_of([station("p0", 2, 0), station("p1", 0, 1)]) == 2
    moved = [Change(Deed("measures", "alarm", "s0", "t1"), 1, 0), Change(Deed("measures", "alarm", "s0", "t2"), 0, 1)]
    assert number_of(moved) == 1
    assert changes({}, {}) == []
