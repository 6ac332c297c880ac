"""Risks: one way of spreading a loss, one lead, one account for what supplies avert."""

from __future__ import annotations

from collections.abc import Iterator

from allocopt.faults import Fault
from allocopt.instance.draft import Draft
from allocopt.instance.rules.rule import CITY, Wrong, across, each
from allocopt.schema.patrol import ClassRow
from allocopt.schema.risk import EffectRow, HazardRow, RiskRow
from allocopt.schema.supply import CommodityRow, NeedRow

MOST_LOSS_CNY = 1e12


def _told_in_parts(draft: Draft) -> Iterator[list[tuple[int, RiskRow]]]:
    """The rows of each site and hazard that have several."""
    rows_of: dict[tuple[str, str], list[tuple[int, RiskRow]]] = {}
    for line, row in draft.of(RiskRow):
        rows_of.setdefault((row.site, row.hazard), []).append((line, row))
    for key in sorted(key for key, rows in rows_of.items() if len(rows) > 1):
        yield rows_of[key]


@across(RiskRow)
def spread_or_by_period(draft: Draft) -> Iterator[Fault]:
    """A site and hazard have one row for the whole horizon, or rows that each name a period."""
    for rows in _told_in_parts(draft):
        for line, row in rows:
            if row.period is None:
                expected = f"a period, since other rows of {row.site} and {row.hazard} name theirs"
                yield draft.fault(RiskRow, line, "period", expected)


@across(RiskRow, HazardRow)
def one_lead(draft: Draft) -> Iterator[Fault]:
    """All rows of a site and hazard have the same lead."""
    usual = {hazard.id: hazard.lead for hazard in draft.rows(HazardRow)}
    for rows in _told_in_parts(draft):
        first_line, first = rows[0]
        lead = first.lead or usual[first.hazard]
        for line, row in rows[1:]:
            if (row.lead or usual[row.hazard]) != lead:
                expected = f"'{lead}', the lead of {row.site} and {row.hazard} in line {first_line}"
                yield draft.fault(RiskRow, line, "lead", expected)


@each(RiskRow)
def low_and_high_go_together(row: RiskRow, _: Draft) -> Iterator[Wrong]:
    """A range has two ends."""
    for column, end, other in (("low", row.low, row.high), ("high", row.high, row.low)):
        if end is None and other is not None:
            yield column, "a number, since a range has two ends"


@across(RiskRow)
def observed_needs_today(draft: Draft) -> Iterator[Fault]:
    """A loss seen under today's plan needs that plan."""
    observed = next((line for line, row in draft.of(RiskRow) if row.observed), None)
    if observed is not None and not (draft.texts.folder / "current").is_dir():
        expected = "no, or a folder current/ with the tables of today's plan"
        yield draft.fault(RiskRow, observed, "observed", expected)


@across(CITY, RiskRow)
def losses_can_be_reckoned(draft: Draft) -> Iterator[Fault]:
    """A loss beside which the other figures vanish cannot be reckoned with (nor has any place so much to lose)."""
    for line, row in draft.of(RiskRow):
        loss = row.loss_cny + row.casualties * draft.city.casualty_value_cny
        if loss > MOST_LOSS_CNY:
            column = "loss_cny" if row.loss_cny > MOST_LOSS_CNY else "casualties"
            expected = f"a loss of at most {MOST_LOSS_CNY:,.0f} CNY, casualties included"
            yield draft.fault(RiskRow, line, column, expected)


@across(RiskRow, EffectRow, ClassRow)
def observed_can_be_undone(draft: Draft) -> Iterator[Fault]:
    """What a class averts for certain is not seen, so the loss without it cannot be told from what is."""
    hazards = certain_hazards(draft)
    for line, row in draft.of(RiskRow):
        if row.observed and row.hazard in hazards:
            expected = f"no, since class {hazards[row.hazard]} averts all of {row.hazard} and leaves nothing to see"
            yield draft.fault(RiskRow, line, "observed", expected)


def certain_hazards(draft: Draft) -> dict[str, str]:
    """Hazards that one unit of a class averts for certain (share 1, never busy), with that class."""
    idle = {row.id for row in draft.rows(ClassRow) if row.busy == 0.0}
    return {
        row.hazard: row.id
        for row in draft.rows(EffectRow)
        if row.by == "class" and row.share == 1.0 and row.id in idle and row.hazard is not None
    }


@across(RiskRow, CommodityRow, NeedRow)
def loss_and_need_are_split(draft: Draft) -> Iterator[Fault]:
    """A hazard whose cost stands in losses and in penalties of need says how it is split."""
    hazard_of = {row.id: row.hazard for row in draft.rows(CommodityRow)}
    usual = {row.id: row.penalty_cny for row in draft.rows(CommodityRow)}
    booked = {
        hazard_of[row.commodity]
        for row in draft.rows(NeedRow)
        if row.amount > 0 and (usual[row.commodity] if row.penalty_cny is None else row.penalty_cny) > 0
    }
    for line, row in draft.of(RiskRow):
        if row.hazard in booked and row.supply_share is None and row.loss_cny + row.casualties > 0:
            expected = (
                f"the share of this loss that is booked as the penalty of unmet need (0 if none), "
                f"since {row.hazard} has both a loss and needs"
            )
            yield draft.fault(RiskRow, line, "supply_share", expected)


RULES = (
    spread_or_by_period,
    one_lead,
    low_and_high_go_together,
    observed_needs_today,
    losses_can_be_reckoned,
    observed_can_be_undone,
    loss_and_need_are_split,
)
