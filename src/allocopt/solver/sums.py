"""The short way through a linear expression.

Nearly all that the formulations write are sums of multiples of variables, some of them under a name. Pyomo's walker is
ready for anything and pays for that at every term; here the few kinds that occur are taken as they come, and whatever
else there is, is left to Pyomo.
"""

from __future__ import annotations

from typing import Any

from pyomo.common.numeric_types import native_numeric_types
from pyomo.core.base.expression import ExpressionData
from pyomo.core.base.var import ScalarVar, VarData
from pyomo.core.expr.numeric_expr import (
    LinearExpression,
    MonomialTermExpression,
    NegationExpression,
    ProductExpression,
    SumExpression,
)
from pyomo.repn.linear import LinearRepn, LinearRepnVisitor

_SUMS = frozenset({LinearExpression, SumExpression})
_VARIABLES = frozenset({VarData, ScalarVar})


class SumsVisitor(LinearRepnVisitor):  # type: ignore[misc]  # Pyomo is not typed
    """Pyomo's visitor, which its compiler asks for every objective and every row."""

    def walk_expression(self, expression: Any) -> Any:
        """The expression as coefficients by variable, and a constant."""
        found = LinearRepn()
        if not self._add(expression, 1, found):
            return super().walk_expression(expression)
        if not all(found.linear.values()):
            found.linear = {name: coefficient for name, coefficient in found.linear.items() if coefficient}
        return found

    def _add(self, expression: Any, times: float, found: Any) -> bool:
        """Add so many times an expression to what was found; False for a kind that is not known here."""
        kind = expression.__class__
        if kind in _SUMS:
            return self._add_all(expression.args, times, found)
        if kind in _VARIABLES:
            self._add_variable(expression, times, found.linear)
        elif kind in native_numeric_types:
            found.constant += times * expression
        elif kind is ExpressionData:
            return self._add(expression.expr, times, found)
        elif kind is NegationExpression:
            return self._add(expression.args[0], -times, found)
        elif kind is MonomialTermExpression or kind is ProductExpression:
            coefficient, other = expression.args
            if coefficient.__class__ not in native_numeric_types:
                return False
            return self._add(other, times * coefficient, found)
        else:
            return False
        return True

    def _add_all(self, parts: Any, times: float, found: Any) -> bool:
        """Add the terms of a sum, most of which are variables or multiples of one."""
        linear, known = found.linear, self.var_map
        for part in parts:
            kind = part.__class__
            if kind is MonomialTermExpression:
                coefficient, variable = part._args_
            elif kind is VarData:
                coefficient, variable = 1, part
            else:
                coefficient, variable = None, part
            name = id(variable)
            if coefficient.__class__ in native_numeric_types and name in known:
                linear[name] = linear.get(name, 0) + times * coefficient
            elif not self._add(part, times, found):
                return False
        return True

    def _add_variable(self, variable: Any, coefficient: float, linear: dict[int, float]) -> None:
        name = id(variable)
        if name not in self.var_map:
            self.var_recorder.add(variable)
        linear[name] = linear.get(name, 0) + coefficient
