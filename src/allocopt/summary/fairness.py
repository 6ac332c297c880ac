"""The fairness study as a planner reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from allocopt.summary.layout import Grid, Section
from allocopt.summary.words import amount, change, money, percent

if TYPE_CHECKING:
    import pandas as pd

_MEASURE = {"head": "loss per head, CNY", "total": "loss, CNY", "share": "share of the loss if nobody acts"}


def sections(manifest: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], folder: str) -> list[Section]:
    """The summary, section by section."""
    title, rows = str(manifest.get("title", "")), tables["fairness"].to_dict("records")
    if manifest["status"] != "done":
        return [Section(title, [f"No plan was found: {manifest['status']}.", f"The study is in {folder}."])]
    measure, even = manifest["measure"], [row for row in rows if row["kolm_pollak"] >= 0]
    compared = f"Areas at level {measure['level']} are compared by their {_MEASURE[measure['per']]}."
    return [
        Section(title, [compared, _prices(rows, measure["per"])]),
        Section("How even the loss per head is", [_spread(even)] if even else []),
        Section("How good the figures are", [*_quality(manifest, rows), f"The study is in {folder}."]),
    ]


def _prices(rows: list[dict[Any, Any]], per: str) -> Grid:
    note = "More: than the plan with the least loss, CNY; what it truly is lies between the last two columns."
    headings = ["Worst-off area", "It loses", "Total loss", "More", "At least", "At most"]
    return Grid("", headings, [_price(row, percent if per == "share" else money) for row in rows], note=note)


def _price(row: Mapping[Any, Any], value: Any) -> list[str]:
    if not row["plan"]:
        return [row["status"], "", "", "", "", ""]
    more = [money(row[key]) for key in ("more_at_least_cny", "more_at_most_cny")]
    return [row["area"], value(row["worst"]), money(row["loss"]), change(row["more_cny"]), *more]


def _spread(rows: list[dict[Any, Any]]) -> Grid:
    lines = [
        [row["point"], money(row["mean_per_head"]), f"{row['gini']:.3f}", money(row["kolm_pollak"])] for row in rows
    ]
    note = (
        "Gini: 0 where all lose the same. Equivalent: the loss per head that would be as bad if all had it "
        "(Kolm-Pollak)."
    )
    return Grid("", ["Plan", "Mean per head", "Gini", "Equivalent"], lines, note=note)


def _quality(manifest: Mapping[str, Any], rows: list[dict[Any, Any]]) -> list[str]:
    told = []
    if end := manifest["least_worst"]:
        least, proved = amount(end["objective"]), amount(end["bound"])
        told.append(f"The worst-off area loses {least} in the fairest plan; no plan is below {proved}.")
    if short := sum(row["status"] == "feasible" for row in rows):
        told.append(f"{short} of {len(rows)} plans miss the gap that was asked for; the table tells how far.")
    return told
