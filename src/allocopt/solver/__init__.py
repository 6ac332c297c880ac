"""The one way to the solver: a model becomes arrays once, the arrays live in HiGHS, and every answer is checked."""

from allocopt.solver.arrays import Arrays, SolverError, compile_model
from allocopt.solver.highs import Basis, LiveModel, Result, Status
from allocopt.solver.passing import Columns

__all__ = ["Arrays", "Basis", "Columns", "LiveModel", "Result", "SolverError", "Status", "compile_model"]
