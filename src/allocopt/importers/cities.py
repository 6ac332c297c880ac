"""A city's own tables as an instance: taken as the mapping says, validated, and its faults told where they stand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import yaml

from allocopt.faults import Fault, InputError, did_you_mean
from allocopt.importers.made import check_free, csv_of
from allocopt.importers.mapping import Block, Keys, MappingFile
from allocopt.importers.names import COVER, OF_PLAN, OF_TODAY
from allocopt.importers.source import Source
from allocopt.importers.taken import Taken, take
from allocopt.instance.load import load
from allocopt.instance.texts import CITY, POINTS
from allocopt.instance.today import DECISIONS, FOLDER
from allocopt.plan import PLAN_TABLES
from allocopt.plan.place import put
from allocopt.points import PLANE, SPHERE
from allocopt.programmes import installed
from allocopt.reading.plain_text import shown
from allocopt.schema import TABLES

Targets = Mapping[str, tuple[str, ...]]
# Every table an instance may have by itself, and its columns.
TARGETS: Targets = {
    **{name: table.columns for name, table in TABLES.items()},
    POINTS: tuple({**SPHERE, **PLANE}),
    **{f"{OF_TODAY}{name}": tuple(PLAN_TABLES[name].columns) for name in DECISIONS},
}
_LINE = re.compile(r"\bline (\d+)\b")


class Sources(Protocol):
    """What a city has: tables by name, some perhaps hidden, and perhaps its settings."""

    file: str
    names: tuple[str, ...]
    hidden: frozenset[str]

    def settings(self) -> list[str] | None: ...
    def settings_fault(self, fault: Fault) -> Fault: ...
    def source(self, name: str, heading_row: int | None = None) -> Source: ...


@dataclass(frozen=True)
class Imported:
    """The files of an instance that has no faults, and what was left out on the way."""

    title: str
    files: Mapping[str, bytes]
    left_out: tuple[str, ...]

    def write(self, out: Path) -> None:
        """Write the instance as the folder `out`. Raises InputError where that is not empty or cannot be written."""
        check_free(out)
        put(out, self.files)


def import_city(sources: Sources, mapping: MappingFile) -> Imported:
    """The instance that these tables make. Raises InputError with every fault, named as the city's program does."""
    targets, faults = targets_of({*sources.names, *mapping.mapping.tables}), list[Fault]()
    blocks = _blocks(sources, mapping, targets, faults)
    taken = {name: _taken(name, targets[name], found, sources, mapping, faults) for name, found in blocks.items()}
    settings = _settings(sources, mapping)
    if settings is None:
        expected = f"the settings of the city: a sheet or file {CITY}, or `city` in the mapping"
        faults.append(Fault(sources.file, 0, "", f"no {CITY}", expected))
    cells = [fault for table in taken.values() for piece in table.pieces for fault in piece.faults]
    if faults or settings is None:
        raise InputError([*faults, *cells])
    files = {_file(name): csv_of(table.columns, table.rows) for name, table in taken.items()}
    files |= {CITY: settings}
    telling = _Telling(sources, mapping, {_file(name): table for name, table in taken.items()})
    title = _validated(files, telling, cells)
    return Imported(title, files, tuple(_left_out(sources, mapping, targets, blocks, taken)))


def targets_of(names: Collection[str]) -> Targets:
    """The tables that can be filled. Those of programmes from outside are looked for where a name is no table of ours,
    and are among them where one of these names is theirs."""
    if all(name.lower() in TARGETS or name in (CITY, COVER) or name.startswith(OF_PLAN) for name in names):
        return TARGETS
    own = [programme.tables for programme in installed().programmes]
    named = {name.lower() for name in names}
    joined = (table for tables in own if not named.isdisjoint(table.name for table in tables) for table in tables)
    return {**TARGETS, **{table.name: table.columns for table in joined}}


def _file(target: str) -> str:
    """The file of a table in an instance."""
    return FOLDER + target.removeprefix(OF_TODAY) + ".csv" if target.startswith(OF_TODAY) else f"{target}.csv"


def _blocks(
    sources: Sources, mapping: MappingFile, targets: Targets, faults: list[Fault]
) -> dict[str, list[tuple[str, Block, Keys]]]:
    """For each of our tables the city's tables that make it: those of the mapping, and those with our names, in
    capitals or not."""
    blocks: dict[str, list[tuple[str, Block, Keys]]] = {}
    named = mapping.mapping.tables
    visible = [name for name in sources.names if name not in sources.hidden]
    same = {name.lower(): name for name in visible} | {name: name for name in visible}
    for target in targets:
        if target not in named and target in same:
            blocks[target] = [(same[target], Block(), ("tables", target))]
    for target, found in named.items():
        if target not in targets:
            expected = f"one of our tables{did_you_mean(target, targets)}: {', '.join(targets)}"
            faults.append(mapping.fault(("tables", target), "an unknown table", expected))
            continue
        for i, block in enumerate(found):
            keys: Keys = ("tables", target, i)
            name = block.table or same.get(target, target)
            if name in sources.names:
                blocks.setdefault(target, []).append((name, block, keys))
                continue
            expected = f"one of those in {sources.file}{did_you_mean(name, sources.names)}: {', '.join(sources.names)}"
            faults.append(mapping.fault((*keys, "from"), f"no table {shown(name)}", expected))
    return blocks


def _taken(
    target: str,
    columns: Sequence[str],
    blocks: Iterable[tuple[str, Block, Keys]],
    sources: Sources,
    mapping: MappingFile,
    faults: list[Fault],
) -> Taken:
    pieces = []
    for name, block, keys in blocks:
        try:
            source = sources.source(name, block.heading_row)
            pieces.append(take(source, block, columns, keys, mapping))
        except InputError as error:
            faults += error.faults
    return Taken(target, pieces)


def _settings(sources: Sources, mapping: MappingFile) -> bytes | None:
    """The text of `city.yaml`, of the mapping before the city's own."""
    if mapping.mapping.city is not None:
        return yaml.dump(mapping.mapping.city, Dumper=_Quoting, sort_keys=False, allow_unicode=True, width=100).encode()
    lines = sources.settings()
    return None if lines is None else ("\n".join(lines).rstrip() + "\n").encode()


class _Quoting(yaml.SafeDumper):
    """Quotes every text that begins like a number: YAML 1.2 takes some for numbers that YAML 1.1 does not."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if text[:1] in "0123456789+-." else None)


_Quoting.add_representer(str, _quoted)


def _validated(files: Mapping[str, bytes], telling: _Telling, cells: Sequence[Fault]) -> str:
    """The title of the instance that these files make.

    Raises InputError with its faults, told of the city's files, and those of cells, which are blank in the files and
    are told once.
    """
    faults = list(cells)
    told = {(fault.file, fault.line, fault.field) for fault in cells}
    with TemporaryDirectory(prefix="allocopt-") as folder:
        place = Path(folder) / "city"
        put(place, files)
        try:
            settings = load(place).settings
            title = settings.title or settings.name
        except InputError as error:
            retold = [telling.retold(fault) for fault in error.faults]
            faults += [fault for fault in retold if (fault.file, fault.line, fault.field) not in told]
    if faults:
        raise InputError(faults)
    return title


@dataclass(frozen=True)
class _Telling:
    """Tells faults of the instance as faults of the city's files."""

    sources: Sources
    mapping: MappingFile
    tables: Mapping[str, Taken]

    def retold(self, fault: Fault) -> Fault:
        if fault.file == CITY:
            return self._of_settings(fault)
        table = self.tables.get(fault.file)
        if table is None or not table.pieces:
            return Fault(self.sources.file, 0, fault.file.removesuffix(".csv"), fault.found, fault.expected)
        found, expected = (self._with_places(text, table) for text in (fault.found, fault.expected))
        piece, line = table.origin(fault.line) or (table.pieces[0], table.pieces[0].source.heading if fault.line else 0)
        heading = piece.headings.get(fault.field, fault.field)
        if fault.field and not heading:
            return self.mapping.fault((*piece.keys, "columns", fault.field), found, expected)
        return piece.source.fault(line, heading, found, expected)

    def _of_settings(self, fault: Fault) -> Fault:
        if self.mapping.mapping.city is None:
            return self.sources.settings_fault(fault)
        key = fault.field.partition(".")[0]
        told = self.mapping.fault(("city", key), fault.found, fault.expected)
        return Fault(told.file, told.line, f"city.{fault.field}", fault.found, fault.expected)

    def _with_places(self, text: str, table: Taken) -> str:
        """The text of a fault, which may name another line of the same table."""

        def place(match: re.Match[str]) -> str:
            origin = table.origin(int(match[1]))
            return match[0] if origin is None else f"{origin[0].source.row_word} {origin[1]}"

        return _LINE.sub(place, text)


def _left_out(
    sources: Sources,
    mapping: MappingFile,
    targets: Targets,
    blocks: Mapping[str, list[tuple[str, Block, Keys]]],
    taken: Mapping[str, Taken],
) -> Iterable[str]:
    """What of the city's tables is in no table of ours."""
    used = {name for found in blocks.values() for name, _, _ in found} | {CITY, COVER}
    if rest := [name for name in sources.names if name not in used and not name.startswith(OF_PLAN)]:
        free = [target for target in targets if target not in blocks]
        yield f"tables {', '.join(name + did_you_mean(name.lower(), free) for name in rest)}"
    if mapping.mapping.city is not None and sources.settings() is not None:
        yield f"{CITY} of {sources.file}, since the mapping has `city`"
    seen: dict[str, set[str]] = {}
    for piece in (piece for table in taken.values() for piece in table.pieces):
        out = set(piece.left_out)
        seen[piece.source.name] = seen[piece.source.name] & out if piece.source.name in seen else out
    for name, columns in seen.items():
        if columns:
            yield f"columns of {name}: {', '.join(sorted(columns))}"
