"""The first sheet of a workbook: which plan this is, how good it surely is, and what the other sheets hold."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

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
    return datetime.fromtimestamp((plan.folder / MANIFEST).stat().st_mtime, UTC).replace(microsecond=0, tzinfo=None)


def cover(plan: Plan, *, city: Path | None, edited: bool) -> list[Line]:
    """What is worth knowing of a plan at a glance, the checker's verdict of this moment included."""
    assert plan.folder is not None
    manifest, options = plan.manifest, plan.manifest["options"]
    changes = [str(options["scenario"])] if options.get("scenario") else []
    changes += [str(change) for change in options.get("set", ())]
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
        ("Scenario and changes, in the tables already", "; ".join(changes), None),
        ("Command", str(manifest.get("command", "")), None),
        ("Plan written, UTC", written(plan).isoformat(" "), None),
        ("Versions", f"allocopt {manifest.get('allocopt', '')}, {manifest.get('solver', '')}", None),
    ]
    return [line for line in lines if line[1] != ""]


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
