"""What an action is worth, in the units of the objective, and what the objective holds against it."""

from __future__ import annotations

from allocopt.solver import Arrays
from allocopt.solving.by_hand.actions import Action
from allocopt.solving.by_hand.books import Books, plus
from allocopt.solving.by_hand.choosing import Rank
from allocopt.solving.by_hand.following import Following
from allocopt_models.objectives import Objective

# Costs below this are none.
_FREE_CNY = 1e-9
# What is gained must be more than this share of all that can be lost.
_LEAST_SHARE = 1e-9


class Valuing:
    """Values actions by the loss that they avert and the price of standards that they ease.

    Where the objective weighs something else than losses (the worst-off area, the worst outcomes) the list still goes
    by losses, as an analyst's would; where it weighs spending alone, nothing that is averted counts.
    """

    def __init__(
        self, objective: Objective, arrays: Arrays, books: Books, following: Following, *, loss: float
    ) -> None:
        self._books, self._following = books, following
        self._cost: list[float] = arrays.cost.tolist()
        self._weighs_loss = any(weight > 0 for name, weight in objective.weights.items() if name != "spending")
        self._least = _LEAST_SHARE * max(loss, 1.0)

    def worth(self, action: Action, bundle: dict[int, float]) -> float:
        """What it averts, with what it makes possible at no further cost."""
        outcome = self._following.outcome(plus(bundle, action.prospect(self._books)))
        return outcome.averted * self._weighs_loss + outcome.eased

    def rank(self, action: Action, bundle: dict[int, float]) -> Rank | None:
        """By what it averts a yuan; None where it does not help, or does not pay for a mechanism started for it."""
        worth, cash = self.worth(action, bundle), self._books.cash(bundle)
        weighed = sum([self._cost[column] * amount for column, amount in bundle.items()])
        if worth - weighed <= self._least or (action.started is not None and worth <= cash):
            return None
        return a_yuan(worth, cash, worth)


def a_yuan(worth: float, cash: float, then: float) -> Rank:
    """The rank of something by its worth a yuan; what is free comes first."""
    return (-worth / cash if cash > _FREE_CNY else float("-inf"), -then)
