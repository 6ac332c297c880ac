"""allocopt: who goes where, with what, and when, when there is more risk than money.

    city = allocopt.load("instances/zhengzhou")
    plan = allocopt.solve(city, regime="joint")
    allocopt.check(plan)

What is asked for is imported when it is first asked for: Pyomo and pandas take their time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocopt import explain, study
    from allocopt.checking import check
    from allocopt.city import City
    from allocopt.faults import InputError
    from allocopt.instance.load import load
    from allocopt.plan import Plan
    from allocopt.solving.run import build, solve

    __version__: str

__all__ = ["City", "InputError", "Plan", "__version__", "build", "check", "explain", "load", "solve", "study"]

_HOMES = {
    "City": "allocopt.city",
    "InputError": "allocopt.faults",
    "Plan": "allocopt.plan",
    "build": "allocopt.solving.run",
    "check": "allocopt.checking",
    "load": "allocopt.instance.load",
    "solve": "allocopt.solving.run",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for from the module it lives in, and keep it."""
    if name == "__version__":
        from importlib.metadata import version

        found: Any = version("allocopt")
    elif name in ("explain", "study"):
        found = import_module(f"allocopt.{name}")
    elif name in _HOMES:
        found = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module 'allocopt' has no attribute '{name}'")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
