"""The study: a plan is held fixed while things go wrong.

Three rounds of tasks, each pure: every single loss, and pairs; then what the plans that had known do more, tried on the
plan under every single loss.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allocopt.clock import Clock
from allocopt.faults import Fault, InputError
from allocopt.plan import Plan
from allocopt.plan.instance import instance_of, require_no_own_model
from allocopt.plan.manifest import HASH, manifest_hash, plain
from allocopt.plan.read import read
from allocopt.progress import Watcher
from allocopt.solving.manifest import describe
from allocopt.solving.options import Options
from allocopt.study.about import identity_of
from allocopt.study.cities import require_built_in
from allocopt.study.keeping import Keeper, finish, keeping
from allocopt.study.mishaps import tables
from allocopt.study.mishaps.additions import most_wanted
from allocopt.study.mishaps.case import Case, Record, tried
from allocopt.study.mishaps.helping import Help, Helped, helped
from allocopt.study.mishaps.listed import not_felt, pairs, singles, weights_of
from allocopt.study.mishaps.losses import KINDS, Stress
from allocopt.study.mishaps.tables import Told
from allocopt.study.mishaps.trial import AIM, Ground, first_stage
from allocopt.study.study import Study
from allocopt.study.workers import Runner, runner

ILL, CUT = 0.3, 0.2
ADDITIONS = 8


@dataclass(frozen=True)
class Asked:
    """What is asked of the study."""

    kinds: tuple[str, ...]
    ill: float
    cut: float
    pairs: int
    seed: int
    weights: tuple[str, ...]
    additions: int

    def identity(self) -> dict[str, str]:
        """All that the tasks depend on, as text by option."""
        return {
            "--kinds": ",".join(self.kinds),
            "--ill": f"{self.ill:.12g}",
            "--cut": f"{self.cut:.12g}",
            "--pairs": str(self.pairs),
            "--seed": str(self.seed),
            "--weights": ",".join(self.weights),
            "--additions": str(self.additions),
        }

    def words(self) -> list[str]:
        given = self.identity()
        given = {name: text for name, text in given.items() if text and (name, text) != ("--kinds", ",".join(KINDS))}
        return [word for pair in given.items() for word in pair]


def stress(
    plan: Plan | str | Path,
    out: str | Path,
    *,
    folder: str | Path | None = None,
    kinds: Sequence[str] = (),
    ill: float = ILL,
    cut: float = CUT,
    pairs: int = 0,
    seed: int = 0,
    weights: Sequence[str] = (),
    additions: int = ADDITIONS,
    gap: float = 0.02,
    workers: int | None = None,
    dask: str | None = None,
    start_over: bool = False,
    progress: Watcher | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Study:
    """What is lost when things go wrong for a plan (its folder, or the plan as it was read), in the folder `out`,
    where the study goes on if it was stopped. `folder` is where the plan's instance is, if it has moved.

    Every single loss of these `kinds` (none named: of all) that the plan would feel is tried: people of a pool and
    units of a type lose the share `ill`, budget lines the share `cut`; and so many `pairs` drawn from the `seed`.
    `additions` is how many things more are tried, by the mean of what they avert, by `weights` such as "depots=2".
    Searches for the best plans stop at the relative `gap`. `workers` processes, or the Dask scheduler at the address
    `dask`, solve side by side. `progress` is told how far it is.
    Raises InputError for a plan or an instance that cannot be used, options that are not sound, or a folder that holds
    something else (`start_over` drops what is kept of another study), InterruptedStudyError when `interrupted` says so;
    what has ended is kept.
    """
    found = plan if isinstance(plan, Plan) else read(Path(plan))
    asked = Asked(tuple(kinds) or KINDS, ill, cut, pairs, seed, tuple(weights), additions)
    _require_sound(found, asked)
    require_no_own_model(found)
    city = instance_of(found, None if folder is None else Path(folder))
    require_built_in(city, "a study of stress")
    options = _options(found, gap)
    single = singles(city, found, asked.kinds, ill=ill, cut=cut)
    if not single:
        raise InputError([Fault("--kinds", 0, "", "nothing that the plan would feel", "a loss that it would")])
    weighing = weights_of(asked.weights, single)
    clock = Clock("study")
    about = describe(city, options)
    identity = identity_of(about) | asked.identity() | {"plan": _sha256(found)}
    with keeping(Path(out), identity, start_over=start_over, progress=progress) as keeper:
        with clock("study"), runner(workers, interrupted, dask=dask) as run:
            ground = Ground(city, first_stage(found.tables), options)
            told = _Stressing(ground, asked, single, weighing, keeper, run).told()
        untouched = not_felt(city, single, asked.kinds)
        manifest = _manifest(found, about, asked, options, told, untouched) | clock.told()
        return finish(keeper, manifest, tables.COLUMNS, {name: getattr(tables, name)(told) for name in tables.COLUMNS})


def _require_sound(plan: Plan, asked: Asked) -> None:
    """Raise InputError with every option that is not sound, and for a plan without tables."""
    faults = [
        Fault("--kinds", 0, "", f"'{kind}'", f"one of {', '.join(KINDS)}") for kind in asked.kinds if kind not in KINDS
    ]
    faults += [
        Fault(option, 0, "", f"{share:g}", "a share above 0 and at most 1, such as 30%")
        for option, share in (("--ill", asked.ill), ("--cut", asked.cut))
        if not 0.0 < share <= 1.0
    ]
    if not plan.tables:
        faults.append(Fault(str(plan.folder or "plan"), 0, "", f"no plan (status {plan.status})", "a plan"))
    if faults:
        raise InputError(faults)


def _sha256(plan: Plan) -> str:
    """What tells the plan from any other."""
    return str(plan.manifest.get(HASH) or manifest_hash(plain(plan.manifest)))


def _options(plan: Plan, gap: float) -> Options:
    """The plan's regime, with the expected loss as what is minimised."""
    given = plan.manifest["options"]
    coalition = given.get("coalition")
    return Options(
        given.get("regime", "linked"), None if coalition is None else tuple(coalition), AIM, gap, None, None, 1
    )


class _Stressing:
    def __init__(
        self,
        ground: Ground,
        asked: Asked,
        single: Sequence[Stress],
        weights: Mapping[str, float],
        keeper: Keeper,
        run: Runner,
    ) -> None:
        self.ground, self.asked, self.single, self.weights = ground, asked, single, weights
        self.keeper, self.run = keeper, run

    def told(self) -> Told:
        drawn = pairs(self.ground.city, self.single, self.asked.pairs, self.asked.seed)
        self.keeper.course.say(f"{len(self.single)} losses one by one, {len(drawn)} in pairs")
        cases: dict[str, tuple[Stress, ...]] = {"nothing": ()}
        cases |= {f"single-{number:04d}": (each,) for number, each in enumerate(self.single, 1)}
        cases |= {f"pair-{number:04d}": both for number, both in enumerate(drawn, 1)}
        tasks = {name: Case(self.ground, stresses) for name, stresses in cases.items()}
        if self.asked.additions:
            self.keeper.course.expect(helped, 1 + len(self.single), like=tried)
        records = list(self.keeper.run(self.run, tried, tasks, Record).values())
        base, alone, together = records[0], records[1 : len(self.single) + 1], records[len(self.single) + 1 :]
        found = list(zip(self.single, alone, strict=True))
        worth = {each.name: self.weights[each.name] * max(record.held - record.known, 0.0) for each, record in found}
        more = most_wanted({each.name: record.wanted for each, record in found}, worth, self.asked.additions)
        helped_by = self._helped(base, found, tuple(more)) if more else {}
        return Told(base, self.weights, found, list(zip(drawn, together, strict=True)), more, helped_by)

    def _helped(
        self, base: Record, found: Sequence[tuple[Stress, Record]], additions: tuple[Any, ...]
    ) -> dict[str, list[float]]:
        self.keeper.course.say(f"{len(additions)} things more, each under every loss")
        cases: list[tuple[tuple[Stress, ...], Record]] = [((), base), *(((each,), record) for each, record in found)]
        tasks = {
            f"helped-{number:04d}": Help(self.ground, stresses, record, additions)
            for number, (stresses, record) in enumerate(cases)
        }
        records = self.keeper.run(self.run, helped, tasks, Helped)
        names = ["", *(each.name for each, _ in found)]
        return {name: record.losses for name, record in zip(names, records.values(), strict=True)}


def _manifest(
    plan: Plan,
    about: Mapping[str, Any],
    asked: Asked,
    options: Options,
    told: Told,
    untouched: Mapping[str, int],
) -> dict[str, Any]:
    folder = str((plan.folder or Path()).resolve())
    return {
        "study": "stress",
        "status": "done",
        **{key: about[key] for key in ("allocopt", "solver", "instance", "title", "names")},
        "plan": {"folder": folder, "sha256": _sha256(plan), "objective": plan.objective},
        "options": about["options"]
        | {"kinds": list(asked.kinds), "ill": asked.ill, "cut": asked.cut, "pairs": asked.pairs, "seed": asked.seed}
        | {"weights": list(asked.weights), "additions": asked.additions},
        "loss_if_nothing_fails": told.base.held,
        "not_felt": dict(untouched),
        "command": shlex.join(["allocopt", "study", "stress", folder, *asked.words(), "--gap", repr(options.gap)]),
    }
