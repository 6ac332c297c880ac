"""The collaboration study as a planner reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from allocopt.plan import Plan
from allocopt.summary.certificate import no_plan
from allocopt.summary.layout import Grid, Section, first
from allocopt.summary.naming import Names
from allocopt.summary.words import change, counted, money, percent, share_of

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]

_VERDICTS = {"non-empty, proved": "they exist, proved", "empty, proved": "none exist, proved"}
_WORDS = {"silo": "each body alone", "linked": "with the links of the instance", "joint": "all bodies as one"}
_MOST_LEAVERS, _MOST_POOR = 5, 3
# Money below this is rounding.
CENT = 0.01


def sections(manifest: Mapping[str, Any], tables: Tables, folder: str) -> list[Section]:
    """The summary, section by section; those without parts have nothing to say."""
    names = Names(manifest)
    if not tables:
        return [Section(str(manifest.get("title", "")), _without(manifest))]
    return [
        Section(str(manifest.get("title", "")), [_regimes(tables), _gain(manifest)]),
        Section("What each body adds, and who pays whom", _bodies(manifest, tables, names)),
        Section("Whether some would rather leave", _stability(manifest, tables, names)),
        Section("What each mechanism and link is worth", _worth(tables, names)),
        Section("How good the figures are", [*_quality(manifest), f"The study is in {folder}."]),
    ]


def _without(manifest: Mapping[str, Any]) -> list[str]:
    """Which regime has no plan, and why."""
    plan = Plan(manifest["plan"], {})
    lines = [f"There is no plan for the regime {manifest['regime']}.", *no_plan(plan)]
    if plan.status == "infeasible":
        lines.append(
            "A standard that bodies cannot keep alone may be given a price, at which it may be missed: price_cny."
        )
    return lines


def _rows(tables: Tables, name: str) -> list[dict[str, Any]]:
    return tables[name].to_dict("records")  # type: ignore[return-value]


def _regimes(tables: Tables) -> Grid:
    by_name = {row["regime"]: row for row in _rows(tables, "regimes")}
    rows = [
        [f"{name}: {words}", *(money(by_name[name][key]) for key in ("objective", "bound", "spending"))]
        for name, words in _WORDS.items()
    ]
    note = "Loss with the price of standards missed, in CNY; no plan can have less than what is proved."
    return Grid("", ["Regime", "Loss", "Proved", "Spending"], rows, note=note)


def _gain(manifest: Mapping[str, Any]) -> str:
    value = manifest["value_of_all"]
    if value["high"] <= 0:
        return "Working as one gains nothing over each body alone."
    return (
        f"Working as one averts {money(value['value'])} CNY more than each body alone; surely at most "
        f"{money(value['high'])} CNY more than this plan of each alone."
    )


def _bodies(manifest: Mapping[str, Any], tables: Tables, names: Names) -> list[Grid | str]:
    rows = sorted(_rows(tables, "bodies"), key=lambda row: -row["share_cny"])
    total = sum(row["shapley_cny"] for row in rows)
    lines = [
        [
            names.of("bodies", row["body"]),
            money(row["shapley_cny"]),
            share_of(row["shapley_cny"], total),
            f"{money(row['shapley_low_cny'])}–{money(row['shapley_high_cny'])}",
            money(row["interest_falls_cny"]),
            change(row["payment_cny"]),
        ]
        for row in rows
    ]
    note = (
        "Adds: the Shapley value in CNY, and between which figures it surely lies. Falls: by how much its own loss and "
        f"spending fall. Receives (+) or pays (−): what settles shares by the {manifest['settled_by']}."
    )
    headings = ["Body", "Adds", "Share", "Between", "Falls", "Payment"]
    return [Grid("", headings, lines, note=note)]


def _called(names: Names, coalition: str) -> str:
    return ", ".join(names.of("bodies", body) for body in coalition.split("+"))


def _stability(manifest: Mapping[str, Any], tables: Tables, names: Names) -> list[Grid | str]:
    core, leavers = manifest["core"], _rows(tables, "leavers")
    verdict = _VERDICTS.get(core["verdict"], core["verdict"])
    lines: list[Grid | str] = [f"Shares that nobody would rather leave (the core): {verdict}."]
    worse = [names.of("bodies", row["body"]) for row in _rows(tables, "bodies") if row["interest_falls_cny"] < -CENT]
    if worse:
        lines.append(f"Without payments, worse off than alone: {'; '.join(worse)}.")
    if leavers:
        shown, note = first(
            [[_called(names, row["coalition"]), money(row["gain_cny"])] for row in leavers],
            _MOST_LEAVERS,
            "coalitions",
        )
        lines.append(Grid("Would gain by leaving these shares", ["Coalition", "CNY"], shown, note=note))
    elif core["verdict"].startswith("non-empty") or manifest["shares"] == "exact":
        lines.append(f"By the plans found, no coalition gains by leaving the shares of the {manifest['settled_by']}.")
    poor = _rows(tables, "poor_mergers")
    if poor:
        merged = [
            [f"{_called(names, row['first'])} | {_called(names, row['second'])}", money(row["gain_cny"])]
            for row in poor
        ]
        shown, note = first(merged, _MOST_POOR, "mergers")
        lines.append(Grid("Worth less together than apart", ["Coalitions", "CNY"], shown, note=note))
    return lines


def _worth(tables: Tables, names: Names) -> list[Grid | str]:
    rows = sorted(_rows(tables, "worth"), key=lambda row: -row["value_cny"])
    used = [row for row in rows if row["used"] == "yes"]
    unused = [names.of(row["kind"] + "s", row["id"]) for row in rows if row["used"] != "yes"]
    lines = [
        [
            names.of(row["kind"] + "s", row["id"]),
            money(row["value_cny"]),
            f"{money(row['low_cny'])}–{money(row['high_cny'])}",
            money(row["price_cny"]),
            money(row["break_even_cny"]),
        ]
        for row in used
    ]
    note = (
        "In the linked plan, CNY. Worth: what is lost more without it, and between which figures surely. Price: of a "
        "mechanism its cost, of a link that of an hour, unit or measure. It pays up to the break-even price. Worth and "
        "break-even are found with whole numbers left out (blank: above all that was tried)."
    )
    headings = ["Mechanism or link", "Worth", "Surely", "Price", "Break-even"]
    parts: list[Grid | str] = [Grid("", headings, lines, note=note)] if lines else []
    return [*parts, f"Not used: {'; '.join(unused)}."] if unused else parts


def _quality(manifest: Mapping[str, Any]) -> list[str]:
    found = manifest["coalitions"]
    number = counted(found["number"], "coalition")
    follow = found["solved"] < found["number"]
    words = [f"{found['solved']:,} of {number} solved, the others follow from them." if follow else f"{number} solved."]
    if "widest_share" in found:
        words.append(
            f"{found['near_enough']:,} values are known to {percent(manifest['options']['near'])} of what all gain, "
            f"the widest to {percent(found['widest_share'])}."
        )
    words.append(f"Shares are {manifest['shares']}.")
    return [" ".join(words)]
