"""Who goes where, with what: a table a programme."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocopt.report.found import Told
from allocopt.report.view import Bar, Cell, Part, Table
from allocopt.report.words import Words
from allocopt.summary import sums
from allocopt.summary.joined import joined_tables
from allocopt.summary.sums import rows_of
from allocopt.summary.words import amount, money, percent, share_of

Rows = Sequence[Sequence[Cell]]


def doing(told: Told, words: Words) -> list[Part]:
    made = (
        _visits(told, words, "visits", "site"),
        _visits(told, words, "referrals", "area"),
        _patrols(told, words),
        _stock(told, words),
        _needs(told, words),
        _measures(told, words),
        _mechanisms(told, words),
        _beats(told, words),
        _people(told, words),
    )
    return [*(table for table in made if table is not None), *_joined(told, words)]


def _table(words: Words, key: str, columns: str, rows: Rows, left: int, note: str = "") -> Table | None:
    headings = [words(f"column.{column}") for column in columns.split()]
    return Table(words(f"doing.{key}"), headings, rows, left, note) if rows else None


def _visits(told: Told, words: Words, table: str, place: str) -> Table | None:
    if told.plan.table(table).empty:
        return None
    found, jointly = sums.visit_sums(told.plan, told.names, table, place)
    rows = [
        [
            told.names.of("bodies", str(body)),
            told.names.of("kinds", str(kind)),
            *(amount(row[column]) for column in ("visits", place, "hours")),
            money(row["cost"]),
        ]
        for (body, kind), row in rows_of(found)
    ]
    note = words("joint_visits") if jointly else ""
    return _table(words, table, f"body visit visits {place}s hours cost", rows, 2, note)


def _patrols(told: Told, words: Words) -> Table | None:
    rows = [
        [
            told.names.of("bodies", told.names.body_of("units", str(unit))),
            told.names.of("units", str(unit)),
            *(amount(row[column]) for column in ("at_once", "post", "hours", "at_sites")),
            money(row["cost_cny"]),
        ]
        for unit, row in rows_of(sums.patrol_sums(told.plan))
    ]
    return _table(words, "patrols", "body unit at_once posts hours hours_at_sites cost", rows, 2)


def _stock(told: Told, words: Words) -> Table | None:
    if told.plan.table("stock").empty:
        return None
    rows = [
        [
            told.names.of("bodies", str(body)),
            told.names.of("commodities", str(commodity)),
            *(amount(row[column]) for column in ("depot", "initial", "bought")),
            money(row["cost_cny"]),
        ]
        for (body, commodity), row in rows_of(sums.stock_sums(told.plan, told.names))
    ]
    opened = [told.names.of("depots", depot) for depot in told.plan.table("depots")["depot"]]
    note = words("depots_opened", names=words("comma").join(opened)) if opened else ""
    return _table(words, "stock", "body goods depots initial bought cost", rows, 2, note)


def _needs(told: Told, words: Words) -> Table | None:
    if told.plan.table("needs").empty:
        return None
    rows = [
        [
            told.names.of("scenarios", str(scenario)),
            told.names.of("commodities", str(commodity)),
            amount(row["need_after"]),
            amount(row["unmet"]),
            share_of(row["need_after"] - row["unmet"], row["need_after"]),
            money(row["penalty_cny"]),
        ]
        for (scenario, commodity), row in rows_of(sums.need_sums(told.plan))
    ]
    return _table(words, "needs", "scenario goods needed missing served loss", rows, 2)


def _measures(told: Told, words: Words) -> Table | None:
    if told.plan.table("measures").empty:
        return None
    rows = [
        [
            told.names.of("bodies", told.names.body_of("measures", str(measure))),
            told.names.of("measures", str(measure)),
            amount(row["site"]),
            money(row["cost_cny"]),
        ]
        for measure, row in rows_of(sums.measure_sums(told.plan))
    ]
    return _table(words, "measures", "body measure sites cost", rows, 2)


def _mechanisms(told: Told, words: Words) -> Table | None:
    rows = [
        [
            told.names.of("mechanisms", row["mechanism"]),
            told.names.of("periods", row["period"]),
            money(row["cost_cny"]),
        ]
        for row in told.plan.table("mechanisms").to_dict("records")
    ]
    return _table(words, "mechanisms", "mechanism started cost", rows, 2)


def _beats(told: Told, words: Words) -> Table | None:
    if told.plan.table("beats").empty:
        return None
    rows = [
        [
            told.names.of("posts", str(post)),
            *(amount(row[column]) for column in ("site", "people")),
            amount(row["mean"]) if row["people"] > 0 else "",
            amount(row["minutes"]),
        ]
        for post, row in rows_of(sums.beat_sums(told.plan))
    ]
    return _table(words, "beats", "post sites people mean_minutes most_minutes", rows, 1)


def _people(told: Told, words: Words) -> Table | None:
    if told.plan.table("people").empty:
        return None
    rows: list[list[Cell]] = [
        [
            told.names.of("bodies", told.names.body_of("pools", str(pool))),
            told.names.of("pools", str(pool)),
            *(amount(row[column]) for column in ("available_hours", "used_hours")),
            Bar(percent(row["share"]), row["share"]),
        ]
        for pool, row in rows_of(sums.people_sums(told.plan))
    ]
    return _table(words, "people", "body pool available_hours used_hours used", rows, 2)


def _joined(told: Told, words: Words) -> Iterator[Table]:
    """What programmes from outside do."""
    for joined in joined_tables(told.plan, told.names):
        title = words.or_as_is("programme", joined.programme)
        yield Table(title, [words.heading(column) for column in joined.columns], joined.rows, 2)
