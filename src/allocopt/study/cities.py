"""The same city with changes, as a study goes from one to the next."""

from __future__ import annotations

from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.instance.load import load


def with_changes(city: City, *changes: str) -> City:
    """The city with these changes after its own. Raises InputError where the instance has changed meanwhile."""
    other = load(city.folder, scenario=city.scenario, changes=(*city.changes, *changes))
    if other.hashes != city.hashes:
        raise InputError([Fault(str(city.folder), 0, "", "other files than a moment ago", "files that stay")])
    return other
