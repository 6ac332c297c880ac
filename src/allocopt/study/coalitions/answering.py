"""Who answers for a loss, a need or a standard: what a coalition counts as its own."""

from __future__ import annotations

from collections.abc import Mapping

from allocopt.arrange.whole import Arranged
from allocopt.study.coalitions.parties import Bodies, Parties
from allocopt_models.needs import Need
from allocopt_models.standards import (
    HoursPresent,
    LossLeft,
    Measured,
    MeasuresAdopted,
    MoneySpent,
    NeedFilled,
    PlacesOpen,
    Requirement,
    ShareCovered,
    UnitsCovering,
    VisitsMade,
)
from allocopt_models.terms import Cell


class Answering:
    """Leads of cells and needs, and the parts in which bodies answer for standards that may be missed at a price."""

    def __init__(self, arranged: Arranged, parties: Parties, bodies: tuple[str, ...]) -> None:
        self.arranged, self.parties, self.bodies = arranged, parties, bodies

    def for_cell(self, cell: Cell) -> str:
        return self.arranged.acting.lead[cell.site, cell.hazard]

    def for_need(self, need: Need) -> str:
        return self.arranged.acting.leader_of_need(need.site, self.parties.hazard_of[need.commodity])

    def for_requirement(self, requirement: Requirement) -> Mapping[str, float]:
        """The bodies that lead what the standard is about answer for it in equal parts; everybody where nobody does."""
        leaders = sorted(self._leaders(requirement.measured)) or self.bodies
        return {body: 1.0 / len(leaders) for body in leaders}

    def _leaders(self, measured: Measured) -> Bodies:
        match measured:
            case VisitsMade(visits):
                return self._all(self.parties.touched_at("kind", v.kind, [v.site]) for v in visits)
            case UnitsCovering(cover):
                return frozenset() if cover is None else self.arranged.patrol.leaders_of[cover]
            case ShareCovered(covers):
                return self._all(self.arranged.patrol.leaders_of[cover] for cover, _ in covers)
            case HoursPresent(presences):
                return self._all(self.parties.touched_at("unit", p.unit, [p.site]) for p in presences)
            case NeedFilled(needs):
                return frozenset(self.for_need(need) for need, _ in needs)
            case LossLeft(loss_cny):
                return frozenset(self.for_cell(cell) for cell in loss_cny)
            case MoneySpent(line):
                return line.bodies
            case MeasuresAdopted(starts):
                return self._all(self.parties.touched_at("measure", s.measure, [s.site]) for s in starts)
            case PlacesOpen():
                return frozenset()

    @staticmethod
    def _all(sets: object) -> Bodies:
        return frozenset().union(*sets)  # type: ignore[misc]
