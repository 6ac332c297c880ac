"""What each table of a plan, and of a study, holds, in a line."""

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

STUDY_WORDS: Mapping[str, Mapping[str, str]] = {
    "budget": {
        "frontier": "The best plan for each sum of money, with its bound.",
        "between": "What is known of the best plan between two sums.",
        "next_yuan": "What a little more on each line buys, and when the plan changes.",
    },
    "collaboration": {
        "regimes": "The plan of each regime, with its bound.",
        "coalitions": "What each coalition averts beyond what its bodies do alone.",
        "bodies": "What each body adds, its share, and what it pays or receives.",
        "leavers": "Coalitions that would gain by leaving.",
        "poor_mergers": "Coalitions worth less together than apart.",
        "worth": "What each link and mechanism is worth.",
    },
    "fairness": {
        "fairness": "The least loss for each limit on the worst-off area.",
        "areas": "The loss of each area in each plan.",
    },
    "information": {
        "information": "What foresight is worth.",
        "scenarios": "What each scenario costs, known or not.",
        "broken": "What the plan made for the mean cannot keep.",
        "surveys": "What each survey is worth.",
    },
    "ladder": {
        "ladder": "Plans that only ever add, against starting free at each sum.",
        "added": "What each rung has beyond the one below.",
    },
    "replan": {
        "replan": "The best plan within so many changes of the present one.",
        "changes": "What each of these plans does otherwise.",
    },
    "stress": {
        "stresses": "What is lost when one thing fails.",
        "pairs": "What is lost when two things fail.",
        "broken": "Hard standards that the plan then misses.",
        "additions": "What one more of something would avert.",
        "helps": "What each addition averts under each failure.",
    },
}


def plan_words(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    """The same for a plan with this manifest; tables of a programme from outside are told by its title."""
    joined = (manifest.get("programmes") or {}).values()
    return {**PLAN_WORDS, **{name: f"{own.get('title', name)}." for own in joined for name in own["tables"]}}
