"""The application: the guard, the calls, and the dispatcher while it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from starlette.responses import HTMLResponse

import allocopt
from allocopt.serve import calls_instances, calls_jobs
from allocopt.serve.errors import of, tell_errors
from allocopt.serve.guard import HEALTH, Guard
from allocopt.serve.models import Health
from allocopt.serve.page import page
from allocopt.serve.refusals import refused
from allocopt.serve.server import Here, Server

_TITLE = "allocopt serve"
_WORDS = "Upload an instance, start a solve or a study, follow it, fetch what it found."


def make(server: Server) -> FastAPI:
    """The application of a server. FastAPI's own pages are off: they load scripts from elsewhere."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        server.places.sweep(*server.store.known())
        server.dispatcher.start()
        yield
        server.dispatcher.stop()

    app = FastAPI(
        title=_TITLE,
        description=_WORDS,
        version=allocopt.__version__,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    app.state.server = server
    tell_errors(app)
    app.get(HEALTH, responses=of(503))(health)
    # The guard asks for the token; this says so in the description.
    with_token = {"dependencies": [Depends(HTTPBearer(auto_error=False))], "responses": of(401, 422)}
    app.include_router(calls_instances.router, **with_token)  # type: ignore[arg-type]
    app.include_router(calls_jobs.router(server.kinds, server.limits.seconds), **with_token)  # type: ignore[arg-type]

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(page(app.openapi()))

    app.add_middleware(Guard, tokens=server.store.tokens, limits=server.limits)
    return app


def health(here: Here) -> Health:
    """Whether jobs are being started. The only call without a token."""
    if not here.dispatcher.is_well():
        raise refused(503, "the server", "no jobs are started", "a look at its log")
    return Health(ok=True)
