"""What follows from decisions, exactly: efforts and losses, needs that are missed, standards and their prices.

The columns of the books that follow are kept at the values that `settle` would give them; what an action averts is the
difference between before and after, by the exact formula.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from allocopt.solver import Arrays
from allocopt.solving.by_hand.books import Books, Bundle
from allocopt.solving.by_hand.one_more import Moved, OneMore
from allocopt.solving.by_hand.owing import Owing
from allocopt.solving.by_hand.standing import CoverKey, Standing
from allocopt_models.city import CityModel
from allocopt_models.needs import Need
from allocopt_models.terms import Cell


class Sharper(NamedTuple):
    """Visits that find more while a mechanism works: their column, that of the visits, of the starts, and the most."""

    column: int
    visits: int
    starts: tuple[int, ...]
    most: int


class Outcome(NamedTuple):
    """Of something that is done: the loss in CNY that it averts, and by how much it lowers the price of standards
    that are missed."""

    averted: float
    eased: float


class Following:
    """Keeps what follows from decisions at its true value."""

    def __init__(self, city: CityModel, arrays: Arrays, books: Books) -> None:
        self._books = books
        names, data = books.names, city.data
        left, need_left = names.columns("risk.left"), names.columns("supply.need_left")
        effort, need_effort = names.columns("risk.effort"), names.columns("supply.need_effort")
        self._unmet, self._short = names.columns("supply.unmet"), names.columns("standards.short")
        self._efforts = Owing(arrays, names.rows("risk.effort_is_what_actions_add_up_to"), effort)
        lowered = names.rows("supply.need_effort_is_what_measures_add_up_to")
        self._need_efforts = Owing(arrays, lowered, need_effort)
        self._needs = Owing(arrays, names.rows("supply.unmet_is_what_is_missing"), self._unmet)
        self._standards = Owing(arrays, names.rows("standards.standard_is_kept"), self._short)
        self._owing = (self._efforts, self._need_efforts, self._needs, self._standards)
        self._left_after = {effort[cell]: left[cell] for cell in effort}
        self._left_after |= {need_effort[need]: need_left[need] for need in need_effort}
        self._whole = dict.fromkeys([*left.values(), *need_left.values()], 1.0)
        self.standing = Standing(city, books)
        self._one_more = OneMore(self.standing, data.programmes.response, left, self._find_one_more)
        self._sharper, self._sharper_of_start = _sharper(city, books)
        self._loss_cny = _loss_by_column(city, left, self._unmet)
        self._implied = {i for i, row in enumerate(data.requirements) if row.implied}
        prices = {short: data.requirements[i].price_cny for i, short in self._short.items()}
        self._price = {short: cny for short, cny in prices.items() if cny}
        self._counted = set(self._standards.moved_by()) if self._price else set()
        moved_by = [owing.moved_by() for owing in (self._efforts, self._need_efforts, self._needs)]
        others = {*self._sharper, *self._sharper_of_start}.union(*moved_by)
        self._only_covering = self.standing.only_covering() - others
        self._moving = self.standing.moved_by() | others | self._counted
        self.start_over()

    def do(self, bundle: Bundle) -> None:
        """Enter what is done, and all that follows."""
        self._enter(self._change(bundle, everywhere=True))

    def outcome(self, bundle: Bundle) -> Outcome:
        """What doing it would avert."""
        moving = {column: amount for column, amount in bundle.items() if column in self._moving}
        covers = self._covers_of_one_unit(moving)
        if covers is None:
            change = self._change(moving)
            return self._outcome(self._losses_moved(change), change)
        moved = [self._one_more[cover] for cover in covers]
        for each in moved if self._price else ():
            moving.update(each.counted)
        return self._outcome([cny for losses, _ in moved for cny in losses], moving)

    def progress(self, i: int, bundle: Bundle) -> float:
        """By how much doing it would lower what is missed of a standard."""
        return min(self.moved(i, bundle), self.missed(i))

    def moved(self, i: int, bundle: Bundle) -> float:
        """By how much doing it would move a standard, beyond what it asks for too."""
        short, now = self._short[i], self._standards.now(self._short[i])
        return now - self._standards.after(self._change(bundle)).get(short, now)

    def missed(self, i: int) -> float:
        """How far a standard is missed; one that another implies is kept when that is."""
        return 0.0 if i in self._implied else max(self._standards.now(self._short[i]), 0.0)

    def start_over(self) -> None:
        """Nothing is done: all is lost, and all needs are missed."""
        for kept in (self._books, self.standing, *self._owing):
            kept.start_over()
        self._one_more.clear()
        self._enter(self._whole)
        self._enter({column: max(self._needs.now(column), 0.0) for column in self._unmet.values()})

    def _enter(self, change: Bundle) -> None:
        self._books.do(change)
        self.standing.enter(change)
        for owing in self._owing:
            owing.enter(change)
        self._one_more.forget(change)

    def _covers_of_one_unit(self, bundle: Bundle) -> Sequence[CoverKey] | None:
        """What a bundle covers that is one unit more and nothing else, where each cover can be looked at alone."""
        if len(bundle) != 1:
            return None
        ((column, amount),) = bundle.items()
        return self._one_more.covers_apart(column) if amount == 1.0 and column in self._only_covering else None

    def _find_one_more(self, cover: CoverKey) -> Moved:
        change: dict[int, float] = {}
        self._follow(change, self.standing.after_one_more(cover))
        counted = {column: amount for column, amount in change.items() if column in self._counted}
        return Moved(self._losses_moved(change), counted)

    def _outcome(self, losses: Sequence[float], change: Bundle) -> Outcome:
        return Outcome(-sum(losses), self._eased(change) if self._price else 0.0)

    def _losses_moved(self, change: Bundle) -> list[float]:
        """By how much losses move, in CNY."""
        loss_cny = self._loss_cny
        return [loss_cny[column] * amount for column, amount in change.items() if column in loss_cny]

    def _eased(self, change: Bundle) -> float:
        """By how much the price of standards that are missed falls."""
        after = self._standards.after(change)
        now = self._standards.now
        return float(
            sum(
                self._price[short] * (max(now(short), 0.0) - max(owed, 0.0))
                for short, owed in after.items()
                if short in self._price
            )
        )

    def _change(self, bundle: Bundle, *, everywhere: bool = False) -> dict[int, float]:
        """The bundle with all that follows from it. What a mechanism adds to visits made before is left out unless it
        is asked for `everywhere`: who looks at one site does not see it."""
        out = dict(bundle)
        if self._sharper:
            self._follow_mechanisms(out, everywhere=everywhere)
        self._follow(out, self.standing.after(out))
        return out

    def _follow(self, out: dict[int, float], values: Mapping[int, float]) -> None:
        """Add the columns that come to these values, and what follows from all of it."""
        for column, value in values.items():
            self._set(out, column, value)
        for owing in (self._efforts, self._need_efforts):
            for column, effort in owing.after(out).items():
                self._set(out, column, effort)
                self._set(out, self._left_after[column], math.exp(-effort))
        for column, missing in self._needs.after(out).items():
            self._set(out, column, max(missing, 0.0))

    def _follow_mechanisms(self, out: dict[int, float], *, everywhere: bool) -> None:
        sharper: list[Sharper] = []
        for column in tuple(out):
            sharper += self._sharper.get(column, ())
            sharper += self._sharper_of_start.get(column, ()) if everywhere else ()
        for entry in sharper:
            works = sum(self._after(out, start) for start in entry.starts)
            self._set(out, entry.column, min(self._after(out, entry.visits), entry.most * works))

    def _after(self, out: Bundle, column: int) -> float:
        return self._books.x[column] + out.get(column, 0.0)

    def _set(self, out: dict[int, float], column: int, value: float) -> None:
        out[column] = value - self._books.x[column]


def _loss_by_column(city: CityModel, left: Mapping[Cell, int], unmet: Mapping[Need, int]) -> dict[int, float]:
    """The loss in CNY for each one of a column: of what is left in cells, of what is missed of needs."""
    data = city.data
    out: dict[int, float] = defaultdict(float)
    for cell, standing in city.model.risk.alike.items():
        if standing in left:
            out[left[standing]] += data.loss_cny[cell]
    for need, row in data.programmes.supply.needs.items():
        if need in unmet:
            out[unmet[need]] = data.probability[need.scenario] * row.penalty_cny
    return dict(out)


def _sharper(city: CityModel, books: Books) -> tuple[dict[int, list[Sharper]], dict[int, list[Sharper]]]:
    """By column of the visits, and by column of the start of the mechanism."""
    data, names = city.data.programmes, books.names
    starts, visits = names.columns("mechanisms.start"), names.columns("inspection.visits")
    by_visits: dict[int, list[Sharper]] = defaultdict(list)
    by_start: dict[int, list[Sharper]] = defaultdict(list)
    for (kind, site, t, z), column in names.columns("inspection.sharper").items():
        working = tuple(starts[z, tau] for tau in data.mechanisms.works_from[z].get(t, ()) if (z, tau) in starts)
        visit = (kind, site, t)
        entry = Sharper(column, visits[visit], working, data.inspection.most[visit])  # type: ignore[index]
        by_visits[entry.visits].append(entry)
        for start in working:
            by_start[start].append(entry)
    return by_visits, by_start
