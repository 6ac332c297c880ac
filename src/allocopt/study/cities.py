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


def require_built_in(city: City, study: str) -> None:
    """Raise InputError for a city with programmes from outside, in a study that must know what each decision is about:
    who takes part in it, whether it is held, how far it lies from another."""
    found = [
        Fault(f"{own.tables[0].name}.csv", 0, "", f"the programme {own.name}", f"built-in programmes alone in {study}")
        for own in city.programmes
    ]
    if found:
        raise InputError(found)
