"""Reading `plan.json`: the options with which a plan was made."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allocopt.checker.files import bytes_of, plan_text
from allocopt.checker.verdict import Book

FILE = "plan.json"
_REGIMES = ("silo", "linked", "joint")


@dataclass(frozen=True)
class Options:
    """What the plan was asked for."""

    scenario: str | None
    changes: tuple[str, ...]
    regime: str
    coalition: tuple[str, ...] | None
    objective: str | Mapping[str, Any] | None
    gap: float | None
    gap_avoided: float | None


def read_manifest(plan: Path, book: Book) -> dict[str, Any] | None:
    """The manifest; None, with a violation, when it cannot be understood."""
    data = bytes_of(plan / FILE)
    text = None if data is None else plan_text(data)
    if text is None:
        book.add("manifest", FILE, 0, "", "no readable file", "the plan's manifest")
        return None
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        book.add("manifest", FILE, 0, "", f"no JSON ({error})", "the plan's manifest")
        return None
    if not isinstance(read, dict):
        book.add("manifest", FILE, 0, "", "no object", "the plan's manifest")
        return None
    return read


def read_options(manifest: Mapping[str, Any], book: Book) -> Options:
    """The options; what is not as it should be is a violation, and its default is taken."""
    given = part(manifest, "options")
    regime = given.get("regime", "linked")
    if regime not in _REGIMES:
        book.add("options", FILE, 0, "options.regime", regime, "silo, linked or joint")
        regime = "linked"
    scenario, objective = given.get("scenario"), given.get("objective")
    if not isinstance(scenario, str | None):
        book.add("options", FILE, 0, "options.scenario", scenario, "a name or nothing")
        scenario = None
    if not isinstance(objective, str | dict | None):
        book.add("options", FILE, 0, "options.objective", objective, "an objective's name, or weights by name")
        objective = None
    return Options(
        scenario,
        _texts(given, "set", book) or (),
        regime,
        _texts(given, "coalition", book),
        objective,
        number(given.get("gap")),
        number(given.get("gap_avoided")),
    )


def not_checked(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """What the plan's model had from its caller, by name."""
    own = part(manifest, "own_model")
    names = [str(name) for kind in ("rows", "variables", "limits") for name in _list(own.get(kind))]
    return tuple(names + ([f"objective {own['objective']}"] if own.get("objective") else []))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def part(manifest: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object inside the manifest, empty when it is none."""
    value = manifest.get(key)
    return value if isinstance(value, dict) else {}


def number(value: object) -> float | None:
    """A finite number of the manifest, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _texts(given: Mapping[str, Any], key: str, book: Book) -> tuple[str, ...] | None:
    value = given.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        book.add("options", FILE, 0, f"options.{key}", value, "a list of texts")
        return ()
    return tuple(value)
