"""Points: what stands for too many places to look at one by one is reached by response classes alone."""

from __future__ import annotations

from collections.abc import Iterator

from allocopt.faults import Fault, did_you_mean
from allocopt.instance.draft import Draft
from allocopt.instance.rules.aims import compares_areas, minimised
from allocopt.instance.rules.rule import CITY, Wrong, across, each
from allocopt.instance.texts import quoted
from allocopt.schema.places import SiteRow
from allocopt.schema.risk import EffectRow, HazardRow
from allocopt.schema.standards import StandardRow
from allocopt.schema.supply import CommodityRow

METRICS = ("plane", "sphere")
# Objectives that look at single places.
SINGLE = frozenset({"worst_area", "response_time"})


def _hazard(draft: Draft) -> str | None:
    """The hazard at the points, where there are any."""
    return draft.city.points.hazard if draft.city.points else None


@across(CITY)
def points_have_their_table(draft: Draft) -> Iterator[Fault]:
    """The section says what a point is, the table where they are; neither means anything alone."""
    there, table = draft.city.points is not None, draft.texts.points
    if there and table is None and not draft.texts.unread & {"points"}:
        yield draft.city_fault(("points",), "points.parquet or points.csv beside it", "no table of points")
    if table is not None and not there:
        expected = "a section points in city.yaml, which says what a point is: hazard, area, loss_cny, source"
        yield Fault(table.name, 0, "", "points without it", expected)


@across(CITY, HazardRow)
def points_name_a_hazard(draft: Draft) -> Iterator[Fault]:
    """Their hazard is one of the city's."""
    hazard, known = _hazard(draft), [row.id for row in draft.rows(HazardRow)]
    if hazard is not None and hazard not in known:
        expected = f"an id of hazards.csv{did_you_mean(hazard, known)}"
        yield draft.city_fault(("points", "hazard"), expected, quoted(hazard))


@across(CITY)
def points_lie_where_ways_are_straight(draft: Draft) -> Iterator[Fault]:
    """Ways over streets, or from a table, would need single places."""
    metric = draft.city.travel.metric
    if draft.city.points is not None and metric not in METRICS:
        yield draft.city_fault(("travel", "metric"), "plane or sphere, since there are points", quoted(metric))


@across(CITY, SiteRow)
def points_lie_in_the_city(draft: Draft) -> Iterator[Fault]:
    """Their area begins as those of the sites do."""
    points, top = draft.city.points, draft.top_area
    if points is not None and (not points.area or points.area.partition("/")[0] != top):
        expected = f"an area path that begins with '{top or 'the city'}'"
        yield draft.city_fault(("points", "area"), expected, quoted(points.area))


@across(CITY)
def no_aim_looks_at_single_points(draft: Draft) -> Iterator[Fault]:
    """Beats, response times and the worst-off area look at single places."""
    if draft.city.points is None:
        return
    for aim in sorted(minimised(draft) & SINGLE):
        yield draft.city_fault(("objective",), "an objective that does not look at single places", f"{aim} with points")
    if "worst_area" not in minimised(draft) and compares_areas(draft):
        yield draft.city_fault(("worst_area", "at_most"), "no ceiling on single areas", "a ceiling with points")
    if draft.city.beats is not None:
        yield draft.city_fault(("beats",), "no beats, since nobody can list the points of one", "beats with points")


@each(EffectRow, CITY)
def only_classes_reach_points(row: EffectRow, draft: Draft) -> Iterator[Wrong]:
    """Visits, presence and measures would be decided point by point."""
    if row.hazard is not None and row.hazard == _hazard(draft) and row.by != "class":
        yield "by", f"class, since {row.hazard} is the hazard of points, at which nothing is decided one by one"


@each(CommodityRow, CITY)
def no_goods_for_points(row: CommodityRow, draft: Draft) -> Iterator[Wrong]:
    """What a hazard costs at points is a loss, never a need."""
    if row.hazard == _hazard(draft):
        yield "hazard", f"another hazard: {row.hazard} is that of points, which have no needs"


@each(StandardRow, CITY)
def no_standard_on_points(row: StandardRow, draft: Draft) -> Iterator[Wrong]:
    """Standards see the sites of sites.csv; one on the loss of the points' hazard would leave the points out."""
    if row.rule in ("loss", "loss_per_head") and _hazard(draft) is not None and row.hazard in (None, _hazard(draft)):
        yield "hazard", f"another hazard than {_hazard(draft)}, since standards do not see points"


RULES = (
    points_have_their_table,
    points_name_a_hazard,
    points_lie_where_ways_are_straight,
    points_lie_in_the_city,
    no_aim_looks_at_single_points,
    only_classes_reach_points,
    no_goods_for_points,
    no_standard_on_points,
)
