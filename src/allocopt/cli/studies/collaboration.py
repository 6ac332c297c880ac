"""`allocopt study collaboration`: what bodies lose alone, gain together, and how they may share it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import options, ranges
from allocopt.cli.failures import Command
from allocopt.cli.studies.kept import kept_study

if TYPE_CHECKING:
    from allocopt.study.study import Study


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
    type=ranges.Whole(4),
    default=40,
    show_default=True,
    help="Orders drawn, with more than ten bodies.",
)
@click.option("--seed", metavar="N", type=ranges.Whole(0), default=0, show_default=True, help="Seed of the draw.")
@options.kept
@options.as_json
def command(city: str, scenario: str | None, changes: tuple[str, ...], as_json: bool, **how: Any) -> int:
    """Solve the instance CITY with every body alone, with its links, and with all as one; value every coalition of
    bodies; and say what each body adds, who should pay whom, and what each link and mechanism is worth."""
    from allocopt.instance.load import load

    instance = load(city, scenario=scenario, changes=changes)
    target = options.study_folder(city, scenario, "collaboration")
    module, answer = "allocopt.study.coalitions.run", _as_json if as_json else None
    return kept_study(module, "collaboration", instance, target, how, "collaboration", answer)


def _as_json(study: Study) -> dict[str, Any]:
    """The one object of `--json`; a number that is none becomes null."""
    from allocopt.plan.manifest import plain

    manifest = study.manifest
    if not study.tables:
        conflict = manifest["plan"].get("conflict")
        return {"status": manifest["status"], "regime": manifest["regime"], "conflict": conflict}
    by_row = {name: table.to_dict("records") for name, table in study.tables.items()}
    bodies = {row["body"]: row for row in by_row["bodies"]}
    figures = ("objective", "bound", "gap", "loss", "spending")
    said = {key: manifest[key] for key in ("value_of_all", "shares", "core", "settled_by", "seconds")}
    return {
        "instance": manifest["instance"]["name"],
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
