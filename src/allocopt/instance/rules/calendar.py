"""Periods and shifts."""

from __future__ import annotations

import math
from collections.abc import Iterator

from allocopt.faults import Fault, did_you_mean
from allocopt.instance.draft import Draft
from allocopt.instance.rules.rule import CITY, across
from allocopt.reading.plain_text import shown
from allocopt.schema.risk import HazardRow

TOLERANCE = 1e-9


@across(CITY)
def ids_stand_once(draft: Draft) -> Iterator[Fault]:
    """No two periods and no two shifts have one id; `each` is a word of the standards."""
    for key, items in ("periods", draft.city.periods), ("shifts", draft.city.shifts):
        ids = [item.id for item in items]
        for i, name in enumerate(ids):
            if name in ids[:i]:
                yield draft.city_fault((key, i, "id"), f"an id that no other of the {key} has", shown(name))
            if key == "periods" and name == "each":
                expected = "another id: 'each' means every period in standards"
                yield draft.city_fault((key, i, "id"), expected, shown(name))


@across(CITY)
def shares_sum_to_one(draft: Draft) -> Iterator[Fault]:
    """The shifts' shares of hours, and of losses, are the whole of a period."""
    shifts = draft.city.shifts
    for share in "hours_share", "loss_share":
        total = math.fsum(getattr(shift, share) for shift in shifts)
        if abs(total - 1.0) > TOLERANCE:
            yield draft.city_fault(("shifts",), f"{share} of all shifts to sum to 1", f"a sum of {total:.12g}")


@across(CITY)
def shares_of_a_hazard_sum_to_one(draft: Draft) -> Iterator[Fault]:
    """A hazard named in one shift's `loss_share_of` is shared out wholly, too."""
    shifts = draft.city.shifts
    for hazard in sorted({hazard for shift in shifts for hazard in shift.loss_share_of}):
        total = math.fsum(shift.loss_share_of.get(hazard, shift.loss_share) for shift in shifts)
        if abs(total - 1.0) > TOLERANCE:
            first = next(i for i, shift in enumerate(shifts) if hazard in shift.loss_share_of)
            expected = f"shares of the loss from {hazard} that sum to 1 over all shifts (loss_share where not named)"
            yield draft.city_fault(("shifts", first, "loss_share_of", hazard), expected, f"a sum of {total:.12g}")


@across(CITY, HazardRow)
def hazards_of_shifts_exist(draft: Draft) -> Iterator[Fault]:
    """`loss_share_of` names hazards of the city."""
    known = {row.id for row in draft.rows(HazardRow)}
    for i, shift in enumerate(draft.city.shifts):
        for hazard in shift.loss_share_of:
            if hazard not in known:
                expected = f"an id of hazards.csv{did_you_mean(hazard, known)}"
                yield draft.city_fault(("shifts", i, "loss_share_of", hazard), expected, shown(hazard))


RULES = (ids_stand_once, shares_sum_to_one, shares_of_a_hazard_sum_to_one, hazards_of_shifts_exist)
