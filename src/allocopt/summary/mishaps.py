"""The study of what goes wrong, as a planner reads it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from allocopt.summary.layout import Grid, Section, first
from allocopt.summary.naming import Names
from allocopt.summary.words import amount, change, counted, money, percent

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
_MOST_ROWS = 15
# How a loss is called, by its kind.
_LOST = {
    "depots": "depot {}",
    "posts": "post {}",
    "bodies": "body {}",
    "pools": "{share} of the people of {}",
    "units": "{share} of the units {}",
    "links": "link {}",
    "mechanisms": "mechanism {}",
    "suppliers": "supplier {}",
    "budgets": "{share} of the line {}",
    "needs": "{}: needs doubled",
    "chances": "{}: twice as likely",
}
_TABLE = {"needs": "scenarios", "chances": "scenarios"}
# What is added, by its kind: the tables of the thing and of its place.
_ADDED = {
    "units": ("one more {}", "units", "posts"),
    "links": ("units committed under {}", "links", ""),
    "depots": ("depot {} opened, with stock", "depots", ""),
    "stock": ("more {}", "commodities", "depots"),
    "measures": ("{}", "measures", "sites"),
    "mechanisms": ("mechanism {}", "mechanisms", ""),
}


def sections(manifest: Mapping[str, Any], tables: Tables, folder: str) -> list[Section]:
    """The summary, section by section."""
    names = Names(manifest)
    title = f"{manifest.get('title', '')}: what if something fails"
    base = float(manifest["loss_if_nothing_fails"])
    return [
        Section(title, [f"If nothing fails, {money(base)} CNY are lost under the plan.", _singles(manifest, tables)]),
        Section("Standards that are then broken", _broken(manifest, tables)),
        Section("Two at once", _pairs(manifest, tables)),
        Section("What more would have helped", _additions(tables, names)),
        Section("How good the figures are", [*_quality(manifest, tables), f"The study is in {folder}."]),
    ]


def lost(name: str, manifest: Mapping[str, Any]) -> str:
    """A loss in words, from its name: kind/thing."""
    kind, _, thing = name.partition("/")
    options = manifest["options"]
    share = percent(options["cut"] if kind == "budgets" else options["ill"])
    return _LOST[kind].format(Names(manifest).of(_TABLE.get(kind, kind), thing), share=share)


def _singles(manifest: Mapping[str, Any], tables: Tables) -> Grid:
    order = tables["stresses"].sort_values("more", ascending=False, kind="stable")
    rows = [
        [
            lost(f"{row['kind']}/{row['thing']}", manifest),
            *(
                _difference(row[column])
                for column in ("more", "regret_at_least", "regret_at_most", "recovered_at_least")
            ),
        ]
        for row in order.to_dict("records")
    ]
    shown, more = first(rows, _MOST_ROWS, "losses (all of them: stresses.csv)")
    note = "CNY. More: beyond what is lost if nothing fails. Regret: so much of it a plan that had known would have "
    note += "spared, at least and at most. Repair: so much of it the plan recovers by deciding anew what is not yet "
    note += "paid for." + (f" {more}" if more else "")
    return Grid("", ["If this is lost", "More", "Regret ≥", "Regret ≤", "Repair"], shown, note=note)


def _broken(manifest: Mapping[str, Any], tables: Tables) -> list[Grid | str]:
    names, found = Names(manifest), tables["broken"]
    found = found[found["second"] == ""]
    if found.empty:
        return ["None, whichever single thing is lost."]
    kept = {f"{row['kind']}/{row['thing']}": row["can_keep_all"] for row in tables["stresses"].to_dict("records")}
    rows = [
        [
            lost(loss, manifest),
            ", ".join(f"{names.of('standards', str(name))} ({counted(len(part), 'row')})" for name, part in group),
            kept[loss] or "not known",
        ]
        for loss, group in ((str(loss), part.groupby("standard")) for loss, part in found.groupby("first"))
    ]
    shown, more = first(rows, _MOST_ROWS, "losses (all of them: broken.csv)")
    return [Grid("", ["If this is lost", "Standards missed", "Repair keeps all"], shown, 3, more)]


def _pairs(manifest: Mapping[str, Any], tables: Tables) -> list[Grid | str]:
    order = tables["pairs"].sort_values("more", ascending=False, kind="stable")
    rows = [
        [
            f"{lost(row['first'], manifest)} + {lost(row['second'], manifest)}",
            *(_difference(row[column]) for column in ("more", "beyond_singles", "regret_at_least", "regret_at_most")),
        ]
        for row in order.to_dict("records")
    ]
    shown, more = first(rows, _MOST_ROWS, "pairs (all of them: pairs.csv)")
    note = "CNY. Beyond: more than the two lose one by one." + (f" {more}" if more else "")
    return [Grid("", ["If both are lost", "More", "Beyond", "Regret ≥", "Regret ≤"], shown, note=note)] if rows else []


def _additions(tables: Tables, names: Names) -> list[Grid | str]:
    if tables["additions"].empty:
        return ["No plan that had known does anything more than this one that could be tried on it."]
    order = tables["additions"].sort_values("averted", ascending=False, kind="stable")
    losses = len(tables["stresses"])
    rows = [
        [
            added(row, names),
            amount(row["amount"]),
            money(row["cost_cny"]),
            change(row["averted"]),
            change(row["averted_if_nothing_fails"]),
            f"{row['helps']} of {losses}",
        ]
        for row in order.to_dict("records")
    ]
    note = "CNY. Averts: the mean over all single losses, by their weights. Each is paid for beyond all lines, with "
    note += "people of its own. Candidates are what the plans that had known do and this one does not."
    return [Grid("", ["One thing more", "Amount", "Costs", "Averts", "If nothing fails", "Helps"], rows, note=note)]


def added(row: Mapping[Any, Any], names: Names) -> str:
    """An addition in words."""
    words, table, places = _ADDED[row["kind"]]
    what = words.format(names.of(table, row["thing"]))
    return f"{what} at {names.of(places, row['place'])}" if row["place"] else what


def _difference(number: float) -> str:
    """A difference; that it is not known, where nothing was proved."""
    return change(number) if math.isfinite(number) else "not known"


def _quality(manifest: Mapping[str, Any], tables: Tables) -> list[str]:
    options, untouched = manifest["options"], manifest["not_felt"]
    told = [f"{counted(len(tables['stresses']), 'loss', 'losses')} one by one; searches stopped at a gap of "]
    told[0] += f"{percent(options['gap'])}. A smaller --gap brings at least and at most nearer."
    if untouched:
        things = ", ".join(f"{number} of {kind}" for kind, number in untouched.items())
        told.append(f"Not tried, since the plan makes no use of them: {things}.")
    return told
