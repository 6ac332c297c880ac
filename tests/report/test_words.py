"""Both languages say everything, in the same places, and nothing that no page says."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import allocopt.report
from allocopt.report.study_pages.page import KINDS
from allocopt.report.words import LANGUAGES, Words, catalogue

SOURCES = [file for suffix in ("py", "html") for file in Path(allocopt.report.__file__).parent.rglob(f"*.{suffix}")]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_catalogues_have_the_same_keys_and_places() -> None:
    zh, en = catalogue("zh"), catalogue("en")
    assert list(zh) == list(en)
    for key, text in zh.items():
        assert places(text) == places(en[key]), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_blank(lang: str) -> None:
    assert all(isinstance(text, str) and text for text in catalogue(lang).values())


def test_every_key_that_a_page_names_is_there() -> None:
    named = {key for file in SOURCES for key in re.findall(r'words\("([\w.]+)"', file.read_text(encoding="utf-8"))}
    assert named and named <= set(catalogue("en"))


def test_every_study_has_a_title() -> None:
    assert {f"study.{kind}" for kind in KINDS} <= set(catalogue("en"))


def test_a_word_of_the_tool_that_has_no_text_stays_as_it_is() -> None:
    assert Words("zh").or_as_is("status", "something_new") == "something_new"
