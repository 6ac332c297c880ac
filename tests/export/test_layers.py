"""The layers of a plan over a network of streets, from tables made by hand."""

from __future__ import annotations

import pytest

from allocopt.export import layers as module
from allocopt.export.layer import Layer
from allocopt.export.layers import layers_of
from allocopt.export.places import Places
from allocopt.faults import InputError
from allocopt.instance.load import load
from allocopt.plan import Plan
from allocopt.plan.frames import frame
from allocopt.schema.places import NodeRow, StreetRow
from instance_folder import ROOT
from plan.samples import manifest

CITY = load(ROOT / "instances" / "luzhi")
SITE, POST = CITY.rows["sites"][0], CITY.rows["posts"][0]
UNIT = CITY.rows["units"][0]


def made() -> dict[str, Layer]:
    duty = {"unit": UNIT.id, "post": POST.id, "via": "", "hours": 10.0, "cost_cny": 1.0}
    tables = {
        "beats": frame("beats", [{"site": SITE.id, "post": POST.id, "minutes": 3.0, "people": None}]),
        "measures": frame(
            "measures",
            [{"measure": "m", "site": SITE.id, "period": "q1", "via": "", "cost_cny": 5.0, "horizon_share": 1.0}],
        ),
        "patrols": frame(
            "patrols",
            [duty | {"period": "q1", "shift": shift, "units": units} for shift, units in (("day", 2), ("night", 3))],
        ),
    }
    found = layers_of(Plan(manifest(), tables), CITY, Places(CITY))
    return {layer.name: layer for layer in found}


def test_streets_run_between_their_nodes() -> None:
    layer, nodes = made()["streets"], {node.id: node for node in CITY.of(NodeRow)}
    assert len(layer.features) == len(CITY.of(StreetRow))
    for (ends, (name, modes, metres)), street in zip(layer.features, CITY.of(StreetRow), strict=True):
        start, end = nodes[street.from_node], nodes[street.to_node]
        assert ends == ((start.lon, start.lat), (end.lon, end.lat))
        assert (name, modes, metres) == (street.id, ";".join(street.modes), street.length_m)


def test_beats_and_measures_lie_where_their_sites_do() -> None:
    places = Places(CITY)
    site, post = places.at(SITE), places.at(POST)
    assert made()["beats"].features == [((post, site), (SITE.id, POST.id, 3.0, None))]
    ((at, cells),) = made()["measures"].features
    assert at == (site,) and cells[0] == "m" and cells[-1] == 5.0


def test_a_post_tells_the_most_units_at_once() -> None:
    found = {cells[0]: cells for _, cells in made()["posts"].features}
    assert found[POST.id][-2:] == (3, 20.0)
    assert all(cells[-2] == 0 for name, cells in found.items() if name != POST.id)


def test_every_place_of_the_town_is_found() -> None:
    for layer in made().values():
        assert all(at is not None for at, _ in layer.features), layer.name


def test_a_layer_that_is_too_long_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FEATURES", 224)
    with pytest.raises(InputError, match=r"streets: found 225 features; expected a layer of at most 224"):
        made()
    monkeypatch.setattr(module, "MOST_FEATURES", 10)
    with pytest.raises(InputError, match=r"patrols.csv: found \d+ pairs of manned posts and sites"):
        made()
