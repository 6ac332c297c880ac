"""What the sections recompute and hand on: costs, transfers, hours, what was done, what is lost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from allocopt.checker.crowd import Count
from allocopt.checker.files import Row
from allocopt.checker.scaling import assumed


class Item(NamedTuple):
    """Where a cost is booked; a blank scenario is the first stage."""

    body: str
    area: str
    programme: str
    category: str
    period: str
    scenario: str


@dataclass
class Spent:
    """Cash, and cash times the share of life inside the horizon; the same of what stands in assumed rows."""

    cash: Decimal = Decimal(0)
    horizon: Decimal = Decimal(0)
    assumed_cash: Decimal = Decimal(0)
    assumed_horizon: Decimal = Decimal(0)


class Lent(NamedTuple):
    """What was lent over a link, in a period and (for goods) a scenario."""

    link: str
    period: str
    scenario: str


class Need(NamedTuple):
    """A need and what became of it; `penalty` is the price of one missing."""

    scenario: str
    site: str
    commodity: str
    period: str
    amount: float
    after: float
    shipped: float
    penalty: float

    @property
    def unmet(self) -> float:
        return max(0.0, self.after - self.shipped)


class Loss(NamedTuple):
    """A cell's loss before and after; `j` is the shift's number or ALL."""

    site: str
    hazard: str
    t: int
    j: int
    before: float
    effort: float
    after: float
    casualties_before: float
    casualties: float


@dataclass
class Findings:
    """Filled by one section after the other; later sections read what earlier ones wrote."""

    costs: dict[Item, Spent] = field(default_factory=lambda: defaultdict(Spent))
    lent: dict[Lent, float] = field(default_factory=lambda: defaultdict(float))
    worked: dict[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    """Hours of a pool in a period."""
    worked_via: dict[tuple[str, str, int], float] = field(default_factory=lambda: defaultdict(float))
    """Those of them that were lent, by (link, pool, period)."""
    inspected: dict[Row, float] = field(default_factory=dict)
    """Hours of each row of visits and referrals."""
    visits: dict[tuple[str, str, int], float] = field(default_factory=dict)
    """By (kind, site, period)."""
    responding: dict[tuple[str, str, int, int], int] = field(default_factory=dict)
    """By (class, site, period, shift)."""
    presence: dict[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    """Hours by (site, period)."""
    adopted: dict[tuple[str, str], int] = field(default_factory=dict)
    """The period in which a measure is started, by (measure, site)."""
    open_posts: set[str] = field(default_factory=set)
    open_depots: set[str] = field(default_factory=set)
    needs: list[Need] = field(default_factory=list)
    crowd: Count | None = None
    """Who reaches the points, where there are any."""
    losses: list[Loss] = field(default_factory=list)
    short_cny: float = 0.0
    """What missing soft standards costs."""
    answering_minutes: dict[str, float] = field(default_factory=dict)
    """Minutes to the answering post, by site."""
    values: dict[str, float] = field(default_factory=dict)
    """The totals, by name."""

    def book(self, item: Item, cash: Decimal, priced_by: Row, life_share: float = 1.0) -> None:
        """Book a cost; `priced_by` is the row whose figure it is."""
        spent = self.costs[item]
        horizon = cash * Decimal(life_share)
        spent.cash += cash
        spent.horizon += horizon
        if assumed(priced_by):
            spent.assumed_cash += cash
            spent.assumed_horizon += horizon

    def work(self, pool: str, t: int, hours: float, via: str, period: str) -> None:
        """Note hours of a pool, and that they were lent if they were."""
        self.worked[pool, t] += hours
        if via:
            self.worked_via[via, pool, t] += hours
            self.lent[Lent(via, period, "")] += hours
