"""Changes to what the files say, each PATH=VALUE: those of a scenario of `city.yaml`, then those of `--set`.

PATH is `city.KEY.KEY…`, a list item by its id, or TABLE.ROW.COLUMN, where ROW is the row's key cells joined by
'/' (trailing blank ones may be left out) and `*` stands for any text. VALUE is text as in the file, or `x1.2` to
multiply the number that is there. `scale.GROUP=1.2` multiplies every assumed figure of a group.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allocopt.faults import Fault, did_you_mean
from allocopt.instance.city_paths import complete, find
from allocopt.instance.draft import dotted
from allocopt.instance.scaling import GROUPS, Figures, is_assumed, scaled
from allocopt.instance.texts import CITY, TableText, Texts
from allocopt.reading import cells
from allocopt.reading.plain_text import brief, shown
from allocopt.schema import Table
from allocopt.schema.columns import Column, columns

_TIMES = re.compile(r"[x×]\s*([0-9.]+(?:[eE][-+]?[0-9]+)?)")


class ChangeError(ValueError):
    """A change that cannot be made: what was found, and what was expected."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found, expected)
        self.found = found
        self.expected = expected


@dataclass(frozen=True)
class Change:
    """One change; `file`, `line` and `field` tell where it stands, for faults of the change itself."""

    text: str
    made_by: str
    file: str
    line: int = 0
    field: str = ""

    def fault(self, found: str, expected: str) -> Fault:
        return Fault(self.file, self.line, self.field, found, expected)


def apply_changes(texts: Texts, scenario: str | None, changes: Sequence[str]) -> list[Fault]:
    """Change the texts in place; the faults of changes that cannot be made, those of unchosen scenarios too."""
    scenarios = _scenarios(texts)
    faults: list[Fault] = []
    if texts.city and isinstance(texts.city.value, dict) and (scenarios or changes):
        complete(texts.city.value)
    if scenario is not None and texts.city is not None and scenario not in scenarios:
        known = ", ".join(scenarios) or "none"
        expected = f"one of the scenarios in {CITY}: {known}{did_you_mean(scenario, scenarios)}"
        faults.append(Fault(f"--scenario {brief(scenario)}", 0, "", "no such scenario", expected))
    for name, others in scenarios.items():
        if name != scenario:
            faults += [fault for change in others for fault in _try(texts, change, write=False)]
    calls = [Change(text, f"--set {brief(text, 80)}", f"--set {brief(text, 80)}") for text in changes]
    for change in [*scenarios.get(scenario or "", ()), *calls]:
        faults += _try(texts, change, write=True)
    return faults


def _scenarios(texts: Texts) -> dict[str, list[Change]]:
    """The changes of each scenario; what has not the shape of one is told by the check of the settings."""
    value = texts.city.value if texts.city else None
    scenarios = value.get("scenarios") if isinstance(value, dict) else None
    found: dict[str, list[Change]] = {}
    for name, scenario in scenarios.items() if isinstance(scenarios, dict) else ():
        lines = scenario.get("set") if isinstance(scenario, dict) else None
        found[name] = [
            Change(text, f"scenario {name}: {brief(text, 80)}", CITY, _line(texts, name, i), f"scenarios.{name}.set")
            for i, text in enumerate(lines if isinstance(lines, list) else ())
            if isinstance(text, str)
        ]
    return found


def _line(texts: Texts, name: str, position: int) -> int:
    return texts.city.line(("scenarios", name, "set", position)) if texts.city else 0


def _try(texts: Texts, change: Change, *, write: bool) -> list[Fault]:
    path, equals, value = unicodedata.normalize("NFC", change.text).partition("=")
    table, _, rest = path.strip().partition(".")
    try:
        if not equals or not rest:
            raise ChangeError(shown(change.text, 80), "PATH=VALUE, such as budgets.total.amount_cny=500000")
        if table in texts.unread:
            return []
        if table == "city":
            _change_city(texts, rest, value.strip(), change, write=write)
        elif table == "scale":
            _scale(texts, rest, value.strip(), change, write=write)
        else:
            _change_table(texts, table, rest, value.strip(), change, write=write)
    except ChangeError as wrong:
        return [change.fault(wrong.found, wrong.expected)]
    return []


def _change_city(texts: Texts, path: str, value: str, change: Change, *, write: bool) -> None:
    assert texts.city is not None
    city: Any = texts.city.value
    try:
        *outer, last = keys = find(city, path)
    except LookupError as error:
        raise ChangeError(*error.args) from None
    for key in outer:
        city = city[key]
    old = city[last]
    if isinstance(old, dict | list):
        raise ChangeError(f"{shown(path, 80)}, which holds several values", "a path down to a single value")
    is_number = isinstance(old, int | float) and not isinstance(old, bool)
    new = _new(value, str(old)) if is_number or _number(str(old)) is not None else value
    if write:
        city[last] = new or None
        texts.made_by["city", 0, dotted(texts.city.value, keys)] = change.made_by


def _number(text: str) -> float | None:
    try:
        return cells.number(text)
    except ValueError:
        return None


def _scale(texts: Texts, group: str, value: str, change: Change, *, write: bool) -> None:
    """Multiply the assumed figures of a group. Raises ChangeError for an unknown one, and where nothing is assumed."""
    if group not in GROUPS:
        expected = f"one of {', '.join(GROUPS)}{did_you_mean(group, GROUPS)}"
        raise ChangeError(f"{shown(group, 80)}, which is no group of figures", expected)
    times = _TIMES.fullmatch(value)
    by = _number(times[1] if times else value)
    if by is None or by <= 0:
        raise ChangeError(shown(value, 80), "a number above zero, such as 1.2 or x1.2")
    if texts.unread & {"city", "classes", "scenarios", *GROUPS[group]}:
        return  # said already, and what is assumed cannot be told
    news = list(scaled(group, Decimal(repr(by)), Figures(lambda table: _composed(texts, table), _periods(texts))))
    points = _assumed_points(texts) if group == "losses" else None
    if not news and points is None:
        of = ", ".join(f"{table}.csv" for table in GROUPS[group])
        raise ChangeError(f"no assumed figure above zero in {of}", "a row whose source starts with 'assumed'")
    for table, i, column, figure in news if write else ():
        text = texts.tables[table]
        text.rows[i][column] = _plain(figure)
        texts.made_by[table, text.lines[i], column] = change.made_by
    if points is not None and write:
        points["loss_cny"] = float(Decimal(repr(by)) * Decimal(str(points["loss_cny"])))
        texts.made_by["city", 0, "points.loss_cny"] = change.made_by


def _assumed_points(texts: Texts) -> dict[str, Any] | None:
    """What city.yaml says of points, if that is assumed and there is a loss to scale."""
    value = texts.city.value if texts.city else None
    points = value.get("points") if isinstance(value, dict) else None
    if not isinstance(points, dict) or not is_assumed(points.get("source")):
        return None
    loss = _number(str(points.get("loss_cny")))
    return points if loss is not None and loss > 0 else None


def _composed(texts: Texts, table: str) -> list[dict[str, str]]:
    """The rows of a table, if there is one, in Unicode's composed form, so that ids can be compared."""
    rows = texts.tables[table].rows if table in texts.tables else ()
    return [{column: unicodedata.normalize("NFC", cell) for column, cell in row.items()} for row in rows]


def _periods(texts: Texts) -> list[str]:
    """The ids of the periods; what has not the shape of one is told by the check of the settings."""
    value = texts.city.value if texts.city else None
    periods = value.get("periods") if isinstance(value, dict) else None
    items = periods if isinstance(periods, list) else ()
    return [unicodedata.normalize("NFC", str(item["id"])) for item in items if isinstance(item, dict) and "id" in item]


def _change_table(texts: Texts, table: str, path: str, value: str, change: Change, *, write: bool) -> None:
    if table not in texts.known:
        close = did_you_mean(table, [*texts.known, "city", "scale"])
        raise ChangeError(f"{shown(table)}, which is no table", f"city, scale or a table{close}")
    row, dot, column = path.rpartition(".")
    if not dot:
        raise ChangeError(shown(path, 80), "TABLE.ROW.COLUMN, such as budgets.total.amount_cny")
    known = columns(texts.known[table].row)
    if column not in known:
        close = did_you_mean(column, known)
        raise ChangeError(f"{shown(column)}, which is no column", f"a column of {table}.csv{close}")
    if table not in texts.tables:
        raise ChangeError(f"no {table}.csv", f"a row of {table}.csv that the folder has")
    text = texts.tables[table]
    met = _rows(texts.known[table], text, row)
    news = [_new_cell(text, i, known[column], value) for i in met]
    lacking = known[column].required and column not in text.columns
    if not lacking and all(new is None for new in news):
        raise ChangeError("a blank", f"a number to multiply in column {column}")
    for i, new in zip(met, news, strict=True):
        if write and new is not None and new != text.rows[i].get(column, ""):
            text.rows[i][column] = new
            texts.made_by[table, text.lines[i], column] = change.made_by


def _new_cell(text: TableText, row: int, column: Column, value: str) -> str | None:
    """The new text of a cell; None where there is no number to multiply."""
    if not column.numeric or not _TIMES.fullmatch(value):
        return value
    old = text.rows[row].get(column.name, "") or ("" if column.default is None else str(column.default))
    return _new(value, old) if old else None


def _new(value: str, old: str) -> str:
    """The value, or the old number times the one after the `x`; an old text that is no number is a fault of its own.

    Raises ChangeError when no number stands after the `x`.
    """
    times = _TIMES.fullmatch(value)
    if not times:
        return value
    by, number = _number(times[1]), _number(old)
    if by is None:
        raise ChangeError(shown(value), "x and a number, such as x1.2")
    if number is None:
        return old
    return _plain(Decimal(repr(by)) * Decimal(repr(number)))


def _plain(product: Decimal) -> str:
    """A product as a number is written in a file."""
    return f"{product.normalize():f}" if 1e-7 < abs(product) < 1e15 else repr(float(product))


def _rows(table: Table, text: TableText, pattern: str) -> list[int]:
    """The positions of the rows whose keys the pattern meets. Raises ChangeError when it meets none."""
    exact = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
    names = [list(_names(table, row)) for row in text.rows]
    met = [i for i, words in enumerate(names) if any(exact.fullmatch(word) for word in words)]
    if not met:
        close = did_you_mean(pattern, {words[-1] for words in names})
        key = "/".join(table.key)
        raise ChangeError(f"no row {shown(pattern, 80)} in {text.file}", f"the key of a row ({key}){close}")
    return met


def _names(table: Table, row: dict[str, Any]) -> Iterator[str]:
    """The key cells joined by '/', then the same with ever more of its trailing blank ones left out."""
    key = [unicodedata.normalize("NFC", row.get(column, "")) for column in table.key]
    yield "/".join(key)
    while len(key) > 1 and not key[-1]:
        key.pop()
        yield "/".join(key)
