"""The totals and the certificate in `plan.json`."""

from __future__ import annotations

from math import fsum

from allocopt.checker.beyond import assumed_cost_share, assumed_share, averted_after_horizon
from allocopt.checker.case import Case
from allocopt.checker.figures import FEASIBLE, NOISE, same
from allocopt.checker.manifest import FILE, number
from allocopt.checker.objectives import (
    chosen,
    loss_if_nobody_acts,
    objective_value,
    own_objective,
    plan_loss,
    spending,
)
from allocopt.checker.section import Section

# A gap counts as reached when it is missed by no more than this.
REACHED = 1e-6


def check(case: Case) -> None:
    """Recompute every total, then what follows from objective and bound."""
    losses = case.found.losses
    before = loss_if_nobody_acts(case)
    values = case.found.values
    values["loss_if_nobody_acts"] = before
    values["loss"] = plan_loss(case)
    values["spending"] = spending(case)
    values["casualties"] = fsum(loss.casualties for loss in losses)
    values["casualties_if_nobody_acts"] = fsum(loss.casualties_before for loss in losses)
    if not own_objective(case):
        values["objective"] = objective_value(case)
    values["averted_after_horizon_cny_year"] = averted_after_horizon(case)
    values["assumed_share"] = assumed_share(case)
    values["assumed_cost_share"] = assumed_cost_share(case)
    for name, value in values.items():
        _compare(case, name, value, NOISE * before if name in ("loss", "objective") else 0.0)
    _check_bound(case)
    _check_status(case)


def _compare(case: Case, name: str, expected: float | None, noise: float = 0.0) -> None:
    found = case.manifest.get(name)
    value = number(found)
    if expected is None:
        if found is not None:
            case.book.add("totals", FILE, 0, name, found, "null")
    elif value is None or not same(value, expected, noise):
        case.book.add("totals", FILE, 0, name, found, expected)


def _check_bound(case: Case) -> None:
    """No bound above the objective, and the gaps that follow."""
    objective, bound = number(case.manifest.get("objective")), number(case.manifest.get("bound"))
    if bound is None and case.manifest.get("bound") is not None:
        case.book.add("bound", FILE, 0, "bound", case.manifest["bound"], "a number or null")
    true = case.found.values.get("objective", objective)
    if bound is not None and true is not None and bound > true + FEASIBLE * max(1.0, abs(true)):
        case.book.add("bound", FILE, 0, "bound", bound, f"at most {true:.15g}")
    if objective is None:
        return
    _compare_gap(case, "gap", None if bound is None else (objective - bound) / max(abs(objective), 1.0))
    _compare_gap(case, "gap_avoided", _gap_avoided(case, objective, bound))


def _compare_gap(case: Case, name: str, expected: float | None) -> None:
    """A gap is a difference of nearly the same figures: some rounding is no fault."""
    _compare(case, name, expected, noise=1e-12)


def _gap_avoided(case: Case, objective: float, bound: float | None) -> float | None:
    """The gap in what is avoided; only where plain loss is minimised and something can be avoided."""
    before = number(case.manifest.get("loss_if_nobody_acts"))
    if bound is None or before is None or set(chosen(case)) != {"loss"} or not _is_plain(case) or own_objective(case):
        return None
    return (objective - bound) / (before - bound) if before - bound > 0 else None


def _is_plain(case: Case) -> bool:
    return isinstance(case.options.objective or case.city.settings["objective"], str)


def _check_status(case: Case) -> None:
    """`optimal` means that every gap that was asked for is reached."""
    status = case.manifest.get("status")
    if status not in ("optimal", "feasible"):
        case.book.add("status", FILE, 0, "status", status, "optimal or feasible")
    if status != "optimal":
        return
    if number(case.manifest.get("bound")) is None:
        case.book.add("status", FILE, 0, "status", status, "feasible, for there is no bound")
    for name, asked in (("gap", case.options.gap), ("gap_avoided", case.options.gap_avoided)):
        reached = number(case.manifest.get(name))
        if asked is not None and reached is not None and reached > asked + REACHED:
            case.book.add(
                "status", FILE, 0, "status", status, f"feasible, for {name} {reached:.6g} is above {asked:.6g}"
            )


SECTION = Section(
    "totals",
    check,
    rules={
        "totals": "The totals in plan.json are those of the plan.",
        "bound": "The bound is not above the objective.",
        "status": "A plan is called optimal only if every gap that was asked for is reached.",
    },
)
