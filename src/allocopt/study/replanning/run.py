"""The study of replanning: what each change of the present plan brings, from none to any number."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.plan import Plan
from allocopt.plan.frames import frame
from allocopt.solving.decisions import ANSWERING_TABLE, COMPONENTS, RECOURSE_TABLES
from allocopt.solving.manifest import describe
from allocopt.solving.options import Aim, Options, objective_of, plain, require_sound
from allocopt.study.replanning.curve import carried, spread, with_bound
from allocopt.study.replanning.points import Point, PointTask, Seen, look_and_solve, solve_point
from allocopt.study.replanning.tables import COLUMNS, study_tables
from allocopt.study.study import Study
from allocopt.study.workers import Runner, cores, runner

if TYPE_CHECKING:
    import pandas as pd

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


def replan(
    city: City,
    present: Plan | Mapping[str, pd.DataFrame],
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
    tell: Callable[[str], None] = lambda _: None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Study:
    """The best plan of a city within 0 to `changes` changes of the present one, and without such a limit.

    `present` is a plan, or its tables of decisions; what has no table or no row is not done, but enforcing visits and
    crews follow where they have no table. Of the numbers of changes so many `points` are solved, spread evenly. The
    plan of any number of changes is sought to `gap` and `gap_avoided`, the others to `near`, a share of what it gains
    on the present plan; `time_limit`, in seconds, is for each.
    Raises InputError for options that are not sound; InterruptedStudyError when `interrupted` says so. A city without
    any plan leaves a study without tables, whose status says why.
    """
    started = time.monotonic()
    where = present.folder if isinstance(present, Plan) else None
    asked = Asked(changes, points, near, str(where or city.folder))
    aim = plain(objective_of(city) if objective is None else objective)
    options = Options(regime, coalition, aim, gap, gap_avoided, time_limit, 1)
    require_sound(options, city)
    _require_answerable(asked)
    given = present.tables if isinstance(present, Plan) else present
    tables = {name: given[name] for name in COMPONENTS if name in given}
    tables |= {name: frame(name) for name in COMPONENTS if name not in given and name not in FOLLOWING}
    with runner(workers or cores(), interrupted) as run:
        seen, found = _solve(PointTask(city, options, tables, None), asked, run, tell)
    manifest = _manifest(city, options, asked, seen, found) | {"seconds": {"study": time.monotonic() - started}}
    if not found[-1].plan.tables:
        return Study(manifest, {}, {}, {})
    plans = {_name(point): point.plan for point in found if point.plan.tables}
    if seen.keeps and not seen.strays:
        bound = min(found[-1].bound, seen.objective)
        plans["present"] = with_bound(Point(None, seen.plan, seen.objective, bound))
    return Study(manifest, COLUMNS, study_tables(seen, found), plans)


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


def _solve(task: PointTask, asked: Asked, run: Runner, tell: Callable[[str], None]) -> tuple[Seen, list[Point]]:
    """The present plan, and the points in the order of their changes, that of any number last."""
    tell("any number of changes")
    seen, free = run(look_and_solve, [task])[0]
    if not free.plan.tables:
        return seen, [free]
    gain = max(seen.objective - free.bound, 0.0)
    absolute = max(asked.near * gain, DUST * max(abs(free.objective), 1.0)) if np.isfinite(gain) else None
    numbers = spread(asked.changes, asked.points or MOST_POINTS)
    tell(f"{numbers[0]} to {numbers[-1]} changes")
    tasks = [PointTask(task.city, task.options, task.present, number, absolute) for number in numbers]
    return seen, carried([*run(solve_point, tasks), free])


def _name(point: Point) -> str:
    return "any" if point.changes is None else f"within-{point.changes}"


def _manifest(city: City, options: Options, asked: Asked, seen: Seen, found: Sequence[Point]) -> dict[str, Any]:
    """The instance, the options, the command that makes the study again, and the present plan in figures."""
    about = describe(city, options)
    free = found[-1].plan
    told = {"study": "replan", **about, "status": free.status, "command": _command(about, asked)}
    told["options"] = {**about["options"], **{key: getattr(asked, key) for key in ("changes", "points", "near")}}
    told |= {"conflict": free.manifest["conflict"]} if "conflict" in free.manifest else {}
    told["present"] = {
        "folder": asked.present,
        "keeps": seen.keeps,
        **{key: seen.plan.manifest[key] for key in ("objective", "loss", "spending")},
        "not_possible": [{"table": stray.table, **stray.cells, "why": stray.why} for stray in seen.strays],
    }
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
