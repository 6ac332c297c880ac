"""What a plan has started, opened, stationed or bought ahead, by its tables: what a ladder keeps from rung to rung."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from allocopt.plan import Plan


class Commitment(NamedTuple):
    """`what` is the table it stands in."""

    what: str
    item: str
    place: str = ""
    period: str = ""
    shift: str = ""
    via: str = ""


def commitments(plan: Plan) -> dict[Commitment, float]:
    """How much of each the plan has: units, goods bought, else 1."""
    return {key: amount for key, amount in _found(plan) if amount > 0}


def _found(plan: Plan) -> Iterator[tuple[Commitment, float]]:
    for row in plan.table("mechanisms").to_dict("records"):
        yield Commitment("mechanisms", row["mechanism"], period=row["period"]), 1.0
    for row in plan.table("measures").to_dict("records"):
        yield Commitment("measures", row["measure"], row["site"], row["period"], via=row["via"]), 1.0
    for row in plan.table("posts").to_dict("records"):
        yield Commitment("posts", row["post"]), float(row["opened"])
    for row in plan.table("depots").to_dict("records"):
        yield Commitment("depots", row["depot"]), float(row["opened"])
    for row in plan.table("patrols").to_dict("records"):
        if not row["via"]:  # what is lent of them is decided anew
            yield Commitment("patrols", row["unit"], row["post"], row["period"], row["shift"]), float(row["units"])
    for row in plan.table("stock").to_dict("records"):
        yield Commitment("stock", row["commodity"], row["depot"]), float(row["bought"])
