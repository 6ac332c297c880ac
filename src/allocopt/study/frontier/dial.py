"""What is turned from one point of a frontier to the next: how far certain rows of the one model may be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from allocopt.arrange.money import arrange_lines
from allocopt.arrange.standards import WORST_AREA
from allocopt.city import City
from allocopt.solving.options import Options
from allocopt.solving.search import Search
from allocopt_models.city import CityData
from allocopt_models.standards import LossLeft, Requirement


class Dial(Protocol):
    """Turns the data of a model, built where most is allowed, to any point where less is."""

    def amounts(self, city: City, options: Options) -> dict[str, float]:
        """How far it is turned in a city, by name: more allows more plans."""
        ...

    def turned(self, data: CityData, city: City, options: Options) -> CityData:
        """The data as the city has them."""
        ...

    def rows(self, search: Search, name: str) -> list[tuple[int, float]]:
        """The rows of the model that an amount limits from above, and what a unit of it allows in each."""
        ...


@dataclass(frozen=True)
class MoneyDial:
    """The amounts of budget lines."""

    def amounts(self, city: City, options: Options) -> dict[str, float]:
        return {name: line.amount_cny for name, line in arrange_lines(city, options.acting(city)).items()}

    def turned(self, data: CityData, city: City, options: Options) -> CityData:
        return replace(data, lines=arrange_lines(city, options.acting(city)))

    def rows(self, search: Search, name: str) -> list[tuple[int, float]]:
        return [(row, 1.0) for row in search.rows_of(search.city.model.money.within_budget, name)]


@dataclass(frozen=True)
class CeilingDial:
    """The ceiling on the worst-off area."""

    def amounts(self, city: City, options: Options) -> dict[str, float]:
        return {WORST_AREA: city.settings.worst_area.at_most or 0.0}

    def turned(self, data: CityData, city: City, options: Options) -> CityData:
        at_most = self.amounts(city, options)[WORST_AREA]
        rows = [replace(row, required=at_most) if _is_ceiling(row) else row for row in data.requirements]
        return replace(data, requirements=rows)

    def rows(self, search: Search, name: str) -> list[tuple[int, float]]:
        kept = search.city.model.standards.standard_is_kept
        return [
            (row, requirement.measured.heads)
            for i, requirement in enumerate(search.city.data.requirements)
            if _is_ceiling(requirement) and isinstance(requirement.measured, LossLeft)
            for row in search.rows_of(kept, i)
        ]


def _is_ceiling(row: Requirement) -> bool:
    return row.standard == WORST_AREA and row.scope.area != "" and row.price_cny is None
