"""pyarrow, which reads and writes Parquet: imported when it is needed, and told when it is missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from allocopt.faults import Fault, InputError


def arrow(part: str, file: str) -> Any:
    """A module of pyarrow (`parquet`, `csv`, `compute`; blank: itself), which is not typed.

    Raises InputError where it is not installed; `file` is what it is wanted for.
    """
    try:
        return import_module(f"pyarrow.{part}" if part else "pyarrow")
    except ImportError:
        advice = "pyarrow, which reads and writes it: pip install 'allocopt[tables]'"
        raise InputError([Fault(file, 0, "", "a table for which pyarrow is missing", advice)]) from None
