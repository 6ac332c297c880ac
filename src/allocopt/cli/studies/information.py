"""`allocopt study information`: what it would be worth to know more before deciding."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import options, ranges
from allocopt.cli.failures import Command
from allocopt.cli.studies.kept import kept_study

if TYPE_CHECKING:
    from allocopt.study.study import Study

_FIGURES = ("objective", "bound", "gap", "gap_avoided", "loss", "loss_if_nobody_acts", "spending")


@click.command("information", cls=Command, short_help="What it would be worth to know more before deciding.")
@options.city
@options.acting_and_gaps
@options.time_limit
@click.option(
    "--surveys",
    type=click.Choice(["sites", "areas", "none"]),
    default="sites",
    show_default=True,
    help="What may be surveyed, where risks have a range.",
)
@click.option("--level", type=ranges.Whole(1), metavar="N", help="Depth of the areas surveyed; else their full path.")
@click.option(
    "--draws",
    type=ranges.Whole(2),
    default=8,
    show_default=True,
    metavar="K",
    help="Draws of what a survey could find.",
)
@click.option(
    "--seed", type=ranges.Whole(0), default=0, show_default=True, metavar="S", help="Where the draws start from."
)
@options.kept
@options.as_json
def command(city: str, scenario: str | None, changes: tuple[str, ...], regime: str, as_json: bool, **how: Any) -> int:
    """Tell what it would be worth to know which scenario comes to the instance CITY, to know it earlier, to plan for
    each scenario and not for their mean, and to survey one more site or area."""
    from allocopt.instance.load import load

    instance = load(city, scenario=scenario, changes=changes)
    module, target = "allocopt.study.foreknowledge.run", default_folder(city, scenario, regime)
    answer = _as_json if as_json else None
    return kept_study(module, "information", instance, target, {**how, "regime": regime}, "information", answer)


def default_folder(city: str, scenario: str | None, regime: str) -> Path:
    """Where a study goes when nobody says: results/<instance>[-scenario][-regime]-information."""
    words = [Path(city).resolve().name or "city", scenario, None if regime == "linked" else regime, "information"]
    return Path("results") / "-".join(word for word in words if word)


def _as_json(study: Study) -> dict[str, Any]:
    """The one object of `--json`; figures are null where they are not known."""
    from dataclasses import asdict

    from allocopt.checker import check
    from allocopt.study.keeping import PLANS

    manifest = study.manifest
    answer = {"instance": manifest["instance"]["name"], "status": manifest["status"]}
    answer |= {key: manifest.get(key) for key in _FIGURES}
    answer |= {key: manifest.get(key) for key in ("measures", "empty")}
    answer |= {name: _rows(study, name) for name in ("scenarios", "broken", "surveys") if name in study.tables}
    answer |= {"seconds": manifest["seconds"], "study": str(study.folder)}
    if "conflict" in manifest:
        answer["conflict"] = manifest["conflict"]
    if study.tables and study.folder is not None:
        verdict = check(study.folder / PLANS / "plan")
        answer["violations"] = [asdict(violation) for violation in verdict.violations]
    return answer


def _rows(study: Study, name: str) -> list[dict[str, Any]]:
    """The rows of a table; a number that is not known is null."""
    records = study.tables[name].to_dict("records")
    return [{str(key): None if cell != cell else cell for key, cell in record.items()} for record in records]
