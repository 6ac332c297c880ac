"""The tables an instance may have: file name without `.csv`, row model, and the columns that tell rows apart."""

from __future__ import annotations

from dataclasses import dataclass

from allocopt.schema import money, patrol, people, places, prevention, risk, standards, supply
from allocopt.schema.columns import names
from allocopt.schema.types import Row


@dataclass(frozen=True)
class Table:
    """One CSV table. Two rows with the same key are a fault; the key also gives the order of the rows."""

    name: str
    row: type[Row]
    key: tuple[str, ...]
    required: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return names(self.row)


_TABLES = (
    Table("sites", places.SiteRow, ("id",), required=True),
    Table("nodes", places.NodeRow, ("id",)),
    Table("streets", places.StreetRow, ("id",)),
    Table("travel", places.TravelRow, ("mode", "from_place", "to_place")),
    Table("neighbours", places.NeighbourRow, ("site", "neighbour")),
    Table("bodies", risk.BodyRow, ("id",)),
    Table("hazards", risk.HazardRow, ("id",)),
    Table("risks", risk.RiskRow, ("site", "hazard", "period")),
    Table("effects", risk.EffectRow, ("by", "id", "hazard", "commodity", "scenario", "mechanism")),
    Table("powers", people.PowerRow, ("body", "power", "area", "mechanism")),
    Table("pools", people.PoolRow, ("id",)),
    Table("kinds", people.KindRow, ("id",)),
    Table("crews", people.CrewRow, ("of", "role")),
    Table("classes", patrol.ClassRow, ("id",)),
    Table("units", patrol.UnitRow, ("id",)),
    Table("posts", patrol.PostRow, ("id",)),
    Table("depots", supply.DepotRow, ("id",)),
    Table("commodities", supply.CommodityRow, ("id",)),
    Table("stocks", supply.StockRow, ("depot", "commodity")),
    Table("suppliers", supply.SupplierRow, ("id", "period")),
    Table("scenarios", supply.ScenarioRow, ("id",)),
    Table("needs", supply.NeedRow, ("scenario", "site", "commodity", "period")),
    Table("survival", supply.SurvivalRow, ("scenario", "depot", "commodity")),
    Table("closures", supply.ClosureRow, ("scenario", "street", "depot", "site")),
    Table("measures", prevention.MeasureRow, ("id",)),
    Table("mechanisms", prevention.MechanismRow, ("id",)),
    Table("mechanism_costs", prevention.MechanismCostRow, ("mechanism", "body", "category")),
    Table("links", money.LinkRow, ("id",)),
    Table("budgets", money.BudgetRow, ("id",)),
    Table("standards", standards.StandardRow, ("id",)),
)

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}
