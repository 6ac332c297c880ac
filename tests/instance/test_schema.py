"""The published schema and the guide's data agree with the tables."""

from __future__ import annotations

import json
from typing import Any

from allocopt.instance.json_schema import describe, json_schema
from allocopt.schema import TABLES, Settings


def walk(value: Any) -> list[dict[str, Any]]:
    """Every object inside a schema."""
    if isinstance(value, dict):
        return [value, *(inner for part in value.values() for inner in walk(part))]
    return [inner for part in value for inner in walk(part)] if isinstance(value, list) else []


def test_the_schema_is_plain_json_with_every_table() -> None:
    schema = json_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert schema["$schema"].endswith("2020-12/schema")
    assert list(schema["properties"]["tables"]["properties"]) == list(TABLES)


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    schema = json_schema()
    references = {part["$ref"] for part in walk(schema) if isinstance(part.get("$ref"), str)}
    assert references <= {f"#/$defs/{name}" for name in schema["$defs"]}


def test_every_column_is_described_and_closed_to_others() -> None:
    schema = json_schema()
    for table in TABLES.values():
        row = schema["$defs"][table.row.__name__]
        assert row["additionalProperties"] is False
        assert all(column["description"] for column in row["properties"].values())
        assert set(row["properties"]) == set(table.columns)


def test_numbers_are_numbers_with_their_limits() -> None:
    rows = json_schema()["$defs"]
    assert (
        rows["BudgetRow"]["properties"]["amount_cny"] | {"minimum": 0, "type": "number"}
        == (rows["BudgetRow"]["properties"]["amount_cny"])
    )
    assert rows["UnitRow"]["properties"]["count"]["type"] == "integer"
    assert rows["StreetRow"]["properties"]["modes"]["minItems"] == 1
    assert not any(word in part for part in walk(rows) for word in ("ge", "gt", "lt") if "type" in part)


def test_the_guide_has_every_key_and_column() -> None:
    guide = describe()
    for name, table in TABLES.items():
        assert [entry["name"] for entry in guide[f"{name}.csv"]] == list(table.columns)
    assert [entry["name"] for entry in guide["city.yaml"]] == list(Settings.model_fields)
    assert all(isinstance(text, str) for entries in guide.values() for entry in entries for text in entry.values())
    share = next(entry for entry in guide["effects.csv"] if entry["name"] == "by")
    assert share["type"] == "one of kind, class, unit, measure"


def test_ids_come_first_and_sources_last() -> None:
    for table in TABLES.values():
        assert table.columns[-1] == "source" or "source" not in table.columns
        assert set(table.columns[: len(table.key)]) == set(table.key) or table.columns[0] == table.key[0]
