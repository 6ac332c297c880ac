"""The calls about instances."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from allocopt.faults import Fault, InputError
from allocopt.serve import store
from allocopt.serve.errors import of
from allocopt.serve.models import Instance, Name, instance_of
from allocopt.serve.places import CITY, city_of, size
from allocopt.serve.progress import last_lines
from allocopt.serve.refusals import missing, refused
from allocopt.serve.server import Here, Owner, Server
from allocopt.serve.starting import answer
from allocopt.serve.uploads import unpack

router = APIRouter(prefix="/instances", tags=["instances"])

_TYPES = ("", "application/zip", "application/x-zip-compressed", "application/octet-stream")
_BODY = {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}, "required": True}
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=10**6)]


@router.post(
    "", status_code=201, responses=of(400, 408, 409, 413, 415, 422, 429, 507), openapi_extra={"requestBody": _BODY}
)
async def upload(request: Request, here: Here, owner: Owner, name: Name = "city") -> Instance:
    """Send an instance: a zip of its folder. It is checked as `allocopt validate` does; one with faults is not kept."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _TYPES:
        raise refused(415, "Content-Type", "another type than a zip's", "application/zip")
    await run_in_threadpool(_see_room, here, owner)
    async with _received(request, here) as archive:
        return await run_in_threadpool(_take, here, owner, name, archive)


@router.get("")
def instances(here: Here, owner: Owner, limit: Limit = 50, offset: Offset = 0) -> list[Instance]:
    """Your instances, the latest first."""
    return [instance_of(row) for row in here.store.instances(owner, limit, offset)]


@router.get("/{id}", responses=of(404))
def instance(id: str, here: Here, owner: Owner) -> Instance:
    """One of your instances."""
    row = here.store.instance(owner, id)
    if row is None:
        raise missing("instance", id)
    return instance_of(row)


@router.delete("/{id}", status_code=204, responses=of(404, 409))
def drop(id: str, here: Here, owner: Owner) -> None:
    """Delete an instance that no job is about."""
    try:
        gone = here.store.drop_instance(owner, id)
    except sqlite3.IntegrityError:
        raise refused(
            409, "instance", "jobs that are about it", "an instance without jobs: delete those first"
        ) from None
    if not gone:
        raise missing("instance", id)
    shutil.rmtree(here.places.instances / id, ignore_errors=True)


def _see_room(here: Server, owner: str) -> int:
    """Bytes that are left. Raises RefusedError when there are none."""
    left = here.limits.quota - here.store.used(owner)
    if left <= 0:
        expected = f"at most {here.limits.quota:,} bytes in all: delete jobs or instances first"
        raise refused(409, "the quota", "no room left", expected)
    return left


@asynccontextmanager
async def _received(request: Request, here: Server) -> AsyncIterator[Path]:
    """The body of a request as a file, which is gone afterwards. The guard counts it as it comes."""
    file = here.places.short / f"{store.new_id()}.zip"
    try:
        with file.open("xb") as out:
            async for piece in request.stream():
                out.write(piece)
        yield file
    except ClientDisconnect:
        raise refused(400, "the request", "an upload that broke off", "the whole of it") from None
    finally:
        file.unlink(missing_ok=True)


def _take(here: Server, owner: str, name: str, archive: Path) -> Instance:
    """Unpack and check. Raises InputError or RefusedError; then nothing is kept."""
    id_ = store.new_id()
    folder = here.places.instances / id_
    folder.mkdir(mode=0o700)
    try:
        with here.errands.turn():
            files = unpack(archive, folder / CITY, min(here.limits.unpacked, _see_room(here, owner)))
            _check(here, id_)
        row = store.Instance(id_, owner, name, files, size(folder), time.time())
        here.store.put_instance(row)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return instance_of(row)


def _check(here: Server, id_: str) -> None:
    """Raises InputError with every fault of the instance."""
    with here.errands.run(["validate", city_of(id_), "--json"]) as (folder, ended):
        if ended is not None and ended.exit_code == 0:
            return
        told = (answer(folder) or {}).get("faults", [])
        why = last_lines(folder) or f"exit code {ended.exit_code}" if ended is not None else "a worker that was lost"
    if not told:
        told = [Fault("the instance", 0, "", why, "an instance that can be read within the server's limits").as_dict()]
    raise InputError(Fault(**fault) for fault in told)
