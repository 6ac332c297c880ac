"""The instance that a plan was made from, as text: what its files say after the plan's scenario and changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from allocopt.city import City
from allocopt.faults import InputError
from allocopt.instance.changes import apply_changes
from allocopt.instance.texts import CITY, Files, TableText, read_folder
from allocopt.instance.today import DECISIONS, FOLDER
from allocopt.plan import PLAN_TABLES
from allocopt.reading.paths import instance_file
from allocopt.reading.plain_text import decode
from allocopt.schema import Table


@dataclass(frozen=True)
class InstanceText:
    """The lines of `city.yaml`, the tables, and the decisions in `current/`, by name; `known` are the tables there may
    be, those of programmes from outside too."""

    settings: list[str]
    tables: Mapping[str, TableText]
    today: Mapping[str, TableText]
    known: Mapping[str, Table]


def instance_text(city: City) -> InstanceText:
    """The instance as it was solved. Raises InputError where its files cannot be read."""
    texts = read_folder(city.folder)
    faults = [*texts.faults, *apply_changes(texts, city.scenario, city.changes)]
    if faults or texts.city is None:
        raise InputError(faults)
    changed = any(table == "city" for table, _, _ in texts.made_by)
    value = texts.city.value
    settings = _lines(value) if changed and isinstance(value, dict) else _file_lines(city)
    return InstanceText(settings, texts.tables, _today(city), texts.known)


def _file_lines(city: City) -> list[str]:
    return decode(instance_file(city.folder, CITY), CITY, advice="a file saved as UTF-8")[0].splitlines()


def _lines(value: Mapping[str, object]) -> list[str]:
    """Settings that were changed: a key a line, its value as JSON, which is YAML as well."""
    return [f"{key}: {json.dumps(inner, ensure_ascii=False)}" for key, inner in value.items()]


def _today(city: City) -> dict[str, TableText]:
    if not (city.folder / FOLDER).is_dir():
        return {}
    files = Files(city.folder)
    named = files.named(PLAN_TABLES, FOLDER)
    read = {name: files.table(file) for name, file in named.items()}
    if files.faults:
        raise InputError(files.faults)
    return {name: table for name, table in read.items() if table is not None and name in DECISIONS}
