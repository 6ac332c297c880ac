"""The generated pages are what `python docs/make.py` would write, and leave nothing out."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from allocopt.cli.explain import EXPLANATIONS
from allocopt.cli.study import STUDIES
from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.solving.run import build

DOCS = Path(__file__).parents[1] / "docs"


def _make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_make", DOCS / "make.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE = _make()


@pytest.mark.parametrize("page", sorted(MAKE.PAGES))
def test_pages_are_fresh(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == MAKE.PAGES[page](), "run `python docs/make.py`"


def test_every_component_of_a_model_says_what_it_is(tmp_path: Path) -> None:
    create(tmp_path / "town")
    model: Any = build(load(tmp_path / "town"))
    page = (DOCS / "mathematics.md").read_text(encoding="utf-8")
    for block in MAKE.FORMULATIONS.values():
        for component in getattr(model, block or "nothing", model).component_objects(descend_into=False):
            if component.ctype.__name__ not in ("Block", "Objective"):
                assert component.doc, f"{component.name} has no doc="
                assert f"| `{component.local_name}` |" in page


@pytest.mark.parametrize("page", sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")))
def test_links_lead_somewhere(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", text):
        assert ((DOCS / page).parent / link).exists(), link


def test_every_study_and_explanation_has_a_page() -> None:
    assert {page.stem for page in (DOCS / "how-to").glob("*.md")} == {*STUDIES, *EXPLANATIONS, "score"}
    assert set(MAKE.STUDY_TABLES) == set(STUDIES)
