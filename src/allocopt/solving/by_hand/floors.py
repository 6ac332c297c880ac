"""What hard standards ask for comes first, standard by standard, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from allocopt.solving.by_hand.actions import Action
from allocopt.solving.by_hand.books import DUST, Books
from allocopt.solving.by_hand.catalogue import Catalogue
from allocopt.solving.by_hand.choosing import Choices, Rank
from allocopt.solving.by_hand.following import Following
from allocopt.solving.by_hand.lots import Sent
from allocopt.solving.by_hand.valuing import Valuing, a_yuan
from allocopt_models.city import CityData
from allocopt_models.standards import (
    HoursPresent,
    LossLeft,
    Measured,
    MeasuresAdopted,
    MoneySpent,
    NeedFilled,
    PlacesOpen,
    ShareCovered,
    UnitsCovering,
    VisitsMade,
)

# A standard counts as kept when it is missed by no more than this, relative.
KEPT = 1e-7


class Floors:
    """Hard standards, and the actions that bring them nearer."""

    def __init__(
        self, data: CityData, books: Books, following: Following, catalogue: Catalogue, valuing: Valuing
    ) -> None:
        self._data, self._books, self._following = data, books, following
        self._catalogue, self._valuing = catalogue, valuing

    def hard(self) -> list[int]:
        """The hard standards, row by row, in their order."""
        return [i for i, row in enumerate(self._data.requirements) if row.price_cny is None]

    def keep(self, order: Sequence[int], *, cheapest: bool) -> list[int]:
        """Do what these standards ask for, one after the other. Returns those that are still missed.

        Of the actions that bring a standard nearer the one that averts most a yuan is taken, or, where the `cheapest`
        are asked for, the one that costs least for how far it brings it.
        """
        return [i for i in order if not self._keep(i, cheapest=cheapest)]

    def _keep(self, i: int, *, cheapest: bool) -> bool:
        """Keep one standard; mechanisms are started for it only where nothing else helps."""
        if self._is_kept(i):
            return True
        actions = self._actions(i)
        return self._bring_nearer(i, actions, cheapest=cheapest) or self._bring_nearer(
            i,
            [one for action in actions for one in self._catalogue.with_mechanisms(action)] + actions,
            cheapest=cheapest,
        )

    def _bring_nearer(self, i: int, actions: Sequence[Action], *, cheapest: bool) -> bool:
        choices = Choices(self._books, actions, lambda action, bundle: self._rank(i, action, bundle, cheapest))
        while not self._is_kept(i):
            choice = choices.best()
            if choice is None:
                return False
            self._following.do(self._as_asked(i, choice.bundle))
        return True

    def _as_asked(self, i: int, bundle: dict[int, float]) -> dict[int, float]:
        """Of goods no more than the standard asks for."""
        if not isinstance(self._data.requirements[i].measured, NeedFilled):
            return bundle
        beyond = self._following.missed(i) / self._following.moved(i, bundle)
        return self._books.part(bundle, beyond) if beyond < 1.0 else bundle

    def _is_kept(self, i: int) -> bool:
        return self._following.missed(i) <= KEPT * max(abs(self._data.requirements[i].required), DUST)

    def _rank(self, i: int, action: Action, bundle: dict[int, float], cheapest: bool) -> Rank | None:
        progress = self._following.progress(i, bundle)
        if progress <= KEPT * max(abs(self._data.requirements[i].required), DUST):
            return None
        worth, cash = self._valuing.worth(action, bundle), self._books.cash(bundle)
        return a_yuan(progress, cash, worth) if cheapest else a_yuan(worth, cash, progress)

    def _actions(self, i: int) -> list[Action]:
        """What can bring a standard nearer."""
        measured = self._data.requirements[i].measured
        if isinstance(measured, HoursPresent):
            column_of = self._books.names.columns("presence.presence")
            columns = [column_of[tuple(p)] for p in measured.presences]
            return [self._catalogue.hours_as_asked(column, self._following.missed(i)) for column in columns]
        if isinstance(measured, LossLeft):
            return self._catalogue.actions
        if isinstance(measured, MoneySpent):
            programme = measured.line.programme
            return [action for action in self._catalogue.actions if programme in ("", action.programme)]
        found = self._catalogue.done_for(self._columns(measured))
        if isinstance(measured, NeedFilled):
            return [self._to_meet(action, measured) for action in found]
        return found

    def _to_meet(self, action: Action, measured: NeedFilled) -> Action:
        """An action that sends goods, only where the standard counts them."""
        unmet = self._books.names.columns("supply.unmet")
        columns = {unmet[tuple(need)] for need, _ in measured.needs if tuple(need) in unmet}
        return replace(action, deed=action.deed.to_meet(columns)) if isinstance(action.deed, Sent) else action

    def _columns(self, measured: Measured) -> Iterable[int]:
        """What is done for the sake of such a standard."""
        names = self._books.names
        match measured:
            case VisitsMade(visits):
                return [names.columns("inspection.visits")[tuple(visit)] for visit in visits]
            case UnitsCovering(cover, period, shift):
                return [] if cover is None else sorted(self._catalogue.standing_at((cover, period, shift)))
            case ShareCovered(covers, period, shift):
                return [column for c, _ in covers for column in sorted(self._catalogue.standing_at((c, period, shift)))]
            case MeasuresAdopted(starts):
                return [names.columns("prevention.start")[tuple(start)] for start in starts]
            case PlacesOpen(places, _):
                return list(names.columns("patrol.opened" if places == "posts" else "supply.opened").values())
            case NeedFilled(needs):
                return self._catalogue.meeting([need for need, _ in needs])
            case _:
                return []
