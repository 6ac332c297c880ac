"""The instance that a plan was made for, found again where the plan says it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.instance.load import load
from allocopt.plan.plan import Plan


def instance_of(plan: Plan, folder: Path | None = None) -> City:
    """The instance with the plan's scenario and changes; `folder` is where it is, if it has moved since.

    Raises InputError, with every fault, where it is gone or its files are not those of the plan.
    """
    instance, options = plan.manifest["instance"], plan.manifest["options"]
    place = folder or Path(plan.folder or ".") / str(instance.get("folder", ""))
    if not place.is_dir():
        expected = "the folder of the plan's instance (--city names where it is)"
        raise InputError([Fault(str(place), 0, "", "no such folder", expected)])
    city = load(place, scenario=options.get("scenario"), changes=tuple(options.get("set", ())))
    if faults := list(_changed(city, place, instance.get("hashes", {}))):
        raise InputError(faults)
    return city


def require_no_own_model(plan: Plan) -> None:
    """Raise InputError for a plan of a model with rows of its caller's own: they stand in no instance, so that nothing
    else can be compared with it."""
    if plan.manifest.get("own_model"):
        expected = "a plan of the instance alone"
        raise InputError([Fault(str(plan.folder or "plan"), 0, "", "a plan with its caller's own rows", expected)])


def _changed(city: City, place: Path, hashes: dict[str, str]) -> Iterator[Fault]:
    for file in sorted({*city.hashes, *hashes}):
        if city.hashes.get(file) != hashes.get(file):
            found = "another sha256" if file in city.hashes else "no such file"
            expected = "the file as it was when the plan was made" if file in hashes else "no such file, as then"
            yield Fault(str(place / file), 0, "", found, expected)
