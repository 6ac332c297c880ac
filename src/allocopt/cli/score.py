"""`allocopt score`: a plan made by hand, checked, completed and compared with what the same money could do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import INTERRUPTED, options, ranges
from allocopt.cli.failures import Command
from allocopt.cli.interrupt import Interrupt
from allocopt.cli.progress import Display
from allocopt.cli.streams import put, put_json
from allocopt.cli.terminal import colour, width
from allocopt.cli.verdicts import BROKEN

if TYPE_CHECKING:
    import pandas as pd

    from allocopt.checker import Violation
    from allocopt.city import City
    from allocopt.study.scoring.run import Score

_FIGURES = ("objective", "bound", "gap", "loss", "loss_if_nobody_acts", "spending")


@click.command("score", cls=Command, short_help="Score a plan made by hand, or a part of one.")
@options.city
@click.argument("tables", metavar="[TABLES]", required=False, callback=options.path)
@options.solving
@click.option(
    "--changes",
    "changes_at_most",
    metavar="K",
    type=ranges.Whole(0),
    default=5,
    show_default=True,
    help="Look for the best moves of up to so many changes.",
)
@click.option("--out", metavar="DIR", callback=options.path, help="Write the completed plan as this folder.")
@options.as_json
def command(
    city: str,
    tables: str | None,
    scenario: str | None,
    changes: tuple[str, ...],
    changes_at_most: int,
    out: str | None,
    as_json: bool,
    **how: Any,
) -> int:
    """Score the plan in the folder TABLES, made by hand for the instance CITY: some or all of a plan's tables of
    decisions. Without TABLES it is today's plan, in the instance's folder current/.

    What is given is held, the rest is completed as well as it can be, every rule is checked, and the plan is compared
    with the best that the same money could do, and with the best that a few changes could."""
    from allocopt.instance.load import load
    from allocopt.plan import check_target

    instance = load(city, scenario=scenario, changes=changes)
    given = _given(instance, tables)
    if out is not None:
        check_target(Path(out))
    with Interrupt("what was found is told") as interrupted, Display() as progress:
        from allocopt.study.scoring.run import score

        found = score(instance, given, changes=changes_at_most, **how, progress=progress, interrupted=interrupted)
    violations = _checked(found, out)
    if as_json:
        put_json(_as_json(found, violations, out))
    else:
        _tell(found, given, violations, tables, out)
    if interrupted():
        return INTERRUPTED
    return BROKEN if violations or found.strays else 0


def _given(city: City, tables: str | None) -> dict[str, pd.DataFrame]:
    from allocopt.plan.by_hand import read_by_hand, today_of

    return today_of(city) if tables is None else read_by_hand(Path(tables), city)


def _checked(found: Score, out: str | None) -> list[Violation]:
    """What the checker says of the completed plan, which is written first where that was asked for."""
    from allocopt.checking import check
    from allocopt.plan import write

    return check(found.plan if out is None else write(found.plan, Path(out)))


def _as_json(found: Score, violations: list[Violation], out: str | None) -> dict[str, Any]:
    """The one object of `--json`."""
    from dataclasses import asdict

    from allocopt.plan.manifest import plain

    manifest = found.plan.manifest
    answer = {"instance": found.plan.name, "status": found.plan.status, "keeps": found.keeps}
    answer |= {key: manifest.get(key) for key in _FIGURES}
    answer |= {"given": list(found.given), "completed": list(found.completed)}
    answer["not_possible"] = [{"table": stray.table, **stray.cells, "why": stray.why} for stray in found.strays]
    answer["violations"] = [asdict(violation) for violation in violations]
    return plain(answer | manifest["score"] | {"plan": out})  # type: ignore[no-any-return]


def _tell(
    found: Score, given: dict[str, pd.DataFrame], violations: list[Violation], tables: str | None, out: str | None
) -> None:
    from allocopt.summary.layout import to_text
    from allocopt.summary.score import sections

    rows = {name: len(table) for name, table in given.items()}
    told = sections(found, rows, [str(violation) for violation in violations], tables or "current/", out)
    put(to_text(told, width(), colour=colour()))
