"""The loss by area, by hazard and by site, before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from allocopt.report.found import Told
from allocopt.report.view import Bar, Cell, Part, Table
from allocopt.report.words import Words
from allocopt.summary import sums
from allocopt.summary.sums import rows_of
from allocopt.summary.words import amount, money, percent, share_of

_MOST_SITES = 25


def losing(told: Told, words: Words) -> list[Part]:
    return [*_points(told, words), *_sites(told, words)]


def _points(told: Told, words: Words) -> list[Part]:
    """Of points too many for a row each, how many are reached."""
    rows: list[list[Cell]] = [
        [
            told.names.of("classes", found["response"]),
            f"{found['points']:,}",
            amount(found["reached"]),
            Bar(percent(found["reached"] / found["weight"]), found["reached"] / found["weight"]),
        ]
        for found in sums.points_reached(told.plan)
        if found["weight"] > 0
    ]
    headings = [words(f"column.{column}") for column in ("response", "points", "weight", "share")]
    return [Table(words("loss.points"), headings, rows)] if rows else []


def _sites(told: Told, words: Words) -> list[Part]:
    cells, names = told.plan.table("sites"), told.names
    if cells.empty:
        return []
    cells = cells.assign(area=sums.areas_to_show(cells["site"], names.areas))
    missing = sums.missing_supplies(told.plan, cells)
    extra = [(words("missing_supplies"), *missing)] if missing[0] > 0 else []
    by_area = _losses(cells, "area", lambda area: area or words("no_area"))
    by_hazard = _losses(cells, "hazard", lambda hazard: names.of("hazards", hazard))
    by_site = _losses(cells, "site", lambda site: names.of("sites", site))
    note = words("more_sites", number=f"{len(by_site) - _MOST_SITES:,}") if len(by_site) > _MOST_SITES else ""
    parts: list[Part] = [
        _table("area", [*by_area, *extra], words),
        _table("hazard", [*by_hazard, *extra], words),
        _table("site", by_site[:_MOST_SITES], words, note),
    ]
    if yearly := told.plan.manifest.get("averted_after_horizon_cny_year"):
        parts.append(words("after_horizon", money=money(yearly)))
    return parts


def _losses(cells: pd.DataFrame, column: str, name: Callable[[str], str]) -> list[tuple[str, float, float]]:
    found = rows_of(sums.loss_sums(cells, column))
    return [(name(str(key)), float(row["loss_before_cny"]), float(row["loss_cny"])) for key, row in found]


def _table(key: str, losses: Sequence[tuple[str, float, float]], words: Words, note: str = "") -> Table:
    """A bar for the loss that is left on one for the loss if nobody acts."""
    most = max((before for _, before, _ in losses), default=0.0) or 1.0
    rows: list[list[Cell]] = [
        [name, Bar(money(before), before / most), Bar(money(after), after / most), share_of(before - after, before)]
        for name, before, after in losses
    ]
    headings = [words(f"column.{column}") for column in (key, "loss_before", "loss_after", "averted")]
    return Table(words(f"loss.by_{key}"), headings, rows, 1, note)
