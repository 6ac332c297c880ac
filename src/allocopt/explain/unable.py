"""Why no action in a regime can do what is asked, as far as the tables tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from allocopt.arrange.acting import REGIMES, Regime
from allocopt.arrange.effects import Effects
from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from allocopt.explain.asked import Wanted, decisions_for
from allocopt.schema.patrol import PostRow, UnitRow
from allocopt.schema.people import CrewRow, KindRow, PoolRow
from allocopt.schema.places import SiteRow
from allocopt.schema.prevention import MeasureRow
from allocopt.schema.supply import NeedRow
from allocopt.solving.options import Options
from allocopt.travel import trips

# Reasons told at most, those first that hold at most sites.
MOST_REASONS = 6
# So many sites are looked at where any would do.
MOST_SITES = 50


def reasons(want: Wanted, city: City, arranged: Arranged) -> list[str]:
    """Phrases that say why, the most frequent first; none where the tables do not tell."""
    counted = Counter(_Looking(city, arranged).why(want))
    return sorted(counted, key=lambda reason: (-counted[reason], reason))[:MOST_REASONS]


def other_regimes(want: Wanted, city: City, options: Options) -> list[str]:
    """The regimes in which something could do it."""
    if options.coalition is not None:
        return []
    wider = REGIMES[REGIMES.index(options.regime) + 1 :]
    return [
        name
        for name in wider
        if decisions_for(want, arrange(city, Regime.named(name, city), options.objective, every_action=True))
    ]


@dataclass
class _Looking:
    city: City
    arranged: Arranged

    def __post_init__(self) -> None:
        self.acting, self.effects = self.arranged.acting, Effects(self.city)
        self.sites = {site.id: site for site in self.city.of(SiteRow)}
        self._minutes_by: dict[str, Mapping[tuple[str, str], float]] = {}

    def why(self, want: Wanted) -> Iterator[str]:
        sites = [self.sites[want.site]] if want.site else list(self.sites.values())[:MOST_SITES]
        match want.table:
            case "kinds":
                kind = next(row for row in self.city.of(KindRow) if row.id == want.name)
                for site in sites:
                    yield from self._no_visit(kind, site)
            case "measures":
                measure = next(row for row in self.city.of(MeasureRow) if row.id == want.name)
                for site in sites:
                    yield from self._no_measure(measure, site)
            case "posts":
                yield from self._no_unit(next(row for row in self.city.of(PostRow) if row.id == want.name))
            case "sites":
                yield from self._nothing_at(self.sites[want.name])

    def _no_visit(self, kind: KindRow, site: SiteRow) -> Iterator[str]:
        if kind.site_types and site.type not in kind.site_types:
            types = ", ".join(kind.site_types)
            yield f"{kind.id} goes to sites of type {types} only, and {site.id} is {site.type or 'of none'}"
        elif not (hazards := self._touched("kind", kind.id, site)):
            yield f"{kind.id} lowers no hazard that {site.id} has a row of risks for"
        else:
            leaders = self.acting.leaders(site.id, hazards)
            for role in (row for row in self.city.of(CrewRow) if row.of == kind.id):
                lacking = [self._pool_lacks(pool, role, site, leaders) for pool in self.city.of(PoolRow)]
                if all(lacking):
                    yield from (f"role {role.role} of {kind.id} at {site.id}: {words}" for words in lacking if words)
            if kind.refers_to:
                yield f"or nobody may make the visits of {kind.refers_to} that must follow in {site.area}"

    def _pool_lacks(self, pool: PoolRow, role: CrewRow, site: SiteRow, leaders: frozenset[str]) -> str:
        """What a pool lacks for a role; blank where it lacks nothing."""
        if role.skill and role.skill not in pool.skills:
            return f"{pool.id} lacks the skill {role.skill}"
        if self.acting.power_requires(pool.body, role.power, site.area) is None:
            return f"{pool.body} lacks the power {role.power} in {site.area or 'the city'}"
        if not np.isfinite(self._minutes(pool.mode)[pool.id, site.id]):
            return f"{site.id} is out of reach of {pool.id}"
        return self._may_not_act(pool.body, leaders, site, "inspection")

    def _minutes(self, mode: str) -> Mapping[tuple[str, str], float]:
        """Minutes from each pool's base to each site by this mode."""
        if mode not in self._minutes_by:
            pools, sites = [pool for pool in self.city.of(PoolRow) if pool.mode == mode], list(self.sites.values())
            table = trips(self.city, mode, pools, sites).minutes
            self._minutes_by[mode] = {
                (pool.id, site.id): float(table[i, j]) for i, pool in enumerate(pools) for j, site in enumerate(sites)
            }
        return self._minutes_by[mode]

    def _may_not_act(self, body: str, leaders: frozenset[str], site: SiteRow, programme: str) -> str:
        if self.acting.ways(body, leaders, site.area, programme):
            return ""
        who = ", ".join(sorted(leaders))
        return f"{body} may not act there for {who}, who answers for it: no link of {programme} lets it in this regime"

    def _no_measure(self, measure: MeasureRow, site: SiteRow) -> Iterator[str]:
        needs = self._lowered_needs(measure, site)
        if measure.site_types and site.type not in measure.site_types:
            types = ", ".join(measure.site_types)
            yield f"{measure.id} suits sites of type {types} only, and {site.id} is {site.type or 'of none'}"
        elif not (hazards := self._touched("measure", measure.id, site)) and not needs:
            yield f"{measure.id} lowers no hazard that {site.id} has a row of risks for, nor a need of it"
        else:
            leaders = self.acting.leaders(site.id, hazards)
            if words := self._may_not_act(measure.body, leaders, site, "prevention"):
                yield words

    def _lowered_needs(self, measure: MeasureRow, site: SiteRow) -> bool:
        lowered = {row.commodity for row in self.effects.on_need[measure.id] if row.share > 0}
        return any(row.site == site.id and row.commodity in lowered for row in self.city.of(NeedRow))

    def _no_unit(self, post: PostRow) -> Iterator[str]:
        units = self.city.of(UnitRow)
        if not units:
            yield "the instance has no units"
        for unit in units:
            if unit.count < unit.relief:
                yield f"{unit.id} has too few crews for one on duty with its relief"
            elif unit.vehicles == 0:
                yield f"{unit.id} has no vehicles"
            else:
                yield f"from {post.id}, {unit.id} reaches no site within its standard where its body may act"

    def _nothing_at(self, site: SiteRow) -> Iterator[str]:
        if not self.acting.hazards_at.get(site.id):
            yield f"{site.id} has no row of risks"
        for kind in self.city.of(KindRow):
            yield from self._no_visit(kind, site)
        for measure in self.city.of(MeasureRow):
            yield from self._no_measure(measure, site)
        if self.city.of(UnitRow):
            yield f"no unit reaches {site.id} from a post within its standard, with a right to act there"

    def _touched(self, by: str, action: str, site: SiteRow) -> frozenset[str]:
        hazards: Iterable[str] = self.acting.hazards_at.get(site.id, frozenset())
        return self.effects.touched(by, action) & frozenset(hazards)
