"""`allocopt solve`: the plan of an instance, written, checked and told."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import INTERRUPTED, options
from allocopt.cli.failures import Command
from allocopt.cli.interrupt import Interrupt
from allocopt.cli.progress import Display
from allocopt.cli.streams import put, put_json, say
from allocopt.cli.terminal import colour, width
from allocopt.cli.verdicts import BROKEN, verdict_text
from allocopt.clock import Clock
from allocopt.faults import InputError

if TYPE_CHECKING:
    from allocopt.checker.verdict import Verdict
    from allocopt.plan import Plan

CONFLICT, NO_PLAN = 3, 4
_STEPS = ("load", "reduce", "build", "solve", "write", "check")
_FIGURES = ("objective", "bound", "gap", "gap_avoided", "loss", "loss_if_nobody_acts", "spending")


@click.command("solve", cls=Command, short_help="Find the best plan of an instance.")
@options.city
@options.solving
@click.option("--out", metavar="DIR", callback=options.path, help="Folder of the plan; else one under results/.")
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
    """Find the best plan of the instance CITY, write it, check it and print its summary."""
    from allocopt.instance.load import load
    from allocopt.plan import check_target

    target = Path(out) if out is not None else default_folder(city, scenario, regime)
    clock = Clock(*_STEPS)
    with clock("load"):
        instance = load(city, scenario=scenario, changes=changes)
    check_target(target)
    from allocopt.checker import check

    with Interrupt() as interrupted, Display() as progress:
        from allocopt.solving.run import solve  # a Ctrl-C must not fall into the loading of the solver

        plan = solve(instance, regime=regime, **how, progress=progress, interrupted=interrupted)
    clock.take(plan.manifest)
    verdict = None
    if plan.tables:
        with clock("write"):
            plan = _written(plan, target)
        with clock("check"):
            verdict = check(target)
    if as_json:
        put_json(_as_json(plan, clock, verdict))
    else:
        _tell(plan, verdict)
    return _exit_code(plan, verdict, interrupted())


def _written(plan: Plan, target: Path) -> Plan:
    """The plan in its folder. Where that can no longer be written, what took hours is put elsewhere before it is told.

    Raises InputError then, which says where it is.
    """
    from allocopt.plan import write

    try:
        return write(plan, target)
    except InputError as error:
        try:
            room = Path(tempfile.mkdtemp(prefix="allocopt-"))
        except OSError:
            raise error from None
        try:
            write(plan, room / target.name)
        except InputError:
            room.rmdir()
            raise error from None
        told = f"; the plan is in '{room / target.name}'"
        raise InputError(replace(fault, found=fault.found + told) for fault in error.faults) from None


def default_folder(city: str, scenario: str | None, regime: str) -> Path:
    """Where a plan goes when nobody says: results/<instance>[-scenario][-regime]."""
    words = [Path(city).resolve().name or "city", scenario, None if regime == "linked" else regime]
    return Path("results") / "-".join(word for word in words if word)


def _as_json(plan: Plan, clock: Clock, verdict: Verdict | None) -> dict[str, Any]:
    """The one object of `--json`; figures are null where there is no plan."""
    from dataclasses import asdict

    found = {key: plan.manifest.get(key) for key in _FIGURES}
    answer = {"instance": plan.name, "status": plan.status, **found, **clock.told()}
    answer["plan"] = None if plan.folder is None else str(plan.folder)
    if "conflict" in plan.manifest:
        answer["conflict"] = plan.manifest["conflict"]
    if verdict is not None:
        answer["violations"] = [asdict(violation) for violation in verdict.violations]
    return answer


def _tell(plan: Plan, verdict: Verdict | None) -> None:
    from allocopt.summary.render import render

    put(render(plan, width(), colour=colour(), verdict=verdict))
    if verdict is not None and not verdict.ok:
        say(verdict_text(verdict))


def _exit_code(plan: Plan, verdict: Verdict | None, interrupted: bool) -> int:
    if plan.status == "infeasible" or (verdict is not None and not verdict.ok):
        return CONFLICT if verdict is None else BROKEN
    if interrupted:
        return INTERRUPTED
    return NO_PLAN if plan.status == "no_plan" else 0
