"""Rows of one of our tables, taken from tables of the city's as the mapping says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from allocopt.faults import Fault, InputError, did_you_mean
from allocopt.importers.mapping import Block, ColumnOf, Keys, MappingFile, Scalar
from allocopt.importers.source import Source
from allocopt.reading import cells
from allocopt.reading.plain_text import shown

SOURCE = "source"
_IN_TEXT = re.compile(r"\{([^{}]*)\}")
_MOST_FAULTS = 1_000


@dataclass(frozen=True)
class Piece:
    """What one block gave: rows by our columns, for each the city's heading (blank: none), the rows' numbers, headings
    that were left out, and faults of cells, which are blank in the rows."""

    source: Source
    keys: Keys
    headings: Mapping[str, str]
    rows: Sequence[Mapping[str, str]]
    lines: Sequence[int]
    left_out: tuple[str, ...]
    faults: Sequence[Fault]


@dataclass(frozen=True)
class Taken:
    """One of our tables."""

    name: str
    pieces: Sequence[Piece]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(column for piece in self.pieces for column in piece.headings))

    @property
    def rows(self) -> list[list[str]]:
        """In the order of the pieces, blank where a piece has not the column."""
        columns = self.columns
        return [[row.get(column, "") for column in columns] for piece in self.pieces for row in piece.rows]

    def origin(self, line: int) -> tuple[Piece, int] | None:
        """The piece and the row's number there, of the row that starts in this line of the table as CSV."""
        at = line - 2
        for piece in self.pieces:
            if 0 <= at < len(piece.rows):
                return piece, piece.lines[at]
            at -= len(piece.rows)
        return None


def take(source: Source, block: Block, known: Sequence[str], keys: Keys, mapping: MappingFile) -> Piece:
    """The rows that a block makes of a table, and what is wrong with cells.

    Columns that the block does not name are taken where they have our names; without any names, all of them are, so
    that one too many is noticed. A table that does not say where its figures come from has the file in `source`.
    Raises InputError where the block names what is not there.
    """
    if faults := _unknown(source, block, known, keys, mapping):
        raise InputError(faults)
    recipes = _recipes(source, block, known)
    headings = {column: recipe.heading or "" for column, recipe in recipes.items()}
    used = {*headings.values(), *block.where, block.filled, *(h for r in recipes.values() for h in _named(r))}
    left_out = tuple(c for c in source.columns if c not in used and c not in source.optional)
    kept = [(line, row) for line, row in zip(source.lines, source.rows, strict=True) if _is_kept(row, block)]
    rows = []
    for line, row in kept:
        rows.append({column: cell_of(recipe, row, line, source, faults) for column, recipe in recipes.items()})
        if len(faults) > _MOST_FAULTS:
            break
    return Piece(source, keys, headings, rows, [line for line, _ in kept], left_out, faults)


def _recipes(source: Source, block: Block, known: Sequence[str]) -> dict[str, ColumnOf]:
    """Where each of our columns comes from."""
    taken = [c for c in source.columns if c in known or not (block.columns or c in source.optional)]
    recipes = {column: ColumnOf.model_validate({"from": column}) for column in taken} | block.columns
    if SOURCE in known and SOURCE not in recipes:
        recipes[SOURCE] = ColumnOf.model_validate({"constant": _words(source)})
    return recipes


def _words(source: Source) -> str:
    """Where the figures of a table come from that does not say so itself."""
    file = Path(source.file)
    return file.name if file.stem == source.name else f"{file.name}, {source.name}"


def _named(recipe: ColumnOf) -> list[str]:
    """The headings whose cells a recipe uses."""
    return [recipe.heading] if recipe.heading is not None else _IN_TEXT.findall(recipe.text or "")


def _unknown(source: Source, block: Block, known: Sequence[str], keys: Keys, mapping: MappingFile) -> list[Fault]:
    """Faults of names in a block: columns that we have not, headings that the city has not."""
    faults = []
    for column in block.columns:
        if column not in known:
            expected = f"a column of this table{did_you_mean(column, known)}: {', '.join(known)}"
            faults.append(mapping.fault((*keys, "columns", column), "an unknown column", expected))
    wanted = [((*keys, "columns", column), h) for column, recipe in block.columns.items() for h in _named(recipe)]
    wanted += [((*keys, "where", heading), heading) for heading in block.where]
    wanted += [((*keys, "filled"), block.filled)] if block.filled is not None else []
    for place, heading in wanted:
        if heading not in source.columns:
            close, there = did_you_mean(heading, source.columns), ", ".join(source.columns)
            faults.append(mapping.fault(place, shown(heading), f"a heading of {shown(source.name)}{close}: {there}"))
    return faults


def _is_kept(row: Mapping[str, str], block: Block) -> bool:
    if block.filled is not None and not row[block.filled]:
        return False
    return all(row[heading] in map(_text, allowed) for heading, allowed in block.where.items())


def cell_of(recipe: ColumnOf, row: Mapping[str, str], line: int, source: Source, faults: list[Fault]) -> str:
    """A cell of ours; blank, and a fault, where the city's cell does not fit."""
    if recipe.constant is not None:
        return _text(recipe.constant)
    if recipe.text is not None:
        return _IN_TEXT.sub(lambda match: row[match[1]], recipe.text)
    assert recipe.heading is not None
    text = row[recipe.heading]
    if recipe.values:
        if text in recipe.values:
            return _text(recipe.values[text])
        if text:
            expected = f"one of {', '.join(recipe.values)}{did_you_mean(text, recipe.values)}, as in the mapping"
            faults.append(source.fault(line, recipe.heading, shown(text), expected))
        return ""
    if recipe.factor is None or not text:
        return text
    try:
        cells.number(text)
    except ValueError as error:
        faults.append(source.fault(line, recipe.heading, shown(text), str(error)))
        return ""
    return f"{Decimal(text) * Decimal(repr(recipe.factor)):f}"


def _text(value: Scalar) -> str:
    """A value of the mapping as it would stand in a table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)
