"""Instances with some figures changed, and whether they have a plan."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from allocopt.instance.load import load
from allocopt.solving.run import solve
from cities import build
from drawn.strategies import Drawn

# Lines that no longer bind stay, for links charge them.
NO_LIMIT = 1e9


def has_plan(drawn: Drawn, *changes: str, regime: str = "linked") -> bool:
    """Whether the instance has a plan after these changes, by solving it."""
    tables, settings = drawn
    with TemporaryDirectory() as folder:
        town = load(build(Path(folder), tables, **settings), changes=changes)
        status = solve(town, gap=1.0, threads=1, regime=regime).status
    assert status in ("optimal", "feasible", "infeasible")
    return status != "infeasible"


def with_only(drawn: Drawn, members: Iterable[dict[str, Any]]) -> Drawn:
    """The instance with no hard standards and budget lines but these; soft standards stay."""
    tables, settings = deepcopy(drawn)
    kept = {(member["kind"], part) for member in members for part in member["name"].split("+")}
    tables["standards"] = [
        row
        for row in tables.get("standards", [])
        if row.get("price_cny") is not None or ("standard", row["id"]) in kept
    ]
    tables["budgets"] = [
        row if ("budget line", row["id"]) in kept else row | {"amount_cny": NO_LIMIT} for row in tables["budgets"]
    ]
    return tables, settings
