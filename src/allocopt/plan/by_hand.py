"""Decision tables that somebody made by hand: a folder with some of a plan's tables, or today's plan of a city."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocopt.city import City
from allocopt.faults import Fault, InputError, did_you_mean
from allocopt.instance.references import Known
from allocopt.instance.texts import Files, TableText
from allocopt.instance.today import DECISIONS, FOLDER, Decision, Rows, rows_of
from allocopt.plan.columns import PLAN_TABLES
from allocopt.reading import cells
from allocopt.schema import TABLES
from allocopt.schema.people import CrewRow
from allocopt.schema.places import SiteRow
from allocopt.schema.supply import SupplierRow

if TYPE_CHECKING:
    import pandas as pd

_WHEN = {"scenario": "scenarios", "period": "periods"}
_PLACES = frozenset({"to_depot", "to_site"})
# Every table that decides; today's plan is told without the last two.
BY_HAND: Mapping[str, Decision] = {
    **DECISIONS,
    "orders": Decision({"scenario": "scenarios", "supplier": "suppliers", "period": "periods"}, numbers=("amount",)),
    "shipments": Decision(
        {
            **_WHEN,
            "from_depot": "depots",
            "to_depot": "depots",
            "to_site": "sites",
            "commodity": "commodities",
            "via": "links",
        },
        frozenset({*_PLACES, "via"}),
        numbers=("amount",),
    ),
}


def read_by_hand(folder: Path, city: City) -> dict[str, pd.DataFrame]:
    """The decision tables in this folder, as far as they are there; outcome tables of a plan are not read, nor are
    columns that follow from the decisions.

    Raises InputError with every fault: ids that the city does not know, numbers that are none, rows said twice, columns
    and tables of unknown name; and where there is no decision table at all.
    """
    if not folder.is_dir():
        found = "a file" if folder.is_file() else "no such folder"
        raise InputError([Fault(str(folder), 0, "", found, "a folder with decision tables of a plan")])
    files = Files(folder)
    names = {name: file for name, file in files.named(PLAN_TABLES).items() if name in BY_HAND}
    known, faults = _known(city), files.faults
    if not names and not faults:
        expected = f"one at least of {', '.join(f'{name}.csv' for name in BY_HAND)}"
        faults.append(Fault("", 0, "", "no table of decisions", expected))
    tables: dict[str, Rows] = {}
    for name, file in sorted(names.items()):
        if text := files.table(file):
            faults += _unknown_columns(name, text)
            tables[name] = rows_of(BY_HAND[name], text, known, faults)
            faults += _places(text) if name == "shipments" else ()
    if faults:
        raise InputError(replace(fault, file=str(folder / fault.file)) for fault in faults)
    return as_tables(tables)


def today_of(city: City) -> dict[str, pd.DataFrame]:
    """Today's plan: the decision tables of the first stage that are in the folder `current/`.

    Raises InputError for a city without any.
    """
    there = {name: rows for name, rows in city.today.items() if city.hashes.keys() & set(_files(name))}
    if not there:
        expected = "the folder current/ with the decision tables of today's plan"
        raise InputError([Fault(str(city.folder), 0, "", "no plan of today", expected)])
    return as_tables(there)


def _files(name: str) -> tuple[str, str]:
    """Where today's table may stand."""
    return f"{FOLDER}{name}.csv", f"{FOLDER}{name}.parquet"


def as_tables(tables: Mapping[str, Rows]) -> dict[str, pd.DataFrame]:
    """Rows of text as DataFrames, amounts as numbers."""
    import pandas as pd

    return {
        name: pd.DataFrame(
            [_typed(BY_HAND[name], row) for row in rows],
            columns=[*BY_HAND[name].columns],
        )
        for name, rows in tables.items()
    }


def _typed(decision: Decision, row: Mapping[str, str]) -> dict[str, Any]:
    numbers = {column: cells.number(row[column]) for column in (*decision.whole, *decision.numbers)}
    return {**row, **numbers}


def _known(city: City) -> Known:
    ids = {
        name: frozenset(row.id for row in city.rows[name])  # type: ignore[attr-defined]
        for name, table in TABLES.items()
        if table.key == ("id",)
    }
    return {
        **ids,
        "suppliers": frozenset(row.id for row in city.of(SupplierRow)),
        "periods": frozenset(period.id for period in city.settings.periods),
        "shifts": frozenset(shift.id for shift in city.settings.shifts),
        "roles": frozenset(crew.role for crew in city.of(CrewRow)),
        "areas": frozenset(site.area for site in city.of(SiteRow)),
    }


def _unknown_columns(name: str, text: TableText) -> Iterator[Fault]:
    usual = PLAN_TABLES[name].columns
    for column in text.columns:
        if column not in usual:
            expected = f"a column of a plan's {name}{did_you_mean(column, usual)}"
            yield Fault(text.file, text.heading, column, "an unknown column", expected)


def _places(text: TableText) -> Iterator[Fault]:
    """Goods go to one place: a depot or a site."""
    for line, row in zip(text.lines, text.rows, strict=True):
        to = [column for column in sorted(_PLACES) if row.get(column)]
        if len(to) != 1:
            found = "both" if to else "neither"
            yield Fault(text.file, line, "to_site", found, "a depot in to_depot or a site in to_site")
