"""The server against its own description: whatever is sent, it answers as it says, never with an error of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from allocopt.serve.kinds import FIXED, OPTIONS, WITHHELD, kinds
from allocopt.serve.server import Server
from allocopt.serve.worker import OUT
from serve.inside import find, inside, put_instance, put_job
from serve.running import Client

schemathesis.serializer.alias("application/zip", "application/octet-stream")

INSTANCE, QUEUED, DONE = "a" * 32, "b" * 32, "d" * 32
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
BOUNDED = settings(
    max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Client]]:
    with inside(tmp_path_factory.mktemp("api"), in_all=10**6, per_token=10**6, idle=10.0) as found:
        yield found


@pytest.fixture(scope="module")
def api(world: tuple[Server, Client]) -> Any:
    client = world[1]
    headers = {"Authorization": f"Bearer {client.token}"}
    return schemathesis.openapi.from_url(f"http://127.0.0.1:{client.port}/openapi.json", headers=headers)


def revive(here: Server) -> None:
    """What a case may have deleted is there again."""
    if here.store.instance("mayor", INSTANCE) is None:
        put_instance(here, id_=INSTANCE)
    if (queued := here.store.job("mayor", QUEUED)) is None or queued.is_over:
        here.store.drop_job("mayor", QUEUED)
        put_job(here, INSTANCE, id_=QUEUED)
    if here.store.job("mayor", DONE) is None:
        put_job(here, INSTANCE, "done", id_=DONE)
    here.places.result(DONE).mkdir(parents=True, exist_ok=True)
    (here.places.result(DONE) / "visits.csv").write_bytes(b"site\n")
    (here.places.job(DONE) / OUT).write_text('{"status": "optimal"}', encoding="utf-8")


def test_anything_may_be_sent(api: Any, world: tuple[Server, Client]) -> None:
    headers = {"Authorization": f"Bearer {world[1].token}"}
    for operation in api.get_all_operations():

        @BOUNDED
        @given(operation.ok().as_strategy())
        def try_(case: Any) -> None:
            case.validate_response(case.call(headers=headers), checks=CHECKS)

        try_()


def test_anything_may_be_sent_about_what_there_is(api: Any, world: tuple[Server, Client]) -> None:
    here, client = world
    headers = {"Authorization": f"Bearer {client.token}"}
    for operation in api.get_all_operations():

        @BOUNDED
        @given(operation.ok().as_strategy(), st.sampled_from([QUEUED, DONE]))
        def try_(case: Any, job: str) -> None:
            revive(here)
            if "id" in case.path_parameters:
                case.path_parameters["id"] = INSTANCE if "instances" in case.path else job
            if isinstance(case.body, dict) and "instance" in case.body:
                case.body["instance"] = INSTANCE
            case.validate_response(case.call(headers=headers), checks=CHECKS)

        try_()


def test_every_option_of_a_job_is_either_taken_or_withheld() -> None:
    for kind in kinds(find).values():
        has = {opt for part in kind.command.params for opt in part.opts if opt.startswith("--")}
        assert has <= OPTIONS | WITHHELD | set(FIXED), f"{kind.name}: list the new options as taken or as withheld"
        assert {f"--{name.replace('_', '-')}" for name in kind.options.model_fields} == has & OPTIONS


def test_the_pages_fetch_nothing(world: tuple[Server, Client]) -> None:
    page = world[1].get("/docs")
    assert page.status == 200 and page.headers["content-type"].startswith("text/html")
    assert not re.findall(rb"<script|src=|href=|@import|url\(", page.body)
    for path in world[1].get("/openapi.json").json["paths"]:
        assert path.encode() in page.body
