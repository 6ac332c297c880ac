"""Where the search stood when it last solved the relaxation; further solves start from there."""

from __future__ import annotations

from dataclasses import dataclass

from allocopt.solver import Basis, Result


@dataclass(frozen=True)
class Root:
    """The relaxation when it was last solved without any whole number fixed: its result, where the solver stood, and
    how many lines there were."""

    result: Result
    basis: Basis | None
    lines: int
