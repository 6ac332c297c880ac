"""Coverage: which sites the units of a plan reach from their posts within the standard of their class."""

from __future__ import annotations

from collections.abc import Iterator

from allocopt.report.found import Found, Told
from allocopt.report.map.deeds import Index, Row
from allocopt.schema.patrol import ClassRow, PostRow, UnitRow
from allocopt.schema.places import SiteRow
from allocopt.travel import Trips, trips, within_standard

# More lines than this would tell nothing and weigh much.
MOST_LINES = 6_000


class Reach:
    """The reach of every unit from every post; travelled once for all plans of a study."""

    def __init__(self, found: Found) -> None:
        self.city = found.city
        self.sites, self.posts = self.city.of(SiteRow), self.city.of(PostRow)
        self.units = {unit.id: unit for unit in self.city.of(UnitRow)}
        self.classes = {row.id: row for row in self.city.of(ClassRow)}
        self._trips: dict[tuple[str, str], Trips] = {}

    def rows(self, told: Told, index: Index) -> list[Row]:
        """[post, site, body, period]; none where they are too many to be seen."""
        found = list(self._rows(told, index))
        return [] if len(found) > MOST_LINES * max(1, len(index.periods)) else found

    def _rows(self, told: Told, index: Index) -> Iterator[Row]:
        rows = told.plan.table("patrols")
        rows = rows[(rows["via"] == "") & (rows["units"] > 0)]
        at = {post.id: number for number, post in enumerate(self.posts)}
        seen: set[tuple[int, int, int, int]] = set()
        for unit, post, period in rows[["unit", "post", "period"]].drop_duplicates().itertuples(index=False):
            start = index.place("posts", post)
            if start is None or unit not in self.units or post not in at:
                continue
            for site in self._reached(self.units[unit], at[post]):
                end = index.place("sites", site)
                key = (start, -1 if end is None else end, index.body(self.units[unit].body), index.period(period))
                if end is not None and key not in seen:
                    seen.add(key)
                    yield list(key)

    def _reached(self, unit: UnitRow, post: int) -> list[str]:
        response = self.classes[unit.response]
        key = (unit.mode, self.posts[post].id)
        if key not in self._trips:
            self._trips[key] = trips(self.city, unit.mode, self.posts[post : post + 1], self.sites)
        inside = within_standard(self._trips[key], response)[0]
        return [site.id for site, near in zip(self.sites, inside, strict=True) if near]
