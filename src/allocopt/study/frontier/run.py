"""The study: the whole frontier between two sums of money, each point with its bounds.

Points are solved in rounds: both ends, the middle, the quarters, … A point uses only what earlier rounds kept, so that
nothing depends on who ended first; and what earlier points prove within the gap is not solved again.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from allocopt.city import City
from allocopt.clock import Clock
from allocopt.faults import Fault, InputError
from allocopt.plan.frames import frame_of
from allocopt.solving.manifest import describe
from allocopt.solving.options import Aim, Options, objective_of, plain, require_sound
from allocopt.solving.search import Targets
from allocopt.study.frontier import tables
from allocopt.study.frontier.known import Known, known
from allocopt.study.frontier.live import Ground, lines_at
from allocopt.study.frontier.point import Point, Record, solve_point
from allocopt.study.frontier.sums import Money, money_of, rounds, shares, spread
from allocopt.study.frontier.tables import Standing
from allocopt.study.keeping import PLANS, Keeper, finish, identity_of, keeping
from allocopt.study.study import Study
from allocopt.study.workers import Runner, runner

ALL_LINES = "all lines"
POINTS = 8


@dataclass(frozen=True)
class Asked:
    """What is asked of the study: the sums as they were given, or how they are spread."""

    budgets: tuple[str, ...]
    start: str
    end: str
    points: int
    line: str | None

    def shares(self, money: Money) -> list[float]:
        """The sums as shares of the money, ascending, each once. Raises InputError for those that are none."""
        if self.budgets:
            return sorted(set(shares(money, self.budgets, "--budgets")))
        ends = shares(money, (self.start, self.end), "--from/--to")
        if ends[0] > ends[1]:
            found = f"{self.start} to {self.end}"
            raise InputError([Fault("--from/--to", 0, "", found, "first the smaller sum, then the larger")])
        return sorted(set(spread(ends[0], ends[1], self.points)))


def budget(
    city: City,
    out: str | Path,
    *,
    budgets: Sequence[str] = (),
    start: str = "50%",
    end: str = "150%",
    points: int = POINTS,
    line: str | None = None,
    regime: str = "linked",
    coalition: tuple[str, ...] | None = None,
    objective: Aim | None = None,
    gap: float = 0.01,
    gap_avoided: float | None = None,
    workers: int | None = None,
    dask: str | None = None,
    start_over: bool = False,
    tell: Callable[[str], None] = lambda _: None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Study:
    """The best plan for every sum between two, in the folder `out`, where it goes on if it was stopped.

    Sums are money ("1200000") or shares of the instance's ("80%"): `budgets` one by one, or so many `points` evenly
    from `start` to `end`. All lines are scaled together, or one `line` alone. The other options are those of
    `allocopt.solve`; `workers` processes, or the Dask scheduler at the address `dask`, solve side by side.
    Raises InputError for options that are not sound or a folder that holds something else (`start_over` drops what is
    kept of another study), InterruptedStudyError when `interrupted` says so; what has ended is kept.
    """
    aim = plain(objective_of(city) if objective is None else objective)
    options = Options(regime, coalition, aim, gap, gap_avoided, None, 1)
    require_sound(options, city)
    money = money_of(city, line)
    asked = Asked(tuple(budgets), start, end, points, line)
    wanted = asked.shares(money)
    clock = Clock("study")
    about = describe(city, options)
    identity = identity_of(about) | {"sums": " ".join(f"{share:.12g}" for share in wanted), "--line": line or ALL_LINES}
    with keeping(Path(out), identity, start_over=start_over, tell=tell) as keeper:
        with clock("study"), runner(workers, interrupted, dask=dask) as run:
            found = _Frontier(city, options, money, wanted, keeper, run, tell).found()
        manifest = _manifest(city, options, asked, money, about, found) | clock.told()
        rows = {"frontier": tables.frontier(found), "between": tables.between(found)}
        made = {name: frame_of(spec, rows[name]) for name, spec in tables.COLUMNS.items()}
        return finish(Study(manifest, tables.COLUMNS, made, {}), keeper)


class _Frontier:
    def __init__(
        self,
        city: City,
        options: Options,
        money: Money,
        wanted: Sequence[float],
        keeper: Keeper,
        run: Runner,
        tell: Callable[[str], None],
    ) -> None:
        self.options, self.money, self.keeper, self.run, self.tell = options, money, keeper, run, tell
        self.wanted = wanted
        self.cities = [money.city_at(city, share) for share in wanted]
        self.amounts = [
            {name: line.amount_cny for name, line in lines_at(each, options).items()} for each in self.cities
        ]
        self.ground = Ground(str(keeper.folder), self.cities[-1], options)
        self.records: dict[int, Record] = {}
        self.plans: dict[int, str] = {}

    def found(self) -> list[Standing]:
        for number, places in enumerate(rounds(len(self.wanted))):
            self.tell(f"round {number + 1}: {len(self.records)} of {len(self.wanted)} sums are solved or proved")
            tasks = {self._name(place): self._point(place) for place in places if not self._is_hopeless(place)}
            done = self.keeper.run(self.run, solve_point, tasks, Record)
            self.records |= {place: done[self._name(place)] for place in places if self._name(place) in done}
        self._use_plans_below()
        return [self._standing(place) for place in range(len(self.wanted))]

    def _name(self, place: int) -> str:
        return f"{place + 1:0{len(str(len(self.wanted)))}d}"

    def _known(self, place: int) -> Known:
        return known(self.wanted[place], self.amounts[place], self.amounts[-1], list(self.records.values()))

    def _is_hopeless(self, place: int) -> bool:
        """Whether more money was already not enough."""
        return any(record.status == "infeasible" and at >= place for at, record in self.records.items())

    def _point(self, place: int, *, tell_only: bool = False) -> Point:
        solved = sorted(self.records)
        below = max((at for at in solved if at < place and self.records[at].has_plan), default=None)
        above = min((at for at in solved if at > place and self.records[at].has_plan), default=None)
        relaxed = [at for at in solved if self.records[at].vertex is not None]
        near = min(relaxed, key=lambda at: (abs(at - place), at), default=None)
        here = self._known(place)
        return Point(
            ground=self.ground,
            city=self.cities[place],
            share=self.wanted[place],
            near=None if near is None else self.records[near],
            below=here.best if tell_only or below is None else self._better(self.records[below], here.best),
            above=None if above is None else self.records[above],
            known=here.bound,
            tree=here.tree,
            tell_only=tell_only,
        )

    @staticmethod
    def _better(one: Record, other: Record | None) -> Record:
        return one if other is None or one.objective <= other.objective else other

    def _use_plans_below(self) -> None:
        """Points to which a plan of less money, found in a later round, is better than their own take that one."""
        better = [
            place
            for place, record in sorted(self.records.items())
            if record.has_plan and self._known(place).objective < record.objective
        ]
        tasks = {f"{self._name(place)}-from-below": self._point(place, tell_only=True) for place in better}
        done = self.keeper.run(self.run, solve_point, tasks, Record)
        for place in better:
            self.plans[place] = f"{self._name(place)}-from-below"
            told = done[self.plans[place]]
            self.records[place] = replace(self.records[place], **{key: getattr(told, key) for key in _TOLD})

    def _standing(self, place: int) -> Standing:
        record, here = self.records.get(place), self._known(place)
        share = self.wanted[place]
        about = (self._name(place), share, share * self.money.whole_cny)
        if record is None or not record.has_plan:
            status = "infeasible" if record is None else record.status
            how = "known" if record is None else record.how
            bound = math.inf if status == "infeasible" else here.bound
            return Standing(*about, status, math.inf, bound, None, math.inf, math.inf, how, "")
        plan = f"{PLANS}/{self.plans.get(place, self._name(place))}"
        bound = min(here.bound, record.objective)
        nobody = record.loss_if_nobody_acts
        targets = Targets(self.options.gap, self.options.gap_avoided, nobody, None)
        status = "optimal" if targets.reached(record.objective, bound) else "feasible"
        can_avoid = nobody - bound
        avoided = (record.objective - bound) / can_avoid if self.options.is_loss and can_avoid > 0 else None
        return Standing(
            *about, status, record.objective, bound, avoided, record.loss, record.spending, record.how, plan
        )


# What a point takes over from a plan of less money.
_TOLD = ("objective", "loss", "spending", "x")


def _manifest(
    city: City,
    options: Options,
    asked: Asked,
    money: Money,
    about: Mapping[str, Any],
    found: Sequence[Standing],
) -> dict[str, Any]:
    ways = [point.how for point in found]
    return {
        "study": "budget",
        "status": "done",
        **{key: about[key] for key in ("allocopt", "solver", "instance", "title", "names")},
        "options": about["options"] | {"line": asked.line, "sums": [point.share for point in found]},
        "whole_cny": money.whole_cny,
        "solved": {way: ways.count(way) for way in sorted(set(ways))},
        "command": shlex.join(_command(city, options, asked)),
    }


def _command(city: City, options: Options, asked: Asked) -> list[str]:
    words = ["allocopt", "study", "budget", *_after(describe(city, options)["command"])]
    if asked.budgets:
        words += ["--budgets", ",".join(asked.budgets)]
    else:
        words += ["--from", asked.start, "--to", asked.end, "--points", str(asked.points)]
    return words + (["--line", asked.line] if asked.line is not None else [])


def _after(command: str) -> list[str]:
    """The words of a solve after its name, without the threads, of which every task has one."""
    words = shlex.split(command)[2:]
    return words[: words.index("--threads")] if "--threads" in words else words
