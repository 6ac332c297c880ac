"""The one model of a frontier: built at the largest sum, compiled once in each process, turned to any smaller sum.

A search on it starts from the arrays as they were compiled, so that what it finds depends on nothing that this process
did before.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from allocopt.arrange.money import arrange_lines
from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from allocopt.solver import Arrays, compile_model
from allocopt.solving.branching import Branching
from allocopt.solving.options import Options
from allocopt.solving.search import Search
from allocopt_models.budgets import Line
from allocopt_models.city import CityModel, city_model

# Threads of one process share the model, and the values in it.
ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Ground:
    """The city with the largest sum of a frontier, and how it is solved. `key` tells it from any other."""

    key: str
    city: City = field(compare=False)
    options: Options = field(compare=False)


@dataclass(frozen=True)
class Live:
    """The compiled model at the largest sum."""

    arranged: Arranged
    model: CityModel
    arrays: Arrays

    def search(self, lines: Mapping[str, Line]) -> Search:
        """A search with these amounts in place of the largest."""
        data = replace(self.model.data, lines=lines)
        search = Search(replace(self.model, data=data), threads=1, compiled=self.arrays)
        for name, rows in self.rows_of_line(search).items():
            less = lines[name].amount_cny - self.most[name]
            for row in rows:
                search.live.set_row(row, -np.inf, float(self.arrays.row_upper[row]) + less)
        return search

    @property
    def most(self) -> dict[str, float]:
        """The largest amounts, by line."""
        return {name: line.amount_cny for name, line in self.model.data.lines.items()}

    def rows_of_line(self, search: Search) -> dict[str, list[int]]:
        """By line, the rows of the model that keep within it."""
        within = self.model.model.money.within_budget
        return {name: search.rows_of(within, name) for name in self.model.data.lines}

    def branching(self, search: Search) -> Branching:
        """Grows trees on a search of this model."""
        amounts = {name: line.amount_cny for name, line in search.city.data.lines.items()}
        return Branching(search, amounts, self.most, self.rows_of_line(search), self.arrays.row_upper)


@lru_cache(maxsize=1)
def live(ground: Ground) -> Live:
    """The compiled model, made once in a process."""
    arranged = arrange(ground.city, ground.options.acting(ground.city), ground.options.objective)
    model = city_model(arranged.data)
    return Live(arranged, model, compile_model(model.model))


def lines_at(city: City, options: Options) -> dict[str, Line]:
    """The lines of a city by id, under the regime that is asked for."""
    return arrange_lines(city, options.acting(city))
