"""The ids that generated operations can name."""

from __future__ import annotations

from api.schema import schema
from tests.badinput.place import Place
from tests.fuzz.scalars import Ids


def ids_of(place: Place) -> Ids:
    """Those of the tenant, by the name of the type; none of a kind that the place has no rows of."""
    found: dict[str, list[str]] = {}
    rows = {model.__tablename__: made for model, made in place.world.rows.items()}
    for name, entity in schema.catalog.entities.items():
        if entity.prefix is not None and entity.table is not None:
            there = [row["id"] for row in rows.get(entity.table.name, ()) if row["tenant_id"] == place.tenant]
            found[name] = [f"{entity.prefix}_{id.hex}" for id in there]
    return found
