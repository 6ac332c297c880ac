"""Stands before every call: who calls, how much is sent, how slowly; and puts the headers on every answer.

A token is asked for before anything of the body is read, and before it is known whether there is such a path.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allocopt.serve.limits import Limits
from allocopt.serve.refusals import RefusedError, as_json, no_token, refused
from allocopt.serve.tokens import owner

HEALTH, INSTANCES = "/health", "/instances"
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_log = logging.getLogger("allocopt.serve")


class ClientGoneError(Exception):
    """A client that takes nothing of its answer."""


class Guard:
    def __init__(self, app: ASGIApp, tokens: Callable[[], list[tuple[str, str]]], limits: Limits) -> None:
        self._app, self._tokens, self._limits = app, tokens, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(scope, receive, self._limits)
        answer = _Answer(send, body, self._limits.idle)
        try:
            if scope["path"] != HEALTH:
                scope.setdefault("state", {})["owner"] = await run_in_threadpool(self._owner, Headers(scope=scope))
            body.check_told()
            await self._app(scope, body.receive, answer.send)
        except RefusedError as error:
            response = JSONResponse(as_json(error.faults), error.status_code, error.headers)
            await response(scope, receive, answer.send)
        except ClientGoneError:
            _log.warning("a client took nothing for %g s and was left", self._limits.idle)

    def _owner(self, headers: Headers) -> str:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        name = owner(token.strip(), self._tokens())
        if scheme.lower() != "bearer" or name is None:
            raise no_token()
        return name


class _Body:
    """The body of a request, counted and timed as it comes."""

    def __init__(self, scope: Scope, receive: Receive, limits: Limits) -> None:
        self._receive, self._limits = receive, limits
        uploads = scope["method"] == "POST" and scope["path"] == INSTANCES
        self._most = limits.upload if uploads else limits.request
        headers = Headers(scope=scope)
        self._told = int(headers.get("content-length", "0"))
        self.is_done = not self._told and "transfer-encoding" not in headers
        self._found = 0
        self._until = time.monotonic() + limits.arriving

    def check_told(self) -> None:
        """Raises RefusedError when the request itself says that it is too large."""
        if self._told > self._most:
            raise self._too_large(f"{self._told:,} bytes")

    async def receive(self) -> Message:
        """Raises RefusedError when there is more than allowed, or it comes too slowly."""
        if self.is_done:
            return await self._receive()
        wait = min(self._limits.idle, self._until - time.monotonic())
        try:
            message = await asyncio.wait_for(self._receive(), wait)
        except TimeoutError:
            expected = f"something every {self._limits.idle:g} s, and all within {self._limits.arriving:g} s"
            raise refused(408, "the request", "a body that comes too slowly", expected) from None
        self._found += len(message.get("body", b""))
        self.is_done = not message.get("more_body", False)
        if self._found > self._most:
            raise self._too_large("more bytes than allowed")
        return message

    def _too_large(self, found: str) -> RefusedError:
        return refused(413, "the request", found, f"at most {self._most:,} bytes")


class _Answer:
    """The answer, with its headers. Where the request has not come to its end, the connection is closed: else all of it
    would be read, however long."""

    def __init__(self, send: Send, body: _Body, idle: float) -> None:
        self._send, self._body, self._idle = send, body, idle

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            if not self._body.is_done:
                headers["connection"] = "close"
        try:
            await asyncio.wait_for(self._send(message), self._idle)
        except TimeoutError:
            raise ClientGoneError from None
