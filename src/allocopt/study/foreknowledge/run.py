"""The study of information: what it would be worth to know more before deciding."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Mapping
from typing import Any

from allocopt.arrange.objective import weights_of
from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.plan import Plan
from allocopt.schema.risk import RiskRow
from allocopt.schema.supply import ScenarioRow
from allocopt.solving.options import Aim, Options, objective_of, plain, require_sound
from allocopt.study.cities import require_built_in
from allocopt.study.foreknowledge.figures import Patience
from allocopt.study.foreknowledge.foresight import Foresight, foresee
from allocopt.study.foreknowledge.here_and_now import solve_here_and_now
from allocopt.study.foreknowledge.staged import Making
from allocopt.study.foreknowledge.surveys import BY, Surveying, Worth, appraise, uncertain_rows
from allocopt.study.foreknowledge.tables import COLUMNS, study_tables
from allocopt.study.study import Study

# Objectives whose value is a mean over what may happen, so that knowing it is worth a difference of means.
MEANS = ("loss", "loss_and_spending", "spending")
# Surveys take as much of the time as so many solves.
_PARTS_OF_SURVEYS = 3


def information(
    city: City,
    *,
    regime: str = "linked",
    coalition: tuple[str, ...] | None = None,
    objective: Aim | None = None,
    gap: float = 0.01,
    gap_avoided: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    surveys: str = "sites",
    level: int | None = None,
    draws: int = 8,
    seed: int = 0,
    whole: int = 3,
    progress: Callable[[str], None] | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Study:
    """What it would be worth to know which scenario comes, to know it earlier, to reckon with scenarios rather than
    with their mean, and to survey one more site or area.

    `surveys`: of `sites`, of `areas` (at `level`, the depth of area paths), or `none`; `draws` of what they may find
    come from `seed`, and the `whole` best surveys are looked at with whole numbers. The other options are those of
    `allocopt.solve`; `time_limit` is for the whole study. The plan of the city as it is stands in `plans["plan"]`;
    where there is none the study has no tables.
    Raises InputError for options that are not sound, and where there is nothing to know.
    """
    started = time.monotonic()
    asked = Surveying(surveys, level, draws, seed, whole)
    aim = plain(objective_of(city) if objective is None else objective)
    options = Options(regime, coalition, aim, gap, gap_avoided, time_limit, threads)
    require_sound(options, city)
    require_built_in(city, "a study of information")
    _require_answerable(city, options, asked)
    making, patience = Making(options, progress, interrupted), Patience(time_limit)
    foresees, has_surveys = _has_scenarios(city), _can_survey(city, options, asked)
    base, plan = solve_here_and_now(making, city, patience.share(2))
    foresight, worths, seconds = Foresight(), list[Worth](), {"plan": time.monotonic() - started}
    if plan.tables:
        parts = _PARTS_OF_SURVEYS if has_surveys else 0
        foresight = foresee(making, base, patience, parts) if foresees else foresight
        seconds["scenarios"] = time.monotonic() - started - seconds["plan"]
        worths = appraise(base, asked, patience, progress) if has_surveys else worths
        seconds["surveys"] = time.monotonic() - started - sum(seconds.values())
    manifest = _manifest(plan, asked, foresight) | {"seconds": seconds, "empty": _empty(city, options, asked)}
    if not plan.tables:
        return Study(manifest, {}, {}, {})
    return Study(manifest, COLUMNS, study_tables(foresight, worths), {"plan": plan})


def _manifest(plan: Plan, asked: Surveying, foresight: Foresight) -> dict[str, Any]:
    """What `study.json` holds: the plan's own manifest, the study's questions, its figures."""
    told = {
        key: value
        for key, value in plan.manifest.items()
        if key not in ("next_money", "sensitivity", "seconds", "peak_mb")
    }
    options = {**told["options"], "surveys": asked.by, "level": asked.level, "draws": asked.draws, "seed": asked.seed}
    measures = {measure: dict(vars(figure)) for measure, figure in foresight.figures.items()}
    return {"study": "information", **told, "options": options, "command": _command(plan, asked), "measures": measures}


def _command(plan: Plan, asked: Surveying) -> str:
    """The call that makes the study again: that of its plan, with the study's own options."""
    words = shlex.split(str(plan.manifest["command"]))
    words[1:2] = ["study", "information"]
    words += ["--surveys", asked.by]
    words += [] if asked.level is None else ["--level", str(asked.level)]
    return shlex.join([*words, "--draws", str(asked.draws), "--seed", str(asked.seed)])


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
