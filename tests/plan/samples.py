"""A small plan made by hand."""

from __future__ import annotations

from typing import Any

from allocopt.plan import PLAN_TABLES, Plan
from allocopt.plan.frames import frame


def manifest(**changes: Any) -> dict[str, Any]:
    return {
        "instance": {"name": "水乡", "folder": "town", "hashes": {}},
        "options": {"regime": "linked", "objective": "loss", "gap": 0.01},
        "status": "optimal",
        "objective": 120.5,
        "bound": 120.25,
        "gap": 0.25 / 120.5,
        "gap_avoided": None,
        "loss": 120.5,
        "loss_if_nobody_acts": 1000.0,
        "spending": 50.0,
    } | changes


def plan(**changes: Any) -> Plan:
    tables = {name: frame(name) for name in PLAN_TABLES}
    tables["visits"] = frame(
        "visits",
        [
            _visit("深度检查", "医院, 西", 0.1 + 0.2),
            _visit("check", "shop", 1e-17),
            _visit("check", "shop", 123456789.123456789, via="link"),
        ],
    )
    tables["sites"] = frame(
        "sites",
        [
            _cell("shop", "fire", 2.0, None),
            _cell("shop", "theft", 1 / 3, 0.5),
        ],
    )
    return Plan(manifest(**changes), tables)


def _visit(kind: str, site: str, hours: float, via: str | None = None) -> dict[str, Any]:
    return {
        "kind": kind,
        "site": site,
        "period": "2025",
        "role": "lead",
        "pool": "p1",
        "via": via,
        "visits": 2,
        "hours": hours,
        "labour_cny": 10.0,
        "materials_cny": 0.0,
    }


def _cell(site: str, hazard: str, before: float, effort: float | None) -> dict[str, Any]:
    return {
        "site": site,
        "hazard": hazard,
        "period": "t",
        "shift": None,
        "loss_before_cny": before,
        "effort": effort,
        "loss_cny": -0.0,
    }
