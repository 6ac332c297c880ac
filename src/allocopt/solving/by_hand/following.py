"""What follows from decisions, exactly: efforts and losses, needs that are missed, standards and their prices.

The columns of the books that follow are kept at the values that `settle` would give them; what an action averts is the
difference between before and after, by the exact formula.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import NamedTuple

from allocopt.solver import Arrays
from allocopt.solving.by_hand.books import Books, Bundle
from allocopt.solving.by_hand.owing import Owing
from allocopt.solving.by_hand.standing import Standing
from allocopt_models.city import CityModel


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
        self._left, self._need_left = names.columns("risk.left"), names.columns("supply.need_left")
        self._unmet, self._short = names.columns("supply.unmet"), names.columns("standards.short")
        self._effort, self._need_effort = names.columns("risk.effort"), names.columns("supply.need_effort")
        self._efforts = Owing(arrays, names.rows("risk.effort_is_what_actions_add_up_to"), self._effort)
        lowered = names.rows("supply.need_effort_is_what_measures_add_up_to")
        self._need_efforts = Owing(arrays, lowered, self._need_effort)
        self._needs = Owing(arrays, names.rows("supply.unmet_is_what_is_missing"), self._unmet)
        self._standards = Owing(arrays, names.rows("standards.standard_is_kept"), self._short)
        self._owing = (self._efforts, self._need_efforts, self._needs, self._standards)
        self.standing = Standing(city, books)
        self._sharper, self._sharper_of_start = _sharper(city, books)
        self.loss_cny: dict[int, float] = defaultdict(float)
        for cell, standing in city.model.risk.alike.items():
            if standing in self._left:
                self.loss_cny[self._left[standing]] += data.loss_cny[cell]
        for need, row in data.programmes.supply.needs.items():
            if need in self._unmet:
                self.loss_cny[self._unmet[need]] = data.probability[need.scenario] * row.penalty_cny
        self._implied = {i for i, row in enumerate(data.requirements) if row.implied}
        self._price = {i: row.price_cny for i, row in enumerate(data.requirements) if row.price_cny}
        self.start_over()

    def do(self, bundle: Bundle) -> None:
        """Enter what is done, and all that follows."""
        self._enter(self._change(bundle, everywhere=True))

    def outcome(self, bundle: Bundle) -> Outcome:
        """What doing it would avert."""
        change = self._change(bundle)
        averted = -sum(self.loss_cny.get(column, 0.0) * amount for column, amount in change.items())
        after = self._standards.after(change)
        eased = sum(self._price[i] * (self.missed(i) - max(owed, 0.0)) for i, owed in after.items() if i in self._price)
        return Outcome(averted, eased)

    def progress(self, i: int, bundle: Bundle) -> float:
        """By how much doing it would lower what is missed of a standard."""
        return min(self.moved(i, bundle), self.missed(i))

    def moved(self, i: int, bundle: Bundle) -> float:
        """By how much doing it would move a standard, beyond what it asks for too."""
        return self._standards.now(i) - self._standards.after(self._change(bundle)).get(i, self._standards.now(i))

    def missed(self, i: int) -> float:
        """How far a standard is missed; one that another implies is kept when that is."""
        return 0.0 if i in self._implied else max(self._standards.now(i), 0.0)

    def start_over(self) -> None:
        """Nothing is done: all is lost, and all needs are missed."""
        for kept in (self._books, self.standing, *self._owing):
            kept.start_over()
        whole = {column: 1.0 for left in (self._left, self._need_left) for column in left.values()}
        self._enter(whole)
        self._enter({column: max(self._needs.now(need), 0.0) for need, column in self._unmet.items()})

    def _enter(self, change: Bundle) -> None:
        self._books.do(change)
        self.standing.enter(change)
        for owing in self._owing:
            owing.enter(change)

    def _change(self, bundle: Bundle, *, everywhere: bool = False) -> dict[int, float]:
        """The bundle with all that follows from it. What a mechanism adds to visits made before is left out unless it
        is asked for `everywhere`: who looks at one site does not see it."""
        out = dict(bundle)
        self._follow_mechanisms(out, everywhere=everywhere)
        for column, value in self.standing.after(out).items():
            self._set(out, column, value)
        for owing, efforts, left in (
            (self._efforts, self._effort, self._left),
            (self._need_efforts, self._need_effort, self._need_left),
        ):
            for key, effort in owing.after(out).items():
                self._set(out, efforts[key], effort)
                self._set(out, left[key], math.exp(-effort))
        for need, missing in self._needs.after(out).items():
            self._set(out, self._unmet[need], max(missing, 0.0))
        return out

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
