"""The study: three regimes, every coalition, shares and payments, and what each link and mechanism is worth.

Rounds of pure tasks: the regimes; all together, with what links and mechanisms are worth; then coalitions, a size a
round.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allocopt.city import City
from allocopt.clock import Clock
from allocopt.faults import Fault, InputError
from allocopt.games import Interval
from allocopt.plan import Plan, read
from allocopt.progress import Watcher
from allocopt.schema.money import LinkRow
from allocopt.schema.prevention import MechanismRow
from allocopt.schema.risk import BodyRow
from allocopt.solving.manifest import describe
from allocopt.solving.options import Options
from allocopt.study.about import identity_of, manifest_of
from allocopt.study.cities import require_built_in
from allocopt.study.coalitions import tables
from allocopt.study.coalitions.appraisal import Appraisal, appraise
from allocopt.study.coalitions.interests import interests, payments
from allocopt.study.coalitions.regimes import REGIMES, Record, RegimeTask, solve_regime
from allocopt.study.coalitions.sample import Drawing
from allocopt.study.coalitions.sharing import game_of, share
from allocopt.study.coalitions.telling import drawn_verdict, verdict
from allocopt.study.coalitions.values import (
    Coalitions,
    Setting,
    Value,
    WholeTask,
    most_tasks,
    value_chunk,
)
from allocopt.study.coalitions.worth import CHUNK, Item, LinkedPlan, Worth, WorthTask
from allocopt.study.keeping import Keeper, finish, keeping
from allocopt.study.study import Study
from allocopt.study.workers import Runner, chunks, runner

# Limits of a coalition's value may be so far apart, as a share of the value of all together.
NEAR = 0.01
# Games of up to so many bodies are enumerated.
MOST_ENUMERATED = 10
# The name of the task of all together.
EVERYBODY = "everybody"

Told = tuple[Mapping[str, Any], dict[str, tables.Rows]]


@dataclass(frozen=True)
class Asked:
    """What is asked of the study."""

    gap: float = 0.01
    gap_avoided: float | None = None
    time_limit: float | None = None
    near: float = NEAR
    permutations: int = 40
    seed: int = 0

    def drawing(self, city: City) -> Drawing | None:
        """The orders that are drawn, where the bodies are too many for all coalitions."""
        bodies = tuple(sorted(body.id for body in city.of(BodyRow)))
        return Drawing(bodies, self.permutations, self.seed) if len(bodies) > MOST_ENUMERATED else None

    def words(self, city: City) -> dict[str, str]:
        """The study's own options, as text by name."""
        drawn = {"--permutations": str(self.permutations), "--seed": str(self.seed)} if self.drawing(city) else {}
        return {"--near": repr(self.near), **drawn}


def collaboration(
    city: City,
    out: str | Path,
    *,
    gap: float = 0.01,
    gap_avoided: float | None = None,
    time_limit: float | None = None,
    near: float = NEAR,
    permutations: int = 40,
    seed: int = 0,
    workers: int | None = None,
    dask: str | None = None,
    start_over: bool = False,
    progress: Watcher | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Study:
    """What the bodies of a city gain by working together, by the expected loss, in the folder `out`, where the study
    goes on if it was stopped.

    `gap`, `gap_avoided` and `time_limit` (seconds) hold for each regime; a coalition's value is sought to `near`, a
    share of that of all together. Of more than ten bodies, shares are drawn from so many `permutations`. `workers`
    processes, or the Dask scheduler at the address `dask`, solve side by side. `progress` is told how far it is.
    Raises InputError for a city with fewer than two bodies, options that are not sound or a folder that holds something
    else (`start_over` drops what is kept of another study), InterruptedStudyError when `interrupted` says so; what has
    ended is kept. A regime without a plan leaves a study without tables, whose status says why.
    """
    asked = Asked(gap, gap_avoided, time_limit, near, permutations, seed)
    require_built_in(city, "a study of collaboration")
    _require_sound(city, asked)
    clock, about = Clock("study"), describe(city, Options("joint", None, "loss", gap, gap_avoided, time_limit, None))
    identity = identity_of(about) | asked.words(city)
    with keeping(Path(out), identity, start_over=start_over, progress=progress) as keeper:
        with clock("study"), runner(workers, interrupted, dask=dask) as run:
            said, rows = _Collaborating(city, asked, keeper, run).told()
        manifest = {**_manifest(city, about, asked), **said, **clock.told()}
        return finish(keeper, manifest, tables.COLUMNS if rows else {}, rows)


def _require_sound(city: City, asked: Asked) -> None:
    faults = []
    if len(city.of(BodyRow)) < 2:
        faults.append(Fault("bodies.csv", 0, "", "fewer than two bodies", "two bodies or more, to work together"))
    if asked.permutations < 4 or asked.permutations % 2:
        faults.append(Fault("--permutations", 0, "", str(asked.permutations), "an even number of at least 4"))
    if faults:
        raise InputError(faults)


class _Collaborating:
    def __init__(self, city: City, asked: Asked, keeper: Keeper, run: Runner) -> None:
        self.city, self.asked, self.keeper, self.run = city, asked, keeper, run
        self.bodies = tuple(sorted(body.id for body in city.of(BodyRow)))
        self.drawing = asked.drawing(city)
        mechanisms = [Item("mechanism", row.id) for row in city.of(MechanismRow)]
        self.items = [*mechanisms, *(Item("link", row.id) for row in city.of(LinkRow))]

    def told(self) -> Told:
        """What the manifest says of what was found, and the tables' rows; none where a regime has no plan."""
        wanted = self._wanted()
        regimes = self._regimes()
        without = next((name for name in REGIMES if not regimes[name].has_plan), None)
        if without is not None:
            manifest = regimes[without].without
            return {"status": manifest["status"], "regime": without, "plan": manifest}, {}
        plans = {name: read(self.keeper.plan_folder(name)) for name in REGIMES}
        known = _known(plans, (1 << len(self.bodies)) - 1)
        setting = Setting(self.city, regimes["silo"].values, self.asked.near * known.low)
        coalitions = Coalitions(setting, wanted)
        everybody, worth = self._appraised(setting, known, regimes, plans["linked"])
        values = coalitions.values(everybody, self.keeper, self.run)
        self.keeper.course.say("sharing the gain")
        said, rows = self._shared(values, setting, plans) if self.drawing is None else self._drawn(values, plans)
        return said, {**rows, "regimes": tables.regimes(plans), "worth": tables.worth(worth)}

    def _wanted(self) -> Sequence[int]:
        """The coalitions that are to be valued; and what tasks are to be expected."""
        wanted = range(1 << len(self.bodies)) if self.drawing is None else self.drawing.passed()
        course = self.keeper.course
        course.expect(appraise, 1 + len(chunks(self.items, CHUNK)))
        course.expect(value_chunk, most_tasks(wanted) - 1)
        return wanted

    def _regimes(self) -> Mapping[str, Record]:
        self.keeper.course.say(f"regimes: {', '.join(REGIMES)}")
        asked = self.asked
        how = (asked.gap, asked.gap_avoided, asked.time_limit)
        return self.keeper.run(
            self.run, solve_regime, {name: RegimeTask(self.city, name, *how) for name in REGIMES}, Record
        )

    def _appraised(
        self, setting: Setting, known: Value, regimes: Mapping[str, Record], plan: Plan
    ) -> tuple[Value, list[Worth]]:
        """The value of all together, and what links and mechanisms are worth in the linked plan."""
        self.keeper.course.say(f"all together, and the worth of {len(self.items)} links and mechanisms")
        objective, bound = _figures(plan)
        linked = LinkedPlan(regimes["linked"].values, objective, bound)
        near = max(setting.near, 1e-6 * max(abs(objective), 1.0))
        tasks: dict[str, WorthTask | WholeTask] = {EVERYBODY: WholeTask(setting, known, regimes["joint"].values)}
        for i, items in enumerate(chunks(self.items, CHUNK), 1):
            tasks[f"worth-{i:03d}"] = WorthTask(self.city, linked, near, items)
        done = self.keeper.run(self.run, appraise, tasks, Appraisal)
        everybody = done[EVERYBODY].everybody
        assert everybody is not None
        return everybody, [worth for each in done.values() for worth in each.worths]

    def _shared(self, values: Mapping[int, Value], setting: Setting, plans: Mapping[str, Plan]) -> Told:
        """Shares of a game of which every coalition is valued."""
        in_order = [values[members] for members in range(1 << len(self.bodies))]
        sharing = share(game_of(in_order, self.bodies))
        game, shares = sharing.game, sharing.settled
        return verdict(in_order, sharing, setting.near), {
            "coalitions": tables.coalitions(in_order, self.bodies, game.low, game.high),
            "bodies": tables.bodies(sharing.shapley, sharing.nucleolus.shares, shares, *self._stakes(shares, plans)),
            "leavers": tables.leavers(sharing),
            "poor_mergers": tables.poor_mergers(sharing),
        }

    def _drawn(self, values: Mapping[int, Value], plans: Mapping[str, Plan]) -> Told:
        """Shares of a game too large to be enumerated; no verdict on its core."""
        assert self.drawing is not None
        found = self.drawing.shares(values)
        drawn = {
            body: Interval(each.share, each.share - each.half_width, each.share + each.half_width)
            for body, each in found.shares.items()
        }
        shares = {body: each.share for body, each in found.shares.items()}
        low, high = ({value.members: getattr(value, end) for value in values.values()} for end in ("low", "high"))
        return drawn_verdict(list(values.values()), found), {
            "coalitions": tables.coalitions(values.values(), self.bodies, low, high),
            "bodies": tables.bodies(drawn, {}, shares, *self._stakes(shares, plans)),
            "leavers": (),
            "poor_mergers": (),
        }

    def _stakes(self, shares: Mapping[str, float], plans: Mapping[str, Plan]) -> Any:
        """Interests alone and together, and the payments that settle these shares."""
        before, after = (interests(self.city, plans[name]) for name in ("silo", "joint"))
        return before, after, payments(shares, before, after)


def _figures(plan: Plan) -> tuple[float, float]:
    return float(plan.manifest["objective"]), float(plan.manifest["bound"])


def _known(plans: Mapping[str, Plan], everybody: int) -> Value:
    """What the plans of the regimes tell of the value of all together."""
    (silo, _), (joint, bound) = _figures(plans["silo"]), _figures(plans["joint"])
    low = max(silo - joint, 0.0)
    return Value(everybody, low, max(silo - bound, low), "", True)


def _manifest(city: City, about: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """The instance, the options and the one command that makes the study again."""
    own = {"--gap": repr(asked.gap), **asked.words(city)}
    own |= {"--gap-avoided": repr(asked.gap_avoided)} if asked.gap_avoided is not None else {}
    own |= {"--time-limit": repr(asked.time_limit)} if asked.time_limit is not None else {}
    words = ["allocopt", "study", "collaboration", str(city.folder)]
    words += ["--scenario", city.scenario] if city.scenario else []
    words += [word for change in city.changes for word in ("--set", change)]
    words += [word for pair in own.items() for word in pair]
    options = {key: about["options"][key] for key in ("scenario", "set", "gap", "gap_avoided", "time_limit")}
    options |= {"near": asked.near, "permutations": asked.permutations, "seed": asked.seed}
    return {**manifest_of("collaboration", about), "options": options, "command": shlex.join(words)}
