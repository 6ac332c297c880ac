"""Runs allocopt side by side with others: `python benchmarks/run.py [CASE…]`. See benchmarks/README.md."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click

from sidebyside import page, plot, table
from sidebyside.answers import Answer
from sidebyside.cases import CASES, AbsentError, Case
from sidebyside.limits import Limits
from sidebyside.machine import conditions, installed
from sidebyside.measure import FailedError, Run, measured

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "results" / "benchmarks"
DATA = ROOT.parent / "shared" / "data" / "benchmarks"


@click.command()
@click.argument("cases", metavar="[CASE…]", nargs=-1, type=click.Choice(list(CASES)))
@click.option("--runs", type=click.IntRange(1), default=3, show_default=True, help="Runs of each; medians are told.")
@click.option("--time-limit", type=float, default=300.0, show_default=True, help="Seconds a solver may take.")
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True, help="Threads of a solver.")
@click.option("--gap", type=float, help="Relative gap to stop at; else each case has its own.")
@click.option("--data", type=Path, default=DATA, help="Published problems. Default: ../shared/data/benchmarks.")
@click.option("--out", type=Path, default=RESULTS, help="Folder of the results. Default: results/benchmarks.")
def main(
    cases: tuple[str, ...], runs: int, time_limit: float, threads: int, gap: float | None, data: Path, out: Path
) -> None:
    """Run the CASEs, or all, and write tables and a picture; the project's README is rewritten with its own results."""
    rows: list[table.Row] = []
    known = conditions() | {"runs": str(runs), "time_limit_s": f"{time_limit:g}", "threads": str(threads)}
    for name in cases or CASES:
        case = CASES[name]
        rows += run_case(case, runs, Limits(case.gap if gap is None else gap, time_limit, threads), data)
        write(out, rows, known)  # who stops a long run keeps what it has measured
    if out.resolve() == RESULTS:
        page.put_into(ROOT / "README.md", page.page(rows, known))


def run_case(case: Case, runs: int, limits: Limits, data: Path) -> list[table.Row]:
    """The rows of one case: everybody in turn, as often as asked; who needs all the time there is, once."""
    found: list[Run] = []
    words: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as scratch:
        city = Path(scratch) / case.name
        try:
            case.make(data, city)
        except AbsentError as reason:
            click.echo(f"{case.name}: left out, {reason}")
            return []
        for _ in range(runs):
            for runner in case.runners:
                if runner not in words:
                    _run(case, runner, city, limits, found, words)
    return table.rows_of(case, found, limits.gap, words)


def _run(case: Case, runner: str, city: Path, limits: Limits, found: list[Run], words: dict[str, str]) -> None:
    package = case.needs.get(runner)
    if package is not None and installed(package) is None:
        words[runner] = f"{package} is not installed"
        return
    try:
        run = measured(case, runner, city, limits)
    except FailedError as reason:
        words[runner] = str(reason)
        click.echo(f"{case.name}: {runner}: {reason}")
        return
    found.append(run)
    if isinstance(run.answer, Answer) and not run.answer.done:
        words[runner] = "stopped by the time limit"
    click.echo(f"{case.name}: {runner}: {run.whole:.2f} s, {run.peak:.0f} MB")


def write(out: Path, rows: list[table.Row], known: dict[str, str]) -> None:
    """All that is kept of a run of the benchmarks."""
    out.mkdir(parents=True, exist_ok=True)
    table.write_csv(out / "table.csv", rows)
    (out / "conditions.json").write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    (out / "README.md").write_text(f"# Side by side\n\n{page.page(rows, known)}\n\n![ratios](ratios.svg)\n", "utf-8")
    plot.draw(rows, out / "ratios.svg")


if __name__ == "__main__":
    main()
