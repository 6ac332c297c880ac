"""Plans of small towns, written to folders and read back as the commands read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from allocopt.plan import Plan, read
from cities import Tables, city, planned


def written(folder: Path, tables: Tables, *, regime: str = "linked", gap: float = 1e-6, **settings: Any) -> Plan:
    """The plan of a town in `folder/city`, in the folder `folder/plan`."""
    plan = planned(city(folder / "city", tables, **settings), folder / "plan", regime=regime, gap=gap)
    assert plan.tables, plan.status
    return read(folder / "plan")
