"""Explanations: what cannot hold together, why something is not in a plan and at what price it would be, what binds.

    allocopt.explain.conflict(city)
    allocopt.explain.why_not(plan, sites=["s1"])
    allocopt.explain.binding(plan)

Each returns what `--json` prints. Imported when first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocopt.explain.binding_limits import binding
    from allocopt.explain.clashes import conflict
    from allocopt.explain.forced import why_not

__all__ = ["binding", "conflict", "why_not"]

_HOMES = {
    "binding": "allocopt.explain.binding_limits",
    "conflict": "allocopt.explain.clashes",
    "why_not": "allocopt.explain.forced",
}


def __getattr__(name: str) -> Any:
    """Import the explanation that is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'allocopt.explain' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
