"""Make the plan by hand: floors, then the list; what it comes to is left to the search to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats
from allocopt.solving.by_hand.books import Books
from allocopt.solving.by_hand.catalogue import Catalogue
from allocopt.solving.by_hand.floors import Floors
from allocopt.solving.by_hand.following import Following
from allocopt.solving.by_hand.listed import List, loss_by_site
from allocopt.solving.by_hand.valuing import Valuing
from allocopt_models.city import CityModel

# In each try, whether standards are kept by what is cheapest, not by what averts most a yuan.
ORDER_OF_TRIES = (False, False, False, True, True, True)


@dataclass(frozen=True)
class Made:
    """A plan as values of all columns, or the names of the hard standards that it could not keep."""

    x: Floats | None
    missed: tuple[str, ...] = ()


def make_by_hand(city: CityModel, arrays: Arrays, stop: Callable[[], bool]) -> Made | None:
    """The plan by hand; None when it was stopped before it was done.

    Standards are kept by the actions that avert most a yuan, or, if some cannot be kept so, by the cheapest. Those that
    cannot be kept come first the next time (squeaky wheel optimisation, Joslin and Clements 1999).
    """
    books = Books(city, arrays)
    following = Following(city, arrays, books)
    catalogue = Catalogue(city.data, books, following.standing)
    loss = sum(loss_by_site(city.data).values())
    valuing = Valuing(city.data.objective, arrays, books, following, loss=loss)
    floors = Floors(city.data, books, following, catalogue, valuing)
    order = floors.hard()
    for cheapest in ORDER_OF_TRIES:
        following.start_over()
        missed = floors.keep(order, cheapest=cheapest)
        if stop():
            return None
        if not missed:
            finished = List(city.data, books, following, catalogue, valuing).go_down(stop)
            return Made(np.array(books.x)) if finished else None
        order = [*missed, *(i for i in order if i not in missed)]
    return Made(None, tuple(sorted({city.data.requirements[i].standard for i in missed})))
