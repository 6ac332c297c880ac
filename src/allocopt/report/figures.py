"""The figures of a manifest, as a page carries them for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LEFT_OUT = ("names", "areas", "bodies_of", "tables", "manifest_sha256", "instance", "probabilities")


def figures_of(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest holds, without the names and places of its instance."""
    return {key: value for key, value in manifest.items() if key not in _LEFT_OUT}
