"""`allocopt export`: a plan as a file for a spreadsheet or a map."""

from __future__ import annotations

from pathlib import Path

import click

from allocopt.cli import options
from allocopt.cli.failures import Command
from allocopt.cli.streams import put

KINDS = ("xlsx", "gpkg", "geojson")


@click.command("export", cls=Command, short_help="Write a plan as a file for a spreadsheet or a map.")
@options.plan
@click.option(
    "--to", "kind", metavar="|".join(KINDS), type=click.Choice(KINDS), required=True, help="What kind of file."
)
@click.option("--out", metavar="FILE", callback=options.path, help="The file; else one beside the plan's folder.")
@options.instance
@options.edited
def command(plan: str, kind: str, out: str | None, folder: str | None, edited: bool) -> int:
    """Write the plan in the folder PLAN as one file: an Excel workbook with its tables and those of its instance
    (xlsx), a GeoPackage for QGIS, with colours (gpkg), or GeoJSON for maps in a browser (geojson)."""
    from allocopt.plan import read
    from allocopt.plan.instance import instance_of

    place = Path(plan)
    found = read(place, edited=edited)
    moved = None if folder is None else Path(folder)
    city = instance_of(found, moved)
    file = Path(out) if out is not None else place.resolve().with_name(f"{place.resolve().name}.{kind}")
    if kind == "xlsx":
        from allocopt.export.workbook import export_workbook

        told = f"{export_workbook(found, city, file, moved=moved, edited=edited):,} sheets"
    elif kind == "gpkg":
        from allocopt.export.geopackage import export_geopackage

        told = f"{export_geopackage(found, city, file):,} layers"
    else:
        from allocopt.export.geojson import export_geojson

        told = f"{export_geojson(found, city, file):,} features"
    put(f"{told} are in {file}.")
    return 0
