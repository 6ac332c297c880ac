"""A Pyomo model as arrays, ready for the solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyomo.common.gc_manager import PauseGC
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from pyomo.repn.plugins.standard_form import _LinearStandardFormCompiler_impl as _COMPILER
from scipy.sparse import csc_array, csr_array

from allocopt.solver.sums import SumsVisitor

Floats = NDArray[np.float64]
# HiGHS drops coefficients up to this size silently, and refuses those from the other on.
SMALLEST, LARGEST = 1e-9, 1e15
# A row counts as kept when it is missed by no more than this, relative to what stands in it.
TOLERANCE = 1e-6
# What the compiler needs of numpy and scipy, so that it does not ask Pyomo for all of scipy (see `allocopt.lean`).
_COMPILER._to_vector = np.fromiter
_COMPILER._csc_matrix, _COMPILER._csr_matrix = csc_array, csr_array


class _Compiler(_COMPILER):  # type: ignore[misc]  # Pyomo is not typed
    """Pyomo's compiler, with the short way through sums."""

    _get_visitor = SumsVisitor


class SolverError(RuntimeError):
    """The solver refused something, or answered what it may not."""


@dataclass
class Arrays:
    """min cost·x + offset, lower ≤ x ≤ upper, row_lower ≤ A x ≤ row_upper, x[whole] whole numbers; A by rows."""

    cost: Floats
    offset: float
    lower: Floats
    upper: Floats
    whole: NDArray[np.bool_]
    starts: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: Floats
    row_lower: Floats
    row_upper: Floats
    variables: Sequence[Any]
    constraints: Sequence[Any]
    model: Any = None  # held, since variables do not hold the model that they stand in

    def copy(self) -> Arrays:
        """The same model, which can be changed apart."""
        parts: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        own = {name: part.copy() for name, part in parts.items() if isinstance(part, np.ndarray)}
        return Arrays(**parts | own)

    @cached_property
    def components(self) -> NDArray[np.str_]:
        """The name of the component of the model that each column belongs to."""
        owners = [variable.parent_component() for variable in self.variables]
        names = {key: owner.name for key, owner in {id(owner): owner for owner in owners}.items()}
        return np.array([names[id(owner)] for owner in owners], dtype=np.str_)

    def entry(self, row: int, column: int) -> int | None:
        """Where a column's coefficient in a row stands in `values`; None where it is zero."""
        start, end = self.starts[row], self.starts[row + 1]
        found = np.flatnonzero(self.columns[start:end] == column)
        return int(start + found[0]) if len(found) else None

    def coefficient(self, row: int, column: int) -> float:
        """The coefficient of a column in a row."""
        entry = self.entry(row, column)
        return 0.0 if entry is None else float(self.values[entry])

    def allows(self, x: Floats, tolerance: float = TOLERANCE) -> bool:
        """Whether values of all columns keep every bound and every row, but for a tolerance."""
        matrix = csr_array((self.values, self.columns, self.starts), shape=(len(self.row_lower), len(x)))
        sums = np.asarray(matrix @ x)
        return within(x, self.lower, self.upper, tolerance) and within(sums, self.row_lower, self.row_upper, tolerance)

    def column_of(self) -> dict[int, int]:
        """Column by `id` of a Pyomo variable."""
        return {id(variable): j for j, variable in enumerate(self.variables)}


def within(amounts: Floats, lower: Floats, upper: Floats, tolerance: float = TOLERANCE) -> bool:
    """Whether amounts keep their limits, but for a tolerance."""
    slack = tolerance * np.maximum(1.0, np.abs(amounts))
    return bool(((amounts >= lower - slack) & (amounts <= upper + slack)).all())


def compile_model(model: Any) -> Arrays:
    """Compile a linear Pyomo model with one objective to be minimised.

    Raises SolverError for coefficients that HiGHS would drop or misread (not finite, tiny, huge).

    Looking for garbage among the many small parts of a model would take as long as the rest.
    """
    with PauseGC():
        return _compiled(model)


def _compiled(model: Any) -> Arrays:
    form = _Compiler(LinearStandardFormCompiler.CONFIG({"mixed_form": True, "set_sense": None})).write(model)
    matrix = form.A.tocsr()
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    bound = np.array([row.bound_type for row in form.rows], dtype=np.int8)
    rhs = np.asarray(form.rhs, dtype=np.float64)
    limits = [variable.bounds for variable in form.columns]
    arrays = Arrays(
        cost=np.asarray(form.c.todense(), dtype=np.float64).ravel(),
        offset=float(form.c_offset[0]),
        lower=np.array([-np.inf if low is None else low for low, _ in limits], dtype=np.float64),
        upper=np.array([np.inf if high is None else high for _, high in limits], dtype=np.float64),
        whole=np.array([not v.is_continuous() for v in form.columns], dtype=bool),
        starts=matrix.indptr.astype(np.int32),
        columns=matrix.indices.astype(np.int32),
        values=matrix.data.astype(np.float64),
        row_lower=np.where(bound <= 0, rhs, -np.inf),
        row_upper=np.where(bound >= 0, rhs, np.inf),
        variables=form.columns,
        constraints=[row.constraint for row in form.rows],
        model=model,
    )
    _must_be_sound(arrays)
    return arrays


def _must_be_sound(arrays: Arrays) -> None:
    sizes = np.abs(arrays.values)
    wrong = ~np.isfinite(sizes) | (sizes <= SMALLEST) | (sizes >= LARGEST)
    if wrong.any():
        where = int(np.searchsorted(arrays.starts, np.flatnonzero(wrong)[0], side="right")) - 1
        found = arrays.values[np.flatnonzero(wrong)[0]]
        raise SolverError(f"coefficient {found:g} in row {arrays.constraints[where].name} is out of the solver's range")
    for name in ("cost", "row_lower", "row_upper", "lower", "upper"):
        numbers = getattr(arrays, name)
        if np.isnan(numbers).any() or (name == "cost" and not np.isfinite(numbers).all()):
            raise SolverError(f"{name} holds a number that is not finite")
