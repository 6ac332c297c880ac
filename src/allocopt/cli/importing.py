"""`allocopt import`: files of others as instances, a command a format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, TypeVar

import click

from allocopt.cli import options, ranges
from allocopt.cli.failures import Command
from allocopt.cli.lazy import LazyGroup
from allocopt.cli.streams import put, say

if TYPE_CHECKING:
    from allocopt.faults import Fault
    from allocopt.importers.cities import Sources
    from allocopt.importers.made import Made
    from allocopt.importers.mapping import MappingFile

F = TypeVar("F", bound=Callable[..., Any])
_HERE = "allocopt.cli.importing"
FORMATS = {
    "orlib-pmed": f"{_HERE}:orlib_pmed",
    "orlib-cap": f"{_HERE}:orlib_cap",
    "orlib-scp": f"{_HERE}:orlib_scp",
    "mclp-census": f"{_HERE}:mclp_census",
    "points": f"{_HERE}:points",
    "tables": f"{_HERE}:tables",
    "gpkg": f"{_HERE}:gpkg",
}


@click.group("import", cls=LazyGroup, commands_in=FORMATS, short_help="Make an instance of a file of others.")
def command() -> None:
    """Make an instance of a file of others; then solve it as any other."""


def _file_and_out(function: F) -> F:
    out = click.option("--out", metavar="DIR", required=True, callback=options.path, help="Folder of the instance.")
    file = click.argument("file", metavar="FILE", callback=options.path)
    return file(out(function))


def _posts_and_radius(function: F) -> F:
    p = click.option("--p", "p", metavar="P", type=ranges.Whole(), required=True, help="So many posts.")
    words = "What a post covers, in metres."
    radius = click.option("--radius", metavar="M", callback=options.number, required=True, help=words)
    return p(radius(function))


def _written(out: str, make: Callable[..., Made], *files: str, **numbers: Any) -> int:
    """Make the instance and write it, the faults of the files, the numbers and the folder told together."""
    from allocopt.faults import InputError, gathered
    from allocopt.importers.made import check_free, write

    faults: list[Fault] = []
    with gathered(faults):
        check_free(Path(out))
    with gathered(faults):
        made = make(*map(Path, files), **numbers)
    if faults:
        raise InputError(faults)
    write(made, Path(out))
    put(f"{made.settings['title']}: the instance is in {out}. Next: allocopt solve {quote(out)} --gap 0")
    return 0


@click.command("orlib-pmed", cls=Command, short_help="p-median problems of the OR-Library.")
@_file_and_out
@click.option("--p", "p", metavar="P", type=ranges.Whole(), help="So many posts; else as the file says.")
def orlib_pmed(file: str, out: str, p: int | None) -> int:
    """A p-median problem of the OR-Library: nodes, edges and p. The objective is the sum of all ways."""
    from allocopt.importers.orlib import p_median

    return _written(out, p_median, file, p=p)


@click.command("orlib-cap", cls=Command, short_help="Capacitated warehouse location of the OR-Library.")
@_file_and_out
@click.option(
    "--capacity",
    metavar="C",
    callback=options.number,
    help="Room of every warehouse; else as the file says.",
)
def orlib_cap(file: str, out: str, capacity: float | None) -> int:
    """A capacitated warehouse location problem of the OR-Library; demand may be split. The objective is the cost."""
    from allocopt.importers.orlib import capacitated_location

    return _written(out, capacitated_location, file, capacity=capacity)


@click.command("orlib-scp", cls=Command, short_help="Set covering problems of the OR-Library.")
@_file_and_out
def orlib_scp(file: str, out: str) -> int:
    """A set covering problem of the OR-Library. The objective is the cost of the columns."""
    from allocopt.importers.orlib import set_covering

    return _written(out, set_covering, file)


@click.command("mclp-census", cls=Command, short_help="Maximal covering of census points.")
@_file_and_out
@_posts_and_radius
def mclp_census(file: str, out: str, p: int, radius: float) -> int:
    """Census points with their people, who are covered within a radius. The objective is the people not covered."""
    from allocopt.importers.census import maximal_covering

    return _written(out, maximal_covering, file, p=p, radius=radius)


@click.command("points", cls=Command, short_help="Maximal covering of any number of points.")
@click.option(
    "--demand", metavar="TABLE", required=True, callback=options.path, help="Points: x, y (or lon, lat), weight."
)
@click.option("--posts", metavar="TABLE", required=True, callback=options.path, help="Posts: x, y (or lon, lat).")
@_posts_and_radius
@click.option("--out", metavar="DIR", required=True, callback=options.path, help="Folder of the instance.")
def points(demand: str, posts: str, radius: float, p: int, out: str) -> int:
    """Points with weights, in Parquet or CSV, in a plane (x, y in metres) or on the sphere (lon, lat), covered within a
    radius. The objective is the weight not covered. Points in Parquet are linked, not copied."""
    from allocopt.importers.points import covering

    return _written(out, covering, demand, posts, p=p, radius=radius)


def _mapped(function: F) -> F:
    words = "What the tables and columns are called in the file, and how their cells are read."
    return click.option("--mapping", metavar="FILE", callback=options.path, help=words)(function)


@click.command("tables", cls=Command, short_help="Tables of a city: an Excel workbook, or a folder of CSV.")
@_file_and_out
@_mapped
def tables(file: str, out: str, mapping: str | None) -> int:
    """Tables of a city in an Excel workbook (.xlsx), a sheet a table, or in a folder of CSV files. Sheets and columns
    with other names are mapped (docs/importing.md). What `allocopt export --to xlsx` wrote is read back."""
    from allocopt.importers.folder import Folder
    from allocopt.importers.workbook import Workbook

    whole = _read_mapping(mapping)
    return _imported(Folder(Path(file)) if Path(file).is_dir() else Workbook(Path(file)), whole, out)


@click.command("gpkg", cls=Command, short_help="Layers of a map: a GeoPackage.")
@_file_and_out
@_mapped
@click.option("--layer", "layers", metavar="TABLE=LAYER", multiple=True, help="The layer of a table; may be repeated.")
def gpkg(file: str, out: str, mapping: str | None, layers: tuple[str, ...]) -> int:
    """Layers of a GeoPackage: attributes are columns, geometry is coordinates (of an area, a point inside it). The
    mapping holds the settings of the city (docs/importing.md)."""
    from allocopt.importers.layers import MapFile

    named = [_parted(text) for text in layers]
    whole = _read_mapping(mapping).with_tables(named)
    travel = (whole.mapping.city or {}).get("travel")
    metric = travel.get("metric") if isinstance(travel, dict) else None
    return _imported(MapFile(Path(file), str(metric or "sphere")), whole, out)


def _parted(text: str) -> tuple[str, str]:
    table, equals, layer = (part.strip() for part in text.partition("="))
    if not (table and equals and layer):
        raise click.BadParameter(f"'{text}' is not TABLE=LAYER, such as sites=buildings.", param_hint="--layer")
    return table, layer


def _read_mapping(file: str | None) -> MappingFile:
    from allocopt.importers.mapping import NO_MAPPING, read_mapping

    return NO_MAPPING if file is None else read_mapping(Path(file))


def _imported(sources: Sources, mapping: MappingFile, out: str) -> int:
    from allocopt.importers.cities import import_city
    from allocopt.importers.made import check_free

    check_free(Path(out))
    found = import_city(sources, mapping)
    found.write(Path(out))
    for words in found.left_out:
        say(f"Left out: {words}.")
    put(f"{found.title}: the instance is in {out}. Next: allocopt solve {quote(out)}")
    return 0
