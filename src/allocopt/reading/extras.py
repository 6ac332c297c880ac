"""Libraries that come with an extra: imported when they are needed, and told when they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from allocopt.faults import Fault, InputError


def library(module: str, *, extra: str, file: str) -> Any:
    """A module of a library that comes with this extra; these libraries are not typed.

    Raises InputError where it is not installed; `file` is what it is wanted for.
    """
    try:
        return import_module(module)
    except ImportError:
        name = module.partition(".")[0].replace("_", "-")
        advice = f"{name}: pip install 'allocopt[{extra}]'"
        raise InputError([Fault(file, 0, "", f"a file for which {name} is missing", advice)]) from None
