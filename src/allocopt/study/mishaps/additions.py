"""One thing more that the plan could do: which would have helped most, whatever goes wrong?

Candidates are what the plans that had known do and this one does not. Each is tried on the plan under every loss. It
brings its own people and money, so that nothing else has to give way; what it costs is told.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allocopt.plan.frames import frame
from allocopt.solver.arrays import Floats
from allocopt.tell.tables import TELLERS

if TYPE_CHECKING:
    import pandas as pd

    from allocopt.study.mishaps.trial import Trial

# Smaller amounts are the solver's dust.
DUST = 1e-6


@dataclass(frozen=True)
class Addition:
    """One thing more: of which kind, what, where, how much, what it costs, and the rows that it adds to the plan's
    tables."""

    kind: str
    thing: str
    place: str
    amount: float
    cost_cny: float
    rows: dict[str, list[dict[str, Any]]] = field(compare=False)

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.thing}" + (f"@{self.place}" if self.place else "")


def wanted(trial: Trial, x: Floats) -> list[Addition]:
    """What a solution does that the plan does not, one thing at a time."""
    trial.search.settle(x)
    model, arranged = trial.search.city, trial.arranged
    names = ("patrols", "posts", "depots", "stock", "measures", "mechanisms")
    there = {name: frame(name, list(TELLERS[name](model, arranged))) for name in names}
    return list(_Wanted(trial, there).all())


class _Wanted:
    def __init__(self, trial: Trial, there: Mapping[str, pd.DataFrame]) -> None:
        self._trial, self._there, self._here = trial, there, trial.ground.tables

    def all(self) -> Iterator[Addition]:
        yield from self._units()
        yield from self._committed()
        yield from self._goods()
        for table, column in (("measures", "measure"), ("mechanisms", "mechanism")):
            yield from self._started(table, column)

    def _rows(self, table: str, *, here: bool) -> list[dict[str, Any]]:
        tables = self._here if here else self._there
        return tables[table].to_dict("records") if table in tables else []  # type: ignore[return-value]

    def _more(self, table: str, keys: str, column: str) -> Iterator[tuple[dict[str, Any], float]]:
        """Rows of the solution with how much more they do than the plan's."""
        key = keys.split()
        done = {tuple(row[k] for k in key): float(row[column]) for row in self._rows(table, here=True)}
        for row in self._rows(table, here=False):
            more = float(row[column]) - done.get(tuple(row[k] for k in key), 0.0)
            if more > DUST:
                yield row, more

    def _units(self) -> Iterator[Addition]:
        """One unit more at a post, when the solution has more there; with its commitments, its crew and its post."""
        more = list(self._more("patrols", "unit post period shift via", "units"))
        stood = {(row["unit"], row["post"]) for row, _ in more if not row["via"]}
        for unit, post in sorted(stood):
            ours = [row for row, _ in more if (row["unit"], row["post"]) == (unit, post)]
            times = {(row["period"], row["shift"]) for row in ours if not row["via"]}
            rows = [
                {**row, "units": 1, "hours": row["hours"] / row["units"], "cost_cny": row["cost_cny"] / row["units"]}
                for row in ours
                if (row["period"], row["shift"]) in times
            ]
            crews = [row for time in sorted(times) for row in self._crew(unit, *time)]
            posts = self._opened("posts", "post", post)
            tables = {"patrols": rows, "crews": crews, "posts": posts}
            yield self._addition("units", unit, post, 1.0, tables)

    def _crew(self, unit: str, period: str, shift: str) -> Iterator[dict[str, Any]]:
        """The cheapest people for one unit: roles of fixed numbers first, the others from whoever may."""
        data = self._trial.arranged.data.programmes.crews
        left = data.size.get(unit, 0)
        ways = [
            (d, way) for d, way in sorted(data.drawn.items()) if (d.unit, d.period, d.shift) == (unit, period, shift)
        ]
        ways.sort(key=lambda each: (each[1].cost_cny, each[0]))
        fixed = {role: people for (of, role), people in data.fixed.items() if of == unit}
        for role, people in [*sorted(fixed.items()), ("", left - sum(fixed.values()))]:
            able = [(d, w) for d, w in ways if (d.role == role if role else d.role not in fixed)]
            if people > 0 and able:
                d, way = able[0]
                yield {**d._asdict(), "people": people, "hours": people * way.hours, "cost_cny": people * way.cost_cny}

    def _committed(self) -> Iterator[Addition]:
        """Units that stand there by the plan, committed under a link as well."""
        units = {
            tuple(row[k] for k in ("unit", "post", "period", "shift")): int(row["units"])
            for row in self._rows("patrols", here=True)
            if not row["via"]
        }
        by_link: dict[str, list[dict[str, Any]]] = {}
        for row, more in self._more("patrols", "unit post period shift via", "units"):
            free = units.get(tuple(row[k] for k in ("unit", "post", "period", "shift")), 0)
            if row["via"] and free:
                number = int(min(round(more), free))
                by_link.setdefault(row["via"], []).append({**row, "units": number, "cost_cny": 0.0})
        for link, rows in sorted(by_link.items()):
            yield self._addition("links", link, "", float(sum(row["units"] for row in rows)), {"patrols": rows})

    def _goods(self) -> Iterator[Addition]:
        """A depot with all that the solution stocks there; or more stock where the plan has a depot."""
        more = [
            {**row, "bought": units, "cost_cny": row["cost_cny"] * units / row["bought"]}
            for row, units in self._more("stock", "depot commodity", "bought")
        ]
        fresh = {row["depot"] for row in self._rows("depots", here=False)} - {
            row["depot"] for row in self._rows("depots", here=True)
        }
        for depot in sorted(fresh):
            stock = [row for row in more if row["depot"] == depot]
            tables = {"depots": self._opened("depots", "depot", depot), "stock": stock}
            yield self._addition("depots", depot, "", float(sum(row["bought"] for row in stock)), tables)
        for row in more:
            if row["depot"] not in fresh:
                yield self._addition("stock", row["commodity"], row["depot"], row["bought"], {"stock": [row]})

    def _opened(self, table: str, column: str, place: str) -> list[dict[str, Any]]:
        """The row that opens a place, where the plan does not."""
        if any(row[column] == place for row in self._rows(table, here=True)):
            return []
        return [row for row in self._rows(table, here=False) if row[column] == place]

    def _started(self, table: str, column: str) -> Iterator[Addition]:
        """A measure at a site, or a mechanism."""
        done = {(row[column], row.get("site")) for row in self._rows(table, here=True)}
        for row in self._rows(table, here=False):
            if (row[column], row.get("site")) not in done:
                yield self._addition(table, row[column], row.get("site", ""), 1.0, {table: [row]})

    @staticmethod
    def _addition(
        kind: str, thing: str, place: str, amount: float, tables: Mapping[str, list[dict[str, Any]]]
    ) -> Addition:
        rows = {name: rows for name, rows in tables.items() if rows}
        cost = math.fsum(float(row["cost_cny"]) for part in rows.values() for row in part)
        return Addition(kind, thing, place, amount, cost, rows)


def most_wanted(by_loss: Mapping[str, Sequence[Addition]], worth: Mapping[str, float], most: int) -> list[Addition]:
    """The additions that plans want whose regret, weighted, is the largest together; each as the one of these plans
    does it that regrets most."""
    together: dict[str, float] = {}
    best: dict[str, tuple[float, Addition]] = {}
    for loss, additions in by_loss.items():
        for addition in additions:
            together[addition.name] = together.get(addition.name, 0.0) + worth[loss]
            if addition.name not in best or worth[loss] > best[addition.name][0]:
                best[addition.name] = (worth[loss], addition)
    ranked = sorted((name for name in best if together[name] > 0), key=lambda name: (-together[name], name))
    return [best[name][1] for name in ranked[:most]]
