"""Makes the reference results again: `python results/reference/make.py [CITY…]`, from anywhere.

For each city: the linked plan's table of cooperation, the collaboration study, and the information study, by the
commands that a planner types. Only what is worth comparing is kept, in one folder a city; the linked plan whole, in
`plan/`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from allocopt.plan.manifest import manifest_text

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CITIES = ("hangzhou", "luzhi", "shanghai-street", "zhejiang", "zhengzhou")
# The gaps at which plans are made: what each city is held to, in gap and in gap of the loss avoided.
GAPS = {"luzhi": ("0.01", "0.05"), "zhengzhou": ("0.05", "0.15")}
USUAL_GAPS = ("0.02", "0.10")
SURVEYS = ("--surveys", "areas")
TABLES = ("bodies", "coalitions", "leavers", "poor_mergers", "regimes", "worth")
FOUND = ("information", "scenarios", "broken", "surveys")


def main(cities: list[str]) -> None:
    unknown = sorted(set(cities) - set(CITIES))
    if unknown:
        sys.exit(f"no such city: {', '.join(unknown)}; there are {', '.join(CITIES)}")
    for city in cities or CITIES:
        with tempfile.TemporaryDirectory() as folder:
            make(city, Path(folder))


def make(city: str, scratch: Path) -> None:
    """Solve and study one city, and put what is kept in its place."""
    gap, gap_avoided = GAPS.get(city, USUAL_GAPS)
    how = (f"instances/{city}", "--gap", gap, "--gap-avoided", gap_avoided)
    run("solve", *how, "--threads", "1", "--out", str(scratch / "plan"))
    shared = run("study", "collaboration", *how, "--out", str(scratch / "collaboration"))
    known = run("study", "information", *how, *SURVEYS, "--out", str(scratch / "information"))
    out = HERE / city
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    for regime in ("silo", "linked", "joint"):
        plan = json.loads((scratch / "collaboration" / "plans" / regime / "plan.json").read_text(encoding="utf-8"))
        keep(out / f"{regime}.json", {key: plan[key] for key in FIGURES})
        shutil.copy(scratch / "collaboration" / "plans" / regime / "cooperation.csv", out / f"cooperation-{regime}.csv")
    for name in TABLES:
        shutil.copy(scratch / "collaboration" / f"{name}.csv", out / f"{name}.csv")
    for name in FOUND:
        if (scratch / "information" / f"{name}.csv").exists():
            shutil.copy(scratch / "information" / f"{name}.csv", out / f"{name}.csv")
    keep_plan(scratch / "plan", out / "plan", city)
    keep(
        out / "collaboration.json",
        {key: shared[key] for key in ("value_of_all", "core", "shares", "settled_by", "seconds")},
    )
    keep(out / "information.json", {key: value for key, value in known.items() if key != "study"})


FIGURES = (
    "status",
    "objective",
    "bound",
    "gap",
    "gap_avoided",
    "loss",
    "loss_if_nobody_acts",
    "spending",
    "casualties",
    "casualties_if_nobody_acts",
    "assumed_share",
    "assumed_cost_share",
    "sensitivity",
    "seconds",
)


def run(*words: str) -> dict[str, Any]:
    """What a command prints as JSON; the whole ends where one fails."""
    print("allocopt", *words, flush=True)
    program = [sys.executable, "-m", "allocopt.cli", *words, "--json"]
    done = subprocess.run(program, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(f"it ended with {done.returncode}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def keep_plan(plan: Path, out: Path, city: str) -> None:
    """A plan's folder whole; it finds its instance from where it stands, in whichever folder that is."""
    shutil.copytree(plan, out)
    manifest = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    manifest["instance"]["folder"] = f"../../../../instances/{city}"
    manifest["command"] = manifest["command"].replace(f"{ROOT}/", "")
    (out / "plan.json").write_text(manifest_text(manifest), encoding="utf-8")


def keep(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
