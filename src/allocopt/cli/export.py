"""`allocopt export`: a plan as a file for a spreadsheet or a map."""

from __future__ import annotations

from pathlib import Path

import click

from allocopt.cli import options
from allocopt.cli.failures import Command
from allocopt.cli.streams import put

KINDS = ("xlsx", "gpkg", "geojson")


@click.command("export", cls=Command, short_help="Write a plan or a study as a file for a spreadsheet or a map.")
@click.argument("plan", metavar="PLAN|STUDY", callback=options.path)
@click.option(
    "--to", "kind", metavar="|".join(KINDS), type=click.Choice(KINDS), required=True, help="What kind of file."
)
@click.option("--out", metavar="FILE", callback=options.path, help="The file; else one beside the plan's folder.")
@options.instance
@options.edited
def command(plan: str, kind: str, out: str | None, folder: str | None, edited: bool) -> int:
    """Write the plan in the folder PLAN as one file: an Excel workbook with its tables and those of its instance
    (xlsx), a GeoPackage for QGIS, with colours (gpkg), or GeoJSON for maps in a browser (geojson). Of a study there is
    a workbook with its tables; its plans are plans as any other."""
    from allocopt.study.study import MANIFEST

    place = Path(plan)
    file = Path(out) if out is not None else place.resolve().with_name(f"{place.resolve().name}.{kind}")
    moved = None if folder is None else Path(folder)
    told = _study(place, kind, file) if (place / MANIFEST).is_file() else _plan(place, kind, file, moved, edited)
    put(f"{told} written to {file}.")
    return 0


def _study(place: Path, kind: str, file: Path) -> str:
    from allocopt.faults import Fault, InputError
    from allocopt.study.reading import read_study

    found = read_study(place)
    if kind != "xlsx":
        plans = list(found.plans.values())
        expected = f"one of its plans, such as {plans[0]}" if plans else "a plan (this study has none of its own)"
        raise InputError([Fault(str(place), 0, "", "a study", f"{expected}; --to xlsx takes the study itself")])
    from allocopt.export.workbook import export_study_workbook
    from allocopt.summary.words import counted

    plans = [plan.relative_to(place) for plan in found.plans.values()]
    return counted(export_study_workbook(found.manifest, found.tables, found.columns, place, plans, file), "sheet")


def _plan(place: Path, kind: str, file: Path, moved: Path | None, edited: bool) -> str:
    from allocopt.plan import read
    from allocopt.plan.instance import instance_of
    from allocopt.summary.words import counted

    found = read(place, edited=edited)
    city = instance_of(found, moved)
    if kind == "xlsx":
        from allocopt.export.workbook import export_workbook

        return counted(export_workbook(found, city, file, moved=moved, edited=edited), "sheet")
    if kind == "gpkg":
        from allocopt.export.geopackage import export_geopackage

        return counted(export_geopackage(found, city, file), "layer")
    from allocopt.export.geojson import export_geojson

    return counted(export_geojson(found, city, file), "feature")
