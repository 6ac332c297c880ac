"""Tables and texts that mean harm are refused by what the server runs on each upload, in bounded time and memory."""

from __future__ import annotations

import io
import json
import resource
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from serve.measure import MEASURED, command_cost
from serve.running import Client, made_zip

MB = 1_000_000
# Reading the libraries takes most of it.
ROOM_MB, CPU = 700, 30.0
ROWS = 12_345


def aliases() -> bytes:
    levels = b"".join(b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30))
    return b"a0: &a0 [x]\n" + levels


def merges() -> bytes:
    levels = b"".join(b"a%d: &a%d\n  <<: [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30))
    return b"a0: &a0 {x: 1}\n" + levels


def integer(value: int) -> bytes:
    """A whole number as Parquet's footer has it (zigzag, then seven bits a byte)."""
    value, found = value << 1, bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def parquet(claim: Callable[[bytes], bytes] = lambda footer: footer, **how: object) -> bytes:
    """A table of one column whose footer claims what it does not have."""
    pyarrow = pytest.importorskip("pyarrow")
    writer = pytest.importorskip("pyarrow.parquet")
    out = io.BytesIO()
    writer.write_table(pyarrow.table({"site": how.pop("column", ["x"] * ROWS)}), out, **how)
    data = out.getvalue()
    length = int.from_bytes(data[-8:-4], "little")
    footer = claim(data[-8 - length : -8])
    return data[: -8 - length] + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def claimed(rows: int, after: int = 0) -> bytes:
    """Wherever the footer tells the number of rows, after the first places, it tells another."""

    def claim(footer: bytes) -> bytes:
        parts = footer.split(integer(ROWS))
        return integer(ROWS).join(parts[: after + 1]) + integer(rows) + integer(rows).join(parts[after + 1 :])

    return parquet(claim)


def of_one_long_text() -> bytes:
    """A million rows of one text of 10 MB, in 10 kB."""
    pyarrow = pytest.importorskip("pyarrow")
    column = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 10**6, pyarrow.int32()), ["x" * 10 * MB])
    return parquet(column=column, compression="zstd", store_schema=False)


def packed_well() -> bytes:
    """Texts of 1 MB, each written out, in a few kB."""
    return parquet(column=["x" * MB] * 250, compression="zstd", use_dictionary=False, write_statistics=False)


HARM: dict[str, tuple[str, Callable[[], bytes]]] = {
    "aliases": ("city.yaml", aliases),
    "merge keys": ("city.yaml", merges),
    "nesting": ("city.yaml", lambda: b"a: " + b"[" * 50_000),
    "a long line": ("sites.csv", lambda: b"x" * 100 * MB),
    "a quotation mark that is not closed": ("sites.csv", lambda: b'site\n"' + b"x\n" * 25 * MB),
    "many cells": ("sites.csv", lambda: b"," * 50 * MB),
    "many rows": ("sites.csv", lambda: b"site\n" + b"x\n" * 2 * MB),
    "rows that are claimed": ("sites.parquet", lambda: claimed(2**50)),
    "rows that a group claims": ("sites.parquet", lambda: claimed(2**50, after=1)),
    "rows that a column claims": ("sites.parquet", lambda: claimed(2**50, after=2)),
    "a text of 10 MB in each row": ("sites.parquet", of_one_long_text),
    "more than a file may hold": ("sites.parquet", packed_well),
}
SLOW = ("a long line", "many cells", "a text of 10 MB in each row", "more than a file may hold")


@MEASURED
@pytest.mark.parametrize("harm", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else []) for name in HARM])
def test_it_is_refused_in_bounded_time_and_memory(harm: str, town: Path, tmp_path: Path) -> None:
    name, made = HARM[harm]
    shutil.copytree(town, tmp_path / "city")
    if name.startswith("sites"):
        (tmp_path / "city" / "sites.csv").unlink()
    (tmp_path / "city" / name).write_bytes(made())
    code, spent = command_cost(["validate", "city", "--json"], tmp_path)
    faults = json.loads((tmp_path / "out.json").read_bytes())["faults"]
    assert code == 2 and any(fault["file"] == name for fault in faults)
    own_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts it to whatever is started
    assert spent.cpu < CPU and spent.peak_mb < max(ROOM_MB, own_mb + 1), (spent, own_mb)


def test_an_upload_with_aliases_is_refused(mayor: Client, town: Path) -> None:
    tables = {file.name: file.read_bytes() for file in town.iterdir()}
    answer = mayor.upload(made_zip({**tables, "city.yaml": aliases()}))
    assert answer.status == 422 and {fault["file"] for fault in answer.faults} == {"city.yaml"}
