"""What a plan's manifest says of its instance and of how it was made."""

from __future__ import annotations

import shlex
from importlib.metadata import version
from typing import Any

from allocopt.city import City
from allocopt.schema.supply import NeedRow, ScenarioRow
from allocopt.solving.options import Aim, Options
from allocopt.summary.naming import naming


def describe(city: City, options: Options) -> dict[str, Any]:
    """The instance, the options, the versions, and the one command that makes the plan again."""
    return {
        "allocopt": version("allocopt"),
        "solver": f"HiGHS {version('highspy')}",
        "instance": {
            "name": city.settings.name,
            "folder": str(city.folder.resolve()),
            "hashes": dict(city.hashes),
        },
        "options": {
            "scenario": city.scenario,
            "set": list(city.changes),
            "regime": options.regime,
            "coalition": None if options.coalition is None else list(options.coalition),
            "objective": _plain(options.objective),
            "gap": options.gap,
            "gap_avoided": options.gap_avoided,
            "time_limit": options.time_limit,
            "threads": options.threads,
        },
        "sees_ahead": _sees_ahead(city),
        "command": shlex.join(_command(city, options)),
        **naming(city),
        **_programmes(city),
    }


def _programmes(city: City) -> dict[str, Any]:
    """The programmes from outside that the city has, with the columns of their tables; nothing where it has none."""
    told = {
        own.name: {"title": own.title, "package": own.package, "version": own.version, "tables": dict(own.decisions)}
        for own in city.programmes
    }
    return {"programmes": told} if told else {}


def _sees_ahead(city: City) -> list[str]:
    """Scenarios with needs after the first period that no `known_from` keeps from being known in the first."""
    first = city.settings.periods[0].id
    later = {need.scenario for need in city.of(NeedRow) if need.period != first}
    return [row.id for row in city.of(ScenarioRow) if row.known_from in (None, first) and row.id in later]


def _plain(objective: Aim) -> str | dict[str, float]:
    return objective if isinstance(objective, str) else dict(objective)


def _command(city: City, options: Options) -> list[str]:
    words = ["allocopt", "solve", str(city.folder)]
    words += ["--scenario", city.scenario] if city.scenario else []
    for change in city.changes:
        words += ["--set", change]
    words += ["--regime", options.regime]
    words += ["--coalition", ",".join(options.coalition)] if options.coalition is not None else []
    aim = options.objective
    words += ["--objective", aim if isinstance(aim, str) else ",".join(f"{name}={w!r}" for name, w in aim.items())]
    words += ["--gap", repr(options.gap)]
    for name, number in (
        ("--gap-avoided", options.gap_avoided),
        ("--time-limit", options.time_limit),
        ("--threads", options.threads),
    ):
        words += [] if number is None else [name, repr(number)]
    return words
