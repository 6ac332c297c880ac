"""Which losses are tried: every single one that the plan would feel, and pairs of them drawn by chance.

What a plan makes no use of, it can lose without loss: it stays as it is, and so does all that is lost under it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from random import Random
from typing import TYPE_CHECKING

from allocopt.city import City
from allocopt.faults import Fault, InputError, did_you_mean
from allocopt.plan import Plan
from allocopt.schema.money import BudgetRow
from allocopt.schema.prevention import MechanismCostRow
from allocopt.schema.supply import NeedRow, ScenarioRow
from allocopt.study.mishaps.losses import KINDS, Rows, Stress, can_double, stressed

if TYPE_CHECKING:
    import pandas as pd

Ids = frozenset[str]


def singles(city: City, plan: Plan, kinds: Sequence[str], *, ill: float, cut: float) -> list[Stress]:
    """Every single loss of these kinds that the plan would feel, kind by kind."""
    used = _Used(city, plan, cut)
    shares = {"pools": ill, "units": ill, "budgets": cut}
    return [
        Stress(kind, thing, shares.get(kind, 1.0))
        for kind in KINDS
        if kind in kinds
        for thing in sorted(getattr(used, kind)())
    ]


def not_felt(city: City, felt: Sequence[Stress], kinds: Sequence[str]) -> dict[str, int]:
    """How many things of each kind the plan could lose without feeling it."""
    rows: Rows = city.rows
    there = {kind: {row.id for row in rows[_TABLE.get(kind, kind)]} for kind in KINDS if kind in kinds}
    lost = {kind: sum(stress.kind == kind for stress in felt) for kind in there}
    return {kind: len(things) - lost[kind] for kind, things in there.items() if len(things) > lost[kind]}


_TABLE = {"needs": "scenarios", "chances": "scenarios"}


def pairs(city: City, single: Sequence[Stress], number: int, seed: int) -> list[tuple[Stress, Stress]]:
    """So many pairs drawn without putting back, in the order of the single losses; all where there are no more. What
    is gone with the one is not lost a second time."""
    gone = {stress: _gone(city, stress) for stress in single if number and stress.kind in ("bodies", "depots")}
    every = [
        (one, other)
        for one, other in (combinations(single, 2) if number else ())
        if (other.kind, other.thing) not in gone.get(one, ()) and (one.kind, one.thing) not in gone.get(other, ())
    ]
    if number >= len(every):
        return every
    return [every[place] for place in sorted(Random(seed).sample(range(len(every)), number))]


def _gone(city: City, stress: Stress) -> frozenset[tuple[str, str]]:
    """All that is no longer there after a loss: table and id."""
    tables = ("depots", "pools", "units", "links", "suppliers")

    def things(rows: Rows) -> frozenset[tuple[str, str]]:
        return frozenset((table, row.id) for table in tables for row in rows[table])

    return things(city.rows) - things(stressed(city, (stress,)).rows)


def weights_of(texts: Sequence[str], single: Sequence[Stress]) -> dict[str, float]:
    """The weight of each single loss by name: 1, or as `kind=2` or `kind/thing=2` says, the thing before the kind.
    Raises InputError with every text that says nothing of a loss that is tried."""
    said, faults = dict[str, float](), []
    known = {stress.name for stress in single} | {stress.kind for stress in single}
    for text in texts:
        name, _, number = text.rpartition("=")
        try:
            said[name] = float(number)
        except ValueError:
            said[name] = -1.0
        if name not in known:
            expected = f"a loss that is tried, by kind or as kind/thing{did_you_mean(name, sorted(known))}"
            faults.append(Fault("--weights", 0, "", f"'{text}'", f"NAME=WEIGHT, NAME being {expected}"))
        elif not 0.0 <= said[name] < float("inf"):
            faults.append(Fault("--weights", 0, "", f"'{text}'", "NAME=WEIGHT, WEIGHT being a number of at least 0"))
    if faults:
        raise InputError(faults)
    weights = {stress.name: said.get(stress.name, said.get(stress.kind, 1.0)) for stress in single}
    if single and not any(weights.values()):
        raise InputError([Fault("--weights", 0, "", "no weight above 0", "a weight above 0 for some loss")])
    return weights


class _Used:
    """By kind, what the plan makes use of, or must face."""

    def __init__(self, city: City, plan: Plan, cut: float) -> None:
        self._city, self._plan, self._cut = city, plan, cut

    def _of(self, column: str, *tables: str) -> Ids:
        found = (self._table(table)[column] for table in tables)
        return frozenset(name for names in found for name in names if name)

    def _table(self, table: str) -> pd.DataFrame:
        return self._plan.table(table)

    def depots(self) -> Ids:
        sent = self._of("from_depot", "shipments") | self._of("to_depot", "shipments")
        return self._of("depot", "depots", "stock") | sent

    def posts(self) -> Ids:
        return self._of("post", "patrols", "posts")

    def pools(self) -> Ids:
        return self._of("pool", "visits", "referrals", "crews")

    def units(self) -> Ids:
        return self._of("unit", "patrols")

    def links(self) -> Ids:
        return self._of("via", "visits", "referrals", "patrols", "presence", "crews", "shipments", "measures")

    def mechanisms(self) -> Ids:
        return self._of("mechanism", "mechanisms")

    def suppliers(self) -> Ids:
        return self._of("supplier", "orders")

    def budgets(self) -> Ids:
        """Lines of which the plan uses more than would be left; lines of a coalition that were put together are one."""
        amount = {row.id: row.amount_cny for row in self._city.of(BudgetRow)}
        found = set()
        for row in self._table("budgets").to_dict("records"):
            for line in row["line"].split("+"):
                if line in amount and row["left_cny"] < self._cut * amount[line]:
                    found.add(line)
        return frozenset(found)

    def bodies(self) -> Ids:
        return frozenset(self._bodies())

    def _bodies(self) -> Iterator[str]:
        """Whose people, places and measures are used, who helps and is helped, who pays."""
        opened = self._of("post", "posts")
        owned: Mapping[str, Ids] = {
            "pools": self.pools(),
            "units": self.units(),
            "depots": self.depots(),
            "suppliers": self.suppliers(),
            "measures": self._of("measure", "measures"),
        }
        rows: Rows = self._city.rows
        for table, used in owned.items():
            yield from (row.body for row in rows[table] if row.id in used)
        yield from (row.body for row in rows["posts"] if row.id in opened and row.body)
        for link in rows["links"]:
            yield from (link.helper, link.helped) if link.id in self.links() else ()
        started = self.mechanisms()
        yield from (row.body for row in self._city.of(MechanismCostRow) if row.mechanism in started)

    def needs(self) -> Ids:
        return frozenset(row.scenario for row in self._city.of(NeedRow) if row.amount > 0) & self._possible()

    def chances(self) -> Ids:
        return frozenset(name for name in self.needs() if can_double(self._city, name))

    def _possible(self) -> Ids:
        return frozenset(row.id for row in self._city.of(ScenarioRow) if row.probability > 0)
