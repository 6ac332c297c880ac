"""Every error of every call in one shape: `{"faults": [{file, line, field, found, expected}]}`."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match

from allocopt.faults import Fault, InputError
from allocopt.serve.models import Faults
from allocopt.serve.refusals import RefusedError, as_json

_WORDS = {
    400: "the request cannot be read",
    401: "no token, or one that is not known",
    404: "there is none, or it is another token's",
    408: "the request came too slowly",
    409: "not now: the fault says what must be done first",
    413: "too large",
    415: "another type of content",
    416: "no such part of the file",
    422: "wrong: every fault at once",
    429: "too many at a time",
    503: "no jobs are started",
    507: "the server's disk is full",
}
Responses = dict[int | str, dict[str, Any]]


def of(*statuses: int) -> Responses:
    """The errors of a call, for its description."""
    return {status: {"model": Faults, "description": _WORDS[status]} for status in statuses}


def tell_errors(app: FastAPI) -> None:
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _request)
    app.add_exception_handler(InputError, _input)
    app.add_exception_handler(OSError, _system)
    app.add_exception_handler(sqlite3.Error, _system)
    app.add_exception_handler(Exception, _ours)


def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RefusedError)
    return _answer(error.status_code, error.faults, error.headers)


def _http(request: Request, error: Exception) -> JSONResponse:
    """No such path, another method, a body that is no JSON."""
    assert isinstance(error, HTTPException)
    fault = Fault(request.url.path, 0, "", str(error.detail), "a call as /docs tells it")
    headers = {"allow": _allowed(request)} if error.status_code == 405 else error.headers
    return _answer(error.status_code, [fault], headers)


def _allowed(request: Request) -> str:
    """The methods of all calls of a path; starlette itself tells those of the first one only."""
    return ", ".join(
        method
        for method in ("GET", "POST", "DELETE")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    )


def _request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return _answer(422, [_fault(each) for each in error.errors()])


def _input(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, InputError)
    return _answer(422, error.faults)


def _system(_: Request, error: Exception) -> JSONResponse:
    """A full disk is told as such; whatever else the system refuses is an error of ours."""
    full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
    if not full and getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_FULL:
        raise error
    return _answer(507, [Fault("the server", 0, "", "a disk that is full", "room, made by who runs the server")])


def _ours(_: Request, __: Exception) -> JSONResponse:
    """The traceback goes to the server's log."""
    return _answer(500, [Fault("the server", 0, "", "an error that is its own", "a look at its log")])


def _fault(found: Mapping[str, Any]) -> Fault:
    """A fault of pydantic's: where in the request, what is there, what should be."""
    where, *path = map(str, found["loc"])
    given = found.get("input")
    text = repr(given) if isinstance(given, str | int | float | bool | None) else type(given).__name__
    return Fault("the request" if where == "body" else f"the {where}", 0, ".".join(path), text[:200], found["msg"])


def _answer(status: int, faults: Any, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(as_json(faults), status, headers)
