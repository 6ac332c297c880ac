"""The one model of a frontier: built where most is allowed, compiled once in each process, turned to any other point.

A search on it starts from the arrays as they were compiled, so that what it finds depends on nothing that this process
did before.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from allocopt.solver import Arrays, compile_model
from allocopt.solving.branching import Branching
from allocopt.solving.options import Options
from allocopt.solving.search import Search
from allocopt.study.frontier.dial import Dial
from allocopt_models.city import CityModel, city_model

# Threads of one process share the model, and the values in it.
ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Ground:
    """The city where most is allowed, what is turned, and how it is solved. `key` tells it from any other."""

    key: str
    city: City = field(compare=False)
    options: Options = field(compare=False)
    dial: Dial = field(compare=False)


@dataclass(frozen=True)
class Live:
    """The compiled model of the ground."""

    ground: Ground
    arranged: Arranged
    model: CityModel
    arrays: Arrays

    def search(self, city: City) -> Search:
        """A search with the amounts that a city has in place of the most."""
        dial, options = self.ground.dial, self.ground.options
        data = dial.turned(self.model.data, city, options)
        search = Search(replace(self.model, data=data), threads=1, compiled=self.arrays)
        amounts, most = dial.amounts(city, options), self.most
        for name, rows in self._rows(search).items():
            for row, each in rows:  # they hold no constants of their own
                less = each * (amounts[name] - most[name])
                search.live.set_row(row, -np.inf, float(self.arrays.row_upper[row]) + less)
        return search

    @property
    def most(self) -> dict[str, float]:
        """The largest amounts of what is turned."""
        return self.ground.dial.amounts(self.ground.city, self.ground.options)

    def _rows(self, search: Search) -> dict[str, list[tuple[int, float]]]:
        """By name of what is turned, the rows that it limits, and what a unit of it allows in each."""
        return {name: self.ground.dial.rows(search, name) for name in self.most}

    def branching(self, search: Search, city: City) -> Branching:
        """Grows trees on a search of this model for a city."""
        amounts = self.ground.dial.amounts(city, self.ground.options)
        return Branching(search, amounts, self.most, self._rows(search), self.arrays.row_upper)


@lru_cache(maxsize=1)
def live(ground: Ground) -> Live:
    """The compiled model, made once in a process."""
    arranged = arrange(ground.city, ground.options.acting(ground.city), ground.options.objective)
    model = city_model(arranged.data)
    return Live(ground, arranged, model, compile_model(model.model))
