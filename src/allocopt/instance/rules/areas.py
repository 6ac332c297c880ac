"""Area paths and words that pick sites: each must meet something."""

from __future__ import annotations

from collections.abc import Iterator

from allocopt.faults import Fault, did_you_mean
from allocopt.instance.draft import Draft
from allocopt.instance.rules.rule import Wrong, across, each
from allocopt.schema.money import BudgetRow, LinkRow
from allocopt.schema.patrol import PostRow, UnitRow
from allocopt.schema.people import KindRow, PoolRow, PowerRow
from allocopt.schema.places import SiteRow
from allocopt.schema.prevention import MeasureRow, MechanismCostRow
from allocopt.schema.standards import StandardRow
from allocopt.schema.supply import DepotRow


@across(SiteRow)
def one_city(draft: Draft) -> Iterator[Fault]:
    """All sites lie in one city: their paths begin with the same area."""
    top = ""
    for line, site in draft.of(SiteRow):
        own = site.area.partition("/")[0]
        top = top or own
        if own != top or not own:
            yield draft.fault(SiteRow, line, "area", f"an area path that begins with '{top or 'the city'}'")


def _in_the_city(row: PostRow | DepotRow, draft: Draft) -> Iterator[Wrong]:
    """Posts and depots lie in the city, too."""
    top = draft.top_area
    if row.area and row.area.partition("/")[0] != top:
        yield "area", f"an area path that begins with '{top}', as those of the sites"


def _an_area_that_is_there(row: BudgetRow | LinkRow | PowerRow | StandardRow, draft: Draft) -> Iterator[Wrong]:
    """A filter by area meets a site, a post or a depot."""
    if row.area and row.area not in draft.areas:
        yield "area", f"an area with a site, post or depot{did_you_mean(row.area, draft.areas)}"


def _types_that_are_there(row: KindRow | MeasureRow, draft: Draft) -> Iterator[Wrong]:
    """A filter by type meets a site."""
    for word in row.site_types:
        if word not in draft.site_types:
            yield "site_types", f"types that sites have{did_you_mean(word, draft.site_types)}", f"'{word}'"


@each(StandardRow, SiteRow)
def standards_type_is_there(row: StandardRow, draft: Draft) -> Iterator[Wrong]:
    """A filter by type meets a site."""
    if row.site_type is not None and row.site_type not in draft.site_types:
        yield "site_type", f"a type that sites have{did_you_mean(row.site_type, draft.site_types)}"


def _a_category_that_is_there(row: BudgetRow | StandardRow, draft: Draft) -> Iterator[Wrong]:
    """A filter by category meets a cost."""
    known = draft.categories
    if row.category is not None and row.category not in known:
        close = did_you_mean(row.category, known)
        yield "category", f"a category that some cost has: {', '.join(sorted(known))}{close}"


_PLACED = (SiteRow, PostRow, DepotRow)
_COSTS = (PoolRow, UnitRow, MeasureRow, MechanismCostRow)

RULES = (
    one_city,
    each(PostRow, SiteRow)(_in_the_city),
    each(DepotRow, SiteRow)(_in_the_city),
    each(BudgetRow, *_PLACED)(_an_area_that_is_there),
    each(LinkRow, *_PLACED)(_an_area_that_is_there),
    each(PowerRow, *_PLACED)(_an_area_that_is_there),
    each(StandardRow, *_PLACED)(_an_area_that_is_there),
    each(KindRow, SiteRow)(_types_that_are_there),
    each(MeasureRow, SiteRow)(_types_that_are_there),
    standards_type_is_there,
    each(BudgetRow, *_COSTS)(_a_category_that_is_there),
    each(StandardRow, *_COSTS)(_a_category_that_is_there),
)
