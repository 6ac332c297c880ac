"""All actions of a city, by site and by what they are done for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from allocopt.solving.by_hand.actions import Action
from allocopt.solving.by_hand.books import Books
from allocopt.solving.by_hand.goods import goods
from allocopt.solving.by_hand.patrolling import Patrolling
from allocopt.solving.by_hand.standing import CoverKey, Standing
from allocopt.solving.by_hand.visiting import measures, visits
from allocopt_models.city import CityData
from allocopt_models.needs import Need
from allocopt_models.supply import Sending


class Catalogue:
    """All that can be done."""

    def __init__(self, data: CityData, books: Books, standing: Standing) -> None:
        self._data, self._starts, self._standing = data, books.names.columns("mechanisms.start"), standing
        self._patrolling = Patrolling(data, books, standing)
        programmes = data.programmes
        self.actions: list[Action] = [
            self._gated(action)
            for action in (
                *visits(programmes.inspection, books),
                *measures(programmes.prevention, books),
                *self._patrolling.actions(),
                *goods(programmes.supply, books),
            )
        ]
        self._shipped_to: dict[Need, list[int]] = defaultdict(list)
        for key, column in books.names.columns("supply.shipped").items():
            sending = Sending(*key)
            for scenario in programmes.supply.sent_in(sending):
                self._shipped_to[Need(scenario, sending.place, sending.commodity, sending.period)].append(column)
        self._by_column: dict[int, list[Action]] = defaultdict(list)
        for action in self.actions:
            for column in action.columns:
                self._by_column[column].append(action)

    def of_site(self) -> dict[str, list[Action]]:
        """The actions that help each site."""
        out: dict[str, list[Action]] = defaultdict(list)
        for action in self.actions:
            for site in action.sites:
                out[site].append(action)
        return out

    def done_for(self, columns: Iterable[int]) -> list[Action]:
        """The actions that are done for one of these columns."""
        found = {id(action): action for column in columns for action in self._by_column.get(column, ())}
        return list(found.values())

    def with_mechanisms(self, action: Action) -> list[Action]:
        """The action with each mechanism that may unlock it or make it better, started as early as it can be."""
        starts = (self._start(z, action.period) for z in action.mechanisms)
        return [action.with_mechanism(start) for start in starts if start is not None]

    def hours_as_asked(self, column: int, hours: float) -> Action:
        """Hours of presence that a floor asks for."""
        return self._gated(self._patrolling.as_asked(column, hours))

    def standing_at(self, cover: CoverKey) -> set[int]:
        """What is done to cover."""
        return self._standing.decided_by[cover]

    def meeting(self, needs: Iterable[Need]) -> list[int]:
        """What is done to meet needs."""
        return [column for need in needs for column in self._shipped_to.get(need, ())]

    def _gated(self, action: Action) -> Action:
        """With the starts of its mechanisms among its gates."""
        starts = [column for (z, _), column in self._starts.items() if z in action.mechanisms]
        return replace(action, gates=(*action.gates, *starts)) if starts else action

    def _start(self, mechanism: str, period: str) -> int | None:
        """The first start after which a mechanism works in a period."""
        works_from = self._data.programmes.mechanisms.works_from[mechanism]
        return next(
            (self._starts[mechanism, t] for t in works_from.get(period, ()) if (mechanism, t) in self._starts), None
        )
