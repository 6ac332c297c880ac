"""Towns in which something is lost, with what becomes of their plans computed by hand."""

from __future__ import annotations

from typing import Any

from solving.towns import INSPECTION, PATROL, PREVENTION, SUPPLY, Tables, with_tables
from study.towns import late_orders

# A depot that survives storms by halves stands beside the one where four kits wait.
DEPOTS = with_tables(
    SUPPLY,
    depots=[{"id": "d", "body": "town"}, {"id": "e", "body": "town"}],
    survival=[{"scenario": "storm", "depot": "e", "share": 0.5}],
)
# With all the money an alarm here and a sign there; with half of it a sign only, which is worth more here.
SIGNS = with_tables(
    PREVENTION,
    measures=[
        {"id": "alarm", "body": "fire", "cost_cny": 100},
        {"id": "sign", "body": "fire", "cost_cny": 40},
    ],
    effects=[
        {"by": "measure", "id": "alarm", "hazard": "blaze", "share": 0.5},
        {"by": "measure", "id": "sign", "hazard": "blaze", "share": 0.1},
    ],
)
# A car costs 1 CNY an hour, 1000 in all; that none reaches s1 costs 1.
CARS = with_tables(
    PATROL,
    units=[{"id": "car", "body": "police", "response": "fast", "cost_cny_hour": 1}],
    standards=[{"id": "near", "rule": "cover", "response": "fast", "at_least": 1, "site": "s1", "price_cny": 1}],
)
# Fire cannot reach s0 in its hour, nor the police s1.
LINKED = with_tables(
    INSPECTION,
    bodies=[{"id": "fire"}, {"id": "police"}],
    pools=[
        {"id": "near", "body": "fire", "hours": 1, "x": 3000},
        {"id": "far", "body": "police", "hours": 1},
    ],
    links=[{"id": "help", "helper": "police", "helped": "fire", "programme": "inspection"}],
)
# A check needs the platform, a look does not.
PLATFORM = with_tables(
    INSPECTION,
    kinds=[{"id": "check", "mechanism": "platform"}, {"id": "look"}],
    crews=[{"of": "check", "role": "lead"}, {"of": "look", "role": "lead"}],
    pools=[{"id": "men", "body": "fire", "hours": 1}],
    mechanisms=[{"id": "platform"}],
    mechanism_costs=[{"mechanism": "platform", "body": "fire", "cost_cny": 50}],
    effects=[
        {"by": "kind", "id": "check", "hazard": "blaze", "share": 0.5},
        {"by": "kind", "id": "look", "hazard": "blaze", "share": 0.2},
    ],
)
TWO_PERIODS = {"periods": [{"id": "t1", "hours": 500}, {"id": "t2", "hours": 500}]}


def maker() -> Tables:
    """With 50 CNY all kits are ordered in time, or five bought ahead."""
    return late_orders("t1") | {"budgets": [{"id": "all", "amount_cny": 50}]}


def posts(**standard: Any) -> Tables:
    """A car at p0 reaches s0 and s2, at p2 s0 alone, at p1 s1 alone; without a standard that asks for s1 it stands at
    p0."""
    return with_tables(
        PATROL,
        sites=[*PATROL["sites"], {"id": "s2", "x": -900}],
        risks=[*PATROL["risks"], {"site": "s2", "hazard": "theft", "loss_cny": 100}],
        posts=[*PATROL["posts"], {"id": "p2", "x": 900}],
        standards=[{"id": "near", "rule": "cover", "response": "fast", "at_least": 1, **standard}],
    )
