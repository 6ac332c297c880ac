"""The first sheet of a workbook: which plan or study this is, how good it surely is, what the other sheets hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from allocopt.checker import Verdict, check
from allocopt.export.units import MONEY
from allocopt.plan import Plan
from allocopt.plan.manifest import MANIFEST

# Label, value, and how the value is shown where it is a number.
Line = tuple[str, str | float, str | None]
_MOST_VIOLATIONS = 20


def written(plan: Plan) -> datetime:
    """When the plan was written; the same plan then always makes the same file."""
    assert plan.folder is not None
    return written_at(plan.folder / MANIFEST)


def written_at(file: Path) -> datetime:
    """When a manifest was written, in UTC."""
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).replace(microsecond=0, tzinfo=None)


def cover(plan: Plan, *, city: Path | None, edited: bool) -> list[Line]:
    """What is worth knowing of a plan at a glance, the checker's verdict of this moment included."""
    assert plan.folder is not None
    manifest, options = plan.manifest, plan.manifest["options"]
    lines: list[Line] = [
        ("City", str(manifest.get("title") or plan.name), None),
        ("Name", plan.name, None),
        ("Objective", _objective(options.get("objective")), None),
        ("Regime", str(options.get("regime", "")), None),
        ("Status", plan.status, None),
        *_number("Value of the objective", plan.objective, MONEY),
        *_number("Bound: no plan can come to less", plan.bound, MONEY),
        *_number("Gap", plan.gap, "0.00%"),
        *_number("Gap of what can be averted", plan.gap_avoided, "0.00%"),
        *_number("Loss if nobody acts, yuan", plan.loss_if_nobody_acts, MONEY),
        *_number("Loss with the plan, yuan", plan.loss, MONEY),
        *_number("Spending, yuan", plan.spending, MONEY),
        *_verdict(check(plan.folder, city=city, edited=edited)),
        ("Scenario and changes, in the tables already", _changes(options), None),
        *_made(manifest),
        ("Plan written, UTC", written(plan).isoformat(" "), None),
    ]
    return [line for line in lines if line[1] != ""]


def cover_of_study(manifest: Mapping[str, Any], folder: Path, plans: Iterable[Path]) -> list[Line]:
    """The same of a study, with where its plans are: each is a plan as any other."""
    options = manifest["options"]
    lines: list[Line] = [
        ("City", str(manifest.get("title") or manifest["instance"].get("name", "")), None),
        ("Study", str(manifest["study"]), None),
        ("Objective", _objective(options.get("objective")), None),
        ("Regime", str(options.get("regime") or ""), None),
        ("Status", str(manifest.get("status", "")), None),
        *(line for key, label in _SUMS.items() for line in _number(label, _sum(manifest.get(key)), MONEY)),
        ("Scenario and changes", _changes(options), None),
        *_made(manifest),
        ("Study written, UTC", written_at(folder / "study.json").isoformat(" "), None),
        *(("Plan" if not number else "", str(plan), None) for number, plan in enumerate(plans)),
    ]
    return [line for line in lines if line[1] != ""]


# Sums of money in the manifest of a study.
_SUMS = {
    "whole_cny": "All that is scaled, yuan",
    "value_of_all": "What all bodies avert together beyond each alone, yuan",
    "loss_if_nothing_fails": "Loss with the plan if nothing fails, yuan",
    "total": "Value of the objective, all rungs weighted",
    "present": "Value of the objective of the present plan",
    "objective": "Value of the objective",
    "bound": "Bound: no plan can come to less",
    "loss_if_nobody_acts": "Loss if nobody acts, yuan",
    "loss": "Loss with the plan, yuan",
    "spending": "Spending, yuan",
}


def _sum(told: Any) -> float | None:
    """A sum of a manifest, which may have its interval or its plan's other figures beside it."""
    if isinstance(told, Mapping):
        return _sum(told.get("value", told.get("objective")))
    return float(told) if isinstance(told, int | float) else None


def _changes(options: Mapping[str, Any]) -> str:
    scenario = [options["scenario"]] if options.get("scenario") else []
    return "; ".join(map(str, (*scenario, *options.get("set", ()))))


def _made(manifest: Mapping[str, Any]) -> list[Line]:
    """The command that makes it again, and the versions that made it."""
    versions = f"allocopt {manifest.get('allocopt', '')}, {manifest.get('solver', '')}"
    return [("Command", str(manifest.get("command", "")), None), ("Versions", versions, None)]


def _objective(objective: object) -> str:
    if isinstance(objective, dict):
        return ", ".join(f"{weight:g} x {name}" for name, weight in objective.items())
    return str(objective or "")


def _number(label: str, value: float | None, shown: str) -> list[Line]:
    return [] if value is None else [(label, value, shown)]


def _verdict(verdict: Verdict) -> list[Line]:
    """That the plan keeps every rule, or the first ones that it breaks."""
    if verdict.ok:
        return [("Checker", "every rule is kept", None)]
    broken = verdict.violations
    lines: list[Line] = [("Checker", f"{len(broken)} rules are broken", None)]
    return lines + [("", str(violation), None) for violation in broken[:_MOST_VIOLATIONS]]
