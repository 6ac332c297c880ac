"""Published optima, through the ordinary solve at gap 0: what is found, what is proved, and that the checker agrees."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allocopt.checking import check
from allocopt.importers.census import maximal_covering
from allocopt.importers.made import write
from allocopt.importers.orlib import capacitated_location, p_median, set_covering
from allocopt.instance.load import load
from allocopt.plan import Plan
from allocopt.solving.run import solve
from cities import build
from importers.capa import mended
from special.towns import BENCHMARKS, benchmark, covering, sites, swain

SAME = 1e-6
# A search for what nobody has proved yet ends here, in seconds.
LONG = 3600.0


def solved(folder: Path, time_limit: float | None = None) -> Plan:
    plan = solve(load(folder), gap=0.0, threads=1, time_limit=time_limit)
    assert [str(violation) for violation in check(plan)] == []
    return plan


def is_optimal(plan: Plan, optimum: float) -> None:
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(optimum, rel=SAME, abs=SAME)
    assert plan.bound == pytest.approx(optimum, rel=SAME, abs=SAME)
    assert plan.bound <= plan.objective


@dataclass(frozen=True)
class Known:
    """A file of the OR-Library and its optimum; `long` where solving takes more than five seconds."""

    name: str
    optimum: float
    long: bool = False


MEDIANS = (
    Known("pmed1", 5819),
    Known("pmed2", 4093),
    Known("pmed3", 4250),
    Known("pmed4", 3034),
    Known("pmed5", 1355),
    Known("pmed6", 7824),
    Known("pmed7", 5631),
    Known("pmed8", 4445),
    Known("pmed9", 2734, long=True),
    Known("pmed10", 1255, long=True),
    Known("pmed11", 7696),
    Known("pmed16", 8162, long=True),
    Known("pmed21", 9138, long=True),
    Known("pmed26", 9917, long=True),
)
WAREHOUSES = (
    Known("cap41", 1040444.375),
    Known("cap42", 1098000.450),
    Known("cap51", 1025208.225),
    Known("cap61", 932615.750),
    Known("cap71", 932615.750),
    Known("cap72", 977799.400),
    Known("cap81", 838499.288),
    Known("cap91", 796648.438),
    Known("cap101", 796648.438),
    Known("capa", 19240822.449, long=True),
)
COVERINGS = (
    Known("scp41", 429),
    Known("scp42", 512),
    Known("scp43", 516),
    Known("scp51", 253),
    Known("scp61", 138),
)
READERS: dict[str, tuple[tuple[Known, ...], Callable[[Path, str], Any]]] = {
    "orlib-pmed": (MEDIANS, lambda file, _: p_median(file)),
    "orlib-cap": (WAREHOUSES, lambda file, name: capacitated_location(file, capacity=8000 if name == "capa" else None)),
    "orlib-scp": (COVERINGS, lambda file, _: set_covering(file)),
}


OR_LIBRARY = [
    pytest.param(library, known, id=known.name, marks=[pytest.mark.slow] if known.long else [])
    for library, (cases, _) in READERS.items()
    for known in cases
]


@pytest.mark.parametrize(("library", "known"), OR_LIBRARY)
def test_or_library(tmp_path: Path, library: str, known: Known) -> None:
    file = benchmark(f"{library}/{known.name}.txt")
    if known.name == "capa":
        file = tmp_path / "capa.txt"
        file.write_text(mended(benchmark("orlib-cap/capa.txt").read_text()))
    made = READERS[library][1](file, known.name)
    write(made, tmp_path / "city")
    is_optimal(solved(tmp_path / "city"), known.optimum)


@pytest.mark.slow
@pytest.mark.parametrize("capacity", [8000, 10000, 14000])
def test_problems_of_the_shape_of_capa(tmp_path: Path, capacity: int) -> None:
    """A hundred warehouses, a thousand customers: a plan and a bound that are the same."""
    draw = np.random.default_rng(capacity)
    at, to = draw.uniform(0, 1000, (100, 2)), draw.uniform(0, 1000, (1000, 2))
    demand, opening = draw.integers(1, 101, 1000), draw.integers(1_360_000, 2_260_000, 100)
    km = np.hypot(*(to[:, None, :] - at[None, :, :]).transpose(2, 0, 1))
    cost = demand[:, None] * km * draw.uniform(1.0, 1.25, km.shape)
    lines = ["100 1000", *(f"{capacity} {price}" for price in opening)]
    lines += [f"{amount} " + " ".join(f"{one:.5f}" for one in row) for amount, row in zip(demand, cost, strict=True)]
    file = tmp_path / "problem.txt"
    file.write_text("\n".join(lines))
    write(capacitated_location(file), tmp_path / "city")
    plan = solved(tmp_path / "city")
    assert plan.status == "optimal"
    assert plan.bound <= plan.objective <= plan.bound * (1 + SAME)
    assert 0.98 * plan.objective < plan.manifest["root_bound"] <= plan.bound * (1 + SAME)


# Maximo, Cordeau and Nascimento 2023: people covered; flagged optimal, or the best that is known.
OPTIMAL = {
    ("NewYork", 400): {50: 1153640, 60: 1288174, 70: 1396333, 80: 1481434, 90: 1539992},
    ("Bronx", 600): {50: 1205051, 60: 1290635},
}
BEST_KNOWN = {
    ("NewYork", 400): {100: 1574256},
    ("Bronx", 600): {70: 1348232, 80: 1376061, 90: 1384376, 100: 1385099},
}


def _census(table: dict[tuple[str, int], dict[int, int]]) -> list[Any]:
    return [
        pytest.param(name, radius, p, covered, id=f"{name}-{radius}-{p}")
        for (name, radius), rows in table.items()
        for p, covered in rows.items()
    ]


def census(folder: Path, name: str, radius: int, p: int, time_limit: float | None = None) -> Plan:
    write(maximal_covering(benchmark(f"mclp-census/{name}.txt"), p=p, radius=radius), folder / "city")
    return solved(folder / "city", time_limit)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "radius", "p", "covered"), _census(OPTIMAL))
def test_census_points(tmp_path: Path, name: str, radius: int, p: int, covered: int) -> None:
    plan = census(tmp_path, name, radius, p)
    is_optimal(plan, plan.loss_if_nobody_acts - covered)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "radius", "p", "covered"), _census(BEST_KNOWN))
def test_census_points_whose_optimum_is_not_known(tmp_path: Path, name: str, radius: int, p: int, covered: int) -> None:
    plan = census(tmp_path, name, radius, p, LONG)
    best_known = plan.loss_if_nobody_acts - covered
    assert plan.objective <= best_known * (1 + SAME)
    assert 0 <= plan.bound <= plan.objective
    # In the Bronx, 100 posts of which parts could be taken would miss nobody: there nothing is proved but 0.
    assert plan.bound > 0 or (name, p) == ("Bronx", 100)


def _lines_of_swain() -> list[Any]:
    """The optima of Swain's 55 nodes: (model, radius, p, value)."""
    file = BENCHMARKS / "swain/optima_highs.csv"
    if not file.is_file():
        return [pytest.param("", 0.0, 0, 0.0, marks=pytest.mark.skip("no ../shared/data/benchmarks/swain"))]
    with file.open(newline="") as lines:
        rows = [
            (r["model"].split()[0], float(r["radius"] or 0), int(r["p"] or 0), float(r["value"]))
            for r in csv.DictReader(lines)
        ]
    return [
        pytest.param(*row, id="-".join(f"{part:g}" if part != row[0] else str(part) for part in row[:3]))
        for row in rows
    ]


@pytest.mark.parametrize(("model", "radius", "p", "value"), _lines_of_swain())
def test_swains_nodes(tmp_path: Path, model: str, radius: float, p: int, value: float) -> None:
    nodes = swain()
    at, weight = [(1000 * x, 1000 * y) for x, y, _ in nodes], [w for *_, w in nodes]
    if model == "p-median":
        folder = median(
            tmp_path, sites(at, weight), [{"id": f"p{i:02}", "x": x, "y": y} for i, (x, y) in enumerate(at)], p
        )
        assert sum(weight) * solved(folder).objective == pytest.approx(value, abs=1e-3)  # told to four digits
    elif model == "MCLP":
        folder = build(tmp_path / "city", covering(at, at, weight, radius, units=p))
        is_optimal(solved(folder), sum(weight) - value)
    else:
        is_optimal(solved(fewest(tmp_path, covering(at, at, weight, radius, units=len(at), share=0.5))), value)


def median(folder: Path, places: Any, posts: Any, p: int, **more: Any) -> Path:
    """The p posts that are nearest on average."""
    asked = {"objective": "response_time", "beats": {"mode": "car", "posts": p}}
    travel = {"travel": {"metric": "table", "speeds_kmh": {"car": 60}}} if more else {}
    return build(folder / "city", {"sites": places, "posts": posts, **more}, **asked, **travel)


def fewest(folder: Path, tables: dict[str, Any], **settings: Any) -> Path:
    """As few posts as reach every site, at one yuan each."""
    posts = [{**row, "open": "no", "open_cost_cny": 1, "body": "police"} for row in tables["posts"]]
    standard = [{"id": "reached", "rule": "cover", "response": "fast", "at_least": 1}]
    return build(folder / "city", {**tables, "posts": posts, "standards": standard}, objective="spending", **settings)


def stores() -> tuple[dict[str, float], list[str], list[dict[str, Any]]]:
    """San Francisco: tracts with their people, stores, and trips of as many minutes as there are metres."""
    file = benchmark("spopt/SF_network_distance_candidateStore_16_censusTract_205_new.csv")
    with file.open(newline="") as data:
        rows = list(csv.DictReader(data))
    people = {f"t{row['DestinationName']}": float(row["demand"]) for row in rows}
    trips = [
        {
            "mode": "car",
            "from_place": r["name"],
            "to_place": f"t{r['DestinationName']}",
            "minutes": float(r["distance"]),
        }
        for r in rows
    ]
    return people, sorted({row["name"] for row in rows}), trips


def reference() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(benchmark("spopt/reference_values.json").read_text())
    return found


@pytest.mark.parametrize("p", range(1, 7))
def test_median_of_san_franciscos_stores(tmp_path: Path, p: int) -> None:
    people, names, trips = stores()
    places = [{"id": tract, "people": n, "x": None, "y": None} for tract, n in people.items()]
    posts = [{"id": store, "x": None, "y": None} for store in names]
    plan = solved(median(tmp_path, places, posts, p, travel=trips))
    is_optimal(plan, reference()[str(p)]["pmedian"] / sum(people.values()))
    assert plan.objective == pytest.approx(reference()[str(p)]["mean"], abs=1e-4)


def reached_from_stores(units: int, share: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Tables and settings: tracts within 5,000 metres of the stores."""
    people, names, trips = stores()
    tables: dict[str, Any] = covering(
        [(0.0, 0.0)] * len(people), [(0.0, 0.0)] * len(names), list(people.values()), 5000, units=units, share=share
    )
    renamed = dict(zip((row["id"] for row in tables["sites"]), people, strict=True))
    tables["sites"] = [{**row, "id": renamed[row["id"]], "x": None, "y": None} for row in tables["sites"]]
    tables["risks"] = [{**row, "site": renamed[row["site"]]} for row in tables["risks"]]
    tables["posts"] = [{"id": name, "x": None, "y": None} for name in names]
    return {**tables, "travel": trips}, {"travel": {"metric": "table", "speeds_kmh": {"car": 60}}}


@pytest.mark.parametrize("p", range(1, 7))
def test_covering_from_san_franciscos_stores(tmp_path: Path, p: int) -> None:
    tables, settings = reached_from_stores(p, 1.0)
    plan = solved(build(tmp_path / "city", tables, **settings))
    is_optimal(plan, plan.loss_if_nobody_acts - reference()[str(p)]["mclp"])


def test_fewest_of_san_franciscos_stores(tmp_path: Path) -> None:
    """Of the tracts that some store reaches at all."""
    tables, settings = reached_from_stores(16, 0.5)
    near = {row["to_place"] for row in tables["travel"] if row["minutes"] <= 5000}
    tables["sites"] = [row for row in tables["sites"] if row["id"] in near]
    tables["risks"] = [row for row in tables["risks"] if row["site"] in near]
    tables["travel"] = [row for row in tables["travel"] if row["to_place"] in near]
    is_optimal(solved(fewest(tmp_path, tables, **settings)), reference()["LSCP_5000"])
