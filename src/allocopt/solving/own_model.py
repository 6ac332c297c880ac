"""A model with rows, variables or an objective of the caller's own: what `build` made, and more.

What `build` makes stays in the model as it was, so that a plan of the model is one of the city. Its caller may add
linear rows and variables, fix built-in variables or narrow their bounds, and put another linear objective in place of
the built-in one. What was taken away or changed otherwise is refused: such a plan would not hold for the city.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyomo.core import Constraint, Expression, Objective, Var, minimize, value

from allocopt.arrange.whole import Arranged
from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.solver import Arrays, SolverError, compile_model
from allocopt.solving.options import Options, require_sound
from allocopt.solving.own_rows import OwnRows
from allocopt_models.city import CityModel

# Where the model keeps what it was made from.
MADE = "made_by_allocopt"


@dataclass(frozen=True)
class Made:
    """What a model was made from, and what it was: its rows and expressions with what stood in them, its variables with
    their bounds and whether they were continuous."""

    city: City
    options: Options
    arranged: Arranged
    model: CityModel
    rows: Sequence[tuple[Any, Any]]
    variables: Sequence[tuple[Any, float | None, float | None, bool]]


@dataclass(frozen=True)
class OwnModel:
    """A caller's model, ready to be searched, and what in it is the caller's own: the names of rows and variables, of
    built-in variables that are fixed or narrowed, and of the objective (None: the built-in one)."""

    made: Made
    arrays: Arrays
    added: OwnRows
    rows: tuple[str, ...]
    variables: tuple[str, ...]
    limits: tuple[str, ...]
    objective: str | None

    def options(
        self, *, gap: float, gap_avoided: float | None, time_limit: float | None, threads: int | None
    ) -> Options:
        """What is asked of its solve: regime and objective are the model's. Raises InputError for a gap in the loss
        avoided where something else is minimised."""
        asked = replace(self.made.options, gap=gap, gap_avoided=gap_avoided, time_limit=time_limit, threads=threads)
        require_sound(asked, self.made.city)
        if gap_avoided is not None and self.objective is not None:
            found = f"the objective {self.objective}"
            raise InputError([Fault("gap_avoided", 0, "", found, "the built-in objective loss, alone")])
        return asked

    @property
    def is_changed(self) -> bool:
        return bool(self.rows or self.variables or self.limits or self.objective)

    def told(self) -> dict[str, Any]:
        """As `plan.json` has it, which then names no command that makes the plan again; nothing for a model that is as
        it was made."""
        parts = {"rows": self.rows, "variables": self.variables, "limits": self.limits}
        lists = {name: list(names) for name, names in parts.items()}
        return {"own_model": lists | {"objective": self.objective}, "command": None} if self.is_changed else {}


def remember(city: City, options: Options, arranged: Arranged, model: CityModel) -> Any:
    """The Pyomo model, which from now on knows what it was made from."""
    m = model.model
    rows = [(part, part.expr) for kind in (Constraint, Expression) for part in m.component_data_objects(kind)]
    rows.append((m.aim, m.aim.expr))
    variables = [(v, v.lb, v.ub, v.is_continuous()) for v in m.component_data_objects(Var)]
    setattr(m, MADE, Made(city, options, arranged, model, rows, variables))
    return m


def own_model(model: Any, city: City) -> OwnModel:
    """The caller's model, looked through. Raises InputError with every fault: a model that `build` did not make of this
    city, built-in parts that were changed, rows or an objective that are not linear."""
    made = getattr(model, MADE, None)
    if not isinstance(made, Made):
        raise InputError([Fault("model", 0, "", "a model of another make", "the model that allocopt.build(city) made")])
    if (city.hashes, city.scenario, city.changes) != (made.city.hashes, made.city.scenario, made.city.changes):
        raise InputError([Fault("model", 0, "", "a model of another city", "the model that allocopt.build(city) made")])
    aim = list(model.component_data_objects(Objective, active=True))
    if faults := [*_changed(made), *_aims(aim)]:
        raise InputError(faults)
    known = {id(part) for part, *_ in (*made.rows, *made.variables)}
    rows = [row for row in model.component_data_objects(Constraint, active=True) if id(row) not in known]
    variables = [v for v in model.component_data_objects(Var) if id(v) not in known]
    narrowed = [v for v, low, high, _ in made.variables if v.fixed or (v.lb, v.ub) != (low, high)]
    is_same = aim[0] is made.rows[-1][0] and aim[0].expr is made.rows[-1][1]
    arrays = _compiled(model)
    return OwnModel(
        made,
        arrays,
        OwnRows.of(arrays, rows, variables, narrowed),
        _names(rows),
        _names(variables),
        _names(narrowed),
        None if is_same else str(aim[0].parent_component().doc or aim[0].name),
    )


def _changed(made: Made) -> Iterator[Fault]:
    """Built-in parts that are not as they were, or no longer there."""
    for part, stood in made.rows[:-1]:
        if part.model() is not made.model.model:
            yield _fault(part.name, "taken out")
        elif part.expr is not stood or not getattr(part, "active", True):
            yield _fault(part.name, "changed" if part.expr is not stood else "switched off")
    for variable, low, high, continuous in made.variables:
        if variable.model() is not made.model.model:
            yield _fault(variable.name, "taken out")
        elif (variable.is_continuous() and not continuous) or _is_wider(variable, low, high):
            yield _fault(variable.name, "widened")


def _is_wider(variable: Any, low: float | None, high: float | None) -> bool:
    """Whether a variable may be what it could not be before."""
    least, most = (variable.value, variable.value) if variable.fixed else variable.bounds
    return (low is not None and (least is None or least < low)) or (high is not None and (most is None or most > high))


def _fault(name: str, found: str) -> Fault:
    return Fault(f"model {name}", 0, "", found, "the built-in part as it was made: change the instance, or add to it")


def _aims(aims: Sequence[Any]) -> Iterator[Fault]:
    if len(aims) != 1:
        yield Fault("model", 0, "", f"{len(aims)} active objectives", "one; deactivate model.aim to have another")
    elif aims[0].sense != minimize:
        yield Fault(f"model {aims[0].name}", 0, "", "an objective to be maximised", "its negative, to be minimised")


def _compiled(model: Any) -> Arrays:
    """The arrays of the model; a variable that is fixed is one whose bounds are its value."""
    fixed = [v for v in model.component_data_objects(Var) if v.fixed]
    try:
        for variable in fixed:
            variable.fixed = False
        arrays = compile_model(model)
    except (ValueError, SolverError) as error:
        found = " ".join(str(error).split())
        raise InputError([Fault("model", 0, "", found, "linear rows and a linear objective")]) from None
    finally:
        for variable in fixed:
            variable.fixed = True
    held = {id(v): float(value(v)) for v in fixed}
    for j, variable in enumerate(arrays.variables):
        if id(variable) in held:
            arrays.lower[j] = arrays.upper[j] = held[id(variable)]
    return arrays


def _names(parts: Sequence[Any]) -> tuple[str, ...]:
    """The names of the components that these belong to, each once."""
    owners: Mapping[int, Any] = {id(owner): owner for owner in (part.parent_component() for part in parts)}
    return tuple(dict.fromkeys(owner.name for owner in owners.values()))
