"""The pages do what they say: what they show is run, in the order in which one reads it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from allocopt.instance.new import create
from page import blocks, run_page

DOCS = Path(__file__).parents[1] / "docs"
HOW_TO = sorted(page.stem for page in (DOCS / "how-to").glob("*.md"))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the quick start leaves it."""
    folder = tmp_path_factory.mktemp("quick start")
    run_page(DOCS / "quick-start.md", folder)
    return folder


def test_the_quick_start_leaves_what_it_says(begun: Path) -> None:
    assert {path.name for path in (begun / "results").iterdir()} == {"town", "poorer", "town.html"}


@pytest.mark.parametrize("page", HOW_TO)
def test_how_to(page: str, begun: Path, tmp_path: Path) -> None:
    shutil.copytree(begun / "town", tmp_path / "town")
    shutil.copytree(begun / "results" / "town", tmp_path / "results" / "town")
    run_page(DOCS / "how-to" / f"{page}.md", tmp_path)


@pytest.mark.parametrize("page", ["quick-start", *(f"how-to/{page}" for page in HOW_TO)])
def test_every_page_shows_what_its_commands_print(page: str) -> None:
    languages = [block.language for block in blocks((DOCS / f"{page}.md").read_text(encoding="utf-8"))]
    assert "sh" in languages and "output" in languages
    assert set(languages) <= {"sh", "output"} | ({"bash"} if page == "quick-start" else set())


@pytest.mark.filterwarnings("ignore:not checked:UserWarning")
def test_python(tmp_path: Path) -> None:
    create(tmp_path / "town")
    names = run_page(DOCS / "python.md", tmp_path)
    for shown, word in ((names["plan"], "sample-town"), (names["study"], "fairness")):
        assert word in repr(shown) and "\n" not in repr(shown)
        assert "<table" in shown._repr_html_() and len(shown._repr_html_()) < 10_000
