"""A village with a little of everything a map shows: visits, units, goods and measures of two bodies in two seasons."""

from __future__ import annotations

from typing import Any

HOSTILE = "</script><img src=x onerror=\"alert('1')\"><b>'&quot;{{7*7}}"
SETTINGS: dict[str, Any] = {
    "title": "甪直 Village",
    "periods": [{"id": "t1", "name": "Dry", "hours": 1000}, {"id": "t2", "name": "Wet", "hours": 1000}],
    "worst_area": {"level": 2, "per": "head"},
}


def village(name: str = "") -> dict[str, Any]:
    """The tables; every name has `name` in it."""
    places = {
        "mill": (0, 0, "north"),
        "school": (800, 300, "north"),
        "shop": (300, 1500, "south"),
        "inn": (5000, 900, "south"),
    }
    return {
        "sites": [
            {"id": s, "name": f"{s.title()}{name}", "x": x, "y": y, "area": f"village/{area}", "people": 100}
            for s, (x, y, area) in places.items()
        ],
        "bodies": [{"id": "fire", "name": f"消防 Fire{name}"}, {"id": "police", "name": f"公安 Police{name}"}],
        "hazards": [
            {"id": "blaze", "name": f"火灾 Blaze{name}", "lead": "fire"},
            {"id": "theft", "name": f"盗窃 Theft{name}", "lead": "police"},
            {"id": "flood", "name": f"洪涝 Flood{name}", "lead": "fire"},
        ],
        "risks": [
            {"site": s, "hazard": h, "loss_cny": 1000.0 * (i + 1) * (2 if h == "theft" else 3)}
            for i, s in enumerate(places)
            for h in ("blaze", "theft")
        ],
        "kinds": [{"id": "check", "name": f"检查 Check{name}"}],
        "crews": [{"of": "check", "role": "lead"}],
        "pools": [{"id": "men", "name": f"Men{name}", "body": "fire", "hours": 3, "cost_cny_hour": 50}],
        "classes": [{"id": "answer", "standard_min": 2}],
        "units": [{"id": "car", "name": f"Car{name}", "body": "police", "response": "answer", "cost_cny_hour": 0.2}],
        "posts": [
            {"id": "gate", "name": f"Gate{name}", "x": 400, "y": 400, "area": "village/north"},
            {"id": "bridge", "name": f"Bridge{name}", "x": 4000, "y": 900, "area": "village/south"},
        ],
        "effects": [
            {"by": "kind", "id": "check", "hazard": "blaze", "share": 0.5},
            {"by": "class", "id": "answer", "hazard": "theft", "share": 0.6},
            {"by": "measure", "id": "lamp", "hazard": "theft", "share": 0.4},
        ],
        "measures": [{"id": "lamp", "name": f"路灯 Lamp{name}", "body": "police", "cost_cny": 300}],
        "depots": [{"id": "barn", "name": f"Barn{name}", "body": "fire", "x": 900, "y": 900, "area": "village/south"}],
        "commodities": [{"id": "bag", "name": f"沙袋 Bag{name}", "hazard": "flood", "cost_cny": 2, "penalty_cny": 40}],
        "scenarios": [{"id": "storm", "name": f"暴雨 Storm{name}", "probability": 0.3}],
        "needs": [{"scenario": "storm", "site": "shop", "commodity": "bag", "period": "t2", "amount": 20}],
        "budgets": [
            {"id": "all", "name": f"总额 All{name}", "amount_cny": 1500},
            {"id": "police_all", "name": f"公安经费 Police{name}", "amount_cny": 900, "body": "police"},
        ],
        "standards": [],
    }
