"""A plan held fixed while things go wrong: losses by hand, the order of the answers, additions, and going on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from rich.cells import cell_len

from allocopt.arrange.risks import arrange_risks
from allocopt.checker import by_hand, check, sensitivity, totals
from allocopt.city import City
from allocopt.faults import InputError
from allocopt.instance.load import load
from allocopt.plan import Plan, write
from allocopt.plan.columns import PLAN_TABLES
from allocopt.plan.frames import frame
from allocopt.plan.values import Values
from allocopt.plan.write import csv_bytes
from allocopt.solving.options import Options
from allocopt.solving.run import solve
from allocopt.study.mishaps.case import Case, Record, decisions, tried
from allocopt.study.mishaps.listed import pairs, singles, weights_of
from allocopt.study.mishaps.losses import KINDS, Stress, stressed
from allocopt.study.mishaps.run import stress
from allocopt.study.mishaps.trial import Ground, Trial, first_stage
from allocopt.study.study import Study
from allocopt.study.workers import InterruptedStudyError
from allocopt.tell.tables import TELLERS
from cities import GAP, build, city
from cli.command import allocopt
from drawn.strategies import Drawn, inspected, mixed, patrolled, prevented
from drawn.test_goods import stocked
from solving.towns import INSPECTION, PATROL, SUPPLY, Tables, with_tables
from study.stressed_towns import CARS, DEPOTS, LINKED, PLATFORM, SIGNS, TWO_PERIODS, maker, posts

EXACT: dict[str, Any] = {"gap": 1e-6, "workers": 1}


def ground_of(town: City, plan: Plan) -> Ground:
    return Ground(town, first_stage(plan.tables), Options("linked", None, "loss", 1e-6, None, None, 1))


def after(town: City, *stresses: Stress) -> Record:
    record: Record = tried(Case(ground_of(town, solve(town, gap=GAP, threads=1)), stresses)).record
    return record


@pytest.mark.parametrize(
    ("tables", "stress_", "held", "repaired", "known"),
    [
        (INSPECTION, Stress("pools", "men", 0.3), 850, 800, 800),
        (INSPECTION, Stress("bodies", "fire"), 1600, 1600, 1600),
        (PATROL, Stress("posts", "p0"), 1600, 1300, 1300),
        (PATROL, Stress("units", "car", 0.3), 1600, 1600, 1600),
        (DEPOTS, Stress("depots", "d"), 250, 250, 200),
        (SIGNS, Stress("budgets", "all", 0.5), 1540, 1540, 1500),
        (LINKED, Stress("links", "help"), 1300, 1300, 1300),
        (LINKED, Stress("bodies", "police"), 1300, 1300, 1300),
        (PLATFORM, Stress("mechanisms", "platform"), 1600, 1400, 1400),
        (PLATFORM, Stress("bodies", "fire"), 1600, 1600, 1600),
        (maker(), Stress("suppliers", "maker"), 120, 120, 100),
        (SUPPLY, Stress("needs", "storm"), 400, 400, 400),
        (SUPPLY, Stress("chances", "storm"), 300, 300, 300),
    ],
    ids=lambda part: part.name if isinstance(part, Stress) else "",
)
def test_what_is_lost(
    tmp_path: Path, tables: Tables, stress_: Stress, held: float, repaired: float, known: float
) -> None:
    record = after(
        city(tmp_path / "town", tables, **TWO_PERIODS) if "suppliers" in tables else city(tmp_path / "town", tables),
        stress_,
    )
    assert (record.held, record.repaired, record.known) == pytest.approx((held, repaired, known))
    assert record.known_bound <= known + 1e-6 and record.known_bound == pytest.approx(known, abs=1e-3)
    assert record.repaired_bound == pytest.approx(repaired, abs=1e-3)


def test_every_kind_of_loss_is_tried_above() -> None:
    marks = test_what_is_lost.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {case[1].kind for case in marks} == set(KINDS)


def without(tables: Tables, **gone: str) -> Tables:
    """The tables without the row of this id."""
    return {name: [r for r in rows if name not in gone or r["id"] != gone[name]] for name, rows in tables.items()}


@pytest.mark.parametrize(
    ("tables", "reduced", "stress_"),
    [
        (PATROL, without(PATROL, posts="p0"), Stress("posts", "p0")),
        (posts(site="s1", price_cny=10), None, Stress("posts", "p0")),
        (LINKED, without(LINKED, links="help"), Stress("links", "help")),
        (DEPOTS, without(DEPOTS, depots="d"), Stress("depots", "d")),
        (
            INSPECTION,
            with_tables(INSPECTION, pools=[{**INSPECTION["pools"][0], "hours": 2.1}]),
            Stress("pools", "men", 0.3),
        ),
    ],
)
def test_a_town_written_without_it_says_the_same(
    tmp_path: Path, tables: Tables, reduced: Tables | None, stress_: Stress
) -> None:
    """The best plan of that town is the one that had known, and the checker values the held one in it alike."""
    town = city(tmp_path / "town", tables)
    left = city(tmp_path / "left", without(tables, posts=stress_.thing) if reduced is None else reduced)
    best = solve(left, gap=GAP, threads=1)
    trial = Trial(ground_of(town, solve(town, gap=GAP, threads=1)), (stress_,))
    held = trial.held()
    assert trial.known(held, trial.repaired(held)).objective == pytest.approx(best.objective, abs=1e-4)
    assert held.found.x is not None
    tables_held = {name: frame(name) for name in ("orders", "shipments")} | decisions(trial, held.found.x)
    for name in ("orders", "shipments"):
        tables_held[name] = frame(name, list(TELLERS[name](trial.search.city, trial.arranged)))
    write(best, tmp_path / "plan")
    for name, table in tables_held.items():
        (tmp_path / "plan" / f"{name}.csv").write_bytes(csv_bytes(Values.of_frame(PLAN_TABLES[name], table)))
    verdict = check(tmp_path / "plan", edited=True)
    assert verdict.objective == pytest.approx(held.found.objective)
    stale = {
        "outcome",
        "outcome-row",
        "derived",
        *totals.SECTION.rules,
        *sensitivity.SECTION.rules,
        *by_hand.SECTION.rules,
    }
    assert {violation.rule for violation in verdict.violations} <= stale, verdict.violations


FEW = settings(
    max_examples=4,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("strategy", [inspected, prevented, patrolled, mixed, stocked], ids=lambda s: s.__name__)
def test_who_knows_more_loses_no_more(strategy: Callable[[], object]) -> None:
    """held ≥ repaired ≥ known ≥ bound, whatever is lost; and what is lost at random towns can always be told."""

    @FEW
    @given(strategy())  # type: ignore[arg-type]
    def test(drawn: Drawn) -> None:
        tables, wanted = drawn
        with TemporaryDirectory() as place:
            town = city(Path(place) / "town", tables, **{**wanted, "objective": "loss"})
            plan = solve(town, gap=GAP, threads=1)
            for each in singles(town, plan, KINDS, ill=0.3, cut=0.4) if plan.tables else ():
                record = tried(Case(ground_of(town, plan), (each,))).record
                hair = 1e-6 * max(1.0, abs(record.held))
                assert record.known <= record.repaired + hair <= record.held + 2 * hair, each
                assert record.known_bound <= record.known + hair, each
                assert record.repaired_bound <= record.repaired + hair, each

    test()


def test_what_a_plan_does_not_use_is_not_tried(tmp_path: Path) -> None:
    town = city(tmp_path / "town", PATROL)
    found = singles(town, solve(town, gap=GAP, threads=1), KINDS, ill=0.3, cut=0.2)
    assert [each.name for each in found] == ["posts/p0", "bodies/police", "units/car"]


def test_pairs_are_drawn_alike_and_nothing_is_lost_twice(tmp_path: Path) -> None:
    town = city(tmp_path / "town", LINKED)
    found = singles(town, solve(town, gap=GAP, threads=1), KINDS, ill=0.3, cut=0.2)
    every = pairs(town, found, 1000, 0)
    names = {(one.name, other.name) for one, other in every}
    assert ("bodies/fire", "pools/far") in names and ("bodies/fire", "pools/near") not in names
    assert ("bodies/fire", "links/help") not in names and pairs(town, found, 0, 0) == []
    few = pairs(town, found, 3, 7)
    assert len(few) == 3 and few == pairs(town, found, 3, 7) and set(few) <= set(every)


def test_today_is_seen_as_before_the_loss(tmp_path: Path) -> None:
    """An observed loss is what today's plan leaves; losing the post where it stands does not change what is at risk."""
    tables = with_tables(PATROL, risks=[{**row, "observed": "yes"} for row in PATROL["risks"]])
    folder = build(tmp_path / "town", tables)
    (folder / "current").mkdir()
    (folder / "current" / "patrols.csv").write_text("unit,post,period,shift,via,units\ncar,p1,t1,all,,1\n")
    town = load(folder)
    trial = Trial(ground_of(town, solve(town, gap=GAP, threads=1)), (Stress("posts", "p1"),))
    assert sum(trial.arranged.data.loss_cny.values()) == pytest.approx(1000 + 2 * 600)
    assert sum(arrange_risks(town, trial.arranged.calendar).loss_cny.values()) == pytest.approx(1600)


def planned(tmp_path: Path, tables: Tables, **settings: Any) -> Path:
    town = city(tmp_path / "town", tables, **settings)
    write(solve(town, gap=GAP, threads=1), tmp_path / "plan")
    return tmp_path / "plan"


def test_hard_standards_that_break_are_told(tmp_path: Path) -> None:
    """The site can be reached from another post, if the car may move."""
    study = stress(planned(tmp_path, posts(site="s0")), tmp_path / "study", kinds=("posts",), **EXACT)
    (row,) = study.tables["stresses"].to_dict("records")
    assert (row["thing"], row["broken"], row["can_keep_all"]) == ("p0", "near", "yes")
    assert (row["loss"], row["repaired"], row["known"]) == pytest.approx((1700, 1200, 1200))
    (missed,) = study.tables["broken"].to_dict("records")
    assert (missed["first"], missed["standard"], missed["site"], missed["required"], missed["reached"]) == (
        "posts/p0",
        "near",
        "s0",
        1,
        0,
    )


def test_a_ceiling_on_loss_that_nobody_can_keep(tmp_path: Path) -> None:
    tables = with_tables(SIGNS, standards=[{"id": "least", "rule": "loss", "at_most": 1100}])
    study = stress(planned(tmp_path, tables), tmp_path / "study", cut=0.5, kinds=("budgets",), **EXACT)
    (row,) = study.tables["stresses"].to_dict("records")
    assert (row["broken"], row["can_keep_all"]) == ("least", "no")
    assert (row["loss"], row["known"]) == pytest.approx((1540, 1500))


def test_one_more_unit_helps(tmp_path: Path) -> None:
    """A second car at p1, which costs 1 CNY an hour, halves the 600 of s1 unless no car is left at all."""
    study = stress(planned(tmp_path, CARS), tmp_path / "study", **EXACT)
    (row,) = study.tables["additions"].to_dict("records")
    assert (row["kind"], row["thing"], row["place"]) == ("units", "car", "p1")
    assert (row["cost_cny"], row["amount"], row["averted_if_nothing_fails"]) == pytest.approx((1000, 1, 301))
    helps = study.tables["helps"]
    assert set(helps["addition"]) == {"units/car@p1"}
    averted = helps.set_index("kind")["averted"].to_dict()
    assert averted == pytest.approx({"bodies": 0, "posts": 301, "units": 301})
    assert row["averted"] == pytest.approx(602 / 3) and row["helps"] == 2


def test_more_stock_helps_as_far_as_it_survives(tmp_path: Path) -> None:
    study = stress(planned(tmp_path, DEPOTS), tmp_path / "study", kinds=("depots",), **EXACT)
    (row,) = study.tables["additions"].to_dict("records")
    assert (row["kind"], row["thing"], row["place"]) == ("stock", "kit", "e")
    assert (row["amount"], row["cost_cny"], row["averted"], row["averted_if_nothing_fails"]) == pytest.approx(
        (4, 4, 50, 50)
    )


def test_weights_say_what_counts(tmp_path: Path) -> None:
    folder = planned(tmp_path, CARS)
    study = stress(folder, tmp_path / "study", weights=("posts=3", "bodies/police=0"), **EXACT)
    assert study.tables["stresses"]["weight"].tolist() == [0, 3, 1]
    (row,) = study.tables["additions"].to_dict("records")
    assert row["averted"] == pytest.approx(301)


def test_wrong_weights_are_all_told() -> None:
    with pytest.raises(InputError) as error:
        weights_of(("depot=1", "depots/d=x", "depots=2"), [Stress("depots", "d")])
    assert len(error.value.faults) == 2 and "did you mean" in str(error.value)
    with pytest.raises(InputError):
        weights_of(("depots=0",), [Stress("depots", "d")])


def files(study: Study) -> Mapping[str, bytes]:
    assert study.folder is not None
    return {file.name: file.read_bytes() for file in sorted(study.folder.glob("*.csv"))}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_study_that_was_stopped_goes_on(tmp_path: Path, workers: int) -> None:
    folder = planned(tmp_path, CARS)
    how = {"pairs": 2, "seed": 3, "gap": 0.01}
    whole = stress(folder, tmp_path / "a", workers=1, **how)
    for left in (2, 5):
        stops = iter([False] * left + [True])
        with pytest.raises(InterruptedStudyError):
            stress(folder, tmp_path / "b", workers=1, interrupted=lambda stops=stops: next(stops), **how)
    assert len(list((tmp_path / "b" / "kept").glob("*-*.json"))) > 2
    again = stress(folder, tmp_path / "b", workers=workers, **how)
    assert files(whole) == files(again) and set(files(whole)) == {
        "stresses.csv",
        "pairs.csv",
        "broken.csv",
        "additions.csv",
        "helps.csv",
    }


def test_the_command_tells_it_in_eighty_columns(tmp_path: Path) -> None:
    tables = posts(site="s0")
    tables["posts"] = [{**row, "name": f"古镇南入口派出所前的巡逻岗亭 {row['id']}"} for row in tables["posts"]]
    folder = planned(tmp_path, tables, title="江南水乡 The water town")
    words = ("study", "stress", folder, "--pairs", "2", "--workers", "1", "--out", tmp_path / "study")
    found = allocopt(*words, COLUMNS="80")
    assert found.returncode == 0, found.stderr
    assert (
        "Traceback" not in found.stderr
        and "江南水乡" in found.stdout
        and "岗亭" in found.stdout
        and "+550" in found.stdout
    )
    assert all(cell_len(line) <= 80 for line in found.stdout.splitlines())
    told = json.loads(allocopt(*words, "--json").stdout)
    assert told["loss_if_nothing_fails"] == pytest.approx(1150) and len(told["stresses"]) == 3
    assert len(told["pairs"]) == 2 and told["additions"] and told["study"] == str(tmp_path / "study")


def test_what_cannot_be_used_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    folder = planned(tmp_path, PATROL)
    out = ("--out", tmp_path / "study")
    for words in (
        ("nowhere",),
        (folder, "--ill", "0"),
        (folder, "--cut", "120%"),
        (folder, "--kinds", "depot"),
        (folder, "--kinds", "depots"),
        (folder, "--weights", "cars=2"),
    ):
        refused = allocopt("study", "stress", *words, *out, cwd=tmp_path)
        assert refused.returncode == 2 and "Traceback" not in refused.stderr, words
    instance = tmp_path / "town" / "effects.csv"
    instance.write_text(instance.read_text().replace("0.5", "0.6"))
    refused = allocopt("study", "stress", folder, *out)
    assert refused.returncode == 2 and "effects.csv" in refused.stderr and "sha256" in refused.stderr
    assert not (tmp_path / "study").exists()


def test_a_plan_that_there_is_none_of_is_refused(tmp_path: Path) -> None:
    tables = with_tables(PATROL, standards=[{"id": "all", "rule": "cover", "response": "fast", "at_least": 2}])
    with pytest.raises(InputError, match="infeasible"):
        stress(solve(city(tmp_path / "town", tables), threads=1), tmp_path / "study", **EXACT)


def test_another_plan_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    folder = planned(tmp_path, PATROL)
    stress(folder, tmp_path / "study", **EXACT)
    with pytest.raises(InputError, match="--ill"):
        stress(folder, tmp_path / "study", ill=0.5, **EXACT)
    assert stress(folder, tmp_path / "study", ill=0.5, start_over=True, **EXACT).tables["stresses"]["share"].max() == 1


def test_losses_leave_the_city_as_it_was(tmp_path: Path) -> None:
    town = city(tmp_path / "town", PATROL)
    lost = stressed(town, (Stress("posts", "p0"),))
    assert [len(each.rows["posts"]) for each in (town, lost)] == [2, 1] and lost.before is town
    assert stressed(lost, (Stress("posts", "p1"),)).before is town
