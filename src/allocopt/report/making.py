"""From a folder to a page, and the page in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

from allocopt.plan.place import reason_of, refusal
from allocopt.report.bokeh_page import require_libraries
from allocopt.report.view import Page
from allocopt.report.words import Words


def default_file(folder: Path) -> Path:
    """Beside the folder, under its name: a folder with a plan holds nothing else."""
    place = folder.resolve()
    return place.with_name(f"{place.name}.html")


def make_report(folder: Path, lang: str, *, city: Path | None = None) -> str:
    """The page of a plan or a study as HTML.

    Raises InputError where the folder holds neither, its instance has changed, or the libraries are missing.
    """
    require_libraries()
    from allocopt.report.found import found_in
    from allocopt.report.laying_out import html

    found = found_in(folder, city)
    words = Words(lang, found.city.programmes)
    return html(_page(found, words), words)


def _page(found: Any, words: Words) -> Page:
    from allocopt.report.plan_page.page import plan_page
    from allocopt.report.study_pages import study_page

    return plan_page(found, words) if found.study is None else study_page(found, words)


def write_report(folder: Path, file: Path, lang: str, *, city: Path | None = None) -> int:
    """Write the page of a plan or a study, whole or not at all, and return how many bytes it has."""
    require_place(file)
    data = make_report(folder, lang, city=city).encode()
    fresh = file.with_name(f".{file.name[:40]}.{uuid4().hex}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(data)
        fresh.replace(file)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise refusal(file, reason_of(error), "a file that can be written") from None
    return len(data)


def require_place(file: Path) -> None:
    """See that a page may be written there. Raises InputError for a folder, or a place inside a plan or a study."""
    if file.is_dir():
        raise refusal(file, "a folder", "the name of a file")
    for folder in file.resolve().parents:
        if (folder / "plan.json").is_file() or (folder / "study.json").is_file():
            raise refusal(file, f"a place inside the plan or study '{folder}'", "a file outside of plans and studies")
