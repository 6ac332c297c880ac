"""Checker parts of programmes from outside: packages with an entry point in the group `allocopt.checker`.

    [project.entry-points."allocopt.checker"]
    drones = "allocopt_drones_check:SECTION"

Each is a section like those of the registry, under the name of its programme. A plan that names a programme whose part
is not here cannot be checked, and the checker says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allocopt.checker.columns import SHAPES
from allocopt.checker.manifest import FILE, part
from allocopt.checker.registry import TABLES
from allocopt.checker.section import Section
from allocopt.checker.verdict import Book

GROUP = "allocopt.checker"


def joined_sections(manifest: Mapping[str, Any], book: Book) -> tuple[Section, ...] | None:
    """The sections of the programmes that the plan names; None, with a violation for each, where one is lacking."""
    named = part(manifest, "programmes")
    if not named:
        return ()
    sections: list[Section] = []
    for name in sorted(named):
        found = _loaded(name)
        if isinstance(found, Section):
            book.know(found.rules)
            sections.append(found)
            continue
        by = part(named, name)
        expected = f"the checker part of {name}, which made this plan: {by.get('package')} {by.get('version')}"
        book.add("programme", FILE, 0, f"programmes.{name}", found, expected)
    return tuple(sections) if len(sections) == len(named) else None


def _loaded(name: str) -> Section | str:
    """The section of this name, or why there is none."""
    from importlib.metadata import entry_points

    points = list(entry_points(group=GROUP, name=name))
    if not points:
        return "not installed"
    try:
        section = points[0].load()
    except Exception as error:  # whatever another's package raises is told, not raised
        return f"cannot be imported ({type(error).__name__}: {error})"
    if not isinstance(section, Section):
        return f"{points[0].value} is no Section"
    known = {*SHAPES, *(table.name for table in TABLES)}
    taken = sorted(known.intersection({*section.shapes, *(table.name for table in section.tables)}))
    return f"{points[0].value} has the table {taken[0]}, which is another's" if taken else section


def joined_tables(manifest: Mapping[str, Any], plan: Path) -> list[str]:
    """The files of the tables that the plan has from programmes outside."""
    named = part(manifest, "programmes")
    names = sorted(name for programme in named for name in part(part(named, programme), "tables"))
    return [f"{name}.csv" if (plan / f"{name}.csv").exists() else f"{name}.parquet" for name in names]
