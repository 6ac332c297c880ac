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

from allocopt.arrange.whole import Arranged
from allocopt.city import City
from allocopt.schema.money import BudgetRow
from allocopt.schema.standards import StandardRow
from allocopt.schema.supply import NeedRow
from allocopt.solving.search import Found, Targets
from allocopt.study.foreknowledge.figures import Figure, Patience, difference, mean, of_search
from allocopt.study.foreknowledge.mean import Survival, on_average
from allocopt.study.foreknowledge.staged import HAIR, Decisions, Making, Staged, by_world
from allocopt.study.foreknowledge.worlds import chances, is_blind, known_to_come, told_apart_at_once
from allocopt.study.missed import Missed, least_missed, what_is_missed
from allocopt_models.supply import Stock, StockData

MEASURES = (
    "here_and_now",
    "told_apart_at_once",
    "knowing_earlier",
    "wait_and_see",
    "perfect_information",
    "mean_problem",
    "mean_plan",
    "stochastic_solution",
)
NOT_SOUGHT = Figure(note="interrupted")
# Solves of the mean-value problem and of what follows it, counted among the parts that share the time.
_PARTS_OF_MEAN = 2


@dataclass(frozen=True)
class Base:
    """The city as it is, and the plan for it (here and now)."""

    city: City
    arranged: Arranged
    search: Staged
    found: Found

    @property
    def decisions(self) -> Decisions:
        assert self.found.x is not None
        return self.search.decisions(self.found.x)


@dataclass
class Foresight:
    """What was found: figures by measure; objectives by world; what the mean plan misses."""

    chance: Mapping[str, float] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)
    wait_and_see: dict[str, Figure] = field(default_factory=dict)
    here_and_now: Mapping[str, float] = field(default_factory=dict)
    mean_plan: Mapping[str, float] = field(default_factory=dict)
    missed: list[Missed] = field(default_factory=list)


def foresee(making: Making, base: Base, patience: Patience, parts_after: int) -> Foresight:
    """All of it; `parts_after`: what else the time is for."""
    chance = chances(base.city)
    base.search.settle(base.found.x)  # type: ignore[arg-type]
    out = Foresight(chance, dict.fromkeys(MEASURES, NOT_SOUGHT), here_and_now=by_world(base.search.city))
    out.wait_and_see = dict.fromkeys(chance, NOT_SOUGHT)
    out.figures["here_and_now"] = of_search(base.found)
    parts = len(chance) + _PARTS_OF_MEAN + parts_after + is_blind(base.city)
    if not making.interrupted():
        _knowing_earlier(making, base, out, patience.share(parts))
    for number, world in enumerate(chance):
        if not making.interrupted():
            _wait_and_see(making, base, out, world, patience.share(parts - 1 - number))
    _perfect_information(base.city, out)
    if not making.interrupted():
        _stochastic_solution(making, base, out, patience, parts_after)
    return out


def _knowing_earlier(making: Making, base: Base, out: Foresight, deadline: float | None) -> None:
    now = out.figures["here_and_now"]
    if not is_blind(base.city):
        out.figures["told_apart_at_once"] = now
        out.figures["knowing_earlier"] = Figure(0.0, 0.0, 0.0, "scenarios are told apart from the first period on")
        return
    search = making.search(making.arranged(told_apart_at_once(base.city)), "told apart at once")
    earlier = of_search(search.starting(base.decisions, making.targets(search, deadline)))
    out.figures["told_apart_at_once"] = earlier
    out.figures["knowing_earlier"] = difference(now, earlier)


def _wait_and_see(making: Making, base: Base, out: Foresight, world: str, deadline: float | None) -> None:
    what = f"if it were known that {world or 'nothing'} comes"
    search = making.search(making.arranged(known_to_come(base.city, world)), what)
    out.wait_and_see[world] = of_search(search.starting(base.decisions, making.targets(search, deadline)))


def _perfect_information(city: City, out: Foresight) -> None:
    out.figures["wait_and_see"] = mean(out.wait_and_see, out.chance)
    worth = difference(out.figures["here_and_now"], out.figures["wait_and_see"])
    if names := _on_average(city):
        worth = worth.noted(f"held in each world by itself, which may hide a part of the worth: {', '.join(names)}")
    out.figures["perfect_information"] = worth


def _on_average(city: City) -> list[str]:
    """Lines and standards that hold on average over the scenarios."""
    recourse, standards = (None, "supply"), city.of(StandardRow)
    lines = [row.id for row in city.of(BudgetRow) if row.scenario == "expected" and row.programme in recourse]
    filled = [row.id for row in standards if row.rule == "fill_rate" and row.scenario == "expected"]
    filled += ["worst_area"] if city.settings.worst_area.at_most is not None and city.of(NeedRow) else []
    return lines + filled + [row.id for row in standards if row.rule == "spending" and row.programme in recourse]


def _stochastic_solution(making: Making, base: Base, out: Foresight, patience: Patience, parts_after: int) -> None:
    """Solve the mean-value problem, hold its first stage, and see what becomes of it in all worlds."""
    mean_search = making.search(making.arranged(on_average(base.city)), "the mean of all scenarios")
    targets = making.targets(mean_search, patience.share(parts_after + 2))
    expected = mean_search.starting(base.decisions, targets)
    out.figures["mean_problem"] = of_search(expected)
    if expected.x is None:
        note = f"the mean-value problem has no plan: {out.figures['mean_problem'].note}"
        out.figures["mean_plan"] = out.figures["stochastic_solution"] = Figure(note=note)
        return
    decisions = mean_search.decisions(expected.x)
    search = _with_room(making, base, decisions)
    targets = making.targets(search, patience.share(parts_after + 1))
    found = search.following(decisions, targets)
    if found.infeasible and not found.interrupted:
        found, out.missed = _missing_least(search, decisions, targets)
    out.figures["mean_plan"] = of_search(found)
    worth = difference(out.figures["mean_plan"], out.figures["here_and_now"])
    if found.x is not None:
        search.settle(found.x)
        out.mean_plan = by_world(search.city)
    if out.missed:
        names = ", ".join(dict.fromkeys(missed.standard for missed in out.missed))
        worth = Figure(note=f"the mean plan breaks what must be kept: {names}")
        out.figures["mean_plan"] = out.figures["mean_plan"].noted(f"what must be kept is broken: {names}")
    out.figures["stochastic_solution"] = worth


def _missing_least(search: Staged, decisions: Decisions, targets: Targets) -> tuple[Found, list[Missed]]:
    """The best recourse after these decisions among those that miss the least, and all that it misses. Lines give way
    only where standards alone do not help."""
    found = Found()
    for lines, hair in product((False, True), (0.0, HAIR)):
        with search.held(decisions, hair):
            found = least_missed(search, targets, lines=lines)
        if found.x is not None or search.live.was_interrupted:
            break
    return found, [] if found.x is None else what_is_missed(search, found.x)


def _with_room(making: Making, base: Base, decisions: Decisions) -> Staged:
    """The model of the city as it is; a new one where the mean plan buys more of something than any scenario could
    use, which the model leaves out otherwise."""
    supply = base.arranged.data.programmes.supply
    most = {stock: item.most_bought for stock, item in supply.stocks.items()}
    bought = {Stock(*index): units for (name, index), units in decisions.items() if name == "supply.bought"}
    beyond = {k: units for k, units in bought.items() if units > most.get(k, 0.0) + HAIR * max(1.0, units)}
    if not beyond:
        return base.search
    survives = Survival(base.city)
    stocks = {
        stock: StockData(item.initial if (item := supply.stocks.get(stock)) else 0.0, units)
        for stock, units in beyond.items()
    }
    shares = {(w, *stock): survives(w, *stock) for w in supply.scenarios for stock in beyond}
    wider = replace(supply, stocks={**supply.stocks, **stocks}, survives={**supply.survives, **shares})
    programmes = replace(base.arranged.data.programmes, supply=wider)
    data = replace(base.arranged.data, programmes=programmes)
    return making.search(replace(base.arranged, data=data), "the mean plan in all scenarios")
