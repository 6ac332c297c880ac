"""A Chinese page has no English words but names, ids, commands, and what is called so in Chinese too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allocopt.instance.load import load
from allocopt.plan import Plan
from allocopt.report import write_report
from allocopt.report.words import Words, catalogue
from allocopt.solving.certificate import bound_rests_on
from allocopt.study.foreknowledge.figures import Figure, mean
from report.reading import said_by
from report.studies import EACH, Folders, page_of

# The tool, its solver, people after whom figures are called, and what stands in files.
ALLOWED = {"allocopt", "HiGHS", "JavaScript", "Shapley", "Kolm", "Pollak", "CVaR", "low", "high"}
_FILE = re.compile(r"\b\w+\.(csv|json|html)\b")
_ENGLISH = re.compile(r"[A-Za-z]{2,}")


def of_the_instance(manifest: dict[str, Any]) -> set[str]:
    """Its names, ids and areas, and the command."""
    city = load(Path(manifest["instance"]["folder"]))
    rows = [row for table in city.rows.values() for row in table]
    cells = {str(getattr(row, key, None) or "") for row in rows for key in ("id", "name", "area")}
    areas = {part for cell in cells for part in cell.split("/")}
    named = {each for table in manifest["names"].values() for pair in table.items() for each in pair}
    periods = {period.id for period in city.settings.periods}
    return {*cells, *areas, *named, *periods, manifest["title"], manifest["command"]} - {""}


def english(file: Path, manifests: list[dict[str, Any]]) -> set[str]:
    """The English words of a page that are none of the instance's."""
    own = [name for manifest in manifests for name in of_the_instance(manifest)]
    longest_first = "|".join(map(re.escape, sorted(own, key=len, reverse=True)))
    taken_out = re.compile(f"(?<![A-Za-z])({longest_first})(?![A-Za-z])")
    texts = (_FILE.sub("", taken_out.sub("", text)) for text in said_by(file))
    return {word for text in texts for word in _ENGLISH.findall(text)} - ALLOWED


def manifests_in(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.rglob("plan.json")) + sorted(folder.glob("study.json")):
        manifest = json.loads(file.read_text(encoding="utf-8"))
        if "names" in manifest:
            yield manifest


def test_the_page_of_a_plan(plan: Plan) -> None:
    assert plan.folder is not None
    file = plan.folder.with_name("plan-zh.html")
    write_report(plan.folder, file, "zh")
    assert english(file, list(manifests_in(plan.folder))) == set()
    write_report(plan.folder, file, "en")
    assert {"Spending", "zoom", "Inspection"} <= english(file, list(manifests_in(plan.folder)))


@pytest.mark.parametrize("kind", EACH)
def test_the_page_of_a_study(folders: Folders, kind: str) -> None:
    assert english(page_of(folders(kind), "zh"), list(manifests_in(folders(kind)))) == set()


def said_in_manifests() -> Iterator[str]:
    """What the planner's own code writes into manifests and tables."""
    yield bound_rests_on(1.0, 1.0)
    yield bound_rests_on(2.0, 1.0)
    yield bound_rests_on(2.0, float("-inf"))
    yield mean({"": Figure(note="no plan was found in the time there was")}, {"": 1.0}).note
    yield Figure(note="what must be kept is broken: s1, s2").noted("none was asked for").note


@pytest.mark.parametrize("text", sorted(said_in_manifests()))
def test_what_manifests_say_is_told_in_the_language_of_the_page(text: str) -> None:
    assert Words("en").said(text) == text
    told = Words("zh").said(text)
    assert not set(_ENGLISH.findall(told)) - {"s1", "s2"}, told
    assert set(re.findall(r"\d", told)) == set(re.findall(r"\d", text))


def test_every_sentence_of_the_catalogue_finds_itself() -> None:
    """Also with others before it, which might match too much of it."""
    for key, text in catalogue("en").items():
        if key.startswith("said."):
            filled = text.format(**dict.fromkeys(("bound", "names", "why", "world"), "s1"))
            assert Words("zh").said(filled) == Words("zh")(key, bound="s1", names="s1", why="s1", world="s1"), key


def test_a_sentence_that_is_not_known_stays_as_it_is() -> None:
    assert Words("zh").said("something else is the matter") == "something else is the matter"
    assert Words("zh").said("") == ""
