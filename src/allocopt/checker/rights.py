"""Who may act where: own hazards, coalitions, links and powers."""

from __future__ import annotations

from collections.abc import Collection

from allocopt.checker.deeds import Deeds
from allocopt.checker.figures import in_area
from allocopt.checker.files import Row
from allocopt.checker.instance import Instance


class Rights:
    """What the regime, the coalition, the links and the powers allow."""

    def __init__(self, city: Instance, deeds: Deeds, regime: str, coalition: Collection[str] | None) -> None:
        self._deeds = deeds
        self._links = city.by_id("links") if regime != "silo" else {}
        if coalition is None:
            coalition = city.by_id("bodies") if regime == "joint" else ()
        self.coalition = frozenset(coalition)
        self._powers: dict[tuple[str, str], list[Row]] = {}
        for row in city.rows("powers"):
            self._powers.setdefault((row["body"], row["power"]), []).append(row)

    def own(self, body: str, answering: frozenset[str]) -> bool:
        """Whether a body may act by itself, given the bodies that answer for what the action touches."""
        return body in answering or (body in self.coalition and not self.coalition.isdisjoint(answering))

    def together(self, body: str, other: str) -> bool:
        """Whether two bodies share their means."""
        return body == other or {body, other} <= self.coalition

    def serves(
        self, link: str, body: str, answering: Collection[str], programme: str, area: str, t: int | None
    ) -> bool:
        """Whether a link lets a body act for one of those that answer; t None: whatever mechanisms work."""
        row = self._links.get(link)
        return (
            row is not None
            and row["helper"] == body
            and row["helped"] in answering
            and row["programme"] == programme
            and in_area(area, row["area"])
            and (t is None or self._deeds.works(row["mechanism"], t))
        )

    def charges(self, link: str) -> bool:
        """Whether a link has a price, which a member of a coalition may charge though it could act freely."""
        return link in self._links and self._links[link].num("price_cny") > 0

    def serving(self, body: str, answering: Collection[str], programme: str, area: str) -> tuple[str, ...]:
        """Every link by which a body may act, if its mechanism works."""
        return tuple(k for k in self._links if self.serves(k, body, answering, programme, area, None))

    def works(self, link: str, t: int) -> bool:
        return self._deeds.works(self._links[link]["mechanism"], t)

    def objection(
        self, body: str, answering: frozenset[str], programme: str, area: str, via: str, t: int
    ) -> str | None:
        """Why a body may not act this way (as what was expected instead), or None when it may."""
        if not via:
            own = self.own(body, answering)
            return None if own else f"{body} to answer for what it touches here, or a link"
        if body in answering or (self.own(body, answering) and not self.charges(via)):
            return f"no link: {body} may act here on its own"
        if self.serves(via, body, answering, programme, area, t):
            return None
        return f"a link that works and lets {body} act in {programme} here in this regime"

    def has_power(self, body: str, power: str, area: str, t: int) -> bool:
        """Whether a body has a power in an area in a period; no power asked for is had by all."""
        rows = self._powers.get((body, power), ())
        return not power or any(in_area(area, r["area"]) and self._deeds.works(r["mechanism"], t) for r in rows)
