"""Files that are nothing but numbers, read one after the other, each with its line."""

from __future__ import annotations

import math
from pathlib import Path

from allocopt.faults import Fault, InputError
from allocopt.reading.plain_text import decode, shown

# The files of the test libraries have a few megabytes.
MOST_BYTES = 200_000_000


class Numbers:
    """The numbers of a file, in order; `order` says in words which these are, for whoever has taken another file. A
    fault ends the reading: what follows a wrong number means nothing.

    Raises InputError for a file that cannot be read, a word that is no number, a number that is missing or not what
    was expected.
    """

    def __init__(self, file: Path, order: str) -> None:
        self.file, self._order = str(file), order
        lines = text_of(file).splitlines()
        self._words = [(word, line) for line, text in enumerate(lines, start=1) for word in text.split()]
        self._next = 0

    def number(self, meaning: str, *, least: float = 0.0) -> float:
        """The next number, at least so much."""
        word, line = self._word(meaning)
        try:
            value = float(word)
        except ValueError:
            raise self.fault(meaning, shown(word), "a number", line) from None
        if not math.isfinite(value) or value < least:
            raise self.fault(meaning, shown(word), f"a number of at least {least:g}", line)
        return value

    def whole(self, meaning: str, *, least: int = 0, most: int | None = None) -> int:
        """The next number, which must be whole and within these limits."""
        word, line = self._word(meaning)
        value = int(word) if word.isdecimal() and word.isascii() else -1
        if value < least or (most is not None and value > most):
            limits = f"of at least {least}" if most is None else f"from {least} to {most}"
            raise self.fault(meaning, shown(word), f"a whole number {limits}", line)
        return value

    def skip(self, word: str) -> bool:
        """Pass over the next word if it is this one."""
        here = self._next < len(self._words) and self._words[self._next][0] == word
        self._next += here
        return here

    def end(self) -> None:
        """See that nothing follows."""
        if self._next < len(self._words):
            word, line = self._words[self._next]
            raise self.fault("", shown(word), "the end of the file", line)

    def _word(self, meaning: str) -> tuple[str, int]:
        if self._next == len(self._words):
            raise self.fault(meaning, "the end of the file", "a number", self._words[-1][1] if self._words else 0)
        self._next += 1
        return self._words[self._next - 1]

    def fault(self, meaning: str, found: str, expected: str, line: int = 0) -> InputError:
        """What is wrong, with what such a file holds."""
        return InputError([Fault(self.file, line, meaning, found, f"{expected} (the file holds {self._order})")])


def text_of(file: Path) -> str:
    """The text of a file. Raises InputError where it cannot be read, or is too large."""
    return decode(bytes_of(file, MOST_BYTES), str(file), advice="a text file")[0]


def bytes_of(file: Path, most: int) -> bytes:
    """What a file holds. Raises InputError where it cannot be read, or is larger."""
    try:
        if not file.is_file():
            raise InputError([Fault(str(file), 0, "", "a folder" if file.is_dir() else "no such file", "a file")])
        if file.stat().st_size > most:
            raise InputError([Fault(str(file), 0, "", "a larger file", f"at most {most:,} bytes")])
        return file.read_bytes()
    except OSError as error:
        raise InputError([Fault(str(file), 0, "", error.strerror or str(error), "a file that can be read")]) from None
