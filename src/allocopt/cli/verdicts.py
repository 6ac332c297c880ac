"""The checker's verdict as text and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocopt.checker.verdict import Verdict

BROKEN = 3


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    return asdict(verdict)


def verdict_text(verdict: Verdict) -> str:
    """One line when all holds; else every violation on its line."""
    figures = [
        f"{name} {value:,.2f}"
        for name in ("loss", "objective", "bound", "spending")
        if (value := getattr(verdict, name)) is not None
    ]
    recomputed = f"Recomputed without the solver: {', '.join(figures)}." if figures else ""
    if verdict.not_checked:
        recomputed += f"\nNot checked, being the caller's own: {', '.join(verdict.not_checked)}."
    if verdict.ok:
        return f"The plan keeps every rule. {recomputed}".strip()
    lines = [str(violation) for violation in verdict.violations]
    count = f"{len(lines)} violation{'s' if len(lines) != 1 else ''}"
    return "\n".join([f"The plan does not hold: {count}.", *lines, *([recomputed] if recomputed else [])])
