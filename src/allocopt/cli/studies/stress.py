"""`allocopt study stress`: a plan is held fixed while things go wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import options, ranges
from allocopt.cli.failures import Command
from allocopt.cli.studies.kept import kept_study

if TYPE_CHECKING:
    from allocopt.study.study import Study


@click.command("stress", cls=Command, short_help="What is lost when things go wrong for a plan.")
@options.plan
@options.instance
@click.option("--kinds", metavar="KIND,…", callback=options.words, help="Only losses of these kinds, such as depots.")
@click.option(
    "--ill",
    metavar="SHARE",
    default="30%",
    show_default=True,
    callback=options.share,
    help="Share of a pool's people, or of a type of unit, that falls ill.",
)
@click.option(
    "--cut",
    metavar="SHARE",
    default="20%",
    show_default=True,
    callback=options.share,
    help="Share of a budget line that is cut.",
)
@click.option("--pairs", metavar="N", type=ranges.Whole(0), default=0, help="Draw so many pairs of losses as well.")
@click.option("--seed", metavar="K", type=ranges.Whole(0), default=0, show_default=True, help="Where draws start.")
@click.option(
    "--weights", metavar="NAME=W,…", callback=options.words, help="Weights of losses, by kind or kind/id; else 1 each."
)
@click.option(
    "--additions",
    metavar="N",
    type=ranges.Whole(0),
    default=8,
    show_default=True,
    help="Things more that are tried on the plan.",
)
@click.option(
    "--gap",
    metavar="G",
    default="0.02",
    show_default=True,
    callback=options.at_least_zero,
    help="Stop at this relative gap.",
)
@options.kept
@options.as_json
def command(plan: str, as_json: bool, **how: Any) -> int:
    """Hold the plan in the folder PLAN fixed while something is lost: a depot, a post, a body, people, units, a link, a
    mechanism, a supplier, a part of a budget line; or a scenario asks for twice as much, or is twice as likely. Say
    what is lost then, what a plan that had known would lose, what can be regained, and what more would have helped."""
    target = options.study_folder(plan, None, "stress")
    return kept_study(
        "allocopt.study.mishaps.run", "stress", Path(plan), target, how, "mishaps", _as_json if as_json else None
    )


def _as_json(study: Study) -> dict[str, Any]:
    """The one object of `--json`; a number that is none becomes null."""
    from allocopt.plan.manifest import plain

    manifest = study.manifest
    return {
        "instance": manifest["instance"]["name"],
        "plan": manifest["plan"]["folder"],
        "loss_if_nothing_fails": manifest["loss_if_nothing_fails"],
        **{name: plain(study.tables[name].to_dict("records")) for name in ("stresses", "pairs", "broken", "additions")},
        "not_felt": manifest["not_felt"],
        "seconds": manifest["seconds"],
        "study": str(study.folder),
    }
