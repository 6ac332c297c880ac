"""The tables of a plan: their columns in order, and what a cell of each may hold.

`text` is an id or a word, blank for none or all; `whole` a whole number; `number` a number, blank for none.
The rows of a table are sorted by its columns from the left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Cell = Literal["text", "whole", "number"]


@dataclass(frozen=True)
class PlanTable:
    """One table. A decision says what is done; an outcome follows from the decisions and the instance. One
    that is not there `always` is left out when it has no rows."""

    name: str
    decision: bool
    columns: Mapping[str, Cell]
    always: bool = True

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    @property
    def parquet(self) -> str:
        """The file in place of `file` where the table is long."""
        return f"{self.name}.parquet"


def table(name: str, columns: str, *, decision: bool, always: bool = True) -> PlanTable:
    """Columns parted by spaces: `*` before a name marks a whole number, `=` a number, nothing text."""
    cells: dict[str, Cell] = {"*": "whole", "=": "number"}
    return PlanTable(
        name, decision, {word.lstrip("*="): cells.get(word[0], "text") for word in columns.split()}, always
    )


_DECISIONS = {
    "visits": "kind site period role pool via *visits =hours =labour_cny =materials_cny",
    "referrals": "kind area period role pool via =visits =hours =labour_cny =materials_cny",
    "patrols": "unit post period shift via *units =hours =cost_cny",
    "presence": "unit site period shift via =hours =duty_share",
    "crews": "unit period shift role pool via *people =hours =cost_cny",
    "posts": "post *opened =cost_cny",
    "depots": "depot *opened =cost_cny",
    "stock": "depot commodity =initial =bought =volume_m3 =cost_cny",
    "orders": "scenario supplier period =amount =volume_m3 =cost_cny",
    "shipments": "scenario period from_depot to_depot to_site commodity via =amount =volume_m3 =km =cost_cny",
    "measures": "measure site period via =cost_cny =horizon_share",
    "mechanisms": "mechanism period =cost_cny =horizon_share",
    "beats": "site post =minutes =people",
}

_OUTCOMES = {
    "sites": "site hazard period shift =loss_before_cny =effort =loss_cny",
    "points": "response period shift post *units *points =weight =loss_before_cny =loss_cny",
    "needs": "scenario site commodity period =need =need_after =shipped =unmet =penalty_cny",
    "people": "pool period =available_hours =used_hours",
    "costs": "body area programme category period scenario =cost_cny =horizon_cny",
    "cooperation": "period programme quantity item =total =crossing",
    "transfers": "link payer_line helper_line period scenario =quantity =price_cny =amount_cny",
    "budgets": "line =amount_cny scenario =used_cny =left_cny",
    "standards": "standard bound site area period shift scenario =required =value =short =price_cny",
}

PLAN_TABLES: dict[str, PlanTable] = {
    name: table(name, columns, decision=tables is _DECISIONS, always=name != "points")
    for tables in (_DECISIONS, _OUTCOMES)
    for name, columns in tables.items()
}


def tables_of(manifest: Mapping[str, Any]) -> dict[str, PlanTable]:
    """The tables of a plan: the usual ones, and those of the programmes from outside that its manifest names, which
    tells their columns so that the plan can be read where they are not installed."""
    joined = manifest.get("programmes") or {}
    own = {name: columns for programme in joined.values() for name, columns in programme["tables"].items()}
    return PLAN_TABLES | {name: table(name, columns, decision=True) for name, columns in own.items()}
