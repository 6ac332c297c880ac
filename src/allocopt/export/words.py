"""What each table of a plan holds, in a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PLAN_WORDS: Mapping[str, str] = {
    "visits": "Visits by kind, place, period and crew.",
    "referrals": "Enforcing visits that follow suspicions.",
    "patrols": "Units that stand by at posts.",
    "presence": "Hours of visible patrol at places.",
    "crews": "Who crews the units.",
    "posts": "Posts that are opened.",
    "depots": "Depots that are opened.",
    "stock": "What depots hold and what is bought ahead.",
    "orders": "What is ordered in each scenario.",
    "shipments": "What is sent in each scenario.",
    "measures": "What is installed where and when.",
    "mechanisms": "What is started city-wide, and when.",
    "beats": "The post that answers for each place.",
    "sites": "The loss of each place and hazard before and after.",
    "points": "Points reached and served, by post.",
    "needs": "What is needed, sent and missed in each scenario.",
    "people": "Hours of each pool, available and used.",
    "costs": "Every cost with its booking.",
    "cooperation": "How much crosses from one body to another.",
    "transfers": "What bodies owe each other for help.",
    "budgets": "What each line has, what is used, what is left.",
    "standards": "What each standard asks for, what is reached, what is short.",
}


def plan_words(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    """The same for a plan with this manifest; tables of a programme from outside are told by its title."""
    joined = (manifest.get("programmes") or {}).values()
    return {**PLAN_WORDS, **{name: f"{own.get('title', name)}." for own in joined for name in own["tables"]}}
