"""The checker stands alone: no model, no solver, nothing of the project but itself."""

from __future__ import annotations

import subprocess
import sys

LOADED = """
import sys
import allocopt.checker
print("\\n".join(sorted(sys.modules)))
"""


def test_the_checker_loads_nothing_of_the_planner() -> None:
    run = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    modules = run.stdout.split()
    own = [name for name in modules if name.split(".")[0] in ("allocopt", "allocopt_models")]
    assert [name for name in own if name != "allocopt" and not name.startswith("allocopt.checker")] == []
    assert not {"pyomo", "highspy", "pandas", "scipy", "pydantic", "click", "rich"} & set(modules)
