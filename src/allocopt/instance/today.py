"""Today's plan, as the decision tables of a plan in the folder `current/`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from allocopt.faults import Fault, InputError, did_you_mean
from allocopt.instance.draft import Draft
from allocopt.instance.references import Known
from allocopt.instance.texts import Files, TableText
from allocopt.reading import cells
from allocopt.reading.plain_text import shown
from allocopt.schema.people import CrewRow

FOLDER = "current/"
Rows = tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Decision:
    """A decision table: for each column what its ids refer to, the columns that may be blank, the amounts."""

    ids: Mapping[str, str]
    blank: frozenset[str] = frozenset()
    whole: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.ids, *self.whole, *self.numbers)


_VIA = {"via": "links"}
_DUTY = {"period": "periods", "shift": "shifts"}
_OPTIONAL = frozenset({"via", "shift"})
_VISIT = {"period": "periods", "role": "roles", "pool": "pools", **_VIA}

DECISIONS: dict[str, Decision] = {
    "visits": Decision({"kind": "kinds", "site": "sites", **_VISIT}, _OPTIONAL, whole=("visits",)),
    "referrals": Decision({"kind": "kinds", "area": "areas", **_VISIT}, _OPTIONAL, numbers=("visits",)),
    "patrols": Decision({"unit": "units", "post": "posts", **_DUTY, **_VIA}, _OPTIONAL, whole=("units",)),
    "presence": Decision({"unit": "units", "site": "sites", **_DUTY, **_VIA}, _OPTIONAL, numbers=("hours",)),
    "crews": Decision(
        {"unit": "units", **_DUTY, "role": "roles", "pool": "pools", **_VIA}, _OPTIONAL, whole=("people",)
    ),
    "posts": Decision({"post": "posts"}),
    "depots": Decision({"depot": "depots"}),
    "stock": Decision({"depot": "depots", "commodity": "commodities"}, numbers=("bought",)),
    "measures": Decision({"measure": "measures", "site": "sites", "period": "periods", **_VIA}, _OPTIONAL),
    "mechanisms": Decision({"mechanism": "mechanisms", "period": "periods"}),
    "beats": Decision({"site": "sites", "post": "posts"}),
}
_OUTCOMES = ("sites", "needs", "people", "costs", "cooperation", "transfers", "budgets", "standards")
_OTHERS = ("orders", "shipments", *_OUTCOMES)


def read_today(draft: Draft, known: Known) -> tuple[dict[str, Rows], list[Fault]]:
    """The decision tables in `current/`, empty ones too, sorted by their columns; nothing without the folder.

    Recourse and outcome tables of a plan may stand there and are not read, nor are columns that follow from
    the decisions.
    """
    if not (draft.texts.folder / FOLDER).is_dir():
        return {}, []
    files = Files(draft.texts.folder)
    try:
        names = files.named((*DECISIONS, *_OTHERS), FOLDER)
    except InputError as error:
        return {}, list(error.faults)
    ids = _all_ids(draft, known)
    today: dict[str, Rows] = dict.fromkeys(DECISIONS, ())
    for name, file in names.items():
        if name in DECISIONS and (text := files.table(file)):
            today[name] = rows_of(DECISIONS[name], text, ids, files.faults)
    draft.texts.hashes.update(files.hashes)
    return today, files.faults


def _all_ids(draft: Draft, known: Known) -> Known:
    settings = draft.settings
    sites = draft.texts.tables.get("sites")
    return {
        **known,
        "shifts": frozenset(shift.id for shift in settings.shifts) if settings else None,
        "roles": frozenset(crew.role for crew in draft.rows(CrewRow)),
        "areas": frozenset(row.get("area", "") for row in sites.rows) if sites else None,
    }


def rows_of(decision: Decision, text: TableText, known: Known, faults: list[Fault]) -> Rows:
    """The rows of a decision table, sorted by its columns, as text; adds to the faults what is wrong with them."""
    lacking = [name for name in decision.columns if name not in text.columns and name not in decision.blank]
    expected = "this column, as in the tables of a plan"
    faults += [Fault(text.file, text.heading, name, "no such column", expected) for name in lacking]
    first: dict[tuple[str, ...], int] = {}
    rows = []
    for line, raw in zip(text.lines, text.rows, strict=True):
        row = {column: raw.get(column, "") for column in decision.columns}
        for column, found, expected in _wrong(decision, row, known):
            if column not in lacking:
                faults.append(Fault(text.file, line, column, found, expected))
        key = tuple(row[column] for column in decision.ids)
        if key in first and not lacking:
            found = f"a second row for {shown('/'.join(key).rstrip('/'), 80)} (the first is in line {first[key]})"
            faults.append(Fault(text.file, line, "", found, f"one row for each {', '.join(decision.ids)}"))
        first.setdefault(key, line)
        rows.append(row | {column: _plain(row[column]) for column in decision.whole})
    return tuple(sorted(rows, key=lambda row: list(row.values())))


def _plain(text: str) -> str:
    """A whole number without a decimal point."""
    return text.partition(".")[0]


def _wrong(decision: Decision, row: dict[str, str], known: Known) -> Iterator[tuple[str, str, str]]:
    """(column, found, expected) of each wrong cell."""
    for column, target in decision.ids.items():
        ids, word = known[target], row[column]
        if not word:
            if column not in decision.blank:
                yield column, "nothing", "an id"
        elif ids is not None and word not in ids:
            yield column, shown(word), f"one of the city's {target}{did_you_mean(word, ids)}"
    for column in (*decision.whole, *decision.numbers):
        convert = cells.whole if column in decision.whole else cells.number
        try:
            if convert(row[column]) < 0:
                yield column, shown(row[column]), "a number of at least 0"
        except ValueError as error:
            yield column, shown(row[column]) if row[column] else "nothing", str(error)
