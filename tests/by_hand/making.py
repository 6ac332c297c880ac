"""The plan by hand as a plan of its own: told, written and checked like any other."""

from __future__ import annotations

from pathlib import Path

from allocopt.arrange.whole import arrange
from allocopt.city import City
from allocopt.plan import Plan, write
from allocopt.solving.by_hand import ByHand, compare_by_hand
from allocopt.solving.options import Aim, Options, objective_of, plain
from allocopt.solving.run import tell_plan
from allocopt.solving.search import Found, Search, Targets
from allocopt_models.city import city_model
from cities import findings


def by_hand(town: City, folder: Path, *, regime: str = "linked", objective: Aim | None = None) -> tuple[ByHand, Plan]:
    """The plan by hand and, where it keeps all standards, its tables, which must pass the checker."""
    aim = plain(objective_of(town) if objective is None else objective)
    options = Options(regime, None, aim, 0.0, None, None, 1)
    arranged = arrange(town, options.acting(town), aim)
    search = Search(city_model(arranged.data), threads=1)
    made = compare_by_hand(search, None, lambda: False)
    assert made is not None
    if made.x is None:
        return made, Plan({"status": "no_plan"}, {})
    found = Found(made.x, made.figures["objective"], bound=0.0, interrupted=True)
    plan, _ = tell_plan(town, options, arranged, search, found, Targets(0.0, None, 0.0, None))
    plan = write(plan, folder)
    faults = findings(folder)
    assert not faults, "\n".join(faults)
    return made, plan
