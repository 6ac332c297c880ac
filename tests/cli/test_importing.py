"""`allocopt import` with wrong things: all that is wrong at once, nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.command import called

CENSUS = "DIMENSION : 2\nNODE_COORD_SECTION\n1 2\n91 2\nDEMAND_SECTION\n4\n-4\nEOF\n"
TWO = "x,y,weight\n0,0,1\n9,nan,1\n"


def told(folder: Path, format_: str, *words: str | Path) -> str:
    """What is told of a wrong call; nothing is written."""
    before = sorted(folder.rglob("*"))
    run = called("import", format_, *words)
    assert (run.returncode, run.stdout) == (2, "")
    assert sorted(folder.rglob("*")) == before
    return run.stderr


def test_files_numbers_and_the_folder_are_told_together(tmp_path: Path) -> None:
    file, there = tmp_path / "census.txt", tmp_path / "there"
    file.write_text(CENSUS)
    there.mkdir()
    (there / "notes.txt").write_text("mine")
    words = told(tmp_path, "mclp-census", file, "--p", "3", "--radius", "-1", "--out", there)
    assert words.startswith("4 faults found:")
    assert "--radius: found -1; expected metres, from 0 to 1,000,000,000" in words
    assert f"{there}: found a folder that holds other things; expected a new folder, or an empty one\n" in words
    assert f"{file}:4 NODE_COORD_SECTION" in words and f"{file}:7 DEMAND_SECTION" in words


def test_points_posts_and_numbers_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "two.csv").write_text(TWO)
    (tmp_path / "posts.csv").write_text("x,y\n0,0\n")
    tables = ("--demand", tmp_path / "two.csv", "--posts", tmp_path / "posts.csv")
    words = told(tmp_path, "points", *tables, "--p", "2", "--radius", "-1", "--out", tmp_path / "city")
    assert "--p: found 2; expected a whole number from 1 to 1" in words
    assert "--radius: found -1; expected metres" in words
    assert "two.csv:3 y: found 'nan'" in words


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("none.csv", None, "no such file"),
        ("none.parquet", None, "no such file"),
        ("empty.csv", b"", "an empty file"),
        ("text.txt", b"x,y,weight\n0,0,1\n", "another kind of file, or one that is cut off"),
        ("folder", b"", "a folder"),
    ],
)
def test_a_file_that_is_no_table_of_points(tmp_path: Path, name: str, content: bytes | None, found: str) -> None:
    file = tmp_path / name
    if name == "folder":
        file.mkdir()
    elif content is not None:
        file.write_bytes(content)
    (tmp_path / "posts.csv").write_text("x,y\n0,0\n")
    tables = ("--demand", file, "--posts", tmp_path / "posts.csv")
    words = told(tmp_path, "points", *tables, "--p", "1", "--radius", "1", "--out", tmp_path / "city")
    assert f"{file}: found {found}; expected a table in" in words


@pytest.mark.parametrize(
    ("format_", "content", "options", "says"),
    [
        ("orlib-pmed", "2 1 1\n1 1 4\n", (), "edges: found none between two nodes; expected at least one (the file"),
        ("orlib-pmed", "2 1 1\n1 2 4\n", ("--p", "3"), "--p: found 3; expected a whole number from 1 to 2"),
        ("orlib-cap", "1 1\n9 1\n0\n1\n", (), "demand: found 0 of every customer; expected a customer who needs"),
        ("orlib-cap", "1 1\n9 1\n2\n1\n", ("--capacity", "nan"), "'nan' is not a number."),
        (
            "orlib-cap",
            "1 1\n9 1\n2\n1\n",
            ("--capacity", "-1"),
            "--capacity: found -1; expected a number of at least 0",
        ),
        ("orlib-scp", "2 9\n1\n", (), "found the end of the file; expected a number (the file holds rows and columns"),
        ("mclp-census", "", ("--p", "1", "--radius", "1"), "found 0 lines; expected 1, one for each"),
        ("mclp-census", "DIMENSION : 0\n", ("--p", "1", "--radius", "1"), "found 0 lines; expected 1, one for each"),
        ("mclp-census", CENSUS, ("--p", "one", "--radius", "1"), "'one' is not a whole number."),
    ],
)
def test_what_no_city_can_be_made_of(
    tmp_path: Path, format_: str, content: str, options: tuple[str, ...], says: str
) -> None:
    file = tmp_path / "problem.txt"
    file.write_text(content)
    assert says in told(tmp_path, format_, file, *options, "--out", tmp_path / "city")


def test_the_next_command_is_one_that_a_shell_takes(tmp_path: Path) -> None:
    file = tmp_path / "杭州 p.txt"
    file.write_text("2 1 1\n1 2 4\n")
    run = called("import", "orlib-pmed", file, "--out", tmp_path / "输 出")
    assert run.stdout.endswith(f"Next: allocopt solve '{tmp_path / '输 出'}' --gap 0\n")
