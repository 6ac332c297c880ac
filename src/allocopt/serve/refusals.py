"""What a call is answered with when it cannot be done: a status, and every fault in the shape of `validate --json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.exceptions import HTTPException

from allocopt.faults import Fault
from allocopt.reading.plain_text import brief

_LONGEST = 300


class RefusedError(HTTPException):
    """A call that is answered with a status and faults."""

    def __init__(self, status: int, faults: Iterable[Fault], headers: Mapping[str, str] | None = None) -> None:
        self.faults = list(faults)
        super().__init__(status, "; ".join(map(str, self.faults)), dict(headers or {}))


def refused(status: int, where: str, found: str, expected: str, *, field: str = "", **headers: str) -> RefusedError:
    """One fault; a header's name has `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RefusedError(status, [Fault(where, 0, field, found, expected)], named)


def no_token() -> RefusedError:
    """The same words for no token and for a wrong one."""
    expected = "a header 'Authorization: Bearer TOKEN' with a token of this server"
    return refused(401, "Authorization", "no token that is known", expected, www_authenticate="Bearer")


def missing(what: str, name: str) -> RefusedError:
    """The same words for what is not there and for what is another token's."""
    return refused(404, what, name, f"the id of one of your {what}s")


def as_json(faults: Iterable[Fault]) -> dict[str, Any]:
    """What is sent. Whatever a client had in its request is made fit to be sent back."""
    return {"faults": [{key: _fit(value) for key, value in fault.as_dict().items()} for fault in faults]}


def _fit(value: Any) -> Any:
    return brief(value, _LONGEST) if isinstance(value, str) else value
