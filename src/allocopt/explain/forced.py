"""What it would cost to have something in a plan that is not: the plan's own problem, solved again with that forced.

The price is the least objective with it less the least objective without. A plan and a bound are known of both, so

    bound with it − objective of the plan  ≤  price  ≤  objective with it − bound of the plan

and the price is never below 0, since with it there is less to choose from.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from pyomo.core import value

from allocopt.arrange.whole import Arranged
from allocopt.explain.asked import Decision, Wanted, add_asked, decisions_for, wanted
from allocopt.explain.limits import Limit, resources
from allocopt.explain.nearest import nearest
from allocopt.explain.paying import changes
from allocopt.explain.standing import Standing, stand
from allocopt.explain.unable import other_regimes, reasons
from allocopt.faults import Fault, InputError
from allocopt.instance.rows import places, told_places
from allocopt.plan import Plan
from allocopt.plan.instance import instance_of, require_no_own_model
from allocopt.progress import Watcher, in_one_part
from allocopt.solving.beats import shorten_beats
from allocopt.solving.certificate import certificate
from allocopt.solving.conflicts import Holding, Member, members_of, smallest_members
from allocopt.solving.search import Found, Targets
from allocopt.summary.naming import naming
from allocopt.tell.outcomes import loss_if_nobody_acts
from allocopt.tell.tables import plan_tables
from allocopt_models.city import CityModel

# Something counts as done from here on.
DONE = 1.0 - 1e-6
# What a plan's manifest says that is not true of the plan with something forced into it.
NOT_OF_IT = ("by_hand", "next_money", "root_bound", "bound_rests_on", "seconds", "peak_mb", "tables", "manifest_sha256")


@dataclass(frozen=True)
class Answer:
    """What `--json` prints; and the plan with what was asked for, where there is one."""

    told: dict[str, Any]
    plan: Plan | None = None


def why_not(
    plan: Plan,
    *,
    sites: Sequence[str] = (),
    posts: Sequence[str] = (),
    depots: Sequence[str] = (),
    measures: Sequence[str] = (),
    mechanisms: Sequence[str] = (),
    kinds: Sequence[str] = (),
    folder: Path | None = None,
    gap: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    progress: Watcher | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Answer:
    """What it would cost to have these in the plan: something done at a site, a unit at a post, a depot or mechanism, a
    measure or a kind of visit (at the sites named, or anywhere).

    `status` is `done` (the plan has it), `priced`, `forbidden` (limits named in `forbidden_by` do not let it),
    `impossible` (nothing in this regime can do it; `asked` says why), or `unknown` when time ran out. `gap` is that of
    the plan unless given. `progress` is told what is worked at; `interrupted` is asked whether to stop. Raises
    InputError for unknown ids and where the instance has changed.
    """
    started = time.monotonic()
    require_no_own_model(plan)
    city = instance_of(plan, folder)
    asked = wanted(city, sites=sites, posts=posts, depots=depots, measures=measures, mechanisms=mechanisms, kinds=kinds)
    if not asked:
        raise InputError([Fault("--site, --post, …", 0, "", "nothing", "something that may be in the plan")])
    if plan.objective is None or plan.bound is None:
        raise InputError([Fault(str(plan.folder or plan.name), 0, "", "a plan without a bound", "a plan with one")])
    decisions: list[list[Decision]] = []

    def add(model: CityModel, arranged: Arranged) -> None:
        decisions.extend(decisions_for(want, arranged) for want in asked)
        add_asked(model, decisions)

    say = in_one_part(progress)
    say("putting the plan back into its model")
    standing = stand(plan, city, threads=threads, interrupted=interrupted, prepare=add)
    forcing = _Forcing(standing, asked, decisions, None if time_limit is None else started + time_limit)
    answer = forcing.answer(standing.options.gap if gap is None else gap, say)
    figures: dict[str, Any] = {"instance": plan.name, "plan": str(plan.folder) if plan.folder else None}
    figures |= {"aim": plan.manifest["options"]["objective"], "objective": plan.objective, "bound": plan.bound}
    told = figures | answer.told
    return replace(
        answer, told=told | {"seconds": round(time.monotonic() - started, 3), "names": naming(city)["names"]}
    )


@dataclass
class _Forcing:
    """The model of a plan, with a row for each thing that is asked for."""

    standing: Standing
    asked: Sequence[Wanted]
    decisions: Sequence[Sequence[Decision]]
    deadline: float | None
    near: Found = field(default_factory=Found)

    def answer(self, gap: float, say: Callable[[str], None]) -> Answer:
        told = [self._told(i) for i in range(len(self.asked))]
        if any(entry["status"] == "impossible" for entry in told):
            return Answer({"status": "impossible", "asked": told})
        if all(entry["status"] == "done" for entry in told):
            return Answer({"status": "done", "asked": told})
        say("solving with it")
        for row in self._rows():
            self.standing.search.live.set_row(row, 1.0, np.inf)
        found = self._search(gap)
        if found.x is None:
            if not found.infeasible or found.interrupted:
                return Answer({"status": "unknown", "asked": told})
            say("looking for what forbids it")
            return Answer({"status": "forbidden", "asked": told} | self._forbidden())
        plan = self._plan(self._compared(found))
        return Answer(
            {"status": "priced", "asked": told} | self._price(found) | changes(self.standing.plan, plan), plan
        )

    def _rows(self) -> list[int]:
        search = self.standing.search
        return search.rows_of(search.city.model.asked)

    def _told(self, i: int) -> dict[str, Any]:
        """Whether the plan does it already, could, or why nothing can."""
        want, standing = self.asked[i], self.standing
        entry: dict[str, Any] = {"call": want.call, "table": want.table, "name": want.name, "site": want.site}
        if want.table == "depots" and self._is_open(want.name):
            return entry | {"status": "done"}
        if not self.decisions[i]:
            why = reasons(want, standing.city, standing.arranged)
            wider = other_regimes(want, standing.city, standing.options)
            return entry | {"status": "impossible", "reasons": why, "possible_in": wider}
        row = standing.search.city.model.asked[i]
        standing.search.settle(standing.x)
        return entry | {"status": "done" if value(row.body) >= DONE else "missing"}

    def _is_open(self, depot: str) -> bool:
        there = self.standing.arranged.data.programmes.supply.depots.get(depot)
        return there is not None and there.open

    # The search

    def _search(self, gap: float) -> Found:
        search, options = self.standing.search, self.standing.options
        nobody = loss_if_nobody_acts(search.city.data)
        targets = Targets(gap, options.gap_avoided if options.is_loss else None, nobody, self.deadline)
        found = Found()
        search.tighten_relaxed(targets, found)
        if not found.infeasible:
            self.near = nearest(self.standing, self.deadline)
            found.x, found.objective = self.near.x, self.near.objective
            search.run(targets, start=found)
        return found

    # What is told

    def _bound(self) -> float:
        plan = self.standing.plan
        assert plan.objective is not None and plan.bound is not None
        return min(plan.bound, plan.objective)

    def _compared(self, found: Found) -> Found:
        """The plan with it that the plan is compared with: the best one, unless that owes nothing to what is asked, as
        it is better than the plan itself; then the nearest."""
        objective = self.standing.plan.objective
        assert objective is not None
        return self.near if found.objective < objective and self.near.x is not None else found

    def _price(self, found: Found) -> dict[str, Any]:
        objective = self.standing.plan.objective
        assert objective is not None
        bound = min(max(found.bound, self._bound()), found.objective)
        low, high = max(0.0, bound - objective), max(0.0, found.objective - self._bound())
        return {
            "objective_with": found.objective,
            "bound_with": bound,
            "price": min(max(self._compared(found).objective - objective, low), high),
            "price_at_least": low,
            "price_at_most": high,
        }

    def _plan(self, found: Found) -> Plan:
        """The plan with what was asked for. Its bound is that of the plan without: of all plans there are."""
        search, standing = self.standing.search, self.standing
        search.settle(found.x if found.x is not None else standing.x)
        shorten_beats(search.city, absolute_gap=1e-3, threads=search.threads, deadline=self.deadline)
        of_all = replace(found, bound=min(self._bound(), found.objective))
        worth = certificate(search.city, standing.arranged, of_all, is_loss=standing.options.is_loss)
        manifest = {key: value for key, value in standing.plan.manifest.items() if key not in NOT_OF_IT}
        call = " ".join(["allocopt explain why-not", str(standing.plan.folder or ""), *(w.call for w in self.asked)])
        told = manifest | worth | {"status": "feasible", "command": call}
        return Plan(told, plan_tables(search.city, standing.arranged))

    def _forbidden(self) -> dict[str, Any]:
        """The smallest set of standards, lines and other limits that does not let it, whose rows stand in `places`."""
        search, city = self.standing.search, self.standing.city
        number = {id(constraint): i for i, constraint in enumerate(search.arrays.constraints)}
        limits = {_member(limit): limit for limit in resources(search, number)}
        kinds = dict.fromkeys(limit.kind for limit in limits.values())
        groups = [[member for member in limits if member.kind == kind] for kind in kinds]
        holding = Holding(search, [*members_of(search), *limits], self.deadline)
        members, proved = smallest_members(holding, groups)
        tables = {"budget line": "budgets", "standard": "standards"} | {m.kind: of.table for m, of in limits.items()}
        where = places(city.folder, tables.values())
        told = [
            {"kind": member.kind, "name": member.name, "table": (table := tables[member.kind])}
            | {"places": told_places(table, member.name, where)}
            for member in sorted(members, key=lambda member: (member.kind, member.name))
        ]
        return {"forbidden_by": told, "proved": proved}


def _member(limit: Limit) -> Member:
    return Member(limit.kind, limit.name, rows=tuple(row.number for row in limit.rows))
