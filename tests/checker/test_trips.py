"""Trips by the checker's own formulas agree with known figures and with other ways of computing them."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest
from geographiclib.geodesic import Geodesic

from allocopt.checker.geodesy import ellipsoid, haversine
from allocopt.checker.instance import Instance, read_instance
from allocopt.checker.registry import RULES
from allocopt.checker.trips import Trips
from allocopt.checker.verdict import Book

HEAD = "name: net\nperiods: [{id: q, hours: 1}]\n"
STREETS = """id,from_node,to_node,length_m,modes,oneway,source
ab,a,b,1000,car;foot,no,t
bc,b,c,1000,car,yes,t
ac,a,c,5000,car,no,t
cd,c,d,700,boat,no,t
"""
NODES = "id,x,y,source\na,0,0,t\nb,1000,0,t\nc,2000,0,t\nd,2000,700,t\n"
SITES = """id,area,x,y,node,source
here,t,0,30,,t
there,t,2000,-40,,t
far,t,0,5000,,t
quay,t,,,d,t
farquay,t,0,9000,d,t
between,t,500,0,,t
"""


def city(folder: Path, how: str, /, **tables: str) -> Instance:
    folder.mkdir(exist_ok=True)
    (folder / "city.yaml").write_text(HEAD + f"travel: {{{how}}}\n", encoding="utf-8")
    for table, text in tables.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    book = Book(RULES)
    found = read_instance(folder, None, [], book)
    assert found is not None
    assert book.entries == ()
    return found


@pytest.fixture
def network(tmp_path: Path) -> Instance:
    closures = "scenario,street,depot,site,source\nflood,ab,,,t\nflood,ac,,,t\n"
    travel = "metric: network, speeds_kmh: {car: 60, foot: 6, boat: 6}, walk_kmh: 6, most_walk_m: 500"
    return city(tmp_path / "net", travel, sites=SITES, nodes=NODES, streets=STREETS, closures=closures)


def trip(found: Instance, mode: str, start: str, end: str, scenario: str = "") -> tuple[float, float] | None:
    places = found.by_id("sites")
    one = Trips(found).trip(mode, places[start], places[end], scenario)
    return None if one is None else (one.minutes, one.metres)


def test_streets_walks_and_one_ways(network: Instance) -> None:
    assert trip(network, "car", "here", "there") == pytest.approx((2 + 0.7, 2070))
    assert trip(network, "car", "there", "here") == pytest.approx((5 + 0.7, 5070))


def test_out_of_reach(network: Instance) -> None:
    assert trip(network, "car", "here", "far") is None
    assert trip(network, "car", "here", "quay") is None
    assert trip(network, "foot", "here", "there") is None
    assert trip(network, "boat", "quay", "farquay") is None


def test_a_place_without_coordinates_walks_nothing(network: Instance) -> None:
    assert trip(network, "boat", "quay", "there") == pytest.approx((7.4, 740))


def test_of_two_nodes_as_near_the_smaller_id_is_taken(network: Instance) -> None:
    assert trip(network, "foot", "between", "here") == pytest.approx((5.3, 530))


def test_a_closed_street_is_missing_and_so_may_be_its_node(network: Instance) -> None:
    assert trip(network, "car", "here", "there", "flood") is None


def test_shortest_ways_agree_with_trying_all(tmp_path: Path) -> None:
    draw = random.Random(3)
    names = [f"n{number}" for number in range(7)]
    best = {(a, b): 0.0 if a == b else math.inf for a in names for b in names}
    lines = ["id,from_node,to_node,length_m,modes,oneway,source"]
    for number in range(14):
        a, b, length, oneway = draw.choice(names), draw.choice(names), draw.randrange(1, 999), draw.random() < 0.4
        lines.append(f"{number},{a},{b},{length},car,{'yes' if oneway else 'no'},t")
        best[a, b] = min(best[a, b], length)
        if not oneway:
            best[b, a] = min(best[b, a], length)
    for middle in names:
        for a in names:
            for b in names:
                best[a, b] = min(best[a, b], best[a, middle] + best[middle, b])
    sites = "id,area,node,source\n" + "".join(f"{name},t,{name},t\n" for name in names)
    nodes = "id,lon,lat,source\n" + "".join(f"{name},0,0,t\n" for name in names)
    streets = "\n".join(lines)
    found = city(tmp_path / "c", "metric: network", sites=sites, nodes=nodes, streets=streets)
    for (a, b), metres in best.items():
        if a in streets and b in streets:
            got = trip(found, "car", a, b)
            assert (math.inf if got is None else got[1]) == metres


def test_a_table_of_trips(tmp_path: Path) -> None:
    sites = "id,area,source\na,t,t\nb,t,t\n"
    travel = "mode,from_place,to_place,minutes,km,source\ncar,a,b,7,3,t\n"
    found = city(tmp_path / "c", "metric: table", sites=sites, travel=travel)
    assert trip(found, "car", "a", "b") == (7, 3000)
    assert trip(found, "car", "b", "a") is None
    assert trip(found, "car", "a", "a") == (0, 0)


def test_the_sphere_and_the_detour(tmp_path: Path) -> None:
    sites = "id,area,lon,lat,source\na,t,0,0,t\nb,t,0,1,t\n"
    found = city(tmp_path / "c", "radius_m: 6371000, detour: 1.5, speeds_kmh: {car: 60}", sites=sites)
    metres = 6371000 * math.pi / 180 * 1.5
    assert trip(found, "car", "a", "b") == pytest.approx((metres / 1000, metres))
    assert trip(found, "boat", "a", "b") is None


def test_half_way_round() -> None:
    assert haversine((0, 0), (180, 0), 1) == pytest.approx(math.pi)


@pytest.mark.parametrize("spread", [1e-4, 0.01, 1.0, 40.0])
def test_vincenty_agrees_with_karney(spread: float) -> None:
    draw = random.Random(spread)
    for _ in range(200):
        a = (draw.uniform(-180, 180), draw.uniform(-80, 80))
        b = (a[0] + draw.uniform(-spread, spread), max(-90.0, min(90.0, a[1] + draw.uniform(-spread, spread))))
        true = Geodesic.WGS84.Inverse(a[1], a[0], b[1], b[0])["s12"]
        assert ellipsoid(a, b) == pytest.approx(true, rel=1e-9, abs=2e-8)


@pytest.mark.parametrize("b", [(180.0, 0.1), (179.9, -0.2), (0.0, 90.0), (-1.0, 0.0), (90.0, 0.0)])
def test_points_that_are_hard_on_the_ellipsoid(b: tuple[float, float]) -> None:
    true = Geodesic.WGS84.Inverse(0, 0, b[1], b[0])["s12"]
    assert ellipsoid((0.0, 0.0), b) == pytest.approx(true, rel=1e-9)
    assert ellipsoid((0.0, 0.0), (0.0, 0.0)) == 0


@pytest.mark.parametrize("metric", ["plane", "haversine", "ellipsoid"])
@pytest.mark.parametrize("scale", [1e-7, 1.0, 40.0])
def test_sites_within_limits_are_those_whose_trips_are(tmp_path: Path, metric: str, scale: float) -> None:
    """Also where a site lies just on the limit, straight along one coordinate."""
    draw = random.Random(7)
    spots = [(0.0, 0.0), (0.0, scale), (scale, 0.0), (-scale, 0.0), (0.0, -scale)]
    spots += [(draw.uniform(-scale, scale), draw.uniform(-scale, scale)) for _ in range(60)]
    head = "id,area,x,y,source\n" if metric == "plane" else "id,area,lon,lat,source\n"
    rows = "".join(f"s{number:02},t,{x:.15f},{y:.15f},t\n" for number, (x, y) in enumerate(spots))
    found = city(tmp_path / "city", f"metric: {metric}, speeds_kmh: {{car: 36}}, detour: 1.25", sites=head + rows)
    sites = found.rows("sites")
    trips = [Trips(found).trip("car", sites[0], site) for site in sites]
    for limit in (trip for trip in trips[:20] if trip is not None):
        for minutes, metres in ((None, limit.metres), (limit.minutes, None), (limit.minutes, limit.metres)):
            within = [site["id"] for site in Trips(found).sites_within("car", sites[0], minutes, metres)]
            assert within == [
                site["id"]
                for site, trip in zip(sites, trips, strict=True)
                if trip is not None and trip.metres <= limit.metres * (1 + 1e-9)
            ]
    assert [*Trips(found).sites_within("boat", sites[0], None, None)] == []


def test_sites_within_limits_over_streets(network: Instance) -> None:
    here = network.by_id("sites")["here"]
    assert [site["id"] for site in Trips(network).sites_within("car", here, 2.7, None)] == ["here", "there"]
    assert [site["id"] for site in Trips(network).sites_within("car", here, None, 2000)] == ["here", "between"]
