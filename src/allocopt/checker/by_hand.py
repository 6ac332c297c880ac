"""What `plan.json` says of the plan by hand. Its decisions are not kept, so that its figures cannot be recomputed."""

from __future__ import annotations

from allocopt.checker.case import Case
from allocopt.checker.figures import FEASIBLE
from allocopt.checker.manifest import FILE, number, part
from allocopt.checker.section import Section

_FIGURES = ("objective", "loss", "spending")


def check(case: Case) -> None:
    """Figures, or standards that it misses; and the place that any plan has between bound and nothing done."""
    if "by_hand" not in case.manifest:
        return
    told = part(case.manifest, "by_hand")
    missed = told.get("missed")
    known = {*case.city.by_id("standards"), "beats"}
    if not isinstance(missed, list) or not all(isinstance(name, str) and name in known for name in missed):
        _wrong(case, "missed", missed, "a list of standards")
    expected = {"missed"} if missed else {"missed", *_FIGURES}
    if set(told) != expected:
        _wrong(case, "", ", ".join(sorted(told)), ", ".join(sorted(expected)))
    for name in told.keys() & {*_FIGURES}:
        if number(told[name]) is None:
            _wrong(case, name, told[name], "a number")
    _check_order(case, number(told.get("objective")), number(told.get("loss")))


def _check_order(case: Case, objective: float | None, loss: float | None) -> None:
    """The plan is no worse than the one by hand, nor is the bound above it; it averts something, or nothing."""
    for name in ("objective", "bound"):
        least = number(case.manifest.get(name))
        if objective is not None and least is not None and objective < least - FEASIBLE * max(1.0, abs(least)):
            _wrong(case, "objective", objective, f"at least the plan's {name}, {least:.15g}")
    most = case.found.values["loss_if_nobody_acts"]
    if loss is not None and not -FEASIBLE <= loss <= most + FEASIBLE * max(1.0, most):
        _wrong(case, "loss", loss, f"from 0 to {most:.15g}")


def _wrong(case: Case, field: str, found: object, expected: str) -> None:
    case.book.add("by_hand", FILE, 0, f"by_hand.{field}".rstrip("."), found, expected)


SECTION = Section(
    "by_hand",
    check,
    rules={"by_hand": "The plan is no worse than the plan by hand that plan.json compares it with."},
)
