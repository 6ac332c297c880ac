"""Only regular files inside the instance's folder are read."""

import os
import socket
from pathlib import Path

import pytest

from allocopt.faults import InputError
from allocopt.reading.paths import instance_file, list_tables

posix = pytest.mark.skipif(os.name == "nt", reason="needs links, pipes or permissions as on Unix")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "instance"
    (folder / "current").mkdir(parents=True)
    (folder / "sites.csv").write_bytes(b"id\nA\n")
    (folder / "current" / "visits.csv").write_bytes(b"site\nA\n")
    (tmp_path / "secret.csv").write_bytes(b"secret")
    return folder


def refusal(root: Path, name: str, *, limit: int = 1000) -> str:
    with pytest.raises(InputError) as caught:
        instance_file(root, name, limit=limit)
    (fault,) = caught.value.faults
    assert "secret" not in fault.file or "secret" in name
    return str(fault)


def test_a_file_is_read_as_bytes(root: Path) -> None:
    assert instance_file(root, "sites.csv") == b"id\nA\n"
    assert instance_file(root, "current/visits.csv") == b"site\nA\n"


def test_an_empty_file_is_read(root: Path) -> None:
    (root / "empty.csv").touch()
    assert instance_file(root, "empty.csv") == b""


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("/etc/passwd", "an absolute path"),
        ("\\\\server\\share\\x.csv", "an absolute path"),
        ("\\x.csv", "an absolute path"),
        ("C:\\x.csv", "an absolute path"),
        ("C:x.csv", "an absolute path"),
        ("sites.csv:stream", "a name with a colon"),
        ("../secret.csv", "a name with '..'"),
        ("current/../../secret.csv", "a name with '..'"),
        ("current\\..\\sites.csv", "a name with '..'"),
        ("sites.csv\0.txt", "a name with a NUL character"),
        ("", "an empty name"),
        (".", "an empty name"),
    ],
)
def test_names_that_lead_elsewhere_are_refused(root: Path, name: str, found: str) -> None:
    assert f"found {found}; expected the name of a file inside the instance's folder" in refusal(root, name)


def test_the_message_shows_no_control_characters(root: Path) -> None:
    assert refusal(root, "a\0b").startswith("a\\x00b: ")


@pytest.mark.parametrize("name", ["x" * 5000, "\udcff.csv", "sites.csv/x"])
def test_impossible_names_are_refused(root: Path, name: str) -> None:
    assert "expected a file" in refusal(root, name)


def test_a_missing_file_names_one_like_it(root: Path) -> None:
    assert refusal(root, "site.csv") == (
        "site.csv: found no such file; expected a file of this name (did you mean 'sites.csv'?)"
    )
    assert "'visits.csv'" in refusal(root, "current/visit.csv")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere", "city.yaml") == (
        "city.yaml: found no folder 'nowhere'; expected the folder of an instance"
    )


@posix
def test_a_link_out_of_the_folder_is_refused(root: Path) -> None:
    (root / "out.csv").symlink_to(root.parent / "secret.csv")
    (root / "up").symlink_to(root.parent)
    assert "a link that leads out of the folder" in refusal(root, "out.csv")
    assert "a link that leads out of the folder" in refusal(root, "up/secret.csv")
    assert "secret" not in refusal(root, "up/secre.csv").replace("up/secre", "")


@posix
def test_a_link_inside_the_folder_and_a_linked_folder_are_fine(root: Path) -> None:
    (root / "again.csv").symlink_to("sites.csv")
    (root.parent / "linked").symlink_to(root)
    assert instance_file(root.parent / "linked", "again.csv") == b"id\nA\n"


@posix
def test_links_in_a_circle_are_refused(root: Path) -> None:
    (root / "a.csv").symlink_to("b.csv")
    (root / "b.csv").symlink_to("a.csv")
    assert "expected a file that can be read" in refusal(root, "a.csv")


@posix
def test_a_pipe_is_refused_without_waiting_for_a_writer(root: Path) -> None:
    os.mkfifo(root / "pipe.csv")
    assert "found a folder, device or pipe; expected a regular file" in refusal(root, "pipe.csv")


@posix
def test_a_socket_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.csv")
        assert "expected a file that can be read" in refusal(root, "s.csv")


def test_a_folder_is_refused(root: Path) -> None:
    assert "expected a " in refusal(root, "current")


def test_a_file_may_hold_as_many_bytes_as_the_limit(root: Path) -> None:
    assert instance_file(root, "sites.csv", limit=5) == b"id\nA\n"
    assert refusal(root, "sites.csv", limit=4) == "sites.csv: found 5 bytes; expected at most 4 bytes"


def test_a_file_that_cannot_be_read_is_a_fault(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", locked)
    assert "found Permission denied; expected a file that can be read" in refusal(root, "sites.csv")


@posix
def test_tables_are_the_csv_files_of_the_folder_sorted(root: Path) -> None:
    for name in ("Budgets.CSV", "~$sites.csv", ".hidden.csv", "notes.txt", "场所.csv"):
        (root / name).touch()
    (root / "folder.csv").mkdir()
    assert list_tables(root) == ["Budgets.CSV", "sites.csv", "场所.csv"]


def test_tables_of_a_missing_folder_are_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere: .*expected a folder"):
        list_tables(tmp_path / "nowhere")
