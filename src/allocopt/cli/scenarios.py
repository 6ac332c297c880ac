"""`allocopt scenarios`: the city solved by mpi-sppy, on one machine or, under `mpiexec`, on many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import options, ranges
from allocopt.cli.failures import Command
from allocopt.cli.streams import put, put_json

if TYPE_CHECKING:
    from allocopt.scenarios import Answer

NO_PLAN = 4


@click.command("scenarios", cls=Command, short_help="Hand an instance's scenarios to mpi-sppy.")
@options.city
@click.option(
    "--method",
    type=click.Choice(["ef", "ph"]),
    default="ef",
    show_default=True,
    help="All scenarios in one model (ef), or progressive hedging over the ranks of mpiexec (ph).",
)
@click.option("--solver", default="highs", show_default=True, help="What Pyomo calls the solver.")
@click.option(
    "--iterations", metavar="N", type=ranges.Whole(1), default=50, show_default=True, help="Rounds of hedging."
)
@click.option(
    "--rho", metavar="R", default="100", callback=options.above_zero, show_default=True, help="Weight of hedging."
)
@options.acting
@options.as_json
def command(
    city: str, scenario: str | None, changes: tuple[str, ...], method: str, solver: str, as_json: bool, **how: Any
) -> int:
    """Hand the scenarios of the instance CITY to mpi-sppy, and tell the first stage that it finds.

    It needs `pip install 'allocopt[mpi]'`. With `mpiexec -n 4 allocopt scenarios CITY --method ph` four processes share
    the scenarios.
    """
    from allocopt.instance.load import load
    from allocopt.scenarios import hand_over

    instance = load(city, scenario=scenario, changes=changes)
    answer = hand_over(instance, method, solver, **how)
    if answer is None:  # another rank tells it
        return 0
    if as_json:
        put_json(_as_json(instance.settings.name, method, answer))
    else:
        _tell(answer)
    return 0 if answer.objective is not None else NO_PLAN


def _as_json(name: str, method: str, answer: Answer) -> dict[str, Any]:
    bought = [{"depot": depot, "commodity": item, "bought": n} for (depot, item), n in sorted(answer.bought.items())]
    return {
        "instance": name,
        "method": method,
        "ranks": answer.ranks,
        "objective": answer.objective,
        "bound": answer.bound,
        "opened": list(answer.opened),
        "stock": bought,
    }


def _tell(answer: Answer) -> None:
    if answer.objective is None:
        put("mpi-sppy found no plan.")
        return
    put(f"Objective {answer.objective:,.0f}; mpi-sppy says that none can be below {answer.bound:,.0f}.")
    put(f"Depots opened: {', '.join(answer.opened) or 'none'}.")
    for (depot, commodity), amount in sorted(answer.bought.items()):
        put(f"Bought for {depot}: {amount:,.2f} {commodity}.")
