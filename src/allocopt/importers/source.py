"""A table as a city has it: a sheet of a workbook, a CSV file, a layer of a map; and how its places are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from allocopt.faults import Fault

FEATURE = "feature"


@dataclass(frozen=True)
class Source:
    """Cells as text by heading; for each row its number as its own program shows it.

    `letters` are a sheet's columns. `optional` are headings that nobody wrote, such as those of a layer's geometry:
    they are left out where they do not fit.
    """

    file: str
    name: str
    heading: int
    columns: tuple[str, ...]
    rows: list[dict[str, str]]
    lines: list[int]
    letters: Mapping[str, str] = field(default_factory=dict)
    row_word: str = "row"
    optional: frozenset[str] = frozenset()

    def field(self, line: int, heading: str) -> str:
        """How a cell is named: as Excel does, `Sites!C7`, with its heading; in a layer `layer.heading`; else by its
        heading."""
        if self.row_word == FEATURE:
            return f"{self.name}.{heading}".removesuffix(".")
        if line and heading in self.letters:
            return f"{sheet_name(self.name)}!{self.letters[heading]}{line} {heading}"
        if self.letters:
            return f"{sheet_name(self.name)}{f'!{line}' if line else ''} {heading}".strip()
        return heading

    def fault(self, line: int, heading: str, found: str, expected: str) -> Fault:
        return Fault(self.file, line, self.field(line, heading), found, expected)


def sheet_name(name: str) -> str:
    """A sheet's name as it stands in a cell's name."""
    return name if name.isalnum() else "'" + name.replace("'", "''") + "'"


def letters_of(number: int) -> str:
    """The letters of a sheet's column, counted from 0."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
