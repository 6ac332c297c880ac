"""Patrol: classes of response and posts."""

from __future__ import annotations

from collections.abc import Iterator

from allocopt.faults import Fault
from allocopt.instance.draft import Draft
from allocopt.instance.rules.rule import CITY, Wrong, across, each
from allocopt.schema.patrol import ClassRow, PostRow, UnitRow
from allocopt.schema.places import TravelRow


@each(ClassRow)
def one_standard(row: ClassRow, draft: Draft) -> Iterator[Wrong]:
    """A class covers by minutes or by metres."""
    if row.standard_min is None and row.standard_m is None:
        yield "standard_min", "minutes, or else metres in standard_m"
    if row.standard_min is not None and row.standard_m is not None:
        yield "standard_m", "a blank, since standard_min is given"


@each(PostRow)
def opening_is_paid(row: PostRow, draft: Draft) -> Iterator[Wrong]:
    """Somebody pays for a post that costs something to open."""
    if row.open_cost_cny > 0 and not row.open and row.body is None:
        yield "body", "the body that pays for opening it"


@across(CITY, ClassRow, UnitRow, TravelRow)
def metres_are_measured(draft: Draft) -> Iterator[Fault]:
    """A standard in metres needs the kilometres of the trips in travel.csv."""
    if draft.city.travel.metric != "table":
        return
    by_metres = {row.id for row in draft.rows(ClassRow) if row.standard_m is not None}
    modes = {unit.mode: unit.response for unit in draft.rows(UnitRow) if unit.response in by_metres}
    for line, trip in draft.of(TravelRow):
        if trip.mode in modes and trip.km == 0 and trip.minutes > 0:
            expected = f"the length of the trip, since class {modes[trip.mode]} has a standard in metres"
            yield draft.fault(TravelRow, line, "km", expected, "'0'")


RULES = (one_standard, opening_is_paid, metres_are_measured)
