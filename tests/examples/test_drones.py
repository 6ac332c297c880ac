"""The example of a programme from outside is validated, solved, told and checked like a built-in one."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from allocopt.importers.names import OF_PLAN
from joined import DRONES, install, path_with, town_with_drones
from report.pages import drawn, opened

BROKEN = """
[project]
name = "allocopt-broken"
version = "0.3"
[project.entry-points."allocopt.models"]
broken = "allocopt_broken:PROGRAMME"
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(DRONES, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town_with_drones(tmp_path_factory.mktemp("drones") / "town")


@pytest.fixture(scope="module")
def plan(site: Path, town: Path) -> Path:
    run = allocopt(site, "solve", town, "--out", town.parent / "plan", "--threads", "1")
    assert run.returncode == 0, run.stderr
    assert "Surveillance flights" in run.stdout
    return town.parent / "plan"


@pytest.fixture
def changed(town: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the town to be spoilt."""
    yield Path(shutil.copytree(town, tmp_path / "town"))


def allocopt(site: Path | None, *words: object) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, with what is installed in `site`."""
    call = [sys.executable, "-m", "allocopt.cli", *map(str, words)]
    env = path_with(*([site] if site else []))
    return subprocess.run(call, capture_output=True, text=True, encoding="utf-8", env=env, timeout=300)


def violations(site: Path | None, plan: Path, *words: str) -> list[dict[str, Any]]:
    run = allocopt(site, "check", plan, "--json", *words)
    assert "Traceback" not in run.stderr
    found: list[dict[str, Any]] = json.loads(run.stdout)["violations"]
    assert run.returncode == (3 if found else 0)
    return found


def test_the_plan_flies_and_holds(site: Path, plan: Path) -> None:
    flights = pd.read_csv(plan / "flights.csv")
    assert list(flights.columns) == ["drone", "site", "period", "via", "flights", "hours", "cost_cny"]
    assert flights["flights"].sum() > 0 and (flights.groupby("period")["flights"].sum() <= 40).all()
    assert violations(site, plan) == []


def test_its_money_hours_and_losses_are_in_the_common_accounts(plan: Path) -> None:
    flights, costs = pd.read_csv(plan / "flights.csv"), pd.read_csv(plan / "costs.csv")
    booked = costs[costs["programme"] == "drones"]
    assert set(booked["category"]) == {"flights"} and set(booked["body"]) == {"office"}
    assert booked["cost_cny"].sum() == pytest.approx(flights["cost_cny"].sum())
    people = pd.read_csv(plan / "people.csv").set_index("pool")["used_hours"].groupby("pool").sum()
    assert people["wardens"] >= flights["hours"].sum() - 1e-6
    assert set(pd.read_csv(plan / "sites.csv").query("effort > 0")["site"]) >= set(flights["site"])


def test_the_manifest_says_by_what_it_was_made(plan: Path) -> None:
    told = json.loads((plan / "plan.json").read_text(encoding="utf-8"))["programmes"]["drones"]
    assert (told["package"], told["version"]) == ("allocopt-drones", "0.1.0")
    assert list(told["tables"]) == ["flights"]


def test_the_summary_tells_it_also_where_it_is_not_installed(plan: Path) -> None:
    shown = allocopt(None, "show", plan)
    assert shown.returncode == 0, shown.stderr
    assert "Surveillance flights" in shown.stdout and "巡检无人机" in shown.stdout


def test_the_page_and_the_workbook_have_its_tables(site: Path, plan: Path, tmp_path: Path) -> None:
    page = tmp_path / "plan.html"
    run = allocopt(site, "report", plan, "--lang", "en", "--out", page)
    assert run.returncode == 0, run.stderr
    text = page.read_text(encoding="utf-8")
    assert "Surveillance flights" in text and "巡检无人机 Patrol drones" in text
    book = tmp_path / "plan.xlsx"
    run = allocopt(site, "export", plan, "--to", "xlsx", "--out", book)
    assert run.returncode == 0, run.stderr
    sheets = openpyxl.load_workbook(book, read_only=True)
    assert {"drones", "drone_effects", f"{OF_PLAN}flights"} <= {*sheets.sheetnames}
    flights = pd.read_csv(plan / "flights.csv")
    _, *rows = sheets[f"{OF_PLAN}flights"].iter_rows(values_only=True)
    assert sum(row[4] for row in rows) == flights["flights"].sum()


def test_the_map_of_the_page_draws_its_flights_under_its_own_name(site: Path, plan: Path, tmp_path: Path) -> None:
    page = tmp_path / "plan.html"
    run = allocopt(site, "report", plan, "--out", page)
    assert run.returncode == 0, run.stderr
    text = page.read_text(encoding="utf-8")
    assert "<legend>无人机巡查</legend>" in text and 'data-layer="drones-flights"' in text
    data = json.loads(re.search(r'id="page-data">(.*?)</script>', text)[1])["map"]  # type: ignore[index]
    assert data["own"] == {"drones-flights": "lines"} and data["words"]["drones-flights"] == "架次"
    rows, flights = data["plans"][0]["drones-flights"], pd.read_csv(plan / "flights.csv")
    assert sum(row[4] for row in rows) == flights["flights"].sum()
    assert {data["bodies"][row[2]] for row in rows} == {"镇政府 Town office"}
    assert {data["names"][row[0]] for row in rows} == {"巡检无人机 Patrol drones"}
    assert len({(row[1], row[3]) for row in rows}) == len(flights[["site", "period"]].drop_duplicates())


def test_the_flights_are_lines_that_can_be_chosen_by_period(
    browser: Any, site: Path, plan: Path, tmp_path: Path
) -> None:
    file, flights = tmp_path / "plan.html", pd.read_csv(plan / "flights.csv")
    assert allocopt(site, "report", plan, "--lang", "en", "--out", file).returncode == 0
    with opened(browser, file) as page:
        assert page.locator("legend", has_text="Surveillance flights").count() == 1
        for number, period in enumerate(("dry", "wet")):
            page.select_option("#choose-period", str(number))
            lines = drawn(page, "drones-flights")
            flown = flights[flights["period"] == period]
            assert lines is not None and len(lines["xs"]) == flown["site"].nunique()
            assert {tuple(tip.split("\n")[1].split(": ")) for tip in lines["tip"]} == {
                ("Flights", str(number)) for number in flown.groupby("site")["flights"].sum()
            }
        page.select_option("#choose-body", label="公安 Police")
        assert drawn(page, "drones-flights") == {"xs": [], "ys": [], "size": [], "tip": []}


def test_maps_for_others_carry_its_pads_and_flights(site: Path, plan: Path, tmp_path: Path) -> None:
    file, flights = tmp_path / "plan.gpkg", pd.read_csv(plan / "flights.csv")
    run = allocopt(site, "export", plan, "--to", "gpkg", "--out", file)
    assert run.returncode == 0, run.stderr
    _, _, shapes, cells = pyogrio.raw.read(file, layer="flights")
    assert pyogrio.read_info(file, layer="flights")["geometry_type"] == "LineString"
    assert len(shapes) == len(flights) and sum(cells[4]) == flights["flights"].sum()
    pads = shapely.from_wkb(pyogrio.raw.read(file, layer="drones")[2])
    assert [(pad.x, pad.y) for pad in pads] == [(120.804, 31.201)]
    assert {shapely.from_wkb(shape).coords[0] for shape in shapes} == {(120.804, 31.201)}
    with closing(sqlite3.connect(file)) as base:
        styled = {name for (name,) in base.execute("SELECT f_table_name FROM layer_styles")}
    assert {"flights", "drones"} <= styled
    run = allocopt(site, "export", plan, "--to", "geojson", "--out", tmp_path / "plan.geojson")
    assert run.returncode == 0, run.stderr
    layers = [f["properties"]["layer"] for f in json.loads((tmp_path / "plan.geojson").read_text("utf-8"))["features"]]
    assert layers.count("flights") == len(flights) and layers.count("drones") == 1


def test_its_tables_are_read_back_from_the_workbook(site: Path, town: Path, plan: Path, tmp_path: Path) -> None:
    """Then the town is the same, and a workbook of its plan too."""
    book = tmp_path / "plan.xlsx"
    assert allocopt(site, "export", plan, "--to", "xlsx", "--out", book).returncode == 0
    run = allocopt(site, "import", "tables", book, "--out", tmp_path / "again")
    assert run.returncode == 0, run.stderr
    assert "Left out" not in run.stderr
    for table in ("drones", "drone_effects", "sites"):
        was, now = (pd.read_csv(folder / f"{table}.csv", comment="#") for folder in (town, tmp_path / "again"))
        pd.testing.assert_frame_equal(now[list(was)], was)
    assert allocopt(site, "validate", tmp_path / "again").returncode == 0
    without = allocopt(None, "import", "tables", book, "--out", tmp_path / "without")
    assert "Left out: tables drones, drone_effects." in without.stderr


def test_a_mapping_fills_its_tables(site: Path, town: Path, tmp_path: Path) -> None:
    """Tables of other names and headings; faults are told of the city's own file."""
    own = Path(shutil.copytree(town, tmp_path / "own"))
    drones = pd.read_csv(own / "drones.csv", comment="#").rename(columns={"range_m": "航程"})
    (own / "drones.csv").unlink()
    drones.assign(航程=drones["航程"] / 1000).to_csv(own / "无人机.csv", index=False)
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "tables: {drones: {from: 无人机, columns: {range_m: {from: 航程, factor: 1000}}}}", encoding="utf-8"
    )
    words = ["import", "tables", own, "--mapping", mapping, "--out"]
    run = allocopt(site, *words, tmp_path / "again")
    assert run.returncode == 0, run.stderr
    assert pd.read_csv(tmp_path / "again" / "drones.csv")["range_m"].tolist() == [2000]
    drones.assign(pool="nobody").to_csv(own / "无人机.csv", index=False)
    run = allocopt(site, *words, tmp_path / "wrong")
    assert run.returncode == 2 and "无人机.csv:2 pool: found 'nobody'" in run.stderr


def test_one_that_draws_what_it_has_not_is_one_clear_fault(tmp_path: Path, town: Path) -> None:
    package = Path(shutil.copytree(DRONES, tmp_path / "package"))
    module = package / "src" / "allocopt_drones" / "__init__.py"
    module.write_text(module.read_text("utf-8").replace('("drone", "site")', '("drone", "town")'), encoding="utf-8")
    run = allocopt(install(package, tmp_path / "other"), "validate", town)
    told = run.stdout + run.stderr
    assert run.returncode == 2 and "Traceback" not in told
    assert "which draws flights by columns that it has not" in told


def test_a_line_for_the_programme_binds(site: Path, changed: Path) -> None:
    lines = changed / "budgets.csv"
    lines.write_text(
        lines.read_text(encoding="utf-8") + "air,飞行 Flights,600,,drones,,assumed: test\n", encoding="utf-8"
    )
    run = allocopt(site, "solve", changed, "--out", changed.parent / "plan", "--threads", "1")
    assert run.returncode == 0, run.stderr
    flights = pd.read_csv(changed.parent / "plan" / "flights.csv")
    assert 0 < flights["flights"].sum() <= 5
    assert violations(site, changed.parent / "plan") == []


def test_silo_and_joint_allow_what_they_allow(site: Path, town: Path, tmp_path: Path) -> None:
    """The office leads floods alone: by itself it flies for nobody's theft; as one with all, it may."""
    bound = {}
    for regime in ("silo", "joint"):
        out = tmp_path / regime
        run = allocopt(site, "solve", town, "--regime", regime, "--out", out, "--threads", "1", "--json")
        bound[regime] = json.loads(run.stdout)
        assert violations(site, out) == []
    assert bound["joint"]["bound"] <= bound["silo"]["objective"] + 1e-6
    risks = pd.read_csv(town / "risks.csv", comment="#")
    flooded = set(risks[risks["hazard"] == "flood"]["site"])
    assert set(pd.read_csv(tmp_path / "silo" / "flights.csv")["site"]) <= flooded


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("flights", "41", "flights"),
        ("hours", "1", "derived"),
        ("cost_cny", "1", "derived"),
        ("site", "factory", "allowed"),
    ],
)
def test_what_is_wrong_in_its_table_is_found(
    site: Path, plan: Path, town: Path, tmp_path: Path, column: str, value: str, rule: str
) -> None:
    wrong = Path(shutil.copytree(plan, tmp_path / "plan"))
    flights = pd.read_csv(wrong / "flights.csv", dtype=str, keep_default_na=False)
    flights.loc[0, column] = value
    flights.to_csv(wrong / "flights.csv", index=False)
    found = violations(site, wrong, "--edited", "--city", str(town))
    assert rule in {violation["rule"] for violation in found if violation["file"] == "flights.csv"}


def test_where_it_is_not_installed_the_checker_says_so(plan: Path) -> None:
    (found,) = violations(None, plan)
    assert (found["rule"], found["field"], found["found"]) == ("programme", "programmes.drones", "not installed")
    assert "allocopt-drones 0.1.0" in found["expected"]


def test_where_it_is_not_installed_its_table_is_unknown(town: Path) -> None:
    run = allocopt(None, "validate", town)
    assert run.returncode == 2
    assert "drones.csv" in run.stdout + run.stderr and "a table of unknown name" in run.stdout + run.stderr


FAULTS = {
    "no such pool": ("drones.csv", "wardens", "warden", "drones.csv:3 pool", "did you mean"),
    "another body's pool": ("drones.csv", "wardens", "inspectors", "drones.csv:3 pool", "a pool of office"),
    "no number": ("drones.csv", "2000", "far", "drones.csv:3 range_m", "'far'"),
    "a share that leaves nothing": ("drone_effects.csv", "0.04", "1", "drone_effects.csv:3 share", "0.9999"),
    "no such hazard": ("drone_effects.csv", "flood", "quake", "drone_effects.csv:3 hazard", "hazards.csv"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_its_faults_are_told_like_others(site: Path, changed: Path, what: str) -> None:
    file, before, after, place, words = FAULTS[what]
    table = changed / file
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace(before, after, 1), encoding="utf-8")
    run = allocopt(site, "validate", changed)
    told = run.stdout + run.stderr
    assert run.returncode == 2 and "Traceback" not in told
    assert any(place in line and words in line for line in told.splitlines()), told


def test_a_change_and_the_schema_reach_its_table(site: Path, town: Path, tmp_path: Path) -> None:
    few = ["--set", "drones.eye.most_period=3", "--threads", "1", "--json"]
    run = allocopt(site, "solve", town, *few, "--out", tmp_path / "plan")
    assert run.returncode == 0, run.stderr
    assert pd.read_csv(tmp_path / "plan" / "flights.csv").groupby("period")["flights"].sum().max() <= 3
    assert violations(site, tmp_path / "plan") == []
    schema = json.loads(allocopt(site, "schema").stdout)
    assert "drones" in schema["properties"]["tables"]["properties"]


def test_one_that_cannot_be_imported_is_one_clear_fault(site: Path, town: Path, tmp_path: Path) -> None:
    package = tmp_path / "broken"
    package.mkdir()
    (package / "pyproject.toml").write_text(BROKEN, encoding="utf-8")
    other = install(package, tmp_path / "other")
    run = allocopt(other, "validate", town)
    told = run.stdout + run.stderr
    assert run.returncode == 2 and "Traceback" not in told
    assert told.count("allocopt-broken 0.3, which cannot be imported (ModuleNotFoundError") == 1
    assert "broken" in allocopt(other, "schema").stderr
    create_plain = allocopt(other, "new", tmp_path / "plain")
    assert create_plain.returncode == 0
    assert allocopt(other, "validate", tmp_path / "plain").returncode == 0


@pytest.mark.parametrize("study", [("collaboration",), ("information",)])
def test_studies_that_would_not_know_what_it_decides_say_so(site: Path, town: Path, study: tuple[str, ...]) -> None:
    run = allocopt(site, "study", *study, town)
    assert run.returncode == 2 and "Traceback" not in run.stderr
    assert "drones.csv: found the programme drones; expected built-in programmes alone" in run.stderr


def test_a_study_of_budgets_takes_it_along(site: Path, town: Path, tmp_path: Path) -> None:
    """Also in processes of their own."""
    words = ["--from", "80%", "--to", "100%", "--points", "2", "--gap", "0.05", "--workers", "2"]
    run = allocopt(site, "study", "budget", town, *words, "--out", tmp_path / "budget", "--json")
    assert run.returncode == 0, run.stderr
    first, last = (point["objective"] for point in json.loads(run.stdout)["points"])
    assert last <= first * 1.05
    plans = [folder.parent for folder in (tmp_path / "budget").rglob("plan.json")]
    assert plans and all(violations(site, plan) == [] for plan in plans)


def test_a_manifest_that_is_damaged_there_is_a_fault(site: Path, plan: Path, tmp_path: Path) -> None:
    wrong = Path(shutil.copytree(plan, tmp_path / "plan"))
    manifest = json.loads((wrong / "plan.json").read_text(encoding="utf-8"))
    (wrong / "plan.json").write_text(json.dumps(manifest | {"programmes": {"drones": 3}}), encoding="utf-8")
    run = allocopt(site, "show", wrong)
    assert run.returncode == 2 and "Traceback" not in run.stderr
    assert "an object with the tables of each programme" in run.stderr


def test_the_checker_part_imports_nothing_of_the_planner(site: Path) -> None:
    lines = "import sys, allocopt_drones_check\n"
    lines += "near = {'pyomo', 'highspy', 'pandas', 'numpy', 'pydantic', 'allocopt_drones', 'allocopt_models'}\n"
    lines += "assert not near & set(sys.modules), near & set(sys.modules)"
    subprocess.run([sys.executable, "-c", lines], check=True, env=path_with(site), timeout=60)


def test_its_own_tests_pass(site: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(DRONES / "tests")],
        capture_output=True, text=True, env=path_with(site), cwd=DRONES, timeout=300,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
