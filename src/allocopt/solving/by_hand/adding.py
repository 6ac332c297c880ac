"""More by hand on top of a plan: of all that can still be done, what helps most comes first, until nothing that can be
paid helps.

As with the list of sites, what can be done is read off the model's own limits, and what it averts is valued by the
exact formula (the greedy choice for a knapsack, Dantzig 1957). One order takes what averts most a yuan, another what
averts most, which uses up a sum better where the things to be had are large beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats
from allocopt.solving.by_hand.actions import Action
from allocopt.solving.by_hand.books import Books
from allocopt.solving.by_hand.catalogue import Catalogue
from allocopt.solving.by_hand.choosing import Choices, Rank
from allocopt.solving.by_hand.following import Following
from allocopt.solving.by_hand.listed import loss_by_site
from allocopt.solving.by_hand.valuing import Valuing
from allocopt_models.city import CityModel

Order = Callable[[Action, dict[int, float]], Rank | None]


class Adding:
    """Adds to plans of a model, within the limits that these arrays of it have."""

    def __init__(self, city: CityModel, arrays: Arrays) -> None:
        self._books = Books(city, arrays)
        self._following = Following(city, arrays, self._books)
        catalogue = Catalogue(city.data, self._books, self._following.standing)
        loss = sum(loss_by_site(city.data).values())
        self._valuing = Valuing(city.data.objective, arrays, self._books, self._following, loss=loss)
        self._actions = [one for action in catalogue.actions for one in (action, *catalogue.with_mechanisms(action))]

    def filled(self, x: Floats) -> Iterator[Floats]:
        """A plan with all that helps, for each order in which it is added; none where nothing helps. What follows is
        left to be settled."""
        for order in (self._valuing.rank, self._by_worth):
            self._begin(x)
            choices, helped = Choices(self._books, self._actions, order), False
            while (choice := choices.best()) is not None:
                self._following.do(choice.bundle)
                helped = True
            if not helped:
                return
            yield np.array(self._books.x)

    def with_one_more(self, x: Floats, least: float) -> Iterator[Floats]:
        """A plan with one action more, for each that averts at least so much, first what averts most a yuan. What
        follows is left to be settled."""
        self._begin(x)
        found: list[tuple[Rank, int, dict[int, float]]] = []
        for i, action in enumerate(self._actions):
            bundle = action.bundle(self._books)
            rank = self._valuing.rank(action, bundle) if bundle else None
            if bundle and rank is not None and self._valuing.worth(action, bundle) >= least:
                found.append((rank, i, bundle))
        begun = np.array(self._books.x)
        for _, _, bundle in sorted(found, key=lambda each: each[:2]):
            out = begun.copy()
            out[list(bundle)] += list(bundle.values())
            yield out

    def _begin(self, x: Floats) -> None:
        """Enter a plan, as columns of the model."""
        self._following.start_over()
        nothing = np.array(self._books.x)
        moved = np.flatnonzero(x != nothing)
        self._following.do(dict(zip(moved.tolist(), (x - nothing)[moved].tolist(), strict=True)))

    def _by_worth(self, action: Action, bundle: dict[int, float]) -> Rank | None:
        return None if self._valuing.rank(action, bundle) is None else (-self._valuing.worth(action, bundle), 0.0)
