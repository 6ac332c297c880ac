"""Layers beside those of the built-in programmes: of programmes from outside, and of studies."""

from __future__ import annotations

from dataclasses import dataclass

from allocopt.report.map.figure import Style


@dataclass(frozen=True)
class Extra:
    """One such layer: its key, the title of the group in which it stands, what it and its amounts are called, how it
    is drawn."""

    key: str
    group: str
    label: str
    amount: str
    style: Style
