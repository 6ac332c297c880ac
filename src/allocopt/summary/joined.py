"""What programmes from outside do, told from the tables of the plan: it says itself what columns these have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from allocopt.plan import Plan, PlanTable
from allocopt.plan.columns import tables_of
from allocopt.summary.layout import Grid, first
from allocopt.summary.naming import Names
from allocopt.summary.sums import MOST_ROWS
from allocopt.summary.words import amount, money


@dataclass(frozen=True)
class Joined:
    """A table of such a programme: its numbers, added up for what stands in the first column, as text. The first two
    columns hold names."""

    programme: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def joined_tables(plan: Plan, names: Names) -> Iterator[Joined]:
    """The tables of such programmes that have rows."""
    for programme, title, table in _tables(plan):
        rows, figures, places = plan.table(table.name), _figures(table), _places(table)
        if rows.empty:
            continue
        of = next(iter(table.columns))
        found = rows.groupby(of)[figures].sum()
        lines = [
            [
                names.of("bodies", names.body_of(f"{of}s", str(key))),
                names.of(f"{of}s", str(key)),
                *(amount(rows[rows[of] == key][place].nunique()) for place in places),
                *((money if figure.endswith("_cny") else amount)(float(found.loc[key, figure])) for figure in figures),
            ]
            for key in found.index
        ]
        yield Joined(programme, title, ("body", of, *(f"{place}s" for place in places), *figures), lines)


def joined_grids(plan: Plan, names: Names) -> Iterator[Grid]:
    """The same as grids."""
    for joined in joined_tables(plan, names):
        shown, more = first(joined.rows, MOST_ROWS, "rows")
        yield Grid(joined.title, tuple(map(heading, joined.columns)), shown, 2, more)


def joined_deeds(plan: Plan) -> Iterator[tuple[str, str]]:
    """What is done at sites, in words: (site, deed)."""
    for _, _, table in _tables(plan):
        figures = _figures(table)
        if _places(table) and figures:
            for site, number in plan.table(table.name).groupby("site")[figures[0]].sum().items():
                yield str(site), f"{amount(float(number))} {figures[0].replace('_', ' ')}"


def heading(column: str) -> str:
    """A column's name as a heading."""
    word, money_, _ = column.partition("_cny")
    return word.replace("_", " ").capitalize() + (" CNY" if money_ else "")


def _tables(plan: Plan) -> Iterator[tuple[str, str, PlanTable]]:
    known = tables_of(plan.manifest)
    for programme, about in (plan.manifest.get("programmes") or {}).items():
        for name in about["tables"]:
            yield str(programme), str(about.get("title", "")), known[name]


def _figures(table: PlanTable) -> list[str]:
    return [column for column, cell in table.columns.items() if cell != "text"]


def _places(table: PlanTable) -> list[str]:
    return ["site"] if "site" in table.columns else []
