"""The study of information: what it would be worth to know more before deciding.

Rounds of pure tasks: the plan; each world and the mean of all; then surveys, from the cheapest bound to the dearest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from allocopt.arrange.objective import weights_of
from allocopt.city import City
from allocopt.clock import Clock
from allocopt.faults import Fault, InputError
from allocopt.plan import read
from allocopt.plan.manifest import HASH
from allocopt.progress import Watcher
from allocopt.schema.risk import RiskRow
from allocopt.schema.supply import ScenarioRow
from allocopt.solving.manifest import describe
from allocopt.solving.options import Aim, Options, objective_of, plain, require_sound
from allocopt.study.about import command_of, identity_of
from allocopt.study.cities import require_built_in
from allocopt.study.foreknowledge.foresight import Foresight, Outlook, Question, asked_about, foresight, look_ahead
from allocopt.study.foreknowledge.here_and_now import Asking, Here, solve_here_and_now
from allocopt.study.foreknowledge.staged import Ground
from allocopt.study.foreknowledge.surveys import (
    BY,
    CHUNK,
    MOST_RELAXED,
    Appraising,
    Surveying,
    Worth,
    Worths,
    decide,
    in_order,
    look_over,
    relax,
    rows_by_survey,
    uncertain_rows,
)
from allocopt.study.foreknowledge.tables import COLUMNS, study_rows
from allocopt.study.keeping import Ended, Keeper, finish, keeping
from allocopt.study.study import Study
from allocopt.study.workers import Runner, chunks, runner

# The name of the first task, and so of its plan's folder.
PLAN = "plan"
# Objectives whose value is a mean over what may happen, so that knowing it is worth a difference of means.
MEANS = ("loss", "loss_and_spending", "spending")
# Surveys take as much of the time as so many solves, the last of their rounds all but one of these.
_PARTS_OF_SURVEYS = 3
# What the manifest of the plan says of it that does not hold for the study.
_OF_THE_PLAN_ALONE = ("next_money", "sensitivity", "seconds", "peak_mb", "command", "tables", HASH)


def information(
    city: City,
    out: str | Path,
    *,
    regime: str = "linked",
    coalition: tuple[str, ...] | None = None,
    objective: Aim | None = None,
    gap: float = 0.01,
    gap_avoided: float | None = None,
    time_limit: float | None = None,
    surveys: str = "sites",
    level: int | None = None,
    draws: int = 8,
    seed: int = 0,
    whole: int = 3,
    workers: int | None = None,
    dask: str | None = None,
    start_over: bool = False,
    progress: Watcher | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Study:
    """What it would be worth to know which scenario comes, to know it earlier, to reckon with scenarios rather than
    with their mean, and to survey one more site or area; in the folder `out`, where the study goes on if it was
    stopped.

    `surveys`: of `sites`, of `areas` (at `level`, the depth of area paths), or `none`; `draws` of what they may find
    come from `seed`, and the `whole` best surveys are looked at with whole numbers. The other options are those of
    `allocopt.solve`; `time_limit` is for all solves of the study together, each of which has its share. `workers`
    processes, or the Dask scheduler at the address `dask`, solve side by side. `progress` is told how far it is.
    Raises InputError for options that are not sound, where there is nothing to know, or for a folder that holds
    something else (`start_over` drops what is kept of another study); InterruptedStudyError when `interrupted` says so;
    what has ended is kept. A city without a plan leaves a study without tables, whose status says why.
    """
    asked = Surveying(surveys, level, draws, seed, whole)
    aim = plain(objective_of(city) if objective is None else objective)
    options = Options(regime, coalition, aim, gap, gap_avoided, time_limit, 1)
    require_sound(options, city)
    require_built_in(city, "a study of information")
    _require_answerable(city, options, asked)
    clock, about = Clock("study"), describe(city, options)
    own = _own_words(asked)
    identity = identity_of(about) | own | {"whole": str(whole)}
    with keeping(Path(out), identity, start_over=start_over, progress=progress) as keeper:
        with clock("study"), runner(workers, interrupted, dask=dask) as run:
            ground = Ground(f"information {identity}", city, options)
            here, foresight, worths = _Foreseeing(ground, asked, keeper, run).told()
        words = [word for pair in own.items() for word in pair]
        manifest = _manifest(keeper, here, asked, foresight) | {
            "command": command_of("information", city, options, words),
            "empty": _empty(city, options, asked),
            **clock.told(),
        }
        if not here.has_plan:
            return finish(keeper, manifest, {}, {})
        return finish(keeper, manifest, COLUMNS, study_rows(foresight, worths))


class _Foreseeing:
    """The tasks: the plan; the worlds and their mean; then the surveys, in three rounds."""

    def __init__(self, ground: Ground, asked: Surveying, keeper: Keeper, run: Runner) -> None:
        self.ground, self.asked, self.keeper, self.run = ground, asked, keeper, run
        self.foresees = _has_scenarios(ground.city)
        self.surveys = _can_survey(ground.city, ground.options, asked)

    def told(self) -> tuple[Here, Foresight, list[Worth]]:
        """The plan, what is known of the worlds, and what surveys are worth, the most valuable first."""
        course, limit = self.keeper.course, self.ground.options.time_limit
        self._expect()
        course.say("the plan here and now")
        plan = {PLAN: Asking(self.ground, None if limit is None else limit / 2)}
        here = self.keeper.run(self.run, solve_here_and_now, plan, Here)[PLAN]
        if not here.has_plan:
            return here, Foresight(), []
        parts = len(asked_about(self.ground.city)) if self.foresees else 0
        parts += _PARTS_OF_SURVEYS if self.surveys else 0
        each = None if limit is None else limit / 2 / parts
        foresight = self._foresight(here, each) if self.foresees else Foresight()
        return here, foresight, self._worths(here, each) if self.surveys else []

    def _expect(self) -> None:
        """All tasks, but for surveys that turn out to be worth nothing."""
        course, city = self.keeper.course, self.ground.city
        course.expect(solve_here_and_now, 1)
        course.expect(look_ahead, len(asked_about(city)) if self.foresees else 0)
        if self.surveys:
            surveys = len(rows_by_survey(city, self.asked))
            course.expect(look_over, 1, brief=True)
            course.expect(relax, len(chunks(range(min(surveys, MOST_RELAXED)), CHUNK)))
            course.expect(decide, min(surveys, self.asked.whole), like=relax)

    def _foresight(self, here: Here, seconds: float | None) -> Foresight:
        self.keeper.course.say("each scenario if it were known, and the mean of all")
        asked = {
            name: Question(self.ground, here, *about, seconds) for name, about in asked_about(self.ground.city).items()
        }
        return foresight(self.ground.city, here, self.keeper.run(self.run, look_ahead, asked, Outlook))

    def _worths(self, here: Here, seconds: float | None) -> list[Worth]:
        task, course = Appraising(self.ground, here, self.asked, seconds=seconds), self.keeper.course
        worths = self.keeper.run(self.run, look_over, {"surveys": task}, Worths)["surveys"].found
        if not worths:
            return []
        task = replace(task, widest=worths[0].name)
        closer = chunks(worths[:MOST_RELAXED], CHUNK)
        course.say(f"{len(worths)} surveys, without whole numbers")
        relaxed = in_order([*self._round(relax, "relaxed", task, closer, 1), *worths[MOST_RELAXED:]])
        best = relaxed[: self.asked.whole]
        course.say(f"the best {len(best)} of {len(worths)} surveys, with whole numbers")
        decided = self._round(decide, "whole", task, [[worth] for worth in best], _PARTS_OF_SURVEYS - 1)
        return in_order([*decided, *relaxed[self.asked.whole :]])

    def _round(
        self, function: Callable[[Appraising], Ended], name: str, task: Appraising, runs: Sequence[Any], parts: int
    ) -> list[Worth]:
        """Runs of surveys looked at closer, each with its share of so many parts of the time."""
        seconds = None if task.seconds is None else task.seconds * parts / max(len(runs), 1)
        tasks = {f"{name}-{i:03d}": replace(task, worths=worths, seconds=seconds) for i, worths in enumerate(runs, 1)}
        return [worth for each in self.keeper.run(self.run, function, tasks, Worths).values() for worth in each.found]


def _manifest(keeper: Keeper, here: Here, asked: Surveying, foresight: Foresight) -> dict[str, Any]:
    """What `study.json` holds: the plan's own manifest, the study's questions, its figures."""
    plan = read(keeper.plan_folder(PLAN)).manifest if here.has_plan else here.without
    told = {key: value for key, value in plan.items() if key not in _OF_THE_PLAN_ALONE}
    options = {**told["options"], "surveys": asked.by, "level": asked.level, "draws": asked.draws, "seed": asked.seed}
    measures = {measure: dict(vars(figure)) for measure, figure in foresight.figures.items()}
    return {"study": "information", **told, "options": options, "measures": measures}


def _own_words(asked: Surveying) -> dict[str, str]:
    """The study's own options, as text by name."""
    level = {} if asked.level is None else {"--level": str(asked.level)}
    return {"--surveys": asked.by, **level, "--draws": str(asked.draws), "--seed": str(asked.seed)}


def _has_scenarios(city: City) -> bool:
    return any(row.probability > 0 for row in city.of(ScenarioRow))


def _counts_loss(options: Options) -> bool:
    weights: Mapping[str, float] = weights_of(options.objective)
    return bool(weights.get("loss") or weights.get("loss_and_spending"))


def _can_survey(city: City, options: Options, asked: Surveying) -> bool:
    return asked.by != "none" and _counts_loss(options) and bool(uncertain_rows(city.of(RiskRow)))


def _empty(city: City, options: Options, asked: Surveying) -> dict[str, str]:
    """Why a part of the study has nothing to say."""
    out = {} if _has_scenarios(city) else {"scenarios": "the city has no scenario that can happen"}
    if asked.by == "none":
        return out | {"surveys": "none was asked for"}
    if not _counts_loss(options):
        return out | {"surveys": "the objective does not count losses"}
    if not uncertain_rows(city.of(RiskRow)):
        return out | {"surveys": "no row of risks has a range (low below 1, high above 1)"}
    return out


def _require_answerable(city: City, options: Options, asked: Surveying) -> None:
    """Raise InputError, with every fault, for what cannot be asked and where there is nothing to know."""
    expected = f"one of {', '.join(MEANS)}, or weights of these: the value of information is a difference of means"
    wrong = [name for name in weights_of(options.objective) if name not in MEANS]
    faults = [Fault("--objective", 0, "", f"'{name}'", expected) for name in wrong]
    if asked.by not in BY:
        faults.append(Fault("--surveys", 0, "", f"'{asked.by}'", f"one of {', '.join(BY)}"))
    if asked.level is not None and asked.by != "areas":
        faults.append(Fault("--level", 0, "", f"{asked.level}", "no level, or --surveys areas"))
    if asked.level is not None and asked.level < 1:
        faults.append(Fault("--level", 0, "", f"{asked.level}", "a depth of area paths, 1 or more"))
    if asked.draws < 2:
        faults.append(Fault("--draws", 0, "", f"{asked.draws}", "2 or more, since a survey may find this or that"))
    if asked.seed < 0:
        faults.append(Fault("--seed", 0, "", f"{asked.seed}", "a whole number of at least 0"))
    empty = _empty(city, options, asked)
    if not faults and len(empty) == 2:
        faults = [Fault("scenarios.csv", 0, "", "", f"a scenario with a chance above 0, since {empty['scenarios']}")]
        faults.append(Fault("risks.csv", 0, "low", "", f"something to survey, since {empty['surveys']}"))
    if faults:
        raise InputError(faults)
