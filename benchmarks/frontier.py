"""A budget study against as many cold solves: `python benchmarks/frontier.py [CITY]`. See benchmarks/README.md."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from sidebyside.machine import conditions

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "results" / "benchmarks" / "frontier"
# Rounding of what two runs say of the same sum, relative.
SAME = 1e-6


@dataclass(frozen=True)
class Point:
    """What is known at one sum."""

    budget: float
    objective: float
    bound: float


@click.command()
@click.argument("city", type=click.Path(exists=True, path_type=Path), default=ROOT / "instances" / "luzhi")
@click.option("--from", "start", type=float, default=50.0, show_default=True, help="Least sum, in % of the city's.")
@click.option("--to", "end", type=float, default=150.0, show_default=True, help="Largest sum, in % of the city's.")
@click.option("--points", type=click.IntRange(2), default=20, show_default=True)
@click.option("--gap-avoided", type=float, default=0.01, show_default=True, help="Where study and solves stop.")
@click.option("--out", type=Path, default=RESULTS, help="Folder of the result. Default: results/benchmarks/frontier.")
def main(city: Path, start: float, end: float, points: int, gap_avoided: float, out: Path) -> None:
    """Run the study of CITY and the same sums one by one, each from the command line with one thread."""
    gaps = ("--gap", "1", "--gap-avoided", str(gap_avoided))
    with tempfile.TemporaryDirectory() as scratch:
        sums = ("--from", f"{start}%", "--to", f"{end}%", "--points", str(points))
        where = ("--next-yuan", "0", "--workers", "1", "--out", f"{scratch}/study")
        study_s, study = _timed("study", "budget", str(city), *sums, *gaps, *where)
        kept = json.loads((Path(scratch) / "study" / "study.json").read_text(encoding="utf-8"))
        click.echo(f"study: {study_s:.0f} s, {kept['solved']}")
        found = [Point(each["budget"], each["objective"], each["bound"]) for each in study["points"]]
        cold, cold_s = [], 0.0
        for point in found:
            share = point.budget / kept["whole_cny"]
            change = ("--set", f"budgets.*.amount_cny=x{share!r}")
            seconds, told = _timed("solve", str(city), *change, *gaps, "--threads", "1", "--out", f"{scratch}/plan")
            cold.append(Point(point.budget, told["objective"], told["bound"]))
            cold_s += seconds
            click.echo(f"{share:.3f} of the money: {seconds:.0f} s")
    told = {
        **conditions(),
        "city": city.name,
        "points": points,
        "gap_avoided": gap_avoided,
        "study_s": round(study_s, 1),
        "cold_s": round(cold_s, 1),
        "ratio": round(study_s / cold_s, 3),
        "solved": kept["solved"],
        "contradictions": contradictions(found, cold),
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{city.name}.json").write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(json.dumps(told, indent=2, ensure_ascii=False))


def contradictions(study: Sequence[Point], cold: Sequence[Point]) -> list[str]:
    """Sums at which a bound lies above a plan, whoever found them, or at which more money does worse."""
    out = []
    for warm, alone in zip(study, cold, strict=True):
        bound, plan = max(warm.bound, alone.bound), min(warm.objective, alone.objective)
        if bound > plan + SAME * abs(plan):
            out.append(f"{warm.budget:,.0f}: bound {bound:,.0f} above plan {plan:,.0f}")
    for less, more in pairwise(study):
        if more.objective > less.objective * (1 + SAME) or more.bound > less.bound * (1 + SAME):
            out.append(f"{more.budget:,.0f}: more than at {less.budget:,.0f}")
    return out


def _timed(*arguments: str) -> tuple[float, Mapping[str, Any]]:
    """Seconds from before the interpreter starts until it has ended, and the one object that it prints."""
    began = time.monotonic()
    ended = subprocess.run([sys.executable, "-m", "allocopt.cli", *arguments, "--json"], capture_output=True, text=True)
    seconds = time.monotonic() - began
    if ended.returncode:
        raise click.ClickException(ended.stderr or f"exit code {ended.returncode}")
    return seconds, json.loads(ended.stdout)


if __name__ == "__main__":
    main()
