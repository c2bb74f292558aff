"""What the tables hold, as plain objects: one simple SELECT for each table, made once for each world."""

from collections.abc import Collection, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

import api.domain
from api.domain.kernel import Record, Tenant
from api.domain.kernel.model import Model

# GraphQL types whose rows are of a model with another name.
NAMED_OTHERWISE = {
    "BusinessInterval": "OpenInterval",
    "CaseMilestone": "Milestone",
    "CaseStatusHistoryEntry": "CaseStay",
    "KnowledgeArticleVersion": "ArticleVersion",
    "PartnerTierHistoryEntry": "PartnerTierHistory",
    "StageHistoryEntry": "StageHistory",
}


class Row:
    """A row of a table; `typename` is its GraphQL type."""

    def __init__(self, type_: str, values: Mapping[str, Any]) -> None:
        self.typename = type_
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"a row of {self.__dict__['typename']} has no {name}")

    def __repr__(self) -> str:
        return f"{self.typename} {self.__dict__.get('id')}"


class Memory:
    """All rows of some tenants."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.ids: dict[tuple[str, UUID], Row] = {}

    def of(self, type_: str) -> list[Row]:
        return self.rows.get(type_, [])

    def one(self, type_: str, id: UUID | None) -> Row | None:
        return None if id is None else self.ids.get((type_, id))


def models() -> dict[str, type[Model]]:
    """GraphQL type → model, of all slices."""
    for slice_ in iter_modules(api.domain.__path__):
        import_module(f"api.domain.{slice_.name}")
    classes: dict[str, type[Model]] = {mapper.class_.__name__: mapper.class_ for mapper in Model.registry.mappers}
    others = {type_: classes.pop(name) for type_, name in NAMED_OTHERWISE.items()}
    return {**classes, **others}


def prefixes() -> dict[str, str]:
    """GraphQL type → prefix of its ids."""
    return {type_: model.prefix for type_, model in models().items() if hasattr(model, "prefix")}


def objects() -> list[str]:
    """The names that rights give to the kinds of records."""
    return sorted(model.object for model in models().values() if issubclass(model, Record) and hasattr(model, "object"))


async def remember(connection: AsyncConnection, tenants: Collection[UUID]) -> Memory:
    """Load what these tenants have."""
    memory = Memory()
    for type_, model in models().items():
        table: Any = model.__table__
        if "tenant_id" not in table.c and model is not Tenant:
            continue
        key = table.c.id if model is Tenant else table.c.tenant_id
        found = await connection.execute(select(table).where(key.in_(list(tenants))))
        memory.rows[type_] = [Row(type_, dict(one._mapping)) for one in found]
        memory.ids |= {(type_, row.id): row for row in memory.rows[type_] if "id" in table.c}
    return memory
