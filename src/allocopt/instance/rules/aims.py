"""What is minimised, and beats: the settings that name tables."""

from __future__ import annotations

from collections.abc import Iterator

from allocopt.faults import Fault, did_you_mean
from allocopt.instance.draft import Draft
from allocopt.instance.rules.rule import CITY, across
from allocopt.instance.texts import quoted
from allocopt.schema.patrol import ClassRow, PostRow
from allocopt.schema.places import NeighbourRow, SiteRow
from allocopt.schema.risk import RiskRow
from allocopt.schema.standards import StandardRow
from allocopt.schema.supply import NeedRow, ScenarioRow


def minimised(draft: Draft) -> frozenset[str]:
    """The names in the objective whose weight is above zero."""
    objective = draft.city.objective
    if isinstance(objective, str):
        return frozenset((objective,))
    return frozenset(name for name, weight in objective.items() if weight > 0)


@across(CITY)
def some_weight_counts(draft: Draft) -> Iterator[Fault]:
    """A weighted sum has a weight above zero."""
    if not minimised(draft):
        yield draft.city_fault(("objective",), "at least one weight above 0", "no weight above 0")


@across(CITY, ScenarioRow)
def cvar_has_scenarios(draft: Draft) -> Iterator[Fault]:
    """The tail of a loss needs something uncertain."""
    if "cvar" in minimised(draft) and not draft.of(ScenarioRow):
        expected = "another objective, or scenarios in scenarios.csv, over which cvar is taken"
        yield draft.city_fault(("objective",), expected, "cvar without scenarios")


@across(CITY, PostRow, SiteRow)
def response_time_has_ends(draft: Draft) -> Iterator[Fault]:
    """Response times run from posts to people."""
    if "response_time" not in minimised(draft):
        return
    if not draft.of(PostRow):
        expected = "another objective, or posts in posts.csv, from which sites are answered"
        yield draft.city_fault(("objective",), expected, "response_time without posts")
    if not any(site.people > 0 for site in draft.rows(SiteRow)):
        expected = "another objective, or people at sites, who weight the minutes"
        yield draft.city_fault(("objective",), expected, "response_time without people at any site")


def compares_areas(draft: Draft) -> bool:
    """Whether the worst-off area is minimised, or kept below a ceiling."""
    return "worst_area" in minimised(draft) or draft.city.worst_area.at_most is not None


@across(CITY, StandardRow)
def worst_area_is_one_standard(draft: Draft) -> Iterator[Fault]:
    """Its ceiling is a standard of this name."""
    if draft.city.worst_area.at_most is None:
        return
    for line, row in draft.of(StandardRow):
        if row.id == "worst_area":
            expected = "another id, since city.yaml gives worst_area a ceiling, which is a standard of this name"
            yield draft.fault(StandardRow, line, "id", expected, quoted(row.id))


@across(CITY, SiteRow, RiskRow, NeedRow)
def worst_area_can_be_told(draft: Draft) -> Iterator[Fault]:
    """The areas compared are as deep as the paths, and have people when the loss is per head."""
    if not compares_areas(draft):
        return
    level = draft.city.worst_area.level
    sites = draft.rows(SiteRow)
    depth = max((site.area.count("/") + 1 for site in sites), default=0)
    if level > depth:
        yield draft.city_fault(("worst_area", "level"), f"a level that area paths reach: 1 to {depth}", quoted(level))
    if draft.city.worst_area.per != "head":
        return
    at_risk = {row.site for row in draft.rows(RiskRow)} | {row.site for row in draft.rows(NeedRow)}
    people: dict[str, float] = {}
    for site in sites:
        area = "/".join(site.area.split("/")[:level])
        people[area] = people.get(area, 0.0) + site.people
    empty = {"/".join(site.area.split("/")[:level]) for site in sites if site.id in at_risk}
    for area in sorted(area for area in empty if not people[area]):
        expected = "people at some site of each area with risks, since worst_area is per head"
        yield draft.city_fault(("worst_area", "per"), expected, f"no people in {area}")


@across(CITY)
def beats_travel_one_way(draft: Draft) -> Iterator[Fault]:
    """Minutes of beats are those of a class or of a mode; balance needs the number of posts."""
    beats = draft.city.beats
    if beats is None:
        return
    if (beats.response is None) == (beats.mode is None):
        found = "neither response nor mode" if beats.mode is None else "both response and mode"
        yield draft.city_fault(("beats",), "exactly one of response and mode", found)
    if beats.mode is not None and beats.mode not in draft.city.travel.speeds_kmh:
        close = did_you_mean(beats.mode, draft.city.travel.speeds_kmh)
        yield draft.city_fault(("beats", "mode"), f"a mode of travel.speeds_kmh{close}", quoted(beats.mode))
    if beats.balance is not None and beats.posts is None:
        expected = "posts, the number of posts that answer, since balance is measured against the mean"
        yield draft.city_fault(("beats", "posts"), expected, "nothing")


@across(CITY, ClassRow, PostRow, NeighbourRow)
def beats_have_tables(draft: Draft) -> Iterator[Fault]:
    """The class, the posts and the neighbours that beats speak of are there."""
    beats = draft.city.beats
    if beats is None:
        return
    classes = {row.id for row in draft.rows(ClassRow)}
    if beats.response is not None and beats.response not in classes:
        expected = f"an id of classes.csv{did_you_mean(beats.response, classes)}"
        yield draft.city_fault(("beats", "response"), expected, quoted(beats.response))
    posts = len(draft.of(PostRow))
    if not posts:
        yield draft.city_fault(("beats",), "posts in posts.csv, which answer", "beats without posts")
    elif beats.posts is not None and beats.posts > posts:
        yield draft.city_fault(("beats", "posts"), f"at most the {posts} of posts.csv", quoted(beats.posts))
    if beats.contiguous and not draft.of(NeighbourRow):
        expected = "no, or neighbours.csv, which tells which sites lie side by side"
        yield draft.city_fault(("beats", "contiguous"), expected, "'yes' without neighbours.csv")


RULES = (
    some_weight_counts,
    cvar_has_scenarios,
    response_time_has_ends,
    worst_area_is_one_standard,
    worst_area_can_be_told,
    beats_travel_one_way,
    beats_have_tables,
)
