"""What more money buys where whole numbers are too many to be searched: by hand on top of plans that are there.

Plans are filled up by hand with all that the money allows, and the amounts (goods, hours) of the best are decided anew
by linear programmes, its whole numbers held. What is found is a plan, and proves nothing about others. The work is
bounded, and the same on every machine: a few passes over what can be done, and a few linear programmes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats
from allocopt.solving.buying import HELD, Bought, Buying
from allocopt.solving.by_hand.adding import Adding
from allocopt.solving.search import Found, Search

# Amounts are decided so often, with new lines each time.
MOST_ROUNDS = 4
# Room is made for so many actions, those that avert most a yuan.
MOST_TRIED = 100
# Other amounts are worth a look where they may better a plan by this share of what counts as better.
AMOUNTS_SHARE = 0.1


def fill(search: Search, limits: Arrays, starts: Sequence[Floats], found: Found, least: float) -> None:
    """The best that some plans become by adding what these limits allow, if it is better than what was found; other
    amounts where they might be better by so much. The search's model allows what the limits do."""
    adding = Adding(search.city, limits)
    for start in starts:
        best = Found(start)
        for x in adding.filled(start):
            one = Found()
            if search.keep_if_better(x, one) and one.x is not None and limits.allows(one.x):
                best = min(best, one, key=lambda each: each.objective)
        if best.objective < found.objective:
            found.x, found.objective = best.x, best.objective
        if best.x is not None:
            amounts_anew(search, best.x, found, least)


def make_room(search: Search, wider: Arrays, found: Found, least: float) -> None:
    """One action more on the plan that was found, where other amounts make room for it, if that betters the plan by so
    much. It is looked for within wider limits."""
    assert found.x is not None
    for x in islice(Adding(search.city, wider).with_one_more(found.x, least), MOST_TRIED):
        amounts_anew(search, x, found, least)


def amounts_anew(search: Search, x: Floats, found: Found, least: float) -> None:
    """The plan with the best amounts around its whole numbers, if it is better than what was found, by so much as far
    as lines tell."""
    arrays, live, whole = search.arrays, search.live, np.round(x)
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    live.set_all_bounds(np.where(arrays.whole, whole, lower), np.where(arrays.whole, whole, upper))
    try:
        for _ in range(MOST_ROUNDS):
            result = live.solve(relaxed=True, second_look=False)
            if result.x is None or result.objective > found.objective - least:
                break
            x = np.where(arrays.whole, whole, result.x)
            search.keep_if_better(x, found)
            if not search.add_lines(x, 0.0):
                break
    finally:
        live.set_all_bounds(lower, upper)


class BuyingByHand:
    """Buys by hand on top of these plans; what betters the present one by less than `gain` is nothing."""

    def __init__(self, buying: Buying, starts: Sequence[Floats], gain: float) -> None:
        self.buying, self.search, self.starts, self.gain = buying, buying.search, starts, gain

    def best(self, money: float) -> Bought:
        """The best plan found with so much more."""
        self.buying.allow(money)
        found = Found(self.buying.present, self.buying.objective)
        fill(self.search, self.buying.limits(money), self.starts, found, AMOUNTS_SHARE * self.gain)
        return self.buying.bought(found)

    def least(self, limit: float, found: Bought) -> Bought | None:
        """The plan that gains enough with the least money, up to a limit: with the whole numbers of the one found, of
        the present one, or of that with one action more. A gain was asked for."""
        buying = self.buying
        more = Adding(self.search.city, buying.limits(limit)).with_one_more(buying.present, self.gain)
        one_more = min(more, key=lambda x: -buying.left_by(x), default=None)
        plans = [x for x in (found.x, buying.present, one_more) if x is not None]
        bought = [found] if buying.objective - found.objective >= self.gain else []
        bought += [each for x in plans if (each := self._cheapest(x, limit)) is not None]
        if not bought:
            return None
        first = min(bought, key=lambda each: each.money)
        buying.allow(first.money)
        best = Found(first.x, first.objective)
        amounts_anew(self.search, first.x, best, AMOUNTS_SHARE * self.gain)
        return buying.bought(best)

    def _cheapest(self, x: Floats, limit: float) -> Bought | None:
        with self.buying.holding(x):
            return self.buying.cheapest(limit, self.gain, HELD).bought
