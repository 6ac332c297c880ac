"""Text to typed rows and settings; every cell that does not fit becomes a fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from allocopt.faults import Fault, did_you_mean
from allocopt.instance import words
from allocopt.instance.draft import dotted
from allocopt.instance.texts import CITY, TableText, Texts, quoted
from allocopt.reading.plain_text import shown
from allocopt.schema import Settings, Table
from allocopt.schema.columns import columns
from allocopt.schema.settings import Beats, Objective, Override, Period, PointRisk, Shift, Travel, WorstArea
from allocopt.schema.types import Row

PARTS: dict[str, type[BaseModel]] = {
    "periods": Period,
    "shifts": Shift,
    "travel": Travel,
    "worst_area": WorstArea,
    "beats": Beats,
    "points": PointRisk,
    "scenarios": Override,
}
_OBJECTIVES = Objective.__args__  # type: ignore[attr-defined]


def rows_of(table: Table, texts: Texts) -> tuple[list[tuple[int, Row]], list[Fault]]:
    """(line, row) of every row of the table that fits its model, and the faults of the others."""
    text = texts.tables.get(table.name)
    if text is None:
        return [], []
    faults, unsaid = _heading_faults(table, text)
    entries = []
    known, validate = frozenset(table.columns), table.row.model_validate
    for line, cells in zip(text.lines, text.rows, strict=True):
        filled = {column: cell for column, cell in cells.items() if cell and column in known}
        try:
            entries.append((line, validate(filled)))
        except ValidationError as error:
            faults += _row_faults(error, table, text.file, line, texts, unsaid)
    if table.required and not text.rows and texts.points is None:
        faults.append(Fault(text.file, 0, "", "no rows", "at least one row"))
    return entries, faults


def _heading_faults(table: Table, text: TableText) -> tuple[list[Fault], set[str]]:
    """Faults of the heading, and the required columns it lacks (said here, so not again for each row)."""
    lacking = {name for name, column in columns(table.row).items() if column.required} - set(text.columns)
    faults, meant = [], set()
    for name in text.columns:
        if name not in table.columns:
            free = [column for column in table.columns if column not in text.columns]
            close = did_you_mean(name, free)
            meant |= {column for column in lacking if f"'{column}'" in close}
            expected = f"a column of this table{close}: {', '.join(table.columns)}"
            faults.append(Fault(text.file, text.heading, shown(name)[1:-1], "an unknown column", expected))
    for name in sorted(lacking - meant):
        expected = f"this column ({columns(table.row)[name].description})"
        faults.append(Fault(text.file, text.heading, name, "no such column", expected))
    return faults, lacking


def _row_faults(
    error: ValidationError, table: Table, file: str, line: int, texts: Texts, unsaid: set[str]
) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        name = str(detail["loc"][0])
        if detail["type"] == "missing" and name in unsaid:
            continue
        change = texts.made_by.get((table.name, line, name))
        found = words.found(detail) + (f" (by {change})" if change else "")
        yield Fault(file, line, name, found, words.expected(detail, columns(table.row)[name]))


def settings_of(texts: Texts) -> tuple[Settings | None, list[Fault]]:
    """The settings, or None and what is wrong with them."""
    if texts.city is None:
        return None, []
    value = filled(texts.city.value)
    if not isinstance(value, dict):
        found = "nothing" if value is None else "no keys"
        return None, [Fault(CITY, 0, "", found, "keys with values, such as name and periods")]
    try:
        return Settings.model_validate(value), []
    except ValidationError as error:
        return None, list(_settings_faults(error, value, texts))


def filled(value: Any) -> Any:
    """The value without keys that were left blank."""
    if isinstance(value, dict):
        return {key: filled(inner) for key, inner in value.items() if inner is not None}
    return [filled(inner) for inner in value] if isinstance(value, list) else value


def _settings_faults(error: ValidationError, value: dict[str, Any], texts: Texts) -> Iterator[Fault]:
    details = error.errors(include_url=False)
    # A list whose items are wrong counts as too short as well.
    outer = {detail["loc"][:n] for detail in details for n in range(1, len(detail["loc"]))}
    details = [detail for detail in details if detail["type"] != "too_short" or detail["loc"] not in outer]
    if any(detail["loc"][0] == "objective" for detail in details):
        yield from _objective_faults(value["objective"], texts)
    for detail in details:
        keys = tuple(key for key in detail["loc"] if key != "[key]")
        if keys[0] == "objective":
            continue
        found, expected = words.found(detail), ""
        model = Settings if len(keys) == 1 else PARTS.get(str(keys[0]), Settings)
        named = [str(key) for key in keys if isinstance(key, str)]
        if detail["type"] == "extra_forbidden":
            close = did_you_mean(named[-1], model.model_fields)
            found, expected = "an unknown key", f"one of {', '.join(model.model_fields)}{close}"
        else:
            expected = words.expected(detail, columns(model).get(named[-1]))
        yield _city_fault(texts, value, keys, found, expected)


def _objective_faults(value: Any, texts: Texts) -> Iterator[Fault]:
    """The union of a name and weights by name has errors of its own, said here at once."""
    names = ", ".join(_OBJECTIVES)
    if not isinstance(value, dict):
        close = did_you_mean(str(value), _OBJECTIVES)
        expected = f"one of {names}, or weights by these names{close}"
        yield _city_fault(texts, {}, ("objective",), quoted(str(value)), expected)
        return
    for name, weight in value.items():
        if name not in _OBJECTIVES:
            close = did_you_mean(name, _OBJECTIVES)
            yield _city_fault(texts, value, ("objective", name), "an unknown key", f"one of {names}{close}")
            continue
        try:
            Settings.model_validate({"name": "x", "periods": [{"id": "x", "hours": 1}], "objective": {name: weight}})
        except ValidationError:
            expected = "a weight: a number of at least 0"
            yield _city_fault(texts, value, ("objective", name), quoted(str(weight)), expected)


def _city_fault(texts: Texts, value: Any, keys: tuple[str | int, ...], found: str, expected: str) -> Fault:
    assert texts.city is not None
    name = dotted(value, keys)
    change = texts.made_by.get(("city", 0, name))
    return Fault(CITY, texts.city.line(keys), name, found + (f" (by {change})" if change else ""), expected)
