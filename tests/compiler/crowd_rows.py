"""How rows are made past the commands, many with the same sort values, and what has been made so far."""

import random
from datetime import timedelta
from typing import Any

from api.domain.kernel import Tenant, fold, new_id
from api.domain.kernel.model import Model
from tests.people import NOW

NAMES = ("Globex", "globex", "Éclair", "Zenith & Söhne", "Åre", "")


def record(model: type[Model], tenant: Tenant, chance: random.Random, **values: Any) -> Any:
    at = NOW - timedelta(microseconds=chance.choice((0, 1, 2, 10**12)))
    known = {"tenant_id": tenant.id, "id": new_id(), "version": 1, "created_at": at, "updated_at": at}
    return model(**known, **values)


def named(name: str) -> dict[str, str]:
    return {"name": name or "-", "name_sort": fold(name)}


kept: dict[Any, list[Any]] = {}


def first(tenant: Tenant, made: list[Any], model: type[Model]) -> list[Any]:
    """Those of the model; the others are kept for `later`."""
    for one in made:
        kept.setdefault((tenant.id, type(one)), []).append(one)
    return [one for one in made if isinstance(one, model)]


def later(*models: type[Model]) -> Any:
    """Rows that were made before, and point at others of the same making."""

    def rows_of(tenant: Tenant, _chance: random.Random, _rows: int) -> list[Any]:
        return [one for model in models for one in kept[tenant.id, model]]

    return rows_of
