"""From a folder to a `City`: read, change, convert, check; every fault at once."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path

from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.instance.changes import apply_changes
from allocopt.instance.convert import rows_of, settings_of
from allocopt.instance.draft import Draft
from allocopt.instance.points import read_points
from allocopt.instance.references import known_ids, same_key_twice, unknown_ids
from allocopt.instance.rules import ALL
from allocopt.instance.texts import Texts, read_folder
from allocopt.instance.today import read_today
from allocopt.schema import Table
from allocopt.schema.types import Row


def load(path: str | Path, *, scenario: str | None = None, changes: Sequence[str] = ()) -> City:
    """The city in this folder, after the changes of `--scenario` and then those of `--set`.

    Warns about files that are not UTF-8 but could be read. Raises InputError with every fault of the folder
    and of the changes.
    """
    texts = read_folder(Path(path))
    faults = [*texts.faults, *apply_changes(texts, scenario, changes)]
    draft, found = _converted(texts)
    points, wrong = read_points(draft)
    faults += [*found, *wrong]
    if faults:
        raise InputError(faults)
    assert draft.settings is not None
    return City(
        folder=texts.folder.resolve(),
        settings=draft.settings,
        rows={name: _sorted(table, draft) for name, table in texts.known.items()},
        today=draft.today,
        hashes=dict(sorted(texts.hashes.items())),
        scenario=scenario,
        changes=tuple(changes),
        points=points,
        programmes=texts.programmes,
    )


def _converted(texts: Texts) -> tuple[Draft, list[Fault]]:
    """Typed rows, and the faults of cells, ids, keys, today's plan and rules."""
    settings, faults = settings_of(texts)
    entries = {}
    for name, table in texts.known.items():
        entries[name], wrong = rows_of(table, texts)
        faults += wrong
    draft = Draft(texts, settings, entries)
    known = known_ids(draft)
    faults += [*unknown_ids(draft, known), *same_key_twice(draft)]
    today, wrong = read_today(draft, known)
    draft = Draft(texts, settings, entries, today)
    broken = texts.unread | {fault.file.partition(".")[0] for fault in faults}
    for rule in (*ALL, *(rule for own in texts.programmes for rule in own.rules())):
        if not rule.whole & broken:
            faults += rule.check(draft)
    return draft, faults + wrong


def _sorted(table: Table, draft: Draft) -> tuple[Row, ...]:
    """The rows by their key, a blank before any text."""
    key_of = attrgetter(*table.key, table.key[0])  # several, so that it is always a tuple

    def key(row: Row) -> list[str]:
        return [cell or "" for cell in key_of(row)]

    return tuple(sorted((row for _, row in draft.entries[table.name]), key=key))
