"""The city handed to mpi-sppy: one model a scenario, which many machines can share out among them.

mpi-sppy (Knueven, Mildebrath, Muir, Siirola, Watson and Woodruff 2023) solves stochastic programmes over MPI. It wants
a function that makes the model of one scenario; here that is the city's own formulation with this scenario alone.
Cities whose scenarios are tied by more than the first stage, or whose other programmes bear on losses, are refused.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.schema.money import BudgetRow
from allocopt.schema.standards import StandardRow
from allocopt.schema.supply import ScenarioRow
from allocopt.solving.options import Aim, Options, objective_of, plain, require_sound
from allocopt_models.city import city_model
from allocopt_models.stages import with_one_scenario, without_recourse

SEPARABLE = ("loss", "spending", "loss_and_spending")
# Standards that add up over scenarios, and tables of what acts on losses.
TIED_RULES = ("fill_rate", "spending")
OTHER_PROGRAMMES = ("kinds", "units", "measures", "mechanisms")
NOTHING = "nothing happens"


@dataclass(frozen=True)
class Scenarios:
    """A city as mpi-sppy takes it: `creator(name)` for each of `names`."""

    names: tuple[str, ...]
    creator: Callable[..., Any]


@dataclass(frozen=True)
class Answer:
    """What mpi-sppy found: the expected objective, what no plan can come below, and the first stage."""

    objective: float | None
    bound: float | None
    opened: tuple[str, ...]
    bought: Mapping[tuple[str, str], float]
    ranks: int = 1


def hand_over(
    city: City, method: str, solver: str, *, regime: str, objective: Aim | None, iterations: int, rho: float
) -> Answer | None:
    """What mpi-sppy finds by this method; None on all ranks of MPI but the first. What mpi-sppy prints goes to standard
    error. Raises InputError where it is not installed, or cannot take the city."""
    scenarios = scenarios_of(city, regime=regime, objective=objective)
    if find_spec("mpisppy") is None:
        expected = "mpi-sppy, by pip install 'allocopt[mpi]'"
        raise InputError([Fault("mpi-sppy", 0, "", "nothing installed under this name", expected)])
    with redirect_stdout(sys.stderr):
        from mpisppy.MPI import COMM_WORLD

        if COMM_WORLD.size > len(scenarios.names):
            expected = f"at most {len(scenarios.names)}, one for each scenario"
            raise InputError([Fault("mpiexec", 0, "-n", str(COMM_WORLD.size), expected)])
        if method == "ph":
            answer = hedge_progressively(scenarios, solver, iterations=iterations, rho=rho)
        elif COMM_WORLD.rank == 0:
            answer = solve_extensive_form(scenarios, solver)
    return replace(answer, ranks=COMM_WORLD.size) if COMM_WORLD.rank == 0 else None


def scenarios_of(city: City, *, regime: str = "linked", objective: Aim | None = None) -> Scenarios:
    """The city's scenarios, and that nothing happens where it can, for mpi-sppy.

    Raises InputError, with every fault, where scenarios share more than the first stage."""
    aim = plain(objective_of(city) if objective is None else objective)
    options = Options(regime, None, aim, 0.0, None, None, None)
    require_sound(options, city)
    if faults := list(_ties(city, options)):
        raise InputError(faults)
    arranged = arrange(city, options.acting(city), aim)
    chances = {row.id: row.probability for row in city.of(ScenarioRow) if row.probability > 0}
    if 1.0 - sum(chances.values()) > 1e-9:
        chances[NOTHING] = 1.0 - sum(chances.values())
    return Scenarios(tuple(chances), lambda name, **_: _model(arranged, name, chances[name]))


def solve_extensive_form(scenarios: Scenarios, solver: str) -> Answer:
    """All scenarios in one model, on this machine."""
    from mpisppy.opt.ef import ExtensiveForm

    form = ExtensiveForm({"solver": solver}, list(scenarios.names), scenarios.creator, suppress_warnings=True)
    results = form.solve_extensive_form()
    if not form.first_stage_solution_available:
        return Answer(None, None, (), {})
    lower = results.problem[0].lower_bound
    return Answer(float(form.get_objective_value()), float(lower), *_first_stage(form.local_scenarios))


def hedge_progressively(scenarios: Scenarios, solver: str, *, iterations: int, rho: float) -> Answer:
    """Progressive hedging over all ranks of MPI: scenarios are drawn towards one first stage (Rockafellar and Wets
    1991). At last the first stage of one of them is held in all, which makes a plan; a plan it may be, the best one it
    need not be. The bound is the mean of the scenarios' own optima."""
    from mpisppy.extensions.xhatlooper import XhatLooper
    from mpisppy.opt.ph import PH

    options = {
        "solver_name": solver,
        "PHIterLimit": iterations,
        "defaultPHrho": rho,
        "convthresh": 1e-6,
        "verbose": False,
        "display_progress": False,
        "iter0_solver_options": {},
        "iterk_solver_options": {},
        "linearize_proximal_terms": True,
        "linearize_binary_proximal_terms": True,
        "xhat_looper_options": {"xhat_solver_options": {}, "scen_limit": len(scenarios.names), "keep_solution": True},
    }
    hedging = PH(options, list(scenarios.names), scenarios.creator, extensions=XhatLooper)
    _, _, bound = hedging.ph_main()
    objective = hedging.extobject._xhat_looper_obj_final
    if objective is None:
        return Answer(None, bound, (), {})
    return Answer(float(objective), float(bound), *_first_stage(hedging.local_scenarios))


def _first_stage(models: Mapping[str, Any]) -> tuple[tuple[str, ...], dict[tuple[str, str], float]]:
    """What is opened and bought, from any of the scenarios' models: they agree."""
    from pyomo.core import value

    supply = next(iter(models.values())).supply
    opened = tuple(sorted(w for w in supply.opened if round(value(supply.opened[w]))))
    return opened, {key: float(value(supply.bought[key])) for key in supply.bought if value(supply.bought[key]) > 1e-9}


def _model(arranged: Arranged, name: str, chance: float) -> Any:
    from mpisppy.utils.sputils import attach_root_node

    data = without_recourse(arranged.data) if name == NOTHING else with_one_scenario(arranged.data, name)
    model = city_model(data).model
    attach_root_node(model, 0.0, [model.supply.opened, model.supply.bought])
    model._mpisppy_probability = chance
    return model


def _ties(city: City, options: Options) -> Iterator[Fault]:
    """All that ties scenarios together beyond the first stage, or makes a loss bend."""
    first = city.settings.periods[0].id
    for line in city.of(BudgetRow):
        if line.scenario == "expected":
            yield _fault("budgets", line.id, "scenario", "expected", "each: an average ties scenarios together")
    for row in city.of(ScenarioRow):
        if row.known_from not in (None, first):
            expected = "a blank: what is not told apart ties scenarios together"
            yield _fault("scenarios", row.id, "known_from", str(row.known_from), expected)
    for standard in city.of(StandardRow):
        if standard.rule in TIED_RULES:
            expected = "no such standard: scenarios are solved without knowing of each other"
            yield _fault("standards", standard.id, "rule", standard.rule, expected)
    for table in OTHER_PROGRAMMES:
        if city.rows[table]:
            rows = len(city.rows[table])
            yield Fault(f"{table}.csv", 0, "", f"{rows} rows", "none: only cities of supplies are handed over")
    weights = options.objective if isinstance(options.objective, Mapping) else {options.objective: 1.0}
    for aim in weights:
        if aim not in SEPARABLE:
            yield Fault("--objective", 0, "", aim, f"one of {', '.join(SEPARABLE)}")


def _fault(table: str, row: str, column: str, found: str, expected: str) -> Fault:
    return Fault(f"{table}.csv", 0, f"{row}.{column}", f"'{found}'", expected)
