"""Changes of an instance, PATH=VALUE: those of the named scenario first, then those of `--set`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from allocopt.checker.columns import Shape
from allocopt.checker.files import NUMBER, Row
from allocopt.checker.scaling import GROUPS, scale
from allocopt.checker.verdict import Book


def apply_changes(
    settings: dict[str, Any],
    tables: dict[str, list[Row]],
    shapes: Mapping[str, Shape],
    scenario: str | None,
    changes: list[str],
    book: Book,
) -> None:
    """Change settings and rows in place, in the order of the changes."""
    named: list[str] = []
    if scenario is not None:
        chosen = settings["scenarios"].get(scenario)
        if chosen is None:
            book.add("options", "plan.json", 0, "options.scenario", scenario, "a scenario of city.yaml")
        else:
            named = [str(change) for change in chosen["set"]]
    for change in [*named, *changes]:
        path, sign, value = change.partition("=")
        if not sign or not _apply(settings, tables, shapes, path.strip(), value.strip()):
            book.add("options", "plan.json", 0, "options.set", change, "a change that meets something")


def _apply(
    settings: dict[str, Any], tables: dict[str, list[Row]], shapes: Mapping[str, Shape], path: str, value: str
) -> bool:
    table, _, rest = path.partition(".")
    if table == "city":
        return _change_settings(settings, rest, value)
    if table == "scale":
        return _scale(settings, tables, rest, value)
    pattern, _, column = rest.rpartition(".")
    if table not in shapes or column not in {c.name for c in shapes[table].columns}:
        return False
    rows = [row for row in tables[table] if _meets(row.key(shapes[table].key), pattern)]
    default = next(c for c in shapes[table].columns if c.name == column)
    for row in rows:
        before = row.cells[column] or default.default
        after = _changed(before, value) if default.number else value
        if after is None:
            return False
        row.cells[column] = after
    return bool(rows)


def _scale(settings: dict[str, Any], tables: dict[str, list[Row]], group: str, value: str) -> bool:
    """Multiply the assumed figures of a group; False for no group, no number above zero, or nothing to multiply."""
    factor = value[1:].lstrip() if value[:1] in ("x", "×") else value
    if group not in GROUPS or not NUMBER.fullmatch(factor) or Decimal(factor) <= 0:
        return False
    periods = [period["id"] for period in settings["periods"] if isinstance(period, dict) and "id" in period]
    return scale(tables, periods, group, Decimal(factor))


def _meets(key: tuple[str, ...], pattern: str) -> bool:
    """Whether a row's key, its trailing blank cells left out or not, is what the pattern describes."""
    wanted = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
    shortest = max((number for number, cell in enumerate(key, start=1) if cell), default=1)
    return any(wanted.fullmatch("/".join(key[:length])) for length in range(shortest, len(key) + 1))


def _changed(before: str, value: str) -> str | None:
    """The value itself, or the number that is there times the factor of `x1.2`; None when there is none."""
    if not (value.startswith("x") and NUMBER.fullmatch(value[1:])):
        return value
    if not NUMBER.fullmatch(before):
        return None
    return str(Decimal(before) * Decimal(value[1:]))


def _change_settings(tree: Any, path: str, value: str) -> bool:
    """Walk to the leaf that the path names; keys may hold dots, so the longest that fits goes first."""
    steps = _steps(tree)
    for name in sorted(steps, key=len, reverse=True):
        if path == name and isinstance(tree, dict):
            after = _changed(str(tree[name]), value)
            tree[name] = after if after is not None else tree[name]
            return after is not None
        if path.startswith(name + ".") and isinstance(steps[name], dict | list):
            return _change_settings(steps[name], path[len(name) + 1 :], value)
    name, _, rest = path.partition(".")
    if not name or not isinstance(tree, dict):
        return False
    if not rest:
        tree[name] = value
        return True
    tree[name] = {}
    return _change_settings(tree[name], rest, value)


def _steps(tree: Any) -> dict[str, Any]:
    """What can be stepped into: the keys of a mapping, the items of a list by their id."""
    if isinstance(tree, dict):
        return tree
    if isinstance(tree, list):
        return {str(item["id"]): item for item in tree if isinstance(item, dict) and "id" in item}
    return {}
