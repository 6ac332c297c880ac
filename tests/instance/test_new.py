"""`allocopt new`: a sample that is free of faults, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocopt.faults import InputError
from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.schema import TABLES


def test_the_sample_is_free_of_faults_and_every_table_explains_itself(tmp_path: Path) -> None:
    written = create(tmp_path / "a" / "town")
    city = load(tmp_path / "a" / "town")
    assert {file.name for file in written} == set(city.hashes)
    assert {file.stem for file in written} - {"city"} <= set(TABLES)
    assert all(file.read_text(encoding="utf-8").startswith("#") for file in written)
    assert all(row.source.startswith("assumed") for rows in city.rows.values() for row in rows)  # type: ignore[attr-defined]


def test_every_scenario_of_the_sample_is_free_of_faults(tmp_path: Path) -> None:
    create(tmp_path / "town")
    for name in load(tmp_path / "town").settings.scenarios:
        load(tmp_path / "town", scenario=name)


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    assert create(tmp_path)


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    for place in tmp_path, tmp_path / "mine.txt":
        with pytest.raises(InputError, match="a new folder, or an empty one"):
            create(place)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_nothing_is_left_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_bytes

    def fail(self: Path, data: bytes) -> int:
        if self.name == "sites.csv":
            raise OSError(28, "No space left on device")
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(InputError, match="No space left"):
        create(tmp_path / "town")
    assert not list(tmp_path.iterdir())
