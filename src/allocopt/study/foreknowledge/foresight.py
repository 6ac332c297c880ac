"""What it would be worth to know what happens, and what it costs to reckon with averages.

With RP the least objective of the city as it is (here and now), WS[ω] that of the world ω if it were known from the
start to come (wait and see), and EEV that of the plans whose first stage is the one of the mean-value problem:

    perfect information   EVPI = RP − Σ π · WS[ω]         (Raiffa and Schlaifer 1961; Madansky 1960)
    stochastic solution   VSS  = EEV − RP                 (Birge 1982; Birge and Louveaux 2011, chapter 4)
    knowing earlier       RP − RP without `known_from`: what the blindness of later periods costs

Each is told as an interval between the bounds that were proved, and found by the exact formula of the objective.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product

from allocopt.city import City
from allocopt.schema.money import BudgetRow
from allocopt.schema.standards import StandardRow
from allocopt.schema.supply import NeedRow
from allocopt.solver.arrays import Floats
from allocopt.solving.search import Found, Targets
from allocopt.study.foreknowledge.figures import Figure, Patience, difference, mean, of_search
from allocopt.study.foreknowledge.here_and_now import Here
from allocopt.study.foreknowledge.mean import Survival, on_average
from allocopt.study.foreknowledge.staged import (
    HAIR,
    ONE_AT_A_TIME,
    Decisions,
    Ground,
    Staged,
    by_world,
    staged,
    standing,
)
from allocopt.study.foreknowledge.worlds import chances, is_blind, known_to_come, told_apart_at_once
from allocopt.study.keeping import Ended
from allocopt.study.missed import Missed, least_missed, what_is_missed
from allocopt_models.supply import StockData

# The questions besides each world by itself, which is asked for by its name after `WORLD`.
EARLIER, MEAN, WORLD = "earlier", "mean", "world"


@dataclass(frozen=True)
class Question:
    """What is asked about: `EARLIER`, `MEAN`, or `WORLD` with the scenario; with the plan here and now to start from,
    and the seconds there are (None: any number)."""

    ground: Ground
    here: Here
    what: str
    world: str
    seconds: float | None


@dataclass(frozen=True)
class Outlook:
    """The least objective then. Of the mean-value problem also what becomes of its plan in all worlds, on the whole and
    in each, and what that misses."""

    figure: Figure
    after: Figure = field(default_factory=Figure)
    by_world: dict[str, float] = field(default_factory=dict)
    missed: list[Missed] = field(default_factory=list)


@dataclass(frozen=True)
class Foresight:
    """What was found: figures by measure; objectives by world; what the mean plan misses."""

    chance: Mapping[str, float] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)
    wait_and_see: Mapping[str, Figure] = field(default_factory=dict)
    here_and_now: Mapping[str, float] = field(default_factory=dict)
    mean_plan: Mapping[str, float] = field(default_factory=dict)
    missed: list[Missed] = field(default_factory=list)


def asked_about(city: City) -> dict[str, tuple[str, str]]:
    """What is to be asked of a city, and about which world, by the name of the task."""
    asked = {f"{WORLD}-{i:03d}": (WORLD, world) for i, world in enumerate(chances(city))}
    asked |= {EARLIER: (EARLIER, "")} if is_blind(city) else {}
    return asked | {MEAN: (MEAN, "")}


def look_ahead(question: Question) -> Ended:
    """The answer to one question."""
    with ONE_AT_A_TIME:
        if question.what == MEAN:
            return Ended(_mean(question))
        city = question.ground.city
        other = told_apart_at_once(city) if question.what == EARLIER else known_to_come(city, question.world)
        search = staged(question.ground.arranged(other))
        targets = question.ground.targets(search, Patience(question.seconds).share(1))
        return Ended(Outlook(of_search(search.starting(question.here.values, targets))))


def foresight(city: City, here: Here, outlooks: Mapping[str, Outlook]) -> Foresight:
    """The figures, from the answers to all questions."""
    now, average, chance = here.figure, outlooks[MEAN], chances(city)
    seen = {world: outlooks[f"{WORLD}-{i:03d}"].figure for i, world in enumerate(chance)}
    waiting = mean(seen, chance)
    if is_blind(city):
        earlier = outlooks[EARLIER].figure
        knowing_earlier = difference(now, earlier)
    else:
        earlier = now
        knowing_earlier = Figure(0.0, 0.0, 0.0, "scenarios are told apart from the first period on")
    perfect = difference(now, waiting)
    if names := _on_average(city):
        perfect = perfect.noted(f"held in each world by itself, which may hide a part of the worth: {', '.join(names)}")
    after, solution = _of_the_mean_plan(now, average)
    figures = {
        "here_and_now": now,
        "told_apart_at_once": earlier,
        "knowing_earlier": knowing_earlier,
        "wait_and_see": waiting,
        "perfect_information": perfect,
        "mean_problem": average.figure,
        "mean_plan": after,
        "stochastic_solution": solution,
    }
    return Foresight(chance, figures, seen, here.by_world, average.by_world, average.missed)


def _on_average(city: City) -> list[str]:
    """Lines and standards that hold on average over the scenarios."""
    recourse, standards = (None, "supply"), city.of(StandardRow)
    lines = [row.id for row in city.of(BudgetRow) if row.scenario == "expected" and row.programme in recourse]
    filled = [row.id for row in standards if row.rule == "fill_rate" and row.scenario == "expected"]
    filled += ["worst_area"] if city.settings.worst_area.at_most is not None and city.of(NeedRow) else []
    return lines + filled + [row.id for row in standards if row.rule == "spending" and row.programme in recourse]


def _of_the_mean_plan(now: Figure, average: Outlook) -> tuple[Figure, Figure]:
    """What becomes of the mean plan, and the value of the stochastic solution."""
    if not average.missed:
        return average.after, difference(average.after, now)
    names = ", ".join(dict.fromkeys(missed.standard for missed in average.missed))
    after = average.after.noted(f"what must be kept is broken: {names}")
    return after, Figure(note=f"the mean plan breaks what must be kept: {names}")


def _mean(question: Question) -> Outlook:
    """Solve the mean-value problem, hold its first stage, and see what becomes of it in all worlds."""
    ground, patience = question.ground, Patience(question.seconds)
    mean_search = staged(ground.arranged(on_average(ground.city)))
    targets = ground.targets(mean_search, patience.share(2))
    expected = mean_search.starting(question.here.values, targets)
    problem = of_search(expected)
    if expected.x is None:
        return Outlook(problem, Figure(note=f"the mean-value problem has no plan: {problem.note}"))
    decisions = mean_search.decisions(expected.x)
    search = _with_room(ground, mean_search, expected.x)
    targets = ground.targets(search, patience.share(1))
    found, missed = search.following(decisions, targets), list[Missed]()
    if found.infeasible:
        found, missed = _missing_least(search, decisions, targets)
    if found.x is None:
        return Outlook(problem, of_search(found))
    search.settle(found.x)
    return Outlook(problem, of_search(found), by_world(search.city), missed)


def _missing_least(search: Staged, decisions: Decisions, targets: Targets) -> tuple[Found, list[Missed]]:
    """The best recourse after these decisions among those that miss the least, and all that it misses. Lines give way
    only where standards alone do not help."""
    found = Found()
    for lines, hair in product((False, True), (0.0, HAIR)):
        with search.held(decisions, hair):
            found = least_missed(search, targets, lines=lines)
        if found.x is not None:
            break
    return found, [] if found.x is None else what_is_missed(search, found.x)


def _with_room(ground: Ground, mean_search: Staged, plan: Floats) -> Staged:
    """The model of the city as it is; a new one where the mean plan buys more of something than any scenario could
    use, which the model leaves out otherwise."""
    here = standing(ground)
    supply = here.arranged.data.programmes.supply
    most = {stock: item.most_bought for stock, item in supply.stocks.items()}
    bought = mean_search.bought(plan)
    beyond = {k: units for k, units in bought.items() if units > most.get(k, 0.0) + HAIR * max(1.0, units)}
    if not beyond:
        return here.search()
    survives = Survival(ground.city)
    stocks = {
        stock: StockData(item.initial if (item := supply.stocks.get(stock)) else 0.0, units)
        for stock, units in beyond.items()
    }
    shares = {(w, *stock): survives(w, *stock) for w in supply.scenarios for stock in beyond}
    wider = replace(supply, stocks={**supply.stocks, **stocks}, survives={**supply.survives, **shares})
    programmes = replace(here.arranged.data.programmes, supply=wider)
    data = replace(here.arranged.data, programmes=programmes)
    return staged(replace(here.arranged, data=data))
