"""Whole cities from the tables to the checker: the sample town, its rows shuffled and its money changed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.plan import PLAN_TABLES, Plan
from allocopt.plan.write import csv_bytes

GAP = 0.05
REGIMES = ("linked", "silo", "joint")


def plans(number: int) -> Iterator[str]:
    """Solve and check so many cities; the first is the sample as it stands, and again with its rows in disorder."""
    with TemporaryDirectory(prefix="allocopt-") as scratch:
        folder = Path(scratch)
        create(folder / "city")
        yield from _order_matters_not(folder)
        for seed in range(1, number):
            money = random.Random(seed).choice([0.6, 0.8, 1.2, 2.0])
            regime = REGIMES[seed % len(REGIMES)]
            plan = _solved(
                _shuffled(folder / "city", folder / str(seed), seed), regime, f"budgets.*.amount_cny=x{money}"
            )
            yield from (f"{regime} with {money:g} times the money: {wrong}" for wrong in _wrong(plan))


def _order_matters_not(folder: Path) -> Iterator[str]:
    plan = _solved(folder / "city", "linked")
    yield from _wrong(plan)
    again = _solved(_shuffled(folder / "city", folder / "shuffled", 0), "linked")
    for name, table in PLAN_TABLES.items():
        if csv_bytes(plan.values(name)) != csv_bytes(again.values(name)):
            yield f"{table.file} depends on the order of rows, or differs from one run to the next"


def _solved(folder: Path, regime: str, *changes: str) -> Plan:
    from allocopt.solving.run import solve

    return solve(load(folder, changes=changes), regime=regime, gap=GAP, threads=1)


def _wrong(plan: Plan) -> Iterator[str]:
    """What the checker, which knows no solver, finds."""
    from allocopt.checking import check

    if not plan.tables:
        yield f"no plan: {plan.status}"
        return
    yield from (str(violation) for violation in check(plan))
    if plan.bound is None or plan.objective is None or plan.bound > plan.objective * (1 + 1e-9):
        yield f"the bound {plan.bound} does not lie below the objective {plan.objective}"
    if plan.status == "optimal" and plan.gap is not None and plan.gap > GAP + 1e-6:
        yield f"a gap of {plan.gap:g} is called reached at {GAP:g}"


def _shuffled(source: Path, target: Path, seed: int) -> Path:
    """A copy of the instance with the rows of every table in another order."""
    draw = random.Random(seed)
    target.mkdir()
    for file in sorted(source.iterdir()):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        if file.suffix == ".csv":
            rows = [line for line in lines if not line.startswith("#")]
            heading, rest = rows[0], rows[1:]
            draw.shuffle(rest)
            lines = [heading, *rest]
        (target / file.name).write_text("".join(lines), encoding="utf-8")
    return target
