"""A city is what its files say, whatever the order of their rows."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from allocopt.faults import InputError
from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.schema import TABLES
from allocopt.schema.risk import RiskRow
from instance.broken import faults_of, places


@pytest.fixture
def town(tmp_path: Path) -> Path:
    create(tmp_path / "town")
    return tmp_path / "town"


def test_the_sample_has_every_table_of_the_schema(town: Path) -> None:
    city = load(town)
    assert list(city.rows) == list(TABLES)
    assert city.folder == town.resolve()
    assert not city.today
    assert not city.rows["suppliers"]
    assert sorted(city.tables["sites"]["id"]) == [site.id for site in city.rows["sites"]]


def test_every_file_is_hashed_as_it_stands(town: Path) -> None:
    files = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in town.iterdir()}
    assert load(town).hashes == dict(sorted(files.items()))


def test_a_blank_key_comes_first(town: Path) -> None:
    rows = "school,fire,wet,5,assumed\nmarket,fire,,5,assumed\nschool,fire,dry,5,assumed\nmarket,theft,,5,assumed\n"
    (town / "risks.csv").write_text("site,hazard,period,loss_cny,source\n" + rows)
    keys = [(row.site, row.hazard, row.period) for row in load(town).of(RiskRow)]
    assert keys == [("market", "fire", None), ("market", "theft", None), ("school", "fire", "dry"),
                    ("school", "fire", "wet")]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_rows_give_the_same_city(town: Path, seed: int) -> None:
    before = load(town)
    shuffle = random.Random(seed).shuffle
    for file in town.glob("*.csv"):
        heading, *rows = [line for line in file.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
        shuffle(rows)
        file.write_text("\n".join([heading, *rows]), encoding="utf-8")
    after = load(town)
    assert (after.rows, after.settings, after.today) == (before.rows, before.settings, before.today)


def test_a_table_saved_by_excel_in_china_is_read_with_a_warning(town: Path) -> None:
    before = load(town)
    file = town / "sites.csv"
    file.write_bytes(file.read_text(encoding="utf-8").encode("gb18030"))
    with pytest.warns(UserWarning, match=r"sites.csv is not UTF-8; it was read as GB18030"):
        assert load(town).rows == before.rows


def test_a_byte_order_mark_is_no_part_of_the_heading(town: Path) -> None:
    before = load(town)
    for file in town.iterdir():
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert load(town).rows == before.rows


def test_what_is_not_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path, found in (tmp_path / "nowhere", "no such folder"), (tmp_path / "file", "a file"):
        (fault,) = faults_of(path)
        assert (fault.file, fault.found) == (str(path), found)


def test_loading_needs_neither_pandas_nor_numpy(town: Path) -> None:
    code = f"import sys; from allocopt.instance.load import load; load({str(town)!r}); " + (
        "print([name for name in ('pandas', 'numpy', 'pyomo', 'highspy') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"


TODAY = {
    "visits.csv": "kind,site,period,role,pool,via,visits,hours\ncheck,school,dry,inspector,inspectors,,2.0,8.1\n",
    "patrols.csv": "unit,post,period,shift,via,units\ncar,police_station,dry,day,,1\n",
    "mechanisms.csv": "mechanism,period\nplatform,dry\n",
    "sites.csv": "an outcome that is not read",
    "plan.json": "{}",
}


def with_today(town: Path, tables: dict[str, str]) -> Path:
    (town / "current").mkdir()
    for name, text in tables.items():
        (town / "current" / name).write_text(text)
    return town


def test_todays_plan_is_read_as_text(town: Path) -> None:
    city = load(with_today(town, TODAY))
    assert city.today["visits"] == (
        {"kind": "check", "site": "school", "period": "dry", "role": "inspector", "pool": "inspectors", "via": "",
         "visits": "2"},
    )  # fmt: skip
    assert city.today["mechanisms"] == ({"mechanism": "platform", "period": "dry"},)
    assert city.today["presence"] == ()
    assert {name for name in city.hashes if "/" in name} == {
        "current/visits.csv", "current/patrols.csv", "current/mechanisms.csv"
    }  # fmt: skip


def test_observed_losses_need_todays_plan_and_are_content_with_it(town: Path) -> None:
    (town / "risks.csv").write_text("site,hazard,loss_cny,observed,source\nschool,fire,5,yes,assumed\n")
    assert places(faults_of(town)) == [("risks.csv", 2, "observed")]
    assert not faults_of(with_today(town, TODAY))


@pytest.mark.parametrize(
    ("name", "text", "place", "says"),
    [
        ("visits.csv", "kind,site,period,role,pool,visits\nchek,school,dry,inspector,inspectors,2\n", (2, "kind"),
         "'check'"),
        ("visits.csv", "kind,site,period,role,pool,visits\ncheck,school,dry,inspector,inspectors,2.5\n", (2, "visits"),
         "whole"),
        ("visits.csv", "kind,site,period,role,pool,visits\ncheck,school,,inspector,inspectors,2\n", (2, "period"),
         "an id"),
        ("patrols.csv", "unit,post,period,shift,units\ncar,police_station,dry,noon,1\n", (2, "shift"), "shifts"),
        ("patrols.csv", "unit,post,period,shift\ncar,police_station,dry,day\n", (1, "units"), "this column"),
        ("presence.csv", "unit,site,period,shift,hours\ncar,school,dry,day,-1\n", (2, "hours"), "at least 0"),
        ("measures.csv", "measure,site,period\npumps,school,dry\npumps,school,dry\n", (3, ""), "one row for each"),
        ("visit.csv", "kind", (0, ""), "'visits.csv'"),
    ],
)  # fmt: skip
def test_faults_of_todays_plan(town: Path, name: str, text: str, place: tuple[int, str], says: str) -> None:
    (fault,) = faults_of(with_today(town, {name: text}))
    assert (fault.file, fault.line, fault.field) == (f"current/{name}", *place)
    assert says in str(fault)


NETWORK = {
    "nodes.csv": "id,lon,lat,source\nn1,120.80,31.20,assumed\nn2,120.81,31.21,assumed\n",
    "streets.csv": "id,from_node,to_node,length_m,modes,source\na,n1,n2,1000,car;foot,assumed\n",
}


def on_a_network(town: Path, **tables: str) -> tuple[tuple[str, int, str], ...]:
    for name, text in (NETWORK | {f"{name}.csv": text for name, text in tables.items()}).items():
        (town / name).write_text(text)
    return tuple(places(faults_of(town, changes=["city.travel.metric=network"])))


def test_a_network_has_nodes_and_streets(town: Path) -> None:
    assert on_a_network(town) == ()
    assert on_a_network(town, streets="id,from_node,to_node,length_m,modes,source\n")[0][2] == "travel.metric"


def test_places_on_a_network_have_coordinates_of_its_form_or_a_node(town: Path) -> None:
    head = "id,body,headcount,hours,cost_cny_hour,mode,skills,source"
    rest = "office,1,1,1,foot,screening;inspecting,assumed"
    pools = f"{head},node,x,y\nfine,{rest},n1,,\nnowhere,{rest},,,\nplane,{rest},,1,2\n"
    assert on_a_network(town, pools=pools) == (("pools.csv", 3, "node"), ("pools.csv", 4, "x"))


def test_nodes_have_one_form(town: Path) -> None:
    nodes = "id,lon,lat,x,y,source\nn1,120.80,31.20,,,assumed\nn2,,,5,6,assumed\n"
    assert ("nodes.csv", 2, "lon") in on_a_network(town, nodes=nodes)


def test_measured_trips_run_between_known_places(town: Path) -> None:
    trips = "car,fire_station,school,5,assumed\ncar,nowhere,south_store,5,assumed\n"
    (town / "travel.csv").write_text("mode,from_place,to_place,minutes,source\n" + trips)
    assert places(faults_of(town, changes=["city.travel.metric=table"])) == [("travel.csv", 3, "from_place")]


FILES = [f"{name}.csv" for name in TABLES] + ["city.yaml", "current/visits.csv"]
PIECES = st.sampled_from(
    ["id", "area", "source", "school", ",", "\n", '"', "#", "-1", "x", "：", "\t", "yes", "name: ", "- ", "{", "[", "0"]
)
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join)
BYTES = st.binary(max_size=60) | TEXTS.map(lambda text: text.encode("utf-8", "replace"))
PATHS = st.builds("{}.{}.{}={}".format, st.sampled_from([*TABLES, "city"]), TEXTS, TEXTS, TEXTS)
CELLS = st.sampled_from(["", "fire", "school", "wet", "0", "1", "-1", "1e300", "yes", "kind", "each", "loss_gap"])


@pytest.mark.filterwarnings("ignore:.*is not UTF-8")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    file=st.sampled_from(FILES), data=st.binary(max_size=60) | TEXTS.map(lambda text: text.encode("utf-8", "replace"))
)
@example(file="city.yaml", data=b"periods: 5\nscenarios: [1]\n")
@example(file="city.yaml", data=b"scenarios: {a: {set: 5}, b: [], c: {set: [1]}}\ntravel: 5\nobjective: [1]\n")
def test_no_file_does_anything_but_be_read_or_refused(town: Path, file: str, data: bytes) -> None:
    (town / "current").mkdir(exist_ok=True)
    before = (town / file).read_bytes() if (town / file).exists() else None
    (town / file).write_bytes(data)
    try:
        load(town, changes=["city.objective=loss", "budgets.*.amount_cny=x1.1", "city.travel.detour=x2"])
    except InputError as error:
        assert all(fault.expected for fault in error.faults)
    finally:
        (town / file).unlink() if before is None else (town / file).write_bytes(before)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    change=st.text(max_size=30)
    | st.builds("{}.{}.{}={}".format, st.sampled_from([*TABLES, "city"]), TEXTS, TEXTS, TEXTS)
)
def test_no_change_does_anything_but_be_made_or_refused(town: Path, change: str) -> None:
    faults_of(town, changes=[change])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_cell_does_anything_but_be_read_or_refused(town: Path, data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(sorted(town.glob("*.csv"))))
    before = file.read_text(encoding="utf-8")
    lines = before.splitlines()
    row = data.draw(st.integers(1, len(lines) - 1))
    cells = lines[row].split(",")
    cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(
        st.sampled_from(
            ["", "fire", "school", "wet", "0", "1", "-1", "1e300", "yes", "kind", "area", "each", "loss_gap"]
        )
    )
    file.write_text("\n".join([*lines[:row], ",".join(cells), *lines[row + 1 :]]), encoding="utf-8")
    try:
        faults_of(town)
    finally:
        file.write_text(before, encoding="utf-8")
