"""What a plan's summary needs of its instance: names, who owns what, where sites lie, how likely scenarios are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from allocopt.city import City

_OWNED = ("pools", "units", "posts", "depots", "suppliers", "measures")


def naming(city: City) -> dict[str, Any]:
    """Entries for a plan's manifest, so that it can be told without its instance.

    `title`; `names`: table -> id -> name, where there is one; `bodies_of`: table -> id -> body;
    `areas`: site -> area path; `probabilities`: scenario -> chance; `periods`: ids in the order of the calendar.
    """
    settings = city.settings
    rows: Mapping[str, tuple[Any, ...]] = city.rows
    names = {table: _names(entries) for table, entries in rows.items()}
    joined = [table for own in city.programmes for table in own.tables]
    owned = [*_OWNED, *(table.name for table in joined if {"id", "body"} <= {*table.columns})]
    names |= {"periods": _names(settings.periods), "shifts": _names(settings.shifts)}
    return {
        "title": settings.title or settings.name,
        "names": {table: entries for table, entries in names.items() if entries},
        "bodies_of": {table: {row.id: row.body for row in rows[table]} for table in owned if rows[table]},
        "areas": {row.id: row.area for row in rows["sites"]},
        "probabilities": {row.id: row.probability for row in rows["scenarios"]},
        "periods": [period.id for period in settings.periods],
    }


def _names(rows: tuple[Any, ...]) -> dict[str, str]:
    if not rows or "name" not in type(rows[0]).model_fields:
        return {}
    return {row.id: row.name for row in rows if row.name and row.name != row.id}


class Names:
    """Looks names up in a manifest; what it does not know is called by its id."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._manifest = manifest

    def of(self, table: str, name: str) -> str:
        return str(self._look("names", table).get(name, name))

    def body_of(self, table: str, name: str) -> str:
        """Id of the body that owns it; blank when unknown or none."""
        return str(self._look("bodies_of", table).get(name) or "")

    @property
    def areas(self) -> dict[str, str]:
        """Area path by site."""
        return {site: str(area) for site, area in self._part("areas").items()}

    @property
    def probabilities(self) -> dict[str, float]:
        return {scenario: float(chance) for scenario, chance in self._part("probabilities").items()}

    @property
    def has_one_period(self) -> bool:
        known = self._manifest.get("periods")
        return isinstance(known, list) and len(known) == 1

    def in_order(self, periods: Iterable[str]) -> list[str]:
        """These periods as they follow each other; those that are not known come last."""
        known = self._manifest.get("periods")
        place = {period: number for number, period in enumerate(known if isinstance(known, list) else ())}
        return sorted(periods, key=lambda period: (place.get(period, len(place)), period))

    def _look(self, part: str, table: str) -> Mapping[str, Any]:
        entries = self._part(part).get(table, {})
        return entries if isinstance(entries, Mapping) else {}

    def _part(self, part: str) -> Mapping[str, Any]:
        entries = self._manifest.get(part, {})
        return entries if isinstance(entries, Mapping) else {}
