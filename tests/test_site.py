"""The site is made without a warning, its links lead somewhere, and it asks nothing of a network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

pytest.importorskip("sphinx", reason="the extra `docs` is not installed")

ROOT = Path(__file__).parents[1]
# What a browser fetches by itself, and under which attribute it is named.
FETCHED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "video": "src"}
ELSEWHERE = re.compile(r"^(?:https?:)?//")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, made in a folder with blanks in its name, by a process that reaches no network."""
    folder = tmp_path_factory.mktemp("a b")
    shutil.copytree(ROOT / "docs", folder / "docs")
    nowhere = {f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https")}
    sources = os.pathsep.join(str(ROOT / root) for root in ("src", "models"))
    run = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "docs", "build/site"],
        cwd=folder,
        env={**os.environ, **nowhere, "PYTHONPATH": sources},
        capture_output=True,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stderr
    return folder / "build" / "site"


class Page(HTMLParser):
    """What a page can be linked to by, what it links to, and what it fetches."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.fetched: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given["id"]} if "id" in given else set()
        self.links |= {given["href"]} if tag == "a" and "href" in given else set()
        self.fetched |= {given[FETCHED[tag]]} if FETCHED.get(tag) in given else set()


def test_every_page_is_there(site: Path) -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        assert (site / page.relative_to(ROOT / "docs")).with_suffix(".html").exists()


def test_every_link_leads_somewhere(site: Path) -> None:
    pages = {file: Page(file) for file in site.rglob("*.html")}
    for file, page in pages.items():
        for link in page.links:
            address, anchor = urldefrag(link)
            if not re.match(r"\w+:", address):
                target = (file.parent / unquote(address)).resolve() if address else file
                assert target.exists(), f"{file.name}: {link}"
                assert not anchor or unquote(anchor) in pages[target].ids, f"{file.name}: {link}"


def test_no_page_asks_the_network(site: Path) -> None:
    for file in site.rglob("*.html"):
        assert not [name for name in Page(file).fetched if ELSEWHERE.match(name)], file.name
    for file in site.rglob("*.css"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", text), file.name
