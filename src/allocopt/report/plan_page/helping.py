"""Who helps whom: what is paid under each link, and how much of each period's plan crosses from body to body."""

from __future__ import annotations

from allocopt.city import City
from allocopt.report.found import Told
from allocopt.report.view import Cell, Part, Table
from allocopt.report.words import Words
from allocopt.schema.money import LinkRow
from allocopt.summary.sums import crossing_shares, help_given, rows_of
from allocopt.summary.words import amount, money

QUANTITIES = ("hours", "unit_hours", "presence_hours", "crew_hours", "goods", "goods_moved", "measures")


def helping(told: Told, city: City, words: Words) -> list[Part]:
    parts = [part for part in (_links(told, city, words), _crossing(told, words)) if part is not None]
    return list(parts) or [words("nobody_helps")]


def _links(told: Told, city: City, words: Words) -> Table | None:
    """Links under which somebody acts, with what is done and paid."""
    found = {row.id: row for row in city.of(LinkRow)}
    done = help_given(told.plan, told.names)
    shown = [quantity for quantity in (*QUANTITIES, "paid") if quantity in done.columns]
    rows: list[list[Cell]] = [
        [
            told.names.of("bodies", found[link].helper),
            told.names.of("bodies", found[link].helped),
            told.names.of("links", link),
            words.or_as_is("programme", found[link].programme),
            *(_quantity(quantity, row[quantity]) for quantity in shown),
        ]
        for link, row in rows_of(done)
        if link in found
    ]
    columns = ("helper", "helped", "link", "programme")
    headings = [*(words(f"column.{column}") for column in columns), *(words(f"done.{q}") for q in shown)]
    return Table(words("helping.links"), headings, rows, 4, words("helping.links_note")) if rows else None


def _quantity(quantity: str, done: float) -> str:
    if not done:
        return ""
    return money(done) if quantity == "paid" else amount(done)


def _crossing(told: Told, words: Words) -> Table | None:
    shares = crossing_shares(told.plan)
    shown = [quantity for quantity in QUANTITIES if quantity in {quantity for _, quantity in shares}]
    rows: list[list[Cell]] = [
        [told.names.of("periods", period), *(_share(shares.get((period, quantity))) for quantity in shown)]
        for period in told.names.in_order({period for period, _ in shares})
    ]
    headings = [words("column.period"), *(words(f"quantity.{quantity}") for quantity in shown)]
    return Table(words("helping.crossing"), headings, rows, 1, words("helping.crossing_note")) if rows else None


def _share(share: tuple[float, float] | None) -> str:
    return "" if share is None else "–".join(dict.fromkeys(amount(100 * part) for part in share))
