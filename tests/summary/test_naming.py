"""What a plan keeps of its instance, so that it can be told alone."""

from __future__ import annotations

import json
from pathlib import Path

from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.summary.naming import Names, naming


def test_names_owners_areas_and_chances(tmp_path: Path) -> None:
    create(tmp_path / "town")
    city = load(tmp_path / "town")
    kept = naming(city)
    assert json.loads(json.dumps(kept)) == kept
    names = Names(kept)
    for table in ("sites", "bodies", "hazards", "units", "measures"):
        for row in city.tables[table].to_dict("records"):
            assert names.of(table, row["id"]) == (row["name"] or row["id"])
    for row in city.tables["units"].to_dict("records"):
        assert names.body_of("units", row["id"]) == row["body"]
    assert names.areas == dict(zip(city.tables["sites"]["id"], city.tables["sites"]["area"], strict=True))
    assert names.in_order(sorted(kept["periods"])) == kept["periods"] == [row.id for row in city.settings.periods]
    assert sum(names.probabilities.values()) <= 1


def test_what_is_not_known_is_called_by_its_id() -> None:
    for manifest in ({}, {"names": None, "areas": 3, "bodies_of": {"units": 1}}):
        names = Names(manifest)
        assert names.of("sites", "s1") == "s1"
        assert names.body_of("units", "u") == ""
        assert names.areas == {}
        assert names.probabilities == {}
