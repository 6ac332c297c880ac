"""Beats for a plan that was not made for them: with the posts as they are, the shortest way to each site."""

from __future__ import annotations

from pyomo.core import ConcreteModel, Objective, value

from allocopt.solver import LiveModel, compile_model
from allocopt_models.beats import add_beats
from allocopt_models.city import CityModel


def shorten_beats(
    city: CityModel, *, absolute_gap: float, threads: int | None = None, deadline: float | None = None
) -> bool:
    """Assign sites anew among the open posts of a settled model, with the least mean minutes.

    Only which posts are open ties beats to the rest of a plan. Where the objective does not weigh response times the
    search leaves the beats as it found them; this is the small problem that is left, solved to `absolute_gap` minutes.
    False when these posts allow no beats, or time ran out.
    """
    if city.data.beats is None or not city.data.beats.asked or city.data.objective.weights.get("response_time"):
        return True
    m = ConcreteModel()
    opened = {post: float(round(value(x))) for post, x in city.actions.stationed.opened.items()}
    m.aim = Objective(expr=add_beats(m, city.data.beats, opened=opened).response_time)
    arrays = compile_model(m)
    result = LiveModel(arrays, threads=threads).solve(absolute_gap=absolute_gap, deadline=deadline)
    if result.x is None:
        return False
    for variable, number in zip(arrays.variables, result.x, strict=True):
        same = city.model.beats.component(variable.parent_component().local_name)[variable.index()]
        same.set_value(round(number) if variable.is_integer() else number, skip_validation=True)
    return True
