"""The independent checker: a plan recomputed from its tables and its instance, without the planner.

It shares no code with the rest of the project, on purpose: it reads the files, travels the streets, and adds
up the money in its own way, so that a mistake there is not repeated here. Start with `check`; the registry
lists the sections it runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Context, localcontext
from pathlib import Path
from typing import Any

from allocopt.checker.case import Case
from allocopt.checker.columns import SHAPES, shape
from allocopt.checker.deeds import Deeds
from allocopt.checker.files import Row, bytes_of
from allocopt.checker.hashes import check_hashes
from allocopt.checker.instance import Instance, read_instance
from allocopt.checker.joined import joined_sections, joined_tables
from allocopt.checker.manifest import FILE, Options, not_checked, number, part, read_manifest, read_options
from allocopt.checker.points import count_points
from allocopt.checker.registry import ACCOUNTS, PROGRAMMES, RULES, TABLES, tables_of
from allocopt.checker.rights import Rights
from allocopt.checker.risks import Effects, Risks
from allocopt.checker.section import Section
from allocopt.checker.tables import PlanTable, read_table, read_today
from allocopt.checker.trips import Trips
from allocopt.checker.verdict import Book, Verdict, Violation

__all__ = ["RULES", "Verdict", "Violation", "check"]

_DAMAGE = (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError)
"""What files that do not hold together lead to."""


def check(plan: Path, *, city: Path | None = None, edited: bool = False) -> Verdict:
    """Recompute a plan; `city` is the instance's folder if it moved, `edited` leaves out the hashes."""
    plan = Path(plan)
    plan = plan.parent if plan.name == FILE else plan
    book = Book(RULES)
    with localcontext(Context(prec=60)):
        manifest = read_manifest(plan, book)
        if manifest is None:
            _check_tables_exist(plan, book)
            return _verdict(book, {}, None)
        try:
            values = _check(plan, manifest, city, edited, book)
        except _DAMAGE as error:
            book.add("recompute", FILE, 0, "", repr(error), "files that hold together")
            values = {}
    return _verdict(book, values, number(manifest.get("bound")), not_checked(manifest))


def _check(plan: Path, manifest: dict[str, Any], city: Path | None, edited: bool, book: Book) -> Mapping[str, float]:
    """Read everything, then run every section; return the totals that could be recomputed."""
    options = read_options(manifest, book)
    noted = part(manifest, "instance").get("folder")
    folder = city if city is not None else plan / noted if isinstance(noted, str) else None
    if folder is None:
        book.add("manifest", FILE, 0, "instance.folder", noted, "the instance's folder")
        return {}
    folder = Path(folder).resolve()
    if not edited:
        tables = [table.path(plan).name for table in TABLES]
        check_hashes(manifest, folder, plan, [*tables, *joined_tables(manifest, plan)], book)
    joined = joined_sections(manifest, book)
    if joined is None:
        return {}
    shapes = SHAPES | {name: shape(line) for section in joined for name, line in section.shapes.items()}
    instance = read_instance(folder, options.scenario, list(options.changes), book, shapes)
    if instance is None:
        _check_tables_exist(plan, book)
        return {}
    sections = (*PROGRAMMES, *joined, *ACCOUNTS)
    case = _case(plan, manifest, options, instance, sections, book)
    count_points(case)
    for section in sections:
        try:
            section.check(case)
        except _DAMAGE as error:
            book.add("recompute", FILE, 0, section.name, repr(error), "files that hold together")
    return case.found.values


def _case(
    plan: Path, manifest: dict[str, Any], options: Options, city: Instance, sections: Sequence[Section], book: Book
) -> Case:
    """Everything the sections need."""
    tables = tables_of(sections)
    known: dict[str, Any] = {table: city.by_id(table) for table in city.shapes}
    known |= {"periods": city.calendar.number, "shifts": city.calendar.shift_number}
    for body in options.coalition or ():
        if body not in known["bodies"]:
            book.add("options", FILE, 0, "options.coalition", body, "an id of bodies")
    there = [table for table in tables if not table.only_with or city.rows(table.only_with)]
    rows = {table.name: list[Row]() for table in tables}
    rows |= {table.name: read_table(table, table.path(plan), known, book) for table in there}
    decided = {table.name: rows[table.name] for table in tables if table.decides}
    deeds, risks = Deeds(city, decided), Risks(city)
    return Case(
        book=book,
        city=city,
        manifest=manifest,
        options=options,
        deeds=deeds,
        today=Deeds(city, _today(city, known, book)),
        outcomes={table.name: rows[table.name] for table in tables if not table.decides},
        rights=Rights(city, deeds, options.regime, options.coalition),
        trips=Trips(city),
        risks=risks,
        effects=Effects(city, risks),
        efforts=[section.effort for section in sections if section.effort is not None],
    )


def _today(city: Instance, known: Mapping[str, Any], book: Book) -> dict[str, list[Row]]:
    """The decisions of today's plan."""
    tables: dict[str, PlanTable] = {table.name: table for table in TABLES if table.decides}
    return {
        name: read_today(tables[name], data, city.label, known, book)
        for name, data in city.today.items()
        if name in tables
    }


def _check_tables_exist(plan: Path, book: Book) -> None:
    """What can be said of the tables without a city."""
    for table in TABLES:
        if not table.only_with and bytes_of(table.path(plan)) is None:
            book.add("table", table.file, 0, "", "no such file", "a table of the plan")


def _verdict(book: Book, values: Mapping[str, float], bound: float | None, own: tuple[str, ...] = ()) -> Verdict:
    return Verdict(
        ok=not book.entries,
        loss=values.get("loss"),
        objective=values.get("objective"),
        bound=bound,
        spending=values.get("spending"),
        violations=book.entries,
        not_checked=own,
    )
