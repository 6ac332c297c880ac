"""Down the list of sites by loss, the largest first, round after round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from allocopt.solving.by_hand.actions import Action
from allocopt.solving.by_hand.books import Books
from allocopt.solving.by_hand.catalogue import Catalogue
from allocopt.solving.by_hand.choosing import Choices, Memory
from allocopt.solving.by_hand.following import Following
from allocopt.solving.by_hand.valuing import Valuing
from allocopt_models.city import CityData


class List:
    """The sites with what can be done at each, by what is lost there if nobody acts."""

    def __init__(
        self, data: CityData, books: Books, following: Following, catalogue: Catalogue, valuing: Valuing
    ) -> None:
        self._books, self._following = books, following
        loss = loss_by_site(data)
        unlocked = {id(action): catalogue.with_mechanisms(action) for action in catalogue.actions}
        memory = Memory()
        self._choices: list[Choices] = []
        for site, actions in sorted(catalogue.of_site().items(), key=lambda item: (-loss.get(item[0], 0.0), item[0])):
            with_mechanisms = [
                one
                for action in actions
                for one in unlocked[id(action)]
                if one.started is not None and books.cash({one.started: 1.0}) < loss.get(site, 0.0)
            ]
            self._choices.append(Choices(books, [*actions, *with_mechanisms], valuing.rank, memory))

    def go_down(self, stop: Callable[[], bool]) -> bool:
        """Round after round, until nothing that can be paid helps anywhere. False when it was stopped before."""
        helped = True
        while helped:
            helped = False
            for choices in self._choices:
                if stop():
                    return False
                helped = self._take_turn(choices) or helped
        return True

    def _take_turn(self, choices: Choices) -> bool:
        """At one site: what helps for nothing, each thing once, and the one action that averts most a yuan."""
        done: list[Action] = []
        while (choice := choices.best()) is not None and all(choice.action is not one for one in done):
            self._following.do(choice.bundle)
            done.append(choice.action)
            if self._books.cash(choice.bundle) > 0:
                break
        return bool(done)


def loss_by_site(data: CityData) -> dict[str, float]:
    """What is lost at each site if nobody acts: its risks, and expected penalties of its needs."""
    out: dict[str, float] = defaultdict(float)
    for cell, cny in data.loss_cny.items():
        out[cell.site] += cny
    for need, row in data.programmes.supply.needs.items():
        out[need.site] += data.probability[need.scenario] * row.penalty_cny * row.amount
    return out
