"""A plan point by point: a table in Parquet with a row for each point and duty, written batch after batch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from allocopt.arrange.acting import Acting, Regime
from allocopt.arrange.serving import Serving
from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.plan import Plan
from allocopt.plan.instance import instance_of
from allocopt.plan.place import reason_of, refusal
from allocopt.reading.arrow import arrow
from allocopt.tell.points import one_by_one


def write_every_point(plan: Plan, file: Path) -> int:
    """Write the row number of every point, the post that serves it, the units that reach it, and its loss; return how
    many rows these are. Raises InputError where the instance has changed or has no points, or FILE cannot be written.
    """
    if file.suffix.lower() != ".parquet":
        raise refusal(file, f"'{file.name}'", "a name that ends in .parquet")
    city, regime = _city_of(plan)
    pyarrow, parquet = arrow("", str(file)), arrow("parquet", str(file))
    if city.points is None:
        raise InputError([Fault(str(city.folder), 0, "", "an instance without points", "one with points")])
    serving = Serving(city, Acting(city, regime), plan.table("patrols").to_dict("records"))  # type: ignore[arg-type]
    fresh, rows, writer = file.with_name(f".{uuid4().hex}.new"), 0, None
    try:
        for columns in one_by_one(serving, city.points):
            table = pyarrow.table(columns)
            writer = writer or parquet.ParquetWriter(fresh, table.schema)
            writer.write_table(table)
            rows += table.num_rows
        if writer is not None:
            writer.close()
        fresh.replace(file)
    except OSError as error:
        raise refusal(file, reason_of(error), "a file that can be written") from None
    finally:
        fresh.unlink(missing_ok=True)
    return rows


def _city_of(plan: Plan) -> tuple[City, Regime]:
    """The instance as it was solved, and the regime."""
    city, options = instance_of(plan), plan.manifest["options"]
    regime = Regime.named(options["regime"], city)
    coalition = options.get("coalition")
    return city, regime if coalition is None else replace(regime, coalition=frozenset(coalition))
