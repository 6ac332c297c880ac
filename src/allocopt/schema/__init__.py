"""What an instance is made of: `city.yaml` (Settings) and the CSV tables (TABLES), one row model a table."""

from allocopt.schema.registry import TABLES, Table
from allocopt.schema.settings import Settings

__all__ = ["TABLES", "Settings", "Table"]
