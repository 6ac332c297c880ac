"""The horizon: periods, shifts, and what falls inside."""

from __future__ import annotations

from collections.abc import Sequence

from allocopt.city import City
from allocopt.schema.risk import EffectRow

HOURS_OF_A_YEAR = 8760.0


class Calendar:
    """Periods and shifts of a city, in their order."""

    def __init__(self, city: City) -> None:
        self.periods = tuple(period.id for period in city.settings.periods)
        self.shifts = tuple(shift.id for shift in city.settings.shifts)
        self.hours = {period.id: period.hours for period in city.settings.periods}
        self.horizon = sum(self.hours.values())
        self._shift = {shift.id: shift for shift in city.settings.shifts}
        self._patrolled = {row.hazard for row in city.of(EffectRow) if row.by in ("class", "unit") and row.hazard}

    def duty_hours(self, period: str, shift: str) -> float:
        """Hours of the shift in the period."""
        return self.hours[period] * self._shift[shift].hours_share

    def shifts_of(self, hazard: str) -> Sequence[str]:
        """The shifts into which cells of the hazard are parted; one blank shift where patrols do nothing to it."""
        return self.shifts if len(self.shifts) > 1 and hazard in self._patrolled else ("",)

    def loss_share(self, hazard: str, shift: str) -> float:
        """Share of a period's loss that falls in the shift (1 for the blank shift)."""
        if not shift:
            return 1.0
        return self._shift[shift].loss_share_of.get(hazard, self._shift[shift].loss_share)

    def works_from(self, lead: int) -> dict[str, tuple[str, ...]]:
        """For each period, the periods of start after which something with this lead works in it."""
        return {t: self.periods[: max(i - lead + 1, 0)] for i, t in enumerate(self.periods)}

    def horizon_share(self, life_years: float, start: str) -> float:
        """Share of the life of what starts in a period that falls into the horizon."""
        left = sum(self.hours[t] for t in self.periods[self.periods.index(start) :])
        return min(1.0, left / (life_years * HOURS_OF_A_YEAR))

    def later(self, period: str, lag: int) -> str:
        """The period `lag` periods later, or the last."""
        return self.periods[min(self.periods.index(period) + lag, len(self.periods) - 1)]
