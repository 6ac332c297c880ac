"""Text that a spreadsheet would take for a formula: how it is written to one, and how it is read back."""

from __future__ import annotations

import unicodedata

_MARK = "'"
_STARTS = frozenset("=+-@")
_BREAKS = frozenset("\t\r\n")


def guarded(text: str) -> str:
    """The text with a mark before it where it would start a formula, also after such marks of its own."""
    return _MARK + text if _starts_formula(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith(_MARK) and _starts_formula(text) else text


def _starts_formula(text: str) -> bool:
    first = text.lstrip(_MARK)[:1]
    return first in _BREAKS or unicodedata.normalize("NFKC", first)[:1] in _STARTS
