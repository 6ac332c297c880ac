"""`allocopt study collaboration`: what bodies lose alone, gain together, and how they may share it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import INTERRUPTED, options
from allocopt.cli.failures import Command
from allocopt.cli.interrupt import Interrupt
from allocopt.cli.progress import Progress
from allocopt.cli.streams import put, put_json, say
from allocopt.cli.studies.checked import broken_plans
from allocopt.cli.terminal import colour, width
from allocopt.cli.verdicts import BROKEN

if TYPE_CHECKING:
    from allocopt.study.study import Study

CONFLICT, NO_PLAN = 3, 4


@click.command("collaboration", cls=Command, short_help="What bodies gain by working together.")
@options.city
@options.gaps
@click.option(
    "--near",
    metavar="G",
    default="0.01",
    show_default=True,
    callback=options.at_least_zero,
    help="Know each coalition's value to this share of what all together gain.",
)
@click.option(
    "--permutations",
    metavar="N",
    type=click.IntRange(4),
    default=40,
    show_default=True,
    help="Orders drawn, with more than ten bodies.",
)
@click.option("--seed", metavar="N", type=click.IntRange(0), default=0, show_default=True, help="Seed of the draw.")
@options.workers
@click.option("--out", metavar="DIR", callback=options.path, help="Folder of the study; else one under results/.")
@options.as_json
def command(
    city: str,
    scenario: str | None,
    changes: tuple[str, ...],
    out: str | None,
    as_json: bool,
    **how: Any,
) -> int:
    """Solve the instance CITY with every body alone, with its links, and with all as one; value every coalition of
    bodies; and say what each body adds, who should pay whom, and what each link and mechanism is worth."""
    from allocopt.instance.load import load
    from allocopt.study.study import check_study_target, write_study

    target = Path(out) if out is not None else options.study_folder(city, scenario, "collaboration")
    instance = load(city, scenario=scenario, changes=changes)
    check_study_target(target)
    with Interrupt("nothing is written") as interrupted, Progress() as progress:
        from allocopt.study.coalitions.run import collaboration
        from allocopt.study.workers import InterruptedStudyError

        try:
            study = collaboration(instance, **how, tell=progress, interrupted=interrupted)
        except InterruptedStudyError:
            return INTERRUPTED
    if not study.plans:
        return _without(study, as_json)
    study = write_study(study, target)
    broken = broken_plans(target / name for name in study.plans)
    if as_json:
        put_json(_as_json(study))
    else:
        _tell(study)
    for words in broken:
        say(words)
    return BROKEN if broken else 0


def _tell(study: Study) -> None:
    from allocopt.summary.collaboration import sections
    from allocopt.summary.layout import to_text

    put(to_text(sections(study.manifest, study.tables, str(study.folder)), width(), colour=colour()))


def _without(study: Study, as_json: bool) -> int:
    """Say which regime has no plan, and why."""
    from allocopt.plan import Plan
    from allocopt.summary.certificate import no_plan

    regime, plan = study.manifest["regime"], Plan(study.manifest["plan"], {})
    if as_json:
        put_json({"status": plan.status, "regime": regime, "conflict": plan.manifest.get("conflict")})
    for words in [f"There is no plan for the regime {regime}.", *no_plan(plan)]:
        say(words)
    if plan.status == "infeasible":
        say("A standard that bodies cannot keep alone may be given a price, at which it may be missed: price_cny.")
        return CONFLICT
    return NO_PLAN


def _as_json(study: Study) -> dict[str, Any]:
    """The one object of `--json`; a number that is none becomes null."""
    from allocopt.plan.manifest import plain

    by_row = {name: table.to_dict("records") for name, table in study.tables.items()}
    bodies = {row["body"]: row for row in by_row["bodies"]}
    figures = ("objective", "bound", "gap", "loss", "spending")
    said = {key: study.manifest[key] for key in ("value_of_all", "shares", "core", "settled_by", "seconds")}
    return {
        "instance": study.manifest["instance"]["name"],
        "regimes": {row["regime"]: {key: row[key] for key in figures} for row in by_row["regimes"]},
        "coalitions": {
            row["coalition"]: {"value": row["value_cny"], "high": row["high_cny"]} for row in by_row["coalitions"]
        },
        "shapley": {body: row["shapley_cny"] for body, row in bodies.items()},
        "shapley_intervals": {body: [row["shapley_low_cny"], row["shapley_high_cny"]] for body, row in bodies.items()},
        "nucleolus": {body: plain(row["nucleolus_cny"]) for body, row in bodies.items()},
        "payments": {body: row["payment_cny"] for body, row in bodies.items()},
        "leavers": by_row["leavers"],
        "poor_mergers": by_row["poor_mergers"],
        "worth": plain(by_row["worth"]),
        **said,
        "study": str(study.folder),
    }
