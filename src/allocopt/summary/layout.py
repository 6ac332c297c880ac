"""Paragraphs and tables for a terminal of a given width; Chinese characters take two columns each."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rich import box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

_NARROWEST_NAME = 8
# Rows of a table in a summary.
MOST_ROWS = 12


@dataclass(frozen=True)
class Grid:
    """A table: the first `left` columns are words, which may run over lines, the others are numbers."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    left: int = 1
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it."""

    title: str
    parts: Sequence[Grid | str] = field(default_factory=tuple)


def first(rows: Sequence[Sequence[str]], most: int, what: str) -> tuple[Sequence[Sequence[str]], str]:
    """The first rows, and a note that says how many are left out."""
    left_out = len(rows) - most
    return rows[:most], f"… and {left_out:,} more {what}" if left_out > 0 else ""


def to_text(sections: Iterable[Section], width: int, *, colour: bool = False) -> str:
    """The sections as lines of at most `width` columns; those without parts are left out."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        force_jupyter=False,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for section in sections:
        if section.parts:
            console.print(Text(section.title, style="bold underline"))
            console.print(*_blocks(section), sep="\n")
    lines = out.getvalue().splitlines()
    return "\n".join(lines if colour else [line.rstrip() for line in lines]).strip("\n")


def _blocks(section: Section) -> Iterable[RenderableType]:
    for place, part in enumerate(section.parts):
        if place and not (isinstance(part, str) and isinstance(section.parts[place - 1], str)):
            yield Text("")
        if isinstance(part, str):
            yield Text(part)
            continue
        if part.title:
            yield Text(part.title, style="bold")
        yield _table(part)
        if part.note:
            yield Text(part.note, style="dim")
    yield Text("")


def _table(grid: Grid) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="")
    for place, heading in enumerate(grid.headings):
        widest = max((cell_len(row[place]) for row in grid.rows), default=0)
        words = place < grid.left
        table.add_column(
            Text(heading),
            justify="left" if words else "right",
            overflow="fold",
            min_width=min(widest, _NARROWEST_NAME) if words else widest,
        )
    for row in grid.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
