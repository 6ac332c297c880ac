"""What a page says, read from its file: its text, what it tells to who listens, and what its drawings are called."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

_TOLD = ("aria-label", "alt", "title", "label", "placeholder")
# What of a drawing is shown: names of axes, tools and curves, and what stands under the pointer.
_DRAWN = ("axis_label", "description", "label", "tip")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.data: list[Any] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = "json" if ("type", "application/json") in attrs else tag
        self.said += [value for name, value in attrs if name in _TOLD and value]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "json":
            self.data.append(json.loads(data))
        elif self._inside not in ("script", "style") and data.strip():
            self.said.append(data.strip())


def said_by(file: Path) -> list[str]:
    """All that a page says."""
    reader = _Reader()
    reader.feed(file.read_text(encoding="utf-8"))
    for data in reader.data:
        reader.said += [*_of_drawing(data), *_of_map(data)]
    return reader.said


def _of_map(data: Any) -> Iterator[str]:
    if isinstance(data, dict) and data.get("map"):
        yield from data["map"]["words"].values()


def _of_drawing(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            # A column of a source is a pair: its name and its cells.
            yield from _of_drawing(inner, key if name in ("value", "entries") else name)
    elif isinstance(value, list):
        named = value[0] if len(value) == 2 and value[0] in _DRAWN else key
        for inner in value:
            yield from _of_drawing(inner, named)
    elif isinstance(value, str) and key in _DRAWN and value not in _DRAWN:
        yield value
