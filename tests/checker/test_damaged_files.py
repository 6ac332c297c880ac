"""Whatever happened to the files, the checker answers with violations, never with a traceback."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from allocopt.checker import check
from checker.small_city import COLUMNS, INSTANCE, manifest, write_instance

RUBBISH = {
    "nothing": b"",
    "binary": bytes(random.Random(7).randrange(256) for _ in range(4000)),
    "NUL": b"\x00" * 100,
    "UTF-16": "site,post\r\ns1,p1\r\n".encode("utf-16"),
    "an open quotation mark": b'site,post,minutes,people\ns1,"p1,1,100\n',
    "ragged": b"site,post\ns1,p1,1,100\ns1\n",
    "a heading twice": b"site,site,site,site\ns1,s1,s1,s1\n",
    "deep": b"[" * 100_000,
}
FILES = ["plan/plan.json", "city/city.yaml", "city/current/visits.csv"]
FILES += [f"plan/{table}.csv" for table in COLUMNS] + [f"city/{table}.csv" for table in INSTANCE]


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_rubbish_in_any_file_is_a_violation(plan: Path, rubbish: str) -> None:
    for file in FILES:
        path = plan.parent / file
        before = path.read_bytes()
        path.write_bytes(RUBBISH[rubbish])
        for edited in (True, False):
            verdict = check(plan, edited=edited)
            assert not verdict.ok or (edited and rubbish == "nothing"), file
        path.write_bytes(before)


def test_a_file_cut_off_anywhere_is_a_violation(plan: Path) -> None:
    draw = random.Random(11)
    for file in FILES:
        path = plan.parent / file
        whole = path.read_bytes()
        for _ in range(4):
            path.write_bytes(whole[: draw.randrange(len(whole))])
            assert not check(plan).ok
            check(plan, edited=True)
        path.write_bytes(whole)


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_is_gone_or_a_folder_is_a_violation(plan: Path, file: str) -> None:
    path = plan.parent / file
    path.unlink()
    assert not check(plan).ok
    check(plan, edited=True)
    path.mkdir()
    assert not check(plan).ok
    check(plan, edited=True)


@pytest.mark.parametrize("table", COLUMNS)
def test_a_missing_table_of_the_plan_is_named(plan: Path, table: str) -> None:
    (plan / f"{table}.csv").unlink()
    found = check(plan, edited=True).violations
    assert ("table", f"{table}.csv") in {(violation.rule, violation.file) for violation in found}


@pytest.mark.parametrize("text", ["{", "[]", "7", '"plan"', "null", '{"options": 3}', '{"instance": {"folder": 1}}'])
def test_a_manifest_that_is_none(plan: Path, text: str) -> None:
    (plan / "plan.json").write_text(text, encoding="utf-8")
    assert not check(plan, edited=True).ok


@pytest.mark.parametrize("value", [None, [], {}, "x", True, 1e999, -1, "\ud800", 10**400])
def test_any_value_anywhere_in_the_manifest(plan: Path, value: object) -> None:
    top = manifest()
    for place in (top, top["instance"], top["options"]):
        for key in list(place):
            before, place[key] = place[key], value
            (plan / "plan.json").write_text(json.dumps(top), encoding="utf-8")
            check(plan)
            check(plan, edited=True)
            place[key] = before


@pytest.mark.parametrize("table", INSTANCE)
def test_any_cell_of_the_city_may_be_rubbish(plan: Path, table: str) -> None:
    lines = INSTANCE[table].lstrip("\n").splitlines()
    heading = next(number for number, line in enumerate(lines) if line and not line.startswith("#"))
    for number in range(heading + 1, len(lines)):
        cells = lines[number].split(",")
        for column in range(len(cells)):
            changed = ",".join([*cells[:column], "?", *cells[column + 1 :]])
            text = "\n".join([*lines[:number], changed, *lines[number + 1 :]])
            write_instance(plan.parent / "city", {table: text})
            assert not check(plan).ok


def test_hashes_are_compared_of_files_that_cannot_be_understood_too(plan: Path) -> None:
    (plan.parent / "city" / "city.yaml").write_text("periods: [", encoding="utf-8")
    found = [violation.file for violation in check(plan).violations if violation.rule == "hash"]
    assert found == ["city/city.yaml"]


def test_there_is_no_plan(tmp_path: Path) -> None:
    verdict = check(tmp_path / "nowhere")
    assert not verdict.ok
    assert verdict.loss is verdict.objective is verdict.bound is verdict.spending is None
