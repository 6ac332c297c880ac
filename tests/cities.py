"""Tiny instances, said in few words: tables as lists of rows, written to a folder, solved and checked."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from allocopt.checker import check
from allocopt.city import City
from allocopt.instance.load import load
from allocopt.plan import Plan, write
from allocopt.schema import TABLES
from allocopt.solving.run import solve

Rows = Sequence[Mapping[str, Any]]
Tables = Mapping[str, Rows]
REGIMES = ("silo", "linked", "joint")
# As near to optimal as the solver itself can tell.
GAP = 1e-6

# On this plane a car drives a kilometre a minute: a place at x = 1000 is a minute from one at x = 0.
SETTINGS: Mapping[str, Any] = {
    "name": "tiny",
    "travel": {"metric": "plane", "speeds_kmh": {"car": 60}},
    "periods": [{"id": "t1", "hours": 1000}],
}
_PLACED = {"x": 0, "y": 0}
_USUAL: Mapping[str, Mapping[str, Any]] = {
    "sites": {"area": "town", **_PLACED},
    "pools": {"mode": "car", "cost_cny_hour": 0, "hours": 1000, "headcount": 1, **_PLACED},
    "kinds": {"most": 1},
    "classes": {"standard_min": 1},
    "units": {"mode": "car", "count": 1, "cost_cny_hour": 0},
    "posts": {"area": "town", "open": "yes", **_PLACED},
    "depots": {"area": "town", "open": "yes", "capacity_m3": 1000, **_PLACED},
    "commodities": {"mode": "car", "cost_cny": 0, "volume_m3": 1, "penalty_cny": 1},
    "measures": {"cost_cny": 0, "life_years": 10},
    "mechanisms": {"life_years": 10},
}


def build(folder: Path, tables: Tables, **settings: Any) -> Path:
    """Write an instance: keys of `city.yaml` in `settings`, every table as rows; what is usual is filled in."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = {**SETTINGS, **settings}
    (folder / "city.yaml").write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in whole.items()))
    for name, rows in filled(tables).items():
        if rows:
            _write_table(folder / f"{name}.csv", name, rows)
    return folder


def filled(tables: Tables) -> dict[str, Rows]:
    """The tables with what is usual filled in. A visit takes an hour; a unit's people are on duty as long as it is."""
    kinds = {row["id"] for row in tables.get("kinds", ())}
    out: dict[str, Rows] = {name: [{**_USUAL.get(name, {}), **row} for row in rows] for name, rows in tables.items()}
    if "crews" in out:
        out["crews"] = [{"hours": 1, **row} if row["of"] in kinds else row for row in out["crews"]]
    return out


def _write_table(file: Path, name: str, rows: Rows) -> None:
    known = TABLES[name].columns
    rows = [{"source": "assumed: test", **row} if "source" in known else row for row in rows]
    columns = [column for column in known if any(column in row for row in rows)]
    unknown = {column for row in rows for column in row} - set(known)
    assert not unknown, f"{name} has no column {sorted(unknown)}"
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows([_text(row.get(column)) for column in columns] for row in rows)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return repr(cell) if isinstance(cell, float) else str(cell)


def city(folder: Path, tables: Tables, **settings: Any) -> City:
    """Write an instance and load it."""
    return load(build(folder, tables, **settings))


def planned(town: City, folder: Path, **options: Any) -> Plan:
    """Solve a city, to optimality unless told otherwise; if there is a plan, write it and see it pass the checker."""
    plan = solve(town, **{"gap": GAP, "threads": 1, **options})
    if plan.tables:
        plan = write(plan, folder)
        found = findings(folder)
        assert not found, "\n".join(found)
        assert plan.bound is not None and plan.objective is not None
        assert plan.bound <= plan.objective + 1e-6
    return plan


def findings(folder: Path) -> list[str]:
    """What the checker finds wrong with a written plan."""
    return [str(violation) for violation in check(folder).violations]


def objective(plan: Plan) -> float:
    """The plan's objective; infinite where there is no plan because there can be none."""
    if plan.status == "infeasible":
        return float("inf")
    assert plan.status == "optimal", plan.status
    assert plan.objective is not None
    return plan.objective


def shuffled(tables: Tables, order: Iterable[int]) -> dict[str, list[Mapping[str, Any]]]:
    """The same rows in another order: the row at place i goes by the i-th of the numbers, which repeat."""
    numbers = list(order)
    out = {}
    for name, rows in tables.items():
        keyed = sorted(range(len(rows)), key=lambda i: (numbers[i % len(numbers)], -i))
        out[name] = [rows[i] for i in keyed]
    return out
