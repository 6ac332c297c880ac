"""Standards: each rule reads certain columns; a filter it does not read would be ignored, and is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from allocopt.faults import Fault, did_you_mean
from allocopt.instance.draft import Draft
from allocopt.instance.rules.rule import CITY, Wrong, across, each
from allocopt.instance.texts import quoted
from allocopt.schema.places import SiteRow
from allocopt.schema.standards import StandardRow
from allocopt.schema.supply import NeedRow

_SITES = frozenset(("site", "site_type", "area"))
_SCOPES = _SITES | {"per", "level"}


@dataclass(frozen=True)
class Reads:
    """What a rule reads: bounds, filters, and whether `period` may be `each`."""

    filters: frozenset[str]
    floor: bool = False
    ceiling: bool = False
    each: bool = False
    share: bool = False


READS = {
    "visits": Reads(_SCOPES | {"kinds", "period"}, floor=True, ceiling=True, each=True),
    "cover": Reads(_SITES | {"response", "period"}, floor=True),
    "response_share": Reads(_SCOPES | {"response", "period"}, floor=True, share=True),
    "presence": Reads(_SCOPES | {"period"}, floor=True, ceiling=True, each=True),
    "fill_rate": Reads(_SCOPES | {"commodity", "period", "scenario"}, floor=True, share=True),
    "loss": Reads(_SCOPES | {"hazard", "period"}, ceiling=True, each=True),
    "loss_per_head": Reads(_SCOPES | {"hazard", "period"}, ceiling=True, each=True),
    "spending": Reads(frozenset(("body", "area", "programme", "category", "period")), floor=True),
    "measures": Reads(_SCOPES | {"measure"}, floor=True, ceiling=True),
    "posts": Reads(frozenset(), floor=True, ceiling=True),
    "depots": Reads(frozenset(), floor=True, ceiling=True),
}
_FILTERS = sorted(frozenset().union(*(reads.filters for reads in READS.values())))
_PER_WORD = {"city": "the whole city", "site": "each site", "area": "each area"}


@each(StandardRow)
def rule_is_possible(row: StandardRow, draft: Draft) -> Iterator[Wrong]:
    """Differences and ratios between areas cannot be kept with a proof."""
    if row.rule not in READS:
        expected = (
            "loss or loss_per_head with `per` area and a ceiling, or the objective worst_area: "
            "a difference or ratio between areas is not convex, so that no bound could be proved"
        )
        yield "rule", expected


@each(StandardRow)
def bounds_are_possible(row: StandardRow, draft: Draft) -> Iterator[Wrong]:
    """A standard has a floor or a ceiling, as its rule allows, and these leave room."""
    reads = READS.get(row.rule)
    if reads is None:
        return
    if row.at_least is None and row.at_most is None:
        yield "at_least" if reads.floor else "at_most", "a floor or ceiling" if reads.ceiling else "a floor"
    if row.at_least is not None and not reads.floor:
        yield "at_least", f"a blank: {row.rule} takes a ceiling only"
    if row.at_most is not None and not reads.ceiling:
        yield "at_most", f"a blank: {row.rule} takes a floor only"
    for column in "at_least", "at_most":
        bound = getattr(row, column)
        if bound is not None and bound < 0:
            yield column, "a number of at least 0"
        elif bound is not None and reads.share and bound > 1:
            yield column, "a share from 0 to 1"
    if row.at_least is not None and row.at_most is not None and row.at_least > row.at_most:
        yield "at_least", f"at most {row.at_most:g}, as column at_most says"


@each(StandardRow)
def filters_are_read(row: StandardRow, draft: Draft) -> Iterator[Wrong]:
    """Only columns that the rule reads are filled in, and those it cannot do without."""
    reads = READS.get(row.rule)
    if reads is None:
        return
    for column in _FILTERS:
        default = StandardRow.model_fields[column].default
        if column not in reads.filters and getattr(row, column) != default:
            if column == "per" and row.rule == "cover" and row.per == "site":
                continue
            word = f"'{default}'" if default else "a blank"
            yield column, f"{word}: the rule {row.rule} does not read it"
    if "response" in reads.filters and row.response is None:
        yield "response", "the class of response that must be there"
    if row.level is not None and "level" in reads.filters and row.per != "area":
        yield "level", "a blank, or `per` area"


@each(StandardRow, CITY)
def period_is_there(row: StandardRow, draft: Draft) -> Iterator[Wrong]:
    """The period is one of the city's, or `each` where the rule counts period by period."""
    reads = READS.get(row.rule)
    if reads is None or row.period is None or "period" not in reads.filters:
        return
    periods = [period.id for period in draft.city.periods]
    if row.period == "each" and not reads.each:
        yield "period", f"a blank or a period: {row.rule} does not take each period for itself"
    elif row.period != "each" and row.period not in periods:
        words = [*periods, "each"] if reads.each else periods
        expected = f"a period of city.yaml{', `each`' if reads.each else ''} or a blank"
        yield "period", expected + did_you_mean(row.period, words)


@across(SiteRow)
def scopes_have_sites(draft: Draft) -> Iterator[Fault]:
    """A standard meets a site, and areas as deep as it asks for."""
    sites = draft.rows(SiteRow)
    for line, row in draft.of(StandardRow):
        reads = READS.get(row.rule)
        if reads is None or not reads.filters >= _SITES:
            continue
        met = _met(row, sites)
        if not met and row.area in (draft.areas | {""}) and row.site_type in (draft.site_types | {None}):
            column = next((name for name in ("site", "site_type", "area") if getattr(row, name)), "area")
            yield draft.fault(StandardRow, line, column, "filters that together meet a site")
        depth = max((site.area.count("/") + 1 for site in met), default=0)
        if met and row.level is not None and row.per == "area" and row.level > depth:
            yield draft.fault(StandardRow, line, "level", f"a level that area paths reach: 1 to {depth}")


@across(SiteRow)
def scopes_have_people(draft: Draft) -> Iterator[Fault]:
    """What is counted per head has heads."""
    sites = draft.rows(SiteRow)
    for line, row in draft.of(StandardRow):
        if row.rule not in ("loss_per_head", "response_share"):
            continue
        empty = [name for name, scope in _scopes(row, sites) if not any(site.people > 0 for site in scope)]
        yield from _without(draft, line, row, empty, "people")


@across(SiteRow, NeedRow)
def scopes_have_needs(draft: Draft) -> Iterator[Fault]:
    """A fill rate is of something needed."""
    sites = draft.rows(SiteRow)
    for line, row in draft.of(StandardRow):
        if row.rule != "fill_rate":
            continue
        needy = {
            need.site
            for need in draft.rows(NeedRow)
            if need.amount > 0 and row.commodity in (None, need.commodity) and row.period in (None, need.period)
        }
        empty = [name for name, scope in _scopes(row, sites) if not any(site.id in needy for site in scope)]
        yield from _without(draft, line, row, empty, "needs")


def _without(draft: Draft, line: int, row: StandardRow, empty: list[str], what: str) -> Iterator[Fault]:
    if empty:
        some = ", ".join(empty[:5]) + (f" and {len(empty) - 5} more" if len(empty) > 5 else "")
        expected = f"filters that leave out scopes without {what} (kept by {_PER_WORD[row.per]})"
        yield draft.fault(StandardRow, line, "per", expected, f"{quoted(row.per)} with no {what} in {some}")


def _met(row: StandardRow, sites: Sequence[SiteRow]) -> list[SiteRow]:
    return [
        site
        for site in sites
        if row.site in (None, site.id)
        and row.site_type in (None, site.type)
        and (not row.area or f"{site.area}/".startswith(f"{row.area}/"))
    ]


def _scopes(row: StandardRow, sites: Sequence[SiteRow]) -> list[tuple[str, list[SiteRow]]]:
    """(name, sites) of each scope that keeps the standard for itself; none when it meets no site."""
    scopes: dict[str, list[SiteRow]] = {}
    for site in _met(row, sites):
        area = "/".join(site.area.split("/")[: row.level])
        name = {"site": site.id, "area": area, "city": "the city"}[row.per]
        scopes.setdefault(name, []).append(site)
    return sorted(scopes.items())


RULES = (
    rule_is_possible,
    bounds_are_possible,
    filters_are_read,
    period_is_there,
    scopes_have_sites,
    scopes_have_people,
    scopes_have_needs,
)
