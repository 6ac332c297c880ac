"""The meaning of one text cell: each function returns the value or raises ValueError with what it expects."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter

from allocopt.reading.plain_text import CONTROL, brief, shown

MOST_IDENTIFIER_CHARACTERS = 80
MOST_TEXT_CHARACTERS = 2_000

NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_NUMBER = re.compile(NUMBER)
_WHOLE = re.compile(r"[-+]?[0-9]{1,15}(?:\.0*)?")
_YES_NO = {
    "true": True,
    "yes": True,
    "1": True,
    "是": True,
    "false": False,
    "no": False,
    "0": False,
    "否": False,
}
_SIGNS = frozenset(" _-.()（）·・&+'’–—")
_FORMULA_STARTS = frozenset("=+-@＝＋－＠")
# Tab, line breaks, and marks that turn the reading direction and so can hide what a text says.
_NOT_IN_A_LINE = re.compile("[\t\r\n\u202a-\u202e\u2066-\u2069]")


def number(text: str) -> float:
    """A finite number with a decimal point. Raises ValueError for all else, with a hint where one is due."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(_number_hint(text) or "a number, such as 12 or 1.5")
    value = float(text)
    if math.isinf(value):
        raise ValueError("a number below 1e308")
    return value


def _number_hint(text: str) -> str:
    """What to change in a text that looks like a number as people write them; empty when nothing is known."""
    ordinary = unicodedata.normalize("NFKC", text).replace("−", "-")
    if "%" in ordinary:
        return "a number without a percent sign (0.15 where a share is meant, 15 where a percentage is)"
    if "," in ordinary:
        return "a number without commas, such as 1200 or 1.5 (no thousands separators, a point before decimals)"
    if not text.isascii() and _NUMBER.fullmatch(ordinary):
        return f"a number in ordinary (half-width) digits and signs: {brief(ordinary)}"
    return ""


def whole(text: str) -> int:
    """A whole number of at most 15 digits; `3.0` is one. Raises ValueError for anything else."""
    if _WHOLE.fullmatch(text):
        return int(text.partition(".")[0])
    if _NUMBER.fullmatch(text):
        raise ValueError("a whole number written out, of at most 15 digits")
    raise ValueError(_number_hint(text) or "a whole number, such as 12")


def yes_no(text: str) -> bool:
    """yes, true, 1, 是 or no, false, 0, 否, in capitals or not. Raises ValueError for anything else."""
    if text.lower() not in _YES_NO:
        raise ValueError("yes or no (or true, false, 1, 0, 是, 否)")
    return _YES_NO[text.lower()]


def identifier(text: str) -> str:
    """An id in Unicode's composed form (NFC): letters of any script, digits, inner spaces and a few signs.

    Raises ValueError when it is empty or too long, starts like a formula, has spaces around it, or holds
    signs that separate ids or cannot be seen.
    """
    if text.isascii() and text.isalnum() and len(text) <= MOST_IDENTIFIER_CHARACTERS:
        return text  # as most are: nothing to compose, and no sign to look at
    name = unicodedata.normalize("NFC", text)
    if not 1 <= len(name) <= MOST_IDENTIFIER_CHARACTERS:
        raise ValueError(f"an id of 1 to {MOST_IDENTIFIER_CHARACTERS} characters")
    if name != name.strip():
        raise ValueError("an id without spaces around it")
    if name[0] in _FORMULA_STARTS:
        raise ValueError(f"an id that does not start with {shown(name[0])}")
    strange = next((sign for sign in name if not _is_of_ids(sign)), None)
    if strange is not None:
        raise ValueError(f"an id without {shown(strange)} (letters, digits, spaces and _ - . ( ) · & + ' are fine)")
    if not any(unicodedata.category(sign)[0] in "LN" for sign in name):
        raise ValueError("an id with at least one letter or digit")
    return name


def _is_of_ids(sign: str) -> bool:
    """Letters, the marks some scripts put on them, digits, and signs that occur in names."""
    return sign in _SIGNS or unicodedata.category(sign)[0] in "LMN"


def id_list(text: str) -> tuple[str, ...]:
    """Ids separated by ';', none in a blank cell. Raises ValueError for a part that is no id, or repeated."""
    if not text.strip():
        return ()
    ids = _parts(text, ";", "ids separated by ';'")
    name, count = Counter(ids).most_common(1)[0]
    if count > 1:
        raise ValueError(f"each id once, not {shown(name)} {count} times")
    return ids


def area_path(text: str) -> str:
    """Names of areas from the top down, separated by '/' without spaces around it; a blank cell is the top.

    Raises ValueError when a part is no id.
    """
    return "/".join(_parts(text, "/", "an area path such as City/District")) if text.strip() else ""


def _parts(text: str, separator: str, meaning: str) -> tuple[str, ...]:
    try:
        return tuple(identifier(part.strip()) for part in text.split(separator))
    except ValueError as error:
        raise ValueError(f"{meaning}, each {error}") from None


def free_text(text: str) -> str:
    """One line of text. Raises ValueError when it is too long or holds control characters or line breaks."""
    if len(text) > MOST_TEXT_CHARACTERS:
        raise ValueError(f"a text of at most {MOST_TEXT_CHARACTERS:,} characters")
    if CONTROL.search(text) or _NOT_IN_A_LINE.search(text):
        raise ValueError("a text in one line, without control characters")
    return text
