"""What is wrong with an input, said so that an analyst can mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of the input.

    `line` counts from 1, the heading of a CSV file being line 1; 0 means the whole file.
    `field` is the column or the dotted key; empty when the fault is not in one field.
    """

    file: str
    line: int
    field: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = self.file + (f":{self.line}" if self.line else "") + (f" {self.field}" if self.field else "")
        found = f"found {self.found}; " if self.found else ""
        return f"{place}: {found}expected {self.expected}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class InputError(Exception):
    """The input cannot be used. Carries every fault found, sorted by place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: Sequence[Fault] = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@contextmanager
def gathered(faults: list[Fault]) -> Iterator[None]:
    """Keep the faults of an InputError in the list and go on behind the block, so that all are told at once."""
    try:
        yield
    except InputError as error:
        faults += error.faults


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` when a known word is close to this one, else nothing."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean '{close[0]}'?)" if close else ""
