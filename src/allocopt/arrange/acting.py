"""Who may act for whom, with which powers, under a regime."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from allocopt.city import City
from allocopt.schema.money import LinkRow
from allocopt.schema.people import PowerRow
from allocopt.schema.risk import BodyRow, HazardRow, RiskRow
from allocopt_models.budgets import lies_in
from allocopt_models.terms import Requires

REGIMES = ("silo", "linked", "joint")


@dataclass(frozen=True)
class Regime:
    """A coalition whose members act for each other freely, and whether the instance's links hold."""

    coalition: frozenset[str]
    links: bool

    @classmethod
    def named(cls, name: str, city: City) -> Regime:
        """`silo`, `linked` or `joint`. Raises KeyError for another name."""
        everybody = frozenset(body.id for body in city.of(BodyRow))
        return {
            "silo": cls(frozenset(), False),
            "linked": cls(frozenset(), True),
            "joint": cls(everybody, True),
        }[name]


class Acting:
    """What each body may do in a city under a regime."""

    def __init__(
        self, city: City, regime: Regime, *, neutral: frozenset[str] = frozenset(), any_coalition: bool = False
    ) -> None:
        """`neutral`: links whose price leaves and enters the same line, so that charging it changes nothing.
        `any_coalition`: the regime is the largest of several that the model must serve."""
        self.city = city
        self.regime = regime
        self.any_coalition = any_coalition
        self.links = {link.id: link for link in city.of(LinkRow)} if regime.links else {}
        self._worth_charging = {k for k, link in self.links.items() if link.price_cny > 0 and k not in neutral}

    @cached_property
    def lead(self) -> dict[tuple[str, str], str]:
        """The body that answers for (site, hazard), for every pair of `risks`."""
        usual = self._usual_lead
        return {(row.site, row.hazard): row.lead or usual[row.hazard] for row in self.city.of(RiskRow)}

    @cached_property
    def _usual_lead(self) -> dict[str, str]:
        """The body that leads each hazard where no risk row says otherwise."""
        return {hazard.id: hazard.lead for hazard in self.city.of(HazardRow)}

    @cached_property
    def _powers(self) -> dict[tuple[str, str], list[PowerRow]]:
        """The rows of `powers` by body and power."""
        out: dict[tuple[str, str], list[PowerRow]] = {}
        for row in self.city.of(PowerRow):
            out.setdefault((row.body, row.power), []).append(row)
        return out

    @cached_property
    def hazards_at(self) -> dict[str, frozenset[str]]:
        """The hazards with a risk row, by site."""
        out: dict[str, set[str]] = {}
        for site, hazard in self.lead:
            out.setdefault(site, set()).add(hazard)
        return {site: frozenset(hazards) for site, hazards in out.items()}

    def leaders(self, site: str, hazards: Iterable[str]) -> frozenset[str]:
        """The bodies that lead one of these hazards at the site."""
        return frozenset(self.lead[site, hazard] for hazard in hazards if (site, hazard) in self.lead)

    def leader_of_need(self, site: str, hazard: str) -> str:
        """The body that answers for a need at the site: the lead there, or else the hazard's."""
        return self.lead.get((site, hazard), self._usual_lead[hazard])

    def ways(self, body: str, leaders: frozenset[str], area: str, programme: str) -> list[str]:
        """How the body may act where these bodies lead: [""] on its own, else the ids of links; [] not at all.

        A member of a coalition acts freely for the others, or at the price of a link: it may live on that income.
        """
        if body in leaders:
            return [""]
        links = [
            link.id
            for link in self.links.values()
            if link.helper == body
            and link.helped in leaders
            and link.programme == programme
            and lies_in(area, link.area)
        ]
        if body in self.regime.coalition and leaders & self.regime.coalition:
            return ["", *(link for link in links if link in self._worth_charging)]
        return links

    def links_worth_charging(self, helper: str, programme: str) -> list[str]:
        """Links of a member of the coalition whose price may be charged though it could act freely."""
        if helper not in self.regime.coalition:
            return []
        links = (self.links[link] for link in sorted(self._worth_charging))
        return [link.id for link in links if link.helper == helper and link.programme == programme]

    def link_requires(self, via: str) -> Requires:
        """What must work for the way to be open."""
        mechanism = self.links[via].mechanism if via else None
        return ((mechanism,),) if mechanism else ()

    def power_requires(self, body: str, power: str | None, area: str) -> Requires | None:
        """What must work for the body to have the power in the area; None where it never has it."""
        if power is None:
            return ()
        rows = [row for row in self._powers.get((body, power), ()) if lies_in(area, row.area)]
        if not rows:
            return None
        if any(row.mechanism is None for row in rows):
            return ()
        return (tuple(sorted({row.mechanism for row in rows if row.mechanism})),)


def needs_mechanism(mechanism: str | None) -> Requires:
    """The requirement of a row that may name a mechanism."""
    return ((mechanism,),) if mechanism else ()
