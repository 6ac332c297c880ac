"""Trips in every metric, against figures worked out by hand or another way."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allocopt.city import City
from allocopt.schema import TABLES, Settings
from allocopt.schema.places import NodeRow, SiteRow, StreetRow, TravelRow
from allocopt.schema.types import Row
from allocopt.travel import Network, trips, within


def city(travel: dict[str, Any], *rows: Row) -> City:
    settings = Settings.model_validate({"name": "town", "periods": [{"id": "t", "hours": 24.0}], "travel": travel})
    name_of = {table.row: name for name, table in TABLES.items()}
    tables: dict[str, tuple[Row, ...]] = dict.fromkeys(TABLES, ())
    for row in rows:
        tables[name_of[type(row)]] += (row,)
    return City(Path("town"), settings, tables, {}, {})


def site(name: str, **place: Any) -> SiteRow:
    return SiteRow(id=name, area="town", source="test", **place)


def node(name: str, **place: Any) -> NodeRow:
    return NodeRow(id=name, source="test", **place)


def street(ends: str, length: float, *, modes: tuple[str, ...] = ("car",), oneway: bool = False) -> StreetRow:
    start, end = ends.split("-")[:2]
    return StreetRow(id=ends, from_node=start, to_node=end, length_m=length, modes=modes, oneway=oneway, source="test")


CAR = {"car": 60.0}  # a kilometre a minute


def test_plane_counts_the_detour_in_minutes_and_metres() -> None:
    town = city({"metric": "plane", "speeds_kmh": {"car": 30.0}, "detour": 1.2})
    found = trips(town, "car", [site("a", x=0, y=0)], [site("b", x=3000, y=4000), site("a", x=0, y=0)])
    assert found.metres.tolist() == [[6000.0, 0.0]]
    assert found.minutes.tolist() == [[12.0, 0.0]]


def test_sphere_agrees_with_the_haversine() -> None:
    draw = random.Random(3)
    places = [site(str(i), lon=120 + draw.random(), lat=30 + draw.random()) for i in range(20)]
    places.append(site("near", lon=places[0].lon, lat=(places[0].lat or 0) + 1e-7))
    found = trips(city({"metric": "sphere", "speeds_kmh": CAR}), "car", places, places).metres
    for i, a in enumerate(places):
        for j, b in enumerate(places):
            assert found[i, j] == pytest.approx(_haversine(a, b), rel=1e-7, abs=1e-7)
    assert (np.diag(found) == 0).all()


def _haversine(a: SiteRow, b: SiteRow) -> float:
    lat, lat_to = math.radians(a.lat or 0), math.radians(b.lat or 0)
    across = math.sin(math.radians((b.lon or 0) - (a.lon or 0)) / 2) ** 2
    chord = math.sin((lat_to - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat_to) * across
    return 2 * 6371008.8 * math.asin(math.sqrt(chord))


def test_opposite_ends_of_the_sphere() -> None:
    found = trips(
        city({"metric": "sphere", "speeds_kmh": CAR, "radius_m": 1000.0}),
        "car",
        [site("a", lon=0, lat=90)],
        [site("b", lon=50, lat=-90)],
    )
    assert found.metres[0, 0] == pytest.approx(1000 * math.pi)


def test_ellipsoid_a_degree_of_latitude_at_the_equator() -> None:
    start, end = site("a", lon=10, lat=0), site("b", lon=10, lat=1)
    found = trips(city({"metric": "ellipsoid", "speeds_kmh": CAR}), "car", [start, end, start], [end, start])
    assert found.metres[0, 0] == pytest.approx(110574.3886, abs=1e-3)
    assert found.metres[:, 0].tolist() == [found.metres[0, 0], 0.0, found.metres[0, 0]]


@pytest.mark.parametrize("metric", ["plane", "sphere", "ellipsoid"])
def test_a_place_without_coordinates_is_out_of_reach(metric: str) -> None:
    town = city({"metric": metric, "speeds_kmh": CAR})
    placed = site("a", lon=1, lat=1, x=1, y=1)
    found = trips(town, "car", [placed, site("lost")], [placed])
    assert found.metres.tolist() == [[0.0], [math.inf]]


def test_no_places_at_all() -> None:
    for metric in ("plane", "sphere", "ellipsoid", "network", "table"):
        town = city({"metric": metric, "speeds_kmh": CAR})
        assert trips(town, "car", [], [site("a", x=0, y=0, lon=0, lat=0)]).minutes.shape == (0, 1)
        assert trips(town, "car", [site("a", x=0, y=0, lon=0, lat=0)], []).minutes.shape == (1, 0)


def test_table_reads_rows_and_knows_the_place_itself() -> None:
    row = TravelRow(mode="car", from_place="a", to_place="b", minutes=7.0, km=2.5, source="test")
    town = city({"metric": "table", "speeds_kmh": CAR | {"boat": 10.0}}, row)
    found = trips(town, "car", [site("a"), site("b")], [site("a"), site("b")])
    assert found.minutes.tolist() == [[0.0, 7.0], [math.inf, 0.0]]
    assert found.metres[0, 1] == 2500.0
    assert trips(town, "boat", [site("a")], [site("b")]).minutes[0, 0] == math.inf


SQUARE = [node("a", x=0, y=0), node("b", x=1000, y=0), node("c", x=1000, y=1000), node("d", x=0, y=1000)]
NETWORK = {"metric": "network", "speeds_kmh": CAR | {"boat": 6.0}, "walk_kmh": 6.0, "most_walk_m": 100.0}


def test_network_of_parallel_streets_the_shorter() -> None:
    town = city(NETWORK, *SQUARE, street("a-b-long", 3000), street("a-b-short", 1000), street("b-a-other", 2000))
    found = trips(town, "car", [site("s", node="a")], [site("t", node="b")])
    assert found.metres[0, 0] == 1000.0
    shut = trips(town, "car", [site("s", node="a")], [site("t", node="b")], closed_streets=frozenset({"a-b-short"}))
    assert shut.metres[0, 0] == 2000.0


def test_network_oneway_and_modes() -> None:
    town = city(
        NETWORK,
        *SQUARE,
        street("a-b", 1000, oneway=True),
        street("b-c", 1000, modes=("boat", "car")),
        street("c-d", 1000, modes=("boat",)),
    )
    ends = [site(name, node=name) for name in "abcd"]
    car, boat = trips(town, "car", ends, ends).minutes, trips(town, "boat", ends, ends).minutes
    inf = math.inf
    assert car.tolist() == [[0, 1, 2, inf], [inf, 0, 1, inf], [inf, 1, 0, inf], [inf] * 4]
    assert boat.tolist() == [[inf] * 4, [inf, 0, 10, 20], [inf, 10, 0, 10], [inf, 20, 10, 0]]


def test_network_walks_to_the_nearest_node_its_mode_can_use() -> None:
    town = city(NETWORK, *SQUARE, street("a-b", 1000), street("c-d", 1000, modes=("boat",)))
    beside_a, beside_d = site("s", x=0, y=50), site("t", x=0, y=990)
    found = trips(town, "car", [beside_a], [site("b", node="b"), beside_d])
    assert found.metres[0].tolist() == [1050.0, math.inf]
    assert found.minutes[0, 0] == pytest.approx(1.0 + 0.5)
    assert trips(town, "boat", [beside_d], [site("c", node="c")]).metres[0, 0] == 1010.0


def test_network_longest_walk_is_inclusive_and_binds_named_nodes() -> None:
    town = city(NETWORK, *SQUARE, street("a-b", 1000))
    places = [site("edge", x=0, y=100), site("far", x=0, y=100.001), site("named", x=0, y=101, node="a")]
    found = trips(town, "car", [site("b", node="b")], [*places, site("unplaced", node="a"), site("lost")])
    assert found.metres[0].tolist() == [1100.0, math.inf, math.inf, 1000.0, math.inf]


def test_network_ties_go_to_the_smallest_id() -> None:
    corners = [node("n2", x=0, y=0), node("n1", x=100, y=0), node("n3", x=50, y=1000)]
    town = city(NETWORK, *corners, street("n1-n3", 500), street("n2-n3", 900))
    middle = site("m", x=50, y=0)
    assert trips(town, "car", [middle], [site("t", node="n3")]).metres[0, 0] == 550.0
    assert Network.of(town, "car").nodes == ("n1", "n2", "n3")


def test_network_on_the_sphere() -> None:
    corners = [node("a", lon=120.0, lat=30.0), node("b", lon=120.01, lat=30.0)]
    town = city(NETWORK, *corners, street("a-b", 1000))
    found = trips(town, "car", [site("s", lon=120.0, lat=30.0005)], [site("t", node="b")])
    walk = math.radians(0.0005) * 6371008.8
    assert found.metres[0, 0] == pytest.approx(1000 + walk)
    assert found.minutes[0, 0] == pytest.approx(1 + walk / 100)


def test_network_agrees_with_all_pairs_by_hand_on_drawn_cities() -> None:
    for seed in range(20):
        draw = random.Random(seed)
        names = [f"n{i}" for i in range(9)]
        corners = [node(name, x=draw.uniform(0, 9), y=draw.uniform(0, 9)) for name in names]
        streets = [
            street(
                f"{draw.choice(names)}-{draw.choice(names)}-{i}",
                draw.uniform(1, 9),
                oneway=draw.random() < 0.4,
            )
            for i in range(18)
        ]
        town = city(NETWORK, *corners, *streets)
        places = [site(name, node=name) for name in names]
        expected = _floyd_warshall(names, streets)
        np.testing.assert_allclose(trips(town, "car", places, places).metres, expected, rtol=1e-12)


def _floyd_warshall(names: list[str], streets: list[StreetRow]) -> np.ndarray:
    far = {(a, b): math.inf for a in names for b in names}
    for row in streets:
        far[row.from_node, row.from_node] = far[row.to_node, row.to_node] = 0.0
        ways = [(row.from_node, row.to_node)] + ([] if row.oneway else [(row.to_node, row.from_node)])
        for way in ways:
            far[way] = min(far[way], row.length_m)
    for via in names:
        for a in names:
            for b in names:
                far[a, b] = min(far[a, b], far[a, via] + far[via, b])
    return np.array([[far[a, b] for b in names] for a in names])


def test_network_with_more_origins_than_are_searched_at_once() -> None:
    names = [f"n{i:03}" for i in range(600)]
    chain = [street(f"{a}-{b}", 1.0) for a, b in pairwise(names)]
    town = city(NETWORK, *(node(name, x=0, y=0) for name in names), *chain)
    places = [site(name, node=name) for name in reversed(names)]
    found = trips(town, "car", places, [places[0], site("lost"), places[-1]]).metres
    assert found[:, 0].tolist() == [float(i) for i in range(600)]
    assert np.isinf(found[:, 1]).all()
    assert found[:, 2].tolist() == [float(i) for i in reversed(range(600))]


def test_within_includes_the_limit() -> None:
    assert within(10.0, 10.0) is True
    assert within(10.0 * (1 + 5e-10), 10.0) is True
    assert within(10.0 * (1 + 5e-9), 10.0) is False
    assert within(0.0, 0.0) is True
    assert within(math.inf, math.inf) is False
    assert within(np.array([1.0, 3.0, math.inf]), 2.0).tolist() == [True, False, False]
    assert within(np.array([1.0, 3.0]), np.array([1.0, 2.0])).tolist() == [True, False]
