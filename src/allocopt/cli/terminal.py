"""What the terminal can show."""

from __future__ import annotations

import os
import shutil
import sys

_NARROWEST, _WIDEST = 60, 120


def width() -> int:
    """Columns for tables: the terminal's (or COLUMNS), 100 when nobody knows."""
    return min(max(shutil.get_terminal_size((100, 24)).columns, _NARROWEST), _WIDEST)


def colour() -> bool:
    """Whether results may be coloured: on a terminal that can, unless NO_COLOR is set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
