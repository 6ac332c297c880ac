"""Small plans to export: solved once, in a plane or on the globe, with names that a spreadsheet would take amiss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from allocopt.instance.load import load
from allocopt.plan import Plan, write
from allocopt.solving.run import solve
from cities import build

HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠甲", "'=1", "''=1", "'quoted'", "_x0041_")
PLACE = {"lon": 120.21, "lat": 30.2}


def town(folder: Path, *, plane: bool = False, **settings: Any) -> Path:
    """A town with visits, patrols and supplies; the names of its sites are hostile."""
    places = [
        {"x": 100.0 * i, "y": 0.0} if plane else {"x": None, "y": None, "lon": 120.2 + 0.001 * i, "lat": 30.2}
        for i in range(len(HOSTILE))
    ]
    base = {} if plane else {"x": None, "y": None, **PLACE}
    metric = "plane" if plane else "sphere"
    tables: dict[str, list[dict[str, Any]]] = {
        "sites": [
            {"id": f"s{i:02d}", "name": name, "area": "town/东" if i % 2 else "town/西", "people": 10 + i / 3, **place}
            for i, (name, place) in enumerate(zip(HOSTILE, places, strict=True))
        ],
        "bodies": [{"id": "town"}],
        "hazards": [{"id": "fire", "lead": "town"}],
        "risks": [{"site": f"s{i:02d}", "hazard": "fire", "loss_cny": 1000 + 0.1 * i} for i in range(len(HOSTILE))],
        "kinds": [{"id": "查", "most": 1}],
        "crews": [{"of": "查", "role": "lead"}],
        "pools": [{"id": "men", "body": "town", "hours": 4.5, **base}],
        "classes": [{"id": "car", "standard_min": 1}],
        "units": [{"id": "u", "body": "town", "response": "car", "mode": "car", "count": 1}],
        "posts": [{"id": "p1", **base}, {"id": "p2", **base}],
        "effects": [
            {"by": "kind", "id": "查", "hazard": "fire", "share": 0.5},
            {"by": "class", "id": "car", "hazard": "fire", "share": 0.1},
        ],
        "depots": [{"id": "d", "body": "town", **base}],
        "commodities": [{"id": "kit", "hazard": "fire", "penalty_cny": 50}],
        "scenarios": [{"id": "w", "probability": 0.5}],
        "needs": [{"scenario": "w", "site": "s03", "commodity": "kit", "period": "t1", "amount": 7}],
        "stocks": [{"depot": "d", "commodity": "kit", "initial": 5}],
    }
    # A hazard that costs loss and kits says how it is split.
    tables["risks"] = [{**row, "supply_share": 0.5} for row in tables["risks"]]
    travel = {"metric": metric, "speeds_kmh": {"car": 60}}
    return build(folder, tables, **{"name": "town", "title": "镇", "travel": travel, **settings})


def planned(folder: Path, **more: Any) -> Plan:
    """The plan of the town, in the folder `plan` beside it."""
    return write(solve(load(town(folder / "town", **more)), gap=0.0, threads=1), folder / "plan")
