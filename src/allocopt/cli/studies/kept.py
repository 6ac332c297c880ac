"""What the commands of studies that can be stopped and gone on with have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocopt.cli import INTERRUPTED
from allocopt.cli.interrupt import Interrupt
from allocopt.cli.progress import Progress
from allocopt.cli.streams import put, put_json, say
from allocopt.cli.verdicts import BROKEN

if TYPE_CHECKING:
    from allocopt.study.study import Study

# No plan keeps the standards.
CONFLICT = 3
# The study as text, or as the object of `--json`.
Told = Callable[["Study"], "str | dict[str, Any]"]


def kept_study(module: str, function: str, of: Any, folder: Path, how: Mapping[str, Any], told: Told) -> int:
    """Run a study by the name of its module and function, in `--out` or else in `folder`; check its plans, tell it."""
    from allocopt.study.workers import InterruptedStudyError

    options = dict(how)
    target = Path(options.pop("out") or folder)
    then = "what has ended is kept; the same command goes on from there"
    with Interrupt(then) as interrupted, Progress() as progress:
        try:
            study = getattr(import_module(module), function)(
                of, target, tell=progress, interrupted=interrupted, **options
            )
        except InterruptedStudyError:
            return INTERRUPTED
    broken = _broken_plans(target)
    found = told(study)
    if isinstance(found, str):
        put(found)
    else:
        put_json(found)
    for words in broken:
        say(words)
    if broken:
        return BROKEN
    return CONFLICT if study.manifest["status"] == "infeasible" else 0


def _broken_plans(folder: Path) -> list[str]:
    """What the checker says of those of the study's plans that break a rule."""
    from allocopt.checker import check
    from allocopt.cli.verdicts import verdict_text
    from allocopt.study.keeping import PLANS

    plans = sorted(manifest.parent for manifest in (folder / PLANS).glob("*/plan.json"))
    verdicts = {plan.name: check(plan) for plan in plans}
    return [f"{name}: {verdict_text(verdict)}" for name, verdict in verdicts.items() if not verdict.ok]
