"""One run in a process of its own: `python -m sidebyside.one CASE RIVAL CITY OUT GAP TIME_LIMIT THREADS`.

What it found and measured is written to OUT/told.json.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from allocopt.clock import Clock
from sidebyside.cases import CASES
from sidebyside.limits import Limits

TOLD = "told.json"


def main(case: str, rival: str, city: str, out: str, gap: str, time_limit: str, threads: str) -> None:
    clock = Clock()
    limits = Limits(float(gap), float(time_limit), int(threads))
    answer = CASES[case].rivals[rival](Path(city), Path(out), limits, clock)
    told = {"answer": None if answer is None else asdict(answer), **clock.told()}
    (Path(out) / TOLD).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
