"""The model's decisions: which of its variables the tables of a plan tell, while all others follow from these."""

from __future__ import annotations

from collections.abc import Mapping

# By decision table, the components of the model whose values it tells.
COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "visits": ("inspection.visits", "inspection.fill"),
    "referrals": ("inspection.enforce",),
    "patrols": ("patrol.units", "patrol.committed"),
    "presence": ("presence.presence",),
    "crews": ("crews.people",),
    "posts": ("patrol.opened",),
    "depots": ("supply.opened",),
    "stock": ("supply.bought",),
    "orders": ("supply.ordered",),
    "shipments": ("supply.shipped", "supply.transferred"),
    "measures": ("prevention.start",),
    "mechanisms": ("mechanisms.start",),
    "beats": ("beats.assigned",),
}
# Decided scenario by scenario, when it is known what has happened. Goods are kept for a later period then, too.
RECOURSE_TABLES = ("orders", "shipments")
RECOURSE = frozenset({*(name for table in RECOURSE_TABLES for name in COMPONENTS[table]), "supply.carried"})
# Who answers for a site follows from the posts that are open, and bears on nothing else.
ANSWERING_TABLE = "beats"
# Decided whatever happens.
FIRST_STAGE = frozenset(
    name
    for table, names in COMPONENTS.items()
    if table != ANSWERING_TABLE and table not in RECOURSE_TABLES
    for name in names
)
