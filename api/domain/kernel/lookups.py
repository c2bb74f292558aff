"""Statements that every write needs, compiled once: to build and compile one takes longer than to run it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ClauseElement, Text, Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, asyncpg

from .model import Record, columns_of
from .policy import Context
from .viewer import Capability

if TYPE_CHECKING:
    from api.db.writes import WriteSession

DIALECT: Any = asyncpg.dialect()  # type: ignore[no-untyped-call]
TENANT: Any = bindparam("tenant", type_=Uuid())
USER: Any = bindparam("user", type_=Uuid())
IDS: Any = bindparam("ids", type_=ARRAY(Uuid()))
KEYS: Any = bindparam("keys", type_=ARRAY(Text()))
TEAM: Any = bindparam("team", type_=ARRAY(Uuid()))


@dataclass(frozen=True, slots=True)
class Lookup:
    """A statement as PostgreSQL gets it; `constants` are the values that are part of it."""

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    async def rows(self, session: "WriteSession", values: Mapping[str, Any]) -> Sequence[Any]:
        """The rows for these values of the bound parameters; they may be values of more."""
        known = {**self.constants, **values}
        return await session.fetch(self.text, [known[name] for name in self.names])


def compiled(statement: ClauseElement) -> Lookup:
    """What varies are parameters without a value, `bindparam(name, type_=…)`, of types the driver knows by itself."""
    made: Any = statement.compile(dialect=DIALECT)
    constants = {}
    for name, value in made.params.items():
        written = made.binds[name].type.dialect_impl(DIALECT).bind_processor(DIALECT)
        constants[name] = value if value is None or written is None else written(value)
    return Lookup(made.string, tuple(made.positiontup), constants)


@dataclass(frozen=True, slots=True)
class Rights:
    """A capability, told apart by its hash."""

    hash: str
    capability: Capability = field(compare=False)


@lru_cache(maxsize=1_000)
def selection(entity: type[Record], rights: Rights, *, lock: bool) -> Lookup:
    """All columns of the rows with the `ids` that the principal may see, in the order of their ids."""
    query = select(*columns_of(entity).values()).where(
        entity.tenant_id == TENANT,
        entity.id == any_(IDS),
        entity.visible(entity, Context(rights.capability, USER, TEAM)),
    )
    return compiled((query.with_for_update(key_share=True) if lock else query).order_by(entity.id))
