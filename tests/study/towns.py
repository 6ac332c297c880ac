"""Towns in which knowing more has a worth that is computed by hand."""

from __future__ import annotations

from typing import Any

Tables = dict[str, list[dict[str, Any]]]
# One kit missing costs so much, one bought ahead 1.
PENALTY = 4


def newsvendor(demands: dict[str, tuple[float, float]]) -> Tables:
    """A depot that stocks kits for 1 each before it is known how many are needed: (chance, demand) by scenario."""
    return {
        "sites": [{"id": "s"}],
        "bodies": [{"id": "town"}],
        "hazards": [{"id": "flood", "lead": "town"}],
        "commodities": [{"id": "kit", "hazard": "flood", "cost_cny": 1, "penalty_cny": PENALTY}],
        "depots": [{"id": "d", "body": "town"}],
        "scenarios": [{"id": w, "probability": chance} for w, (chance, _) in demands.items()],
        "needs": [
            {"scenario": w, "site": "s", "commodity": "kit", "period": "t1", "amount": demand}
            for w, (_, demand) in demands.items()
        ],
    }


def two_sites(losses: tuple[float, float], ranges: dict[str, tuple[float, float]]) -> Tables:
    """Two sites and the hours for one visit, which averts half of a site's loss."""
    return {
        "sites": [{"id": "s0", "area": "town/a"}, {"id": "s1", "area": "town/b"}],
        "bodies": [{"id": "fire"}],
        "hazards": [{"id": "blaze", "lead": "fire"}],
        "risks": [
            {"site": s, "hazard": "blaze", "loss_cny": loss}
            | dict(zip(("low", "high"), ranges.get(s, ()), strict=False))
            for s, loss in zip(("s0", "s1"), losses, strict=True)
        ],
        "kinds": [{"id": "check"}],
        "crews": [{"of": "check", "role": "lead"}],
        "pools": [{"id": "men", "body": "fire", "hours": 1}],
        "effects": [{"by": "kind", "id": "check", "hazard": "blaze", "share": 0.5}],
    }


def late_orders(known_from: str) -> Tables:
    """Kits are ordered for 1 each a period before they are needed; ahead of everything they are too dear."""
    tables = newsvendor({"dry": (0.5, 10), "wet": (0.5, 50)})
    tables["commodities"][0]["cost_cny"] = 10
    tables["suppliers"] = [
        {"id": "maker", "body": "town", "depot": "d", "commodity": "kit", "capacity": 100, "cost_cny": 1, "lead": 1}
    ]
    for row in tables["scenarios"]:
        row["known_from"] = known_from
    for row in tables["needs"]:
        row["period"] = "t2"
    return tables
