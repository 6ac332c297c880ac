"""What is asked to be in a plan, and the decisions of the model that count for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pyomo.core import Constraint, Set

from allocopt.arrange.whole import Arranged
from allocopt.city import City
from allocopt.faults import Fault, InputError, did_you_mean
from allocopt_models.city import CityModel
from allocopt_models.terms import Expr, add, total

# So many ids are told of those that are known.
MOST_KNOWN = 20
# A decision: a component of the model and an index of it.
Decision = tuple[str, Any]


@dataclass(frozen=True)
class Wanted:
    """One thing that is asked for: of which table, its id, and at which site (blank: anywhere)."""

    table: str
    name: str
    site: str = ""

    @property
    def call(self) -> str:
        """The options that ask for it."""
        return f"--{OPTIONS[self.table]} {self.name}" + (f" --site {self.site}" if self.site else "")


OPTIONS = {
    "sites": "site",
    "posts": "post",
    "depots": "depot",
    "measures": "measure",
    "mechanisms": "mechanism",
    "kinds": "kind",
}
# What may be asked for at a site.
_AT_SITES = ("kinds", "measures")


def wanted(city: City, **asked: Sequence[str]) -> list[Wanted]:
    """What is asked for, by table. Kinds and measures are asked for at each of the sites, where there are any; sites
    alone ask that something be done there. Raises InputError with every id that is not known."""
    faults = [fault for table, names in asked.items() for fault in _unknown(city, table, names)]
    if faults:
        raise InputError(faults)
    sites = tuple(dict.fromkeys(asked.get("sites", ())))
    out = [
        Wanted(table, name, site)
        for table in _AT_SITES
        for name in dict.fromkeys(asked.get(table, ()))
        for site in sites or ("",)
    ]
    if not out:
        out = [Wanted("sites", site) for site in sites]
    others = (table for table in OPTIONS if table not in ("sites", *_AT_SITES))
    return [*out, *(Wanted(table, name) for table in others for name in dict.fromkeys(asked.get(table, ())))]


def _unknown(city: City, table: str, names: Sequence[str]) -> Iterator[Fault]:
    known = [row.id for row in city.rows[table]]  # type: ignore[attr-defined]
    more = f" and {len(known) - MOST_KNOWN} more" if len(known) > MOST_KNOWN else ""
    for name in dict.fromkeys(names):
        if name not in known:
            some = ", ".join(known[:MOST_KNOWN]) + more if known else f"none, for the instance has no {table}"
            yield Fault(f"--{OPTIONS[table]}", 0, "", f"'{name}'", f"one of: {some}{did_you_mean(name, known)}")


def decisions_for(want: Wanted, arranged: Arranged) -> list[Decision]:
    """The decisions that count for what is asked; none where nothing in this regime can do it."""
    return list(_COUNTED[want.table](want, arranged))


def _of_kind(want: Wanted, arranged: Arranged) -> Iterator[Decision]:
    """Its visits; of a kind that only follows suspicions, the enforcing visits, by the first of its roles."""
    data = arranged.data.programmes.inspection
    for visit, most in sorted(data.most.items()):
        if visit.kind == want.name and want.site in ("", visit.site) and most > 0:
            yield "inspection.visits", visit
    following = sorted(filling for filling in data.enforcing if filling.kind == want.name and not want.site)
    for filling in following:
        if filling.role == following[0].role:
            yield "inspection.enforce", filling


def _of_measure(want: Wanted, arranged: Arranged) -> Iterator[Decision]:
    for start in sorted(arranged.data.programmes.prevention.starts):
        if start.measure == want.name and want.site in ("", start.site):
            yield "prevention.start", start


def _at_site(want: Wanted, arranged: Arranged) -> Iterator[Decision]:
    """Visits, measures, hours of visible patrol and goods; where none of these can be, units within reach."""
    done = list(_done_at(want.name, arranged))
    yield from done
    for (_, site), cover in sorted(arranged.patrol.cover_of.items()) if not done else ():
        if site == want.name:
            for period, shift in arranged.data.programmes.response.times:
                yield "response.covering", (cover, period, shift)


def _done_at(site: str, arranged: Arranged) -> Iterator[Decision]:
    data = arranged.data.programmes
    for visit, most in sorted(data.inspection.most.items()):
        if visit.site == site and most > 0:
            yield "inspection.visits", visit
    for start in sorted(data.prevention.starts):
        if start.site == site:
            yield "prevention.start", start
    for present in sorted(data.presence.ways):
        if present.site == site:
            yield "presence.presence", present
    for sending in sorted(data.supply.shipments):
        if sending.place == site:
            yield "supply.shipped", sending


def _at_post(want: Wanted, arranged: Arranged) -> Iterator[Decision]:
    """Units there; where none can stand there, that it is opened."""
    data = arranged.data.programmes.stationing
    there = [station for station, way in sorted(data.stations.items()) if station.post == want.name and way.most > 0]
    for station in there:
        yield "patrol.units", station
    if not there and want.name in data.openings:
        yield "patrol.opened", want.name


def _of_depot(want: Wanted, arranged: Arranged) -> Iterator[Decision]:
    depot = arranged.data.programmes.supply.depots.get(want.name)
    if depot is not None and not depot.open:
        yield "supply.opened", want.name


def _of_mechanism(want: Wanted, arranged: Arranged) -> Iterator[Decision]:
    for mechanism, period in sorted(arranged.data.programmes.mechanisms.costs):
        if mechanism == want.name:
            yield "mechanisms.start", (mechanism, period)


_COUNTED = {
    "kinds": _of_kind,
    "measures": _of_measure,
    "sites": _at_site,
    "posts": _at_post,
    "depots": _of_depot,
    "mechanisms": _of_mechanism,
}


def add_asked(model: CityModel, asked: Sequence[Sequence[Decision]]) -> None:
    """Adds a row `asked` for each of these: how much of it there is, at least nothing until it is forced."""
    m = model.model
    add(m, "ASKED", Set(initialize=[i for i, decisions in enumerate(asked) if decisions], doc="what is asked for"))

    def as_much_as_is_asked(_: Any, i: int) -> Expr:
        return total([m.find_component(component)[key] for component, key in asked[i]]) >= 0

    add(m, "asked", Constraint(m.ASKED, rule=as_much_as_is_asked, doc="what is asked for is in the plan"))
