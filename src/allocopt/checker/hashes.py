"""Whether the files are still those that were read and written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allocopt.checker.files import bytes_of, hash_of, sha256
from allocopt.checker.instance import points_file
from allocopt.checker.manifest import FILE, part
from allocopt.checker.verdict import Book

_OWN = "manifest_sha256"


def check_hashes(manifest: Mapping[str, Any], instance: Path, plan: Path, tables: list[str], book: Book) -> None:
    """Compare the manifest's hashes with those of the files: the instance's, the plan's tables, its own."""
    if manifest.get(_OWN) != _manifest_hash(manifest):
        book.add("hash", FILE, 0, _OWN, manifest.get(_OWN), _manifest_hash(manifest))
    written = {file: bytes_of(plan / file) for file in tables}
    now = {file: sha256(data) for file, data in written.items() if data is not None}
    _compare(part(manifest, "tables"), now, "", "tables", book)
    read = {"city.yaml": instance / "city.yaml"}
    read |= {path.relative_to(instance).as_posix(): path for path in _tables(instance)}
    points = {path.name: hash_of(path) for path in [points_file(instance)] if path is not None}
    there = points | {
        file: sha256(data) for file, path in read.items() if file not in points and (data := bytes_of(path)) is not None
    }
    _compare(part(part(manifest, "instance"), "hashes"), there, f"{instance.name}/", "instance.hashes", book)


def _tables(instance: Path) -> list[Path]:
    """Every table of the instance, those of today's plan included."""
    folders = [folder for folder in (instance, instance / "current") if folder.is_dir()]
    return [path for folder in folders for ending in ("csv", "parquet") for path in folder.glob(f"*.{ending}")]


def _manifest_hash(manifest: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in manifest.items() if key != _OWN}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("utf-8", errors="surrogatepass"))


def _compare(noted: Mapping[str, Any], now: Mapping[str, str], folder: str, key: str, book: Book) -> None:
    for file in sorted({*noted, *now}):
        if noted.get(file) != now.get(file):
            found = now.get(file, "no such file")
            book.add("hash", folder + file, 0, key, found, noted.get(file, "a file that was not there"))
