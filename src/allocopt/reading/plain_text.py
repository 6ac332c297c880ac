"""From bytes to text: which encoding a file has, and which characters no text should hold."""

from __future__ import annotations

import io
import re

from allocopt.faults import Fault, InputError

LINE_BREAK = re.compile(r"\r\n?|\n")
# Control characters, the line breaks only some programs see (U+0085, U+2028, U+2029), lone surrogates and
# non-characters. Tab and the ordinary line breaks are not among them.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
# What GB18030 makes of bytes that were never GB18030.
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MOST_CONTROL_FAULTS = 100


def decode(data: bytes, file: str, *, advice: str) -> tuple[str, str]:
    """The text of a file without its byte order mark, and the encoding it had: UTF-8 or else GB18030.

    `advice` names the encoding wanted, for the fault. Raises InputError for UTF-16, for bytes in neither
    encoding, and for UTF-8 that was damaged (which GB18030 would read as other words).
    """
    if data.startswith(_UTF16_MARKS) or data.count(0) * 4 > len(data):
        raise InputError([Fault(file, 0, "", "a file saved as UTF-16", advice)])
    try:
        return data.decode("utf-8").lstrip("\ufeff"), "UTF-8"
    except UnicodeDecodeError as error:
        line = _line_at(data[: error.start].decode("utf-8"))
    text = _as_gb18030(data)
    if text is None:
        raise InputError([Fault(file, line, "", "bytes that are neither UTF-8 nor GB18030", advice)])
    return text, "GB18030"


def control_faults(text: str, file: str) -> list[Fault]:
    """One fault for each line that holds a control character, for the first hundred such lines."""
    if not CONTROL.search(text):
        return []
    faults = []
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if match := CONTROL.search(line):
            found = f"the control character U+{ord(match[0]):04X}"
            faults.append(Fault(file, number, "", found, "text without control characters"))
        if len(faults) == _MOST_CONTROL_FAULTS:
            break
    return faults


def brief(text: str, most: int = 40) -> str:
    """The text fit for a message: what cannot be seen is escaped, what is long is cut."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)


def shown(text: str, most: int = 40) -> str:
    """The text fit for a message, between quotation marks."""
    return f"'{brief(text, most)}'"


def _line_at(before: str) -> int:
    return 1 + len(LINE_BREAK.findall(before))


def _as_gb18030(data: bytes) -> str | None:
    try:
        text = data.decode("gb18030").lstrip("\ufeff")
    except UnicodeDecodeError:
        return None
    return None if _PRIVATE_USE.search(text) or _is_damaged_utf8(data) else text


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether more long characters (three or four bytes) of UTF-8 are whole than broken; in GBK few are."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = sum(1 for _ in re.finditer("[\u0800-\U0010ffff]", text)) - broken
    return whole > broken
