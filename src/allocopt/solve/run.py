"""Solve a city: arrange, build, search, tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pyomo.environ import value

from allocopt.arrange.acting import Regime
from allocopt.arrange.objective import weights_of
from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from allocopt.plan import Plan
from allocopt.solve.certificate import certificate
from allocopt.solve.conflict import find_conflict
from allocopt.solve.next_money import next_money
from allocopt.solve.search import Found, Search, Targets
from allocopt.tell.outcomes import loss_if_nobody_acts
from allocopt.tell.tables import plan_tables
from allocopt_models.city import CityModel, city_model
from allocopt_models.objectives import expected_loss

# Of a time limit, what is kept back for the questions asked after the plan is found.
AFTERWARDS = 0.1


@dataclass(frozen=True)
class Options:
    """What was asked for; written into the plan."""

    regime: str
    coalition: tuple[str, ...] | None
    objective: str | Mapping[str, float]
    gap: float
    gap_avoided: float | None
    time_limit: float | None
    threads: int | None

    def of(self, city: City) -> Regime:
        """The regime, or the coalition that takes its place."""
        named = Regime.named(self.regime, city)
        return named if self.coalition is None else replace(named, coalition=frozenset(self.coalition))


def solve(
    city: City,
    *,
    regime: str = "linked",
    coalition: tuple[str, ...] | None = None,
    objective: str | Mapping[str, float] | None = None,
    gap: float = 0.01,
    gap_avoided: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    progress: Callable[[str], None] | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Plan:
    """The best plan of a city, with a proved bound.

    `gap` is relative to the objective, `gap_avoided` to the loss that the plan avoids; `time_limit` in seconds.
    Without a plan the status is `infeasible` (the manifest's `conflict` says what cannot hold together) or `no_plan`.
    Raises KeyError for an unknown regime.
    """
    started = time.monotonic()
    aim = city.settings.objective if objective is None else objective
    options = Options(regime, coalition, aim, gap, gap_avoided, time_limit, threads)
    seconds: dict[str, float] = {}
    deadline = None if time_limit is None else started + time_limit
    arranged = arrange(city, options.of(city), aim)
    model = city_model(arranged.data)
    search = Search(model, threads=threads, progress=_spoken(progress), interrupted=interrupted)
    seconds["build"] = time.monotonic() - started
    targets = Targets(gap, gap_avoided if _is_loss(aim) else None, loss_if_nobody_acts(model), deadline)
    found = search.run(targets)
    if found.x is not None and weights_of(aim).keys() == {"worst_area"}:
        model, search = _break_ties(arranged, search, found, targets)
    manifest = _manifest(city, options, found, targets)
    if found.x is None:
        if found.infeasible and not found.interrupted:
            manifest["conflict"] = find_conflict(search, deadline)
        seconds["solve"] = time.monotonic() - started - seconds["build"]
        return Plan({**manifest, "seconds": seconds}, {})
    search.settle(found.x)
    tables = plan_tables(model, arranged)
    manifest.update(certificate(model, arranged, found, is_loss=_is_loss(aim)))
    if not found.interrupted:
        manifest["next_money"] = next_money(search, deadline)
    seconds["solve"] = time.monotonic() - started - seconds["build"]
    return Plan({**manifest, "seconds": seconds}, tables)


def _is_loss(aim: str | Mapping[str, float]) -> bool:
    return weights_of(aim) == {"loss": 1.0}


def _break_ties(arranged: Arranged, search: Search, found: Found, targets: Targets) -> tuple[CityModel, Search]:
    """Of the plans whose worst-off area is as well off as this, one with the least total loss."""
    held = replace(arranged.data.objective, weights={"loss": 1.0}, worst_at_most=found.objective * (1 + 1e-9) + 1e-9)
    model = city_model(replace(arranged.data, objective=held))
    second = Search(model, threads=search.threads, progress=search.progress, interrupted=search.interrupted)
    better = second.run(replace(targets, gap_avoided=None))
    if better.x is None:
        return search.city, search
    second.settle(better.x)
    worst = model.model.aims.worst.value
    if worst > found.objective * (1 + 1e-6):
        return search.city, search
    found.x, found.objective = better.x, worst
    return model, second


def _manifest(city: City, options: Options, found: Found, targets: Targets) -> dict[str, Any]:
    from allocopt.solve.manifest import describe

    manifest = describe(city, options)
    if found.x is None:
        manifest["status"] = "infeasible" if found.infeasible else "no_plan"
    else:
        manifest["status"] = "optimal" if targets.reached(found.objective, found.bound) else "feasible"
    return manifest


def _spoken(progress: Callable[[str], None] | None) -> Callable[[float, float], None] | None:
    """Progress in words for a terminal."""
    if progress is None:
        return None

    def tell(objective: float, bound: float) -> None:
        best = f"best plan {objective:,.0f}" if objective < float("inf") else "no plan yet"
        proved = f", none below {bound:,.0f}" if bound > float("-inf") else ""
        progress(f"solving: {best}{proved}")

    return tell


__all__ = ["Options", "expected_loss", "solve", "value"]
