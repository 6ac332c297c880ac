"""What the commands of studies that can be stopped and gone on with have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocopt.cli import INTERRUPTED
from allocopt.cli.interrupt import Interrupt
from allocopt.cli.progress import Display
from allocopt.cli.streams import put, put_json, say
from allocopt.cli.verdicts import BROKEN

if TYPE_CHECKING:
    from allocopt.study.study import Study

# Exit codes of studies without a plan: the standards cannot hold together, or none was found in time.
WITHOUT = {"infeasible": 3, "no_plan": 4}
# Makes the one object of `--json` of a study.
AsJson = Callable[["Study"], dict[str, Any]]


def kept_study(
    module: str, function: str, of: Any, folder: Path, how: Mapping[str, Any], summary: str, as_json: AsJson | None
) -> int:
    """Run a study by the name of its module and function, in `--out` or else in `folder`; check its plans; tell it as
    that module of `allocopt.summary` does, or with `as_json` as JSON."""
    from allocopt.cli.studies.checked import broken_plans
    from allocopt.study.keeping import PLANS
    from allocopt.study.workers import InterruptedStudyError

    options = dict(how)
    target = Path(options.pop("out") or folder)
    then = "what has ended is kept; the same command goes on from there"
    with Interrupt(then) as interrupted, Display() as progress:
        try:
            study = getattr(import_module(module), function)(
                of, target, progress=progress, interrupted=interrupted, **options
            )
        except InterruptedStudyError:
            return INTERRUPTED
    broken = broken_plans(sorted(manifest.parent for manifest in (target / PLANS).glob("*/plan.json")))
    if as_json is None:
        put(_as_text(study, summary))
    else:
        put_json(as_json(study))
    for words in broken:
        say(words)
    return BROKEN if broken else WITHOUT.get(str(study.manifest["status"]), 0)


def _as_text(study: Study, summary: str) -> str:
    from allocopt.cli.terminal import colour, width
    from allocopt.summary.layout import to_text

    sections = import_module(f"allocopt.summary.{summary}").sections
    return to_text(sections(study.manifest, study.tables, str(study.folder)), width(), colour=colour())
