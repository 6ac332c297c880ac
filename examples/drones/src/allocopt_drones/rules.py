"""What a row by itself cannot show: how drones fit the rest of the instance."""

from __future__ import annotations

from collections.abc import Iterator

from allocopt.instance.draft import Draft
from allocopt.instance.rules.rule import Wrong, each
from allocopt.schema.people import PoolRow
from allocopt.schema.places import SiteRow
from allocopt.schema.risk import EffectRow
from allocopt_drones.tables import DroneEffectRow, DroneRow


@each(DroneRow, PoolRow, "drones")
def pilots_are_of_the_same_body(row: DroneRow, draft: Draft) -> Iterator[Wrong]:
    """Hours of another body's people are not the drones' to spend."""
    owner = {pool.id: pool.body for pool in draft.rows(PoolRow)}
    if owner[row.pool] != row.body:
        yield "pool", f"a pool of {row.body}"


@each(DroneRow, SiteRow)
def pads_lie_where_sites_lie(row: DroneRow, draft: Draft) -> Iterator[Wrong]:
    """A straight line joins two places of the same coordinates."""
    if not any(_pair(row, form) and _pair(site, form) for form in ("x", "lon") for site in draft.rows(SiteRow)):
        yield "lon", "lon and lat (or x and y), as sites have them"


def _pair(row: DroneRow | SiteRow, form: str) -> bool:
    return (row.x if form == "x" else row.lon) is not None


@each(DroneEffectRow, EffectRow)
def nothing_else_averts_all(row: DroneEffectRow, draft: Draft) -> Iterator[Wrong]:
    """Where one unit of patrol averts the whole loss, its effort is infinite, and nothing can be added to it."""
    whole = {effect.hazard for effect in draft.rows(EffectRow) if effect.by == "class" and effect.share >= 1}
    if row.hazard in whole:
        yield "hazard", "a hazard that no class of patrol averts entirely (share 1 in effects.csv)"


RULES = (pilots_are_of_the_same_body, pads_lie_where_sites_lie, nothing_else_averts_all)
