"""The solve: a city in, a plan with its certificate out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocopt.solve.run import solve


def __getattr__(name: str) -> Any:
    """`solve` is imported when first asked for: Pyomo takes a second to load."""
    if name == "solve":
        from allocopt.solve.run import solve

        return solve
    raise AttributeError(name)


__all__ = ["solve"]
