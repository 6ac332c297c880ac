"""`allocopt study information`: what it would be worth to know more before deciding."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import INTERRUPTED, options
from allocopt.cli.failures import Command
from allocopt.cli.interrupt import Interrupt
from allocopt.cli.progress import Progress
from allocopt.cli.streams import put, put_json, say
from allocopt.cli.terminal import colour, width
from allocopt.cli.verdicts import BROKEN, verdict_text

if TYPE_CHECKING:
    from allocopt.checker.verdict import Verdict
    from allocopt.study.study import Study

CONFLICT, NO_PLAN = 3, 4
_FIGURES = ("objective", "bound", "gap", "gap_avoided", "loss", "loss_if_nobody_acts", "spending")


@click.command("information", cls=Command, short_help="What it would be worth to know more before deciding.")
@options.city
@options.solving
@click.option(
    "--surveys",
    type=click.Choice(["sites", "areas", "none"]),
    default="sites",
    show_default=True,
    help="What may be surveyed, where risks have a range.",
)
@click.option("--level", type=click.IntRange(1), metavar="N", help="Depth of the areas surveyed; else their full path.")
@click.option(
    "--draws",
    type=click.IntRange(2),
    default=8,
    show_default=True,
    metavar="K",
    help="Draws of what a survey could find.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, metavar="S", help="Where the draws start from."
)
@click.option("--out", metavar="DIR", callback=options.path, help="Folder of the study; else one under results/.")
@options.as_json
def command(
    city: str,
    scenario: str | None,
    changes: tuple[str, ...],
    regime: str,
    out: str | None,
    as_json: bool,
    **how: Any,
) -> int:
    """Tell what it would be worth to know which scenario comes to the instance CITY, to know it earlier, to plan for
    each scenario and not for their mean, and to survey one more site or area."""
    from allocopt.instance.load import load
    from allocopt.study.study import check_study_target, write_study

    target = Path(out) if out is not None else default_folder(city, scenario, regime)
    instance = load(city, scenario=scenario, changes=changes)
    check_study_target(target)
    from allocopt.checker import check

    with Interrupt() as interrupted, Progress() as progress:
        from allocopt.study.foreknowledge.run import information

        study = information(instance, regime=regime, **how, progress=progress, interrupted=interrupted)
    verdict = None
    if study.tables:
        study = write_study(study, target)
        verdict = check(target / "plan")
    if as_json:
        put_json(_as_json(study, verdict))
    else:
        _tell(study, verdict)
    return _exit_code(study, verdict, interrupted())


def default_folder(city: str, scenario: str | None, regime: str) -> Path:
    """Where a study goes when nobody says: results/<instance>[-scenario][-regime]-information."""
    words = [Path(city).resolve().name or "city", scenario, None if regime == "linked" else regime, "information"]
    return Path("results") / "-".join(word for word in words if word)


def _as_json(study: Study, verdict: Verdict | None) -> dict[str, Any]:
    """The one object of `--json`; figures are null where they are not known."""
    from dataclasses import asdict

    manifest = study.manifest
    answer = {"instance": manifest["instance"]["name"], "status": manifest["status"]}
    answer |= {key: manifest.get(key) for key in _FIGURES}
    answer |= {key: manifest.get(key) for key in ("measures", "empty")}
    answer |= {name: _rows(study, name) for name in ("scenarios", "broken", "surveys") if name in study.tables}
    answer |= {"seconds": manifest["seconds"], "study": None if study.folder is None else str(study.folder)}
    if "conflict" in manifest:
        answer["conflict"] = manifest["conflict"]
    if verdict is not None:
        answer["violations"] = [asdict(violation) for violation in verdict.violations]
    return answer


def _rows(study: Study, name: str) -> list[dict[str, Any]]:
    """The rows of a table; a number that is not known is null."""
    records = study.tables[name].to_dict("records")
    return [{str(key): None if cell != cell else cell for key, cell in record.items()} for record in records]


def _tell(study: Study, verdict: Verdict | None) -> None:
    from allocopt.summary.information import render_information

    put(render_information(study.manifest, study.tables, study.folder, width(), colour=colour(), verdict=verdict))
    if verdict is not None and not verdict.ok:
        say(verdict_text(verdict))


def _exit_code(study: Study, verdict: Verdict | None, interrupted: bool) -> int:
    status = study.manifest["status"]
    if status == "infeasible" or (verdict is not None and not verdict.ok):
        return CONFLICT if verdict is None else BROKEN
    if interrupted:
        return INTERRUPTED
    return NO_PLAN if status == "no_plan" else 0
