"""A plan: what is done, what it costs, what it achieves, and how good it surely is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocopt.plan.columns import tables_of
from allocopt.plan.values import Tables, Values

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Plan:
    """A solved instance.

    `tables` has a DataFrame for each table of `PLAN_TABLES`; it is empty when there is no plan (status
    `infeasible` or `no_plan`). `manifest` is what `plan.json` holds. `folder` is where it was written, if it was.
    Money is in yuan; `objective` and `bound` are in the units of the chosen objective.
    """

    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    folder: Path | None = None

    @property
    def status(self) -> str:
        """optimal (every gap asked for is reached), feasible, infeasible or no_plan."""
        return str(self.manifest["status"])

    @property
    def name(self) -> str:
        """The city's name."""
        return str(self.manifest.get("instance", {}).get("name", ""))

    @property
    def objective(self) -> float | None:
        """What was minimised; by default the expected loss with the price of missed standards."""
        return self._number("objective")

    @property
    def bound(self) -> float | None:
        """No plan can have an objective below this."""
        return self._number("bound")

    @property
    def gap(self) -> float | None:
        """(objective - bound) / max(abs(objective), 1)."""
        return self._number("gap")

    @property
    def gap_avoided(self) -> float | None:
        """(loss - bound) / (loss if nobody acts - bound), when the objective is loss."""
        return self._number("gap_avoided")

    @property
    def loss(self) -> float | None:
        """The expected loss with the plan."""
        return self._number("loss")

    @property
    def loss_if_nobody_acts(self) -> float | None:
        """The expected loss without any."""
        return self._number("loss_if_nobody_acts")

    @property
    def spending(self) -> float | None:
        """What is spent, investments by the share of their life in the horizon, scenarios by their chance."""
        return self._number("spending")

    def table(self, name: str) -> pd.DataFrame:
        """The table of this name; without rows when the plan has none."""
        return self.tables[name] if name in self.tables else self.values(name).frame()

    def values(self, name: str) -> Values:
        """The cells of the table of this name, as they stand; without rows when the plan has none."""
        if isinstance(self.tables, Tables) and name in self.tables:
            return self.tables.values_of(name)
        table = tables_of(self.manifest)[name]
        return Values.of_frame(table, self.tables[name]) if name in self.tables else Values.of_rows(table)

    def _number(self, key: str) -> float | None:
        value = self.manifest.get(key)
        return None if value is None else float(value)

    def _figures(self) -> dict[str, str]:
        """What is worth knowing at a glance, as text by name."""
        figures = {"city": self.name, "status": self.status}
        for key in ("objective", "bound", "loss_if_nobody_acts", "loss", "spending"):
            value = self._number(key)
            if value is not None:
                figures[key.replace("_", " ")] = f"{value:,.0f}"
        if self.gap is not None:
            figures["gap"] = f"{100 * self.gap:.2f} %"
        own = self.manifest.get("own_model") or {}
        if names := [name for kind in ("rows", "variables", "limits") for name in own.get(kind) or ()]:
            figures["own"] = ", ".join(map(str, names))
        if self.folder is not None:
            figures["folder"] = str(self.folder)
        return figures

    def __str__(self) -> str:
        return "Plan(" + ", ".join(f"{key} {value}" for key, value in self._figures().items()) + ")"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{escape(key)}</th><td>{escape(value)}</td></tr>"
            for key, value in self._figures().items()
        )
        return f"<table>{rows}</table>"
