"""Inspection: kinds of visit and the crews that they and patrol units draw from pools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from allocopt.faults import Fault, did_you_mean
from allocopt.instance.draft import Draft
from allocopt.instance.rules.rule import Wrong, across, each
from allocopt.instance.texts import quoted
from allocopt.schema.patrol import UnitRow
from allocopt.schema.people import CrewRow, KindRow, PoolRow, PowerRow


@each(KindRow)
def referral_is_whole(row: KindRow, draft: Draft) -> Iterator[Wrong]:
    """A kind that refers says to which other kind, and how often."""
    if row.refers_to == row.id:
        yield "refers_to", "another kind than the row's own"
    if row.refers_to is not None and row.suspects == 0:
        expected = "how many enforcing visits follow one visit, since refers_to names their kind"
        yield "suspects", expected, "'0'"
    if row.refers_to is None and row.suspects > 0:
        yield "refers_to", "the kind of the enforcing visits, since suspects is above 0"
    if row.refers_to is None and row.lag > 0:
        yield "lag", "0 or a blank, since the kind refers to no other"


@across(KindRow, CrewRow)
def kinds_have_crews(draft: Draft) -> Iterator[Fault]:
    """Somebody makes each visit."""
    manned = {row.of for row in draft.rows(CrewRow)}
    for line, kind in draft.of(KindRow):
        if kind.id not in manned:
            expected = "a kind with a row in crews.csv, which tells who makes the visit"
            yield draft.fault(KindRow, line, "id", expected)


@across(UnitRow, CrewRow)
def units_have_crews(draft: Draft) -> Iterator[Fault]:
    """A unit draws people from pools when `crew` says how many and crews.csv who they are: both, or neither."""
    manned = {row.of for row in draft.rows(CrewRow)}
    for line, unit in draft.of(UnitRow):
        if unit.crew is not None and unit.id not in manned:
            expected = "a blank, or rows in crews.csv that tell who they are"
            yield draft.fault(UnitRow, line, "crew", expected)
        if unit.crew is None and unit.id in manned:
            expected = "how many people a unit has, since crews.csv has rows for it"
            yield draft.fault(UnitRow, line, "crew", expected)


@across(KindRow, UnitRow)
def roles_fit_their_crew(draft: Draft) -> Iterator[Fault]:
    """Each column of a crew row is used where it has a meaning: on kinds of visit or on units."""
    kinds = {row.id for row in draft.rows(KindRow)}
    units = {row.id for row in draft.rows(UnitRow)}
    for line, row in draft.of(CrewRow):
        if row.of in kinds and row.of in units:
            expected = "an id that is either a kind's or a unit's: this one is in kinds.csv and in units.csv"
            yield draft.fault(CrewRow, line, "of", expected)
        elif row.of in kinds or row.of in units:
            wrong = _role_of_kind(row) if row.of in kinds else _role_of_unit(row)
            for column, expected, *found in wrong:
                yield draft.fault(CrewRow, line, column, expected, found[0] if found else quoted(getattr(row, column)))


def _role_of_kind(row: CrewRow) -> Iterator[Wrong]:
    if row.people == 0:
        yield "people", "at least 1 for a kind of visit"
    if row.hours == 0:
        yield "hours", "hours on site above 0 for a kind of visit", "'0'"
    for column in "ratio_to", "ratio":
        if getattr(row, column) is not None:
            yield column, "a blank: ratios are for patrol units"


def _role_of_unit(row: CrewRow) -> Iterator[Wrong]:
    for column in "hours", "cost_cny":
        if getattr(row, column) > 0:
            yield column, "0 or a blank: a unit's people are on duty as long as the unit is"
    if row.ratio_to is not None and row.ratio is None:
        yield "ratio", "the most people for one of ratio_to"
    if row.ratio_to is None and row.ratio is not None:
        yield "ratio_to", "the role that the ratio is measured against"


@across(CrewRow)
def ratios_name_roles(draft: Draft) -> Iterator[Fault]:
    """A ratio is to another role of the same unit."""
    roles = defaultdict(set)
    for crew in draft.rows(CrewRow):
        roles[crew.of].add(crew.role)
    for line, row in draft.of(CrewRow):
        others = roles[row.of] - {row.role}
        if row.ratio_to is not None and row.ratio_to not in others:
            expected = f"another role of {row.of}{did_you_mean(row.ratio_to, others)}"
            yield draft.fault(CrewRow, line, "ratio_to", expected)


@across(UnitRow, CrewRow)
def roles_sum_to_the_crew(draft: Draft) -> Iterator[Fault]:
    """The people of a unit's roles are as many as its crew; roles without a number take up the rest."""
    people = defaultdict(list)
    for row in draft.rows(CrewRow):
        people[row.of].append(row.people)
    for line, unit in draft.of(UnitRow):
        numbers = people.get(unit.id, [])
        if unit.crew is None or not numbers:
            continue
        if sum(numbers) > unit.crew or (0 not in numbers and sum(numbers) < unit.crew):
            expected = f"{sum(numbers)}, the people of its roles in crews.csv"
            yield draft.fault(UnitRow, line, "crew", expected)


@each(CrewRow, PoolRow)
def somebody_has_the_skill(row: CrewRow, draft: Draft) -> Iterator[Wrong]:
    """Some pool has each skill that is asked for."""
    if row.skill is not None:
        skills = {skill for pool in draft.rows(PoolRow) for skill in pool.skills}
        if row.skill not in skills:
            yield "skill", f"a skill that some pool has{did_you_mean(row.skill, skills)}"


@each(CrewRow, PowerRow)
def somebody_has_the_power(row: CrewRow, draft: Draft) -> Iterator[Wrong]:
    """Some body has each power that is asked for."""
    if row.power is not None:
        powers = {power.power for power in draft.rows(PowerRow)}
        if row.power not in powers:
            yield "power", f"a power that some body has in powers.csv{did_you_mean(row.power, powers)}"


RULES = (
    referral_is_whole,
    kinds_have_crews,
    units_have_crews,
    roles_fit_their_crew,
    ratios_name_roles,
    roles_sum_to_the_crew,
    somebody_has_the_skill,
    somebody_has_the_power,
)
