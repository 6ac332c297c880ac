"""`allocopt report`: a plan or a study as one page of HTML."""

from __future__ import annotations

from pathlib import Path

import click

from allocopt.cli import options
from allocopt.cli.failures import Command
from allocopt.cli.streams import put


@click.command("report", cls=Command, short_help="A plan or a study as one page of HTML.")
@click.argument("plan", metavar="PLAN|STUDY", callback=options.path)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of the page.")
@click.option("--out", metavar="FILE", callback=options.path, help="The file; else beside the folder, under its name.")
@options.instance
def command(plan: str, lang: str, out: str | None, folder: str | None) -> int:
    """Write the plan or the study in a folder as one file of HTML that opens without a network: a map, its tables, and
    the proof of how good it is. It needs `pip install 'allocopt[report]'`."""
    from allocopt.report import default_file, write_report

    file = Path(out) if out else default_file(Path(plan))
    size = write_report(Path(plan), file, lang, city=None if folder is None else Path(folder))
    put(f"The report is in {file} ({size:,} bytes).")
    return 0
