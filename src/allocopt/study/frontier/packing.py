"""Arrays as text, so that a record can hold them: every number comes back as it was."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray


def packed(array: NDArray[Any]) -> str:
    """Type and numbers of an array of one dimension."""
    data = base64.b64encode(zlib.compress(np.ascontiguousarray(array).tobytes(), 6)).decode()
    return f"{array.dtype.str}:{data}"


def unpacked(text: str) -> NDArray[Any]:
    """Raises ValueError for what `packed` did not write."""
    kind, _, data = text.partition(":")
    try:
        return np.frombuffer(zlib.decompress(base64.b64decode(data, validate=True)), dtype=np.dtype(kind)).copy()
    except (zlib.error, TypeError) as error:
        raise ValueError("no packed array") from error
