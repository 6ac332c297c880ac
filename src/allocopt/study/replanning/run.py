"""The study of replanning: what each change of the present plan brings, from none to any number."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from allocopt.city import City
from allocopt.clock import Clock
from allocopt.faults import Fault, InputError
from allocopt.plan import Plan, read
from allocopt.plan.changes import apart, deeds
from allocopt.plan.frames import frame
from allocopt.progress import Watcher
from allocopt.solving.decisions import ANSWERING_TABLE, COMPONENTS, RECOURSE_TABLES
from allocopt.solving.manifest import describe
from allocopt.solving.options import Aim, Options, objective_of, plain, require_sound
from allocopt.study.about import identity_of
from allocopt.study.cities import require_built_in
from allocopt.study.keeping import Keeper, finish, keeping
from allocopt.study.replanning.curve import Carried, Found, carried, spread
from allocopt.study.replanning.points import Point, PointTask, Seen, look, solve_point
from allocopt.study.replanning.tables import COLUMNS, study_rows
from allocopt.study.study import Study
from allocopt.study.workers import Runner, runner
from allocopt.summary.naming import Names

if TYPE_CHECKING:
    import pandas as pd

# The names of the first two tasks, and so of their plans' folders.
PRESENT, ANY = "present", "any"
# Points may be so far from their bounds, as a share of what any number of changes gains.
NEAR = 0.02
# Unless told otherwise, so many points at most.
MOST_POINTS = 11
# Tables that follow from others, as well as they can, where they are not given.
FOLLOWING = frozenset({"referrals", "crews", ANSWERING_TABLE, *RECOURSE_TABLES})
# A share of nothing is no gap to search to.
DUST = 1e-6


@dataclass(frozen=True)
class Asked:
    """What is asked of the study; `present` is where the present plan stands, as it is told."""

    changes: int
    points: int | None = None
    near: float = NEAR
    present: str = ""

    def identity(self) -> dict[str, str]:
        """All that the tasks depend on, as text by option. Points are tasks of their own: more may be asked for."""
        return {"--near": f"{self.near:.12g}"}


def replan(
    city: City,
    present: Plan | Mapping[str, pd.DataFrame],
    out: str | Path,
    *,
    changes: int,
    points: int | None = None,
    regime: str = "linked",
    coalition: tuple[str, ...] | None = None,
    objective: Aim | None = None,
    gap: float = 0.01,
    gap_avoided: float | None = None,
    time_limit: float | None = None,
    near: float = NEAR,
    workers: int | None = None,
    dask: str | None = None,
    start_over: bool = False,
    progress: Watcher | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Study:
    """The best plan of a city within 0 to `changes` changes of the present one, and without such a limit; in the folder
    `out`, where the study goes on if it was stopped.

    `present` is a plan, or its tables of decisions; what has no table or no row is not done, but enforcing visits and
    crews follow where they have no table. Of the numbers of changes so many `points` are solved, spread evenly. The
    plan of any number of changes is sought to `gap` and `gap_avoided`, the others to `near`, a share of what it gains
    on the present plan; `time_limit`, in seconds, is for each. `workers` processes, or the Dask scheduler at the
    address `dask`, solve side by side. `progress` is told how far it is.
    Raises InputError for options that are not sound, or a folder that holds something else (`start_over` drops what is
    kept of another study); InterruptedStudyError when `interrupted` says so; what has ended is kept. A city without any
    plan leaves a study without tables, whose status says why.
    """
    where = present.folder if isinstance(present, Plan) else None
    asked = Asked(changes, points, near, str(where or city.folder))
    aim = plain(objective_of(city) if objective is None else objective)
    options = Options(regime, coalition, aim, gap, gap_avoided, time_limit, 1)
    require_sound(options, city)
    require_built_in(city, "a study of changes")
    _require_answerable(asked)
    given = present.tables if isinstance(present, Plan) else present
    tables = {name: given[name] for name in COMPONENTS if name in given}
    tables |= {name: frame(name) for name in COMPONENTS if name not in given and name not in FOLLOWING}
    about, clock = describe(city, options), Clock("study")
    identity = identity_of(about) | asked.identity() | {"present": _sha256(tables)}
    with keeping(Path(out), identity, start_over=start_over, progress=progress) as keeper:
        with clock("study"), runner(workers, interrupted, dask=dask) as run:
            told = _Replanning(PointTask(city, options, tables, None), asked, keeper, run).told()
        manifest = _manifest(about, asked, *told) | clock.told()
        seen, found = told
        if found[-1].found is None:
            return finish(keeper, manifest, {}, {})
        return finish(keeper, manifest, COLUMNS, study_rows(seen.objective, found, Names(about)))


class _Replanning:
    """The tasks: the present plan and any number of changes, then the points between."""

    def __init__(self, task: PointTask, asked: Asked, keeper: Keeper, run: Runner) -> None:
        self.task, self.asked, self.keeper, self.run = task, asked, keeper, run

    def told(self) -> tuple[Seen, list[Carried]]:
        """The present plan, and the points in the order of their changes, that of any number last."""
        self.keeper.course.say("the present plan, and any number of changes")
        numbers = spread(self.asked.changes, self.asked.points or MOST_POINTS)
        self.keeper.course.expect(solve_point, 1 + len(numbers))
        seen = self.keeper.run(self.run, look, {PRESENT: self.task}, Seen)[PRESENT]
        free = self.keeper.run(self.run, solve_point, {ANY: self.task}, Point)[ANY]
        self._before = dict(seen.deeds)
        if not free.has_plan:
            return seen, [Carried(None, free.status, free.bound, None, free.conflict)]
        gain = max(seen.objective - free.bound, 0.0)
        absolute = max(self.asked.near * gain, DUST * max(abs(free.objective), 1.0)) if np.isfinite(gain) else None
        self.keeper.course.say(f"{numbers[0]} to {numbers[-1]} changes")
        tasks = {f"within-{n:04d}": replace(self.task, changes=n, absolute=absolute) for n in numbers}
        points = self.keeper.run(self.run, solve_point, tasks, Point) | {ANY: free}
        return seen, carried([(point, self._found(name, point)) for name, point in points.items()])

    def _found(self, name: str, point: Point) -> Found | None:
        if not point.has_plan:
            return None
        plan = read(self.keeper.plan_folder(name))
        done = apart(self._before, deeds(plan.tables))
        return Found(name, point.objective, float(plan.loss or 0.0), float(plan.spending or 0.0), tuple(done))


def _sha256(tables: Mapping[str, pd.DataFrame]) -> str:
    """What tells the present plan from any other."""
    text = "".join(f"{name}\n{tables[name].to_csv(index=False)}" for name in sorted(tables))
    return hashlib.sha256(text.encode()).hexdigest()


def _require_answerable(asked: Asked) -> None:
    faults = []
    if asked.changes < 0:
        faults.append(Fault("--changes", 0, "", f"{asked.changes}", "a whole number of at least 0"))
    if asked.points is not None and asked.points < 2:
        faults.append(Fault("--points", 0, "", f"{asked.points}", "2 or more: no change, and the most there may be"))
    if not asked.near >= 0:
        faults.append(Fault("--near", 0, "", f"{asked.near}", "a share of at least 0"))
    if faults:
        raise InputError(faults)


def _manifest(about: Mapping[str, Any], asked: Asked, seen: Seen, points: Sequence[Carried]) -> dict[str, Any]:
    """The instance, the options, the command that makes the study again, and the present plan in figures."""
    free = points[-1]
    told = {"study": "replan", **about, "status": free.status, "command": _command(about, asked)}
    told["options"] = {**about["options"], **{key: getattr(asked, key) for key in ("changes", "points", "near")}}
    told |= {"conflict": free.conflict} if free.conflict is not None else {}
    told["present"] = {"folder": asked.present, "keeps": seen.keeps, **seen.figures, "not_possible": seen.strays}
    return told


def _command(about: Mapping[str, Any], asked: Asked) -> str:
    """The call that makes the study again."""
    words = shlex.split(str(about["command"]))
    city, rest = words[2], words[3:]
    is_plan = Path(asked.present) != Path(city)
    words = ["allocopt", "study", "replan", asked.present, *(["--city", city] if is_plan else []), *rest]
    if "--threads" in words:
        at = words.index("--threads")
        del words[at : at + 2]
    words += ["--changes", str(asked.changes), "--near", repr(asked.near)]
    return shlex.join([*words, *([] if asked.points is None else ["--points", str(asked.points)])])
