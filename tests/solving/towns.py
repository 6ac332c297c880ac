"""Small towns that the tests of the solve share."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

Tables = dict[str, list[dict[str, Any]]]

INSPECTION: Tables = {
    "sites": [{"id": "s0", "people": 10}, {"id": "s1", "x": 3000, "people": 20}],
    "bodies": [{"id": "fire"}],
    "hazards": [{"id": "blaze", "lead": "fire"}],
    "risks": [
        {"site": "s0", "hazard": "blaze", "loss_cny": 1000},
        {"site": "s1", "hazard": "blaze", "loss_cny": 600},
    ],
    "kinds": [{"id": "check", "most": 3}],
    "crews": [{"of": "check", "role": "lead"}],
    "pools": [{"id": "men", "body": "fire", "hours": 3, "cost_cny_hour": 10}],
    "effects": [{"by": "kind", "id": "check", "hazard": "blaze", "share": 0.5}],
}
PATROL: Tables = {
    "sites": [{"id": "s0", "people": 10}, {"id": "s1", "x": 3000, "people": 20}],
    "bodies": [{"id": "police"}],
    "hazards": [{"id": "theft", "lead": "police"}],
    "risks": [
        {"site": "s0", "hazard": "theft", "loss_cny": 1000},
        {"site": "s1", "hazard": "theft", "loss_cny": 600},
    ],
    "classes": [{"id": "fast"}],
    "units": [{"id": "car", "body": "police", "response": "fast"}],
    "posts": [{"id": "p0"}, {"id": "p1", "x": 3000}],
    "effects": [{"by": "class", "id": "fast", "hazard": "theft", "share": 0.5}],
}
SUPPLY: Tables = {
    "sites": [{"id": "s0", "people": 10}],
    "bodies": [{"id": "town"}],
    "hazards": [{"id": "flood", "lead": "town"}],
    "depots": [{"id": "d", "body": "town"}],
    "commodities": [{"id": "kit", "hazard": "flood", "cost_cny": 1, "penalty_cny": 50}],
    "scenarios": [{"id": "storm", "probability": 0.5}],
    "needs": [{"scenario": "storm", "site": "s0", "commodity": "kit", "period": "t1", "amount": 10}],
    "budgets": [{"id": "all", "amount_cny": 4}],
}
PREVENTION: Tables = {
    "sites": [{"id": "s0", "people": 10}, {"id": "s1", "people": 20}],
    "bodies": [{"id": "fire"}],
    "hazards": [{"id": "blaze", "lead": "fire"}],
    "risks": [
        {"site": "s0", "hazard": "blaze", "loss_cny": 1000},
        {"site": "s1", "hazard": "blaze", "loss_cny": 600},
    ],
    "measures": [{"id": "alarm", "body": "fire", "cost_cny": 100}],
    "effects": [{"by": "measure", "id": "alarm", "hazard": "blaze", "share": 0.5}],
    "budgets": [{"id": "all", "amount_cny": 150}],
}


def with_tables(tables: Tables, **more: list[dict[str, Any]]) -> Tables:
    """The town with some tables put in place of its own."""
    return deepcopy(tables) | more


def crowded(sites: int) -> Tables:
    """A town with so many choices that the solver cannot be done at once."""
    rows = range(sites)
    return {
        "sites": [{"id": f"s{i:02}", "x": 137 * i % 9000, "y": 311 * i % 7000} for i in rows],
        "bodies": [{"id": "fire"}],
        "hazards": [{"id": "blaze", "lead": "fire"}],
        "risks": [{"site": f"s{i:02}", "hazard": "blaze", "loss_cny": 1000 + 7919 * i % 5000} for i in rows],
        "kinds": [{"id": "check", "most": 3}, {"id": "look", "most": 4}],
        "crews": [{"of": "check", "role": "lead", "hours": 2}, {"of": "look", "role": "lead", "hours": 0.7}],
        "pools": [{"id": "men", "body": "fire", "hours": 1.3 * sites, "cost_cny_hour": 10}],
        "measures": [{"id": "alarm", "body": "fire", "cost_cny": 143}],
        "effects": [
            {"by": "kind", "id": "check", "hazard": "blaze", "share": 0.37},
            {"by": "kind", "id": "look", "hazard": "blaze", "share": 0.13},
            {"by": "measure", "id": "alarm", "hazard": "blaze", "share": 0.41},
        ],
        "budgets": [{"id": "all", "amount_cny": 50 * sites}],
    }
