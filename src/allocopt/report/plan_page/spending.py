"""The money, by body and programme and by budget line, and what the next yuan would buy."""

from __future__ import annotations

from allocopt.report.found import Told
from allocopt.report.view import Bar, Cell, Part, Table
from allocopt.report.words import Words
from allocopt.summary import sums
from allocopt.summary.sums import rows_of
from allocopt.summary.words import amount, money, share_of


def spending(told: Told, words: Words) -> list[Part]:
    return [part for part in (_by_body(told, words), _by_line(told, words), _next(told, words)) if part is not None]


def _by_body(told: Told, words: Words) -> Table | None:
    costs = sums.costs_by_body(told.plan, told.names)
    if costs.empty:
        return None
    most = float(costs["total"].max())
    programmes = [str(column) for column in costs.columns if column != "total"]
    rows: list[list[Cell]] = [
        [
            told.names.of("bodies", str(body)),
            *(money(row[programme]) for programme in programmes),
            Bar(money(row["total"]), row["total"] / most if most > 0 else 0.0),
        ]
        for body, row in rows_of(costs)
    ]
    rows.append([words("all"), *(money(float(costs[column].sum())) for column in (*programmes, "total"))])
    headings = [
        words("column.body"),
        *(words.or_as_is("programme", name) for name in programmes),
        words("column.total"),
    ]
    return Table(words("money.by_body"), headings, rows)


def _by_line(told: Told, words: Words) -> Table | None:
    rows: list[list[Cell]] = []
    for line in sums.lines_by_use(told.plan):
        ceiling, used = float(line["amount_cny"]), float(line["used_cny"])
        share = min(max(used / ceiling, 0.0), 1.0) if ceiling > 0 else 0.0
        figures = [money(float(line[column])) for column in ("amount_cny", "used_cny", "left_cny")]
        binding = told.names.of("scenarios", line["scenario"]) if line["scenario"] else ""
        rows.append([told.names.of("budgets", line["line"]), binding, *figures, Bar(share_of(used, ceiling), share)])
    headings = [
        words(f"column.{column}") for column in ("line", "binding_scenario", "ceiling", "spent", "left", "used")
    ]
    return Table(words("money.by_line"), headings, rows, 2) if rows else None


def _next(told: Told, words: Words) -> Table | None:
    steps = sums.next_steps(told.plan)
    if not steps:
        return None
    most = max(sums.gain_a_yuan(step) for step in steps)
    rows: list[list[Cell]] = [
        [
            told.names.of("budgets", str(step["line"])),
            money(step["step_cny"]),
            money(step["gain"]),
            Bar(amount(sums.gain_a_yuan(step)), sums.gain_a_yuan(step) / most),
        ]
        for step in steps
    ]
    headings = [words(f"column.{column}") for column in ("line", "next_money", "gain", "gain_a_yuan")]
    return Table(words("money.next"), headings, rows)
