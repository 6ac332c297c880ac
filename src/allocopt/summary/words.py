"""Numbers as people read them."""

from __future__ import annotations

import math

# Beyond it (a ceiling that is meant to be none) a figure in full would take the place of the others.
_TOO_LONG = 1e13


def money(value: float) -> str:
    """Yuan: whole from ten on, with thousands separators; less than half a fen is nothing."""
    return _rounded(value, 0 if abs(value) >= 9.995 or abs(value) < 0.005 else 2)


def amount(value: float) -> str:
    """Hours, units of goods and the like: whole where they are, else about three digits."""
    if math.isclose(value, round(value), rel_tol=1e-9, abs_tol=1e-9) or abs(value) >= 99.95 or abs(value) < 0.005:
        return _rounded(value, 0)
    return _rounded(value, 1 if abs(value) >= 9.995 else 2)


def percent(share: float) -> str:
    """A share as a percentage, with more digits where it is small."""
    return _rounded(100 * share, 2 if 0 < abs(share) < 0.00995 else 1) + " %"


def share_of(part: float, whole: float) -> str:
    """part / whole as a percentage; blank when there is no whole."""
    return percent(part / whole) if whole > 0 else ""


def change(value: float, write: object = None) -> str:
    """A difference with its sign; nothing for no change."""
    text = money(abs(value)) if write is None else write(abs(value))  # type: ignore[operator]
    if not any(sign in text for sign in "123456789"):
        return "="
    return ("+" if value > 0 else "−") + text


def counted(number: int, one: str, many: str = "") -> str:
    """`1 site`, `2 sites`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _rounded(value: float, digits: int) -> str:
    if not math.isfinite(value):
        return ""
    if abs(value) >= _TOO_LONG:
        return f"{value:.3g}".replace("-", "−").replace("e+", "e")
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")
