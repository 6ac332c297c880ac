"""`plan.json`: plain values, and a sha256 of itself so that damage is noticed."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MANIFEST = "plan.json"
HASH = "manifest_sha256"


def sealed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What `plan.json` holds: the manifest in plain values, its own hash last."""
    content = plain({key: value for key, value in manifest.items() if key != HASH})
    return {**content, HASH: manifest_hash(content)}


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """The text of `plan.json`, from a sealed manifest."""
    return json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"


def manifest_hash(manifest: Mapping[str, Any]) -> str:
    """The sha256 of a manifest, without the entry that holds it."""
    content = {key: value for key, value in manifest.items() if key != HASH}
    compact = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(compact.encode()).hexdigest()


def plain(value: Any) -> Any:
    """The value in JSON's own terms: numbers that are not finite become null, all else unknown becomes text."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(entry) for entry in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if hasattr(value, "item"):  # a number of numpy's
        return plain(value.item())
    return plain(value.as_posix() if isinstance(value, Path) else str(value))
