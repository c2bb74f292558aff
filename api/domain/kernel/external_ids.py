"""The names a record has in other systems: (source, value), unique per type of record, many per record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Index, Text, Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from .errors import Duplicate, LimitExceeded
from .lookups import KEYS, TENANT, compiled
from .model import Part, Record, column
from .policy import as_its_record
from .text import checked

if TYPE_CHECKING:
    from .work import Work

MOST = 50


@dataclass(frozen=True, slots=True)
class ExternalKey:
    """A record's key in another system. `value` is text: 64-bit numbers of shops do not survive as JSON numbers."""

    source: str
    value: str


class ExternalId(Part):
    """One key of one record. It stays reserved while the record is archived."""

    __tablename__ = "external_ids"
    __table_args__ = (Index("ix_external_ids_record", "tenant_id", "record_id"),)
    whole = "record_id"
    field = "external_ids"
    visible = staticmethod(as_its_record)

    type: Mapped[str] = column(primary_key=True)
    source: Mapped[str] = column(primary_key=True)
    value: Mapped[str] = column(primary_key=True)
    record_id: Mapped[UUID] = column(Uuid())


KNOWN = compiled(
    select(ExternalId.source, ExternalId.value, ExternalId.record_id).where(
        ExternalId.tenant_id == TENANT,
        ExternalId.type == bindparam("type", type_=Text()),
        ExternalId.source == any_(bindparam("sources", type_=ARRAY(Text()))),
        ExternalId.value == any_(KEYS),
    )
)


async def find(work: "Work", entity: type[Record], keys: Iterable[ExternalKey]) -> dict[ExternalKey, UUID]:
    """The ids of the records that have these keys, archived ones included; one statement."""
    wanted = set(keys)
    if not wanted:
        return {}
    sources, values = [key.source for key in wanted], [key.value for key in wanted]
    rows = await work.rows(KNOWN, type=entity.object, sources=sources, keys=values)
    found = {ExternalKey(source, value): record for source, value, record in rows}
    return {key: found[key] for key in wanted if key in found}


def checked_keys(keys: Iterable[ExternalKey]) -> list[ExternalKey]:
    """The keys without outer white space.

    Raises:
        LimitExceeded: more than 50 keys.
        Required, TooLong, Invalid: as `checked`.
    """
    found = [
        ExternalKey(checked(key.source, "external_ids", limit=100), checked(key.value, "external_ids", limit=255))
        for key in keys
    ]
    if len(found) > MOST:
        raise LimitExceeded(("external_ids",), MOST, "external ids on one record")
    return list(dict.fromkeys(found))


async def attach(work: "Work", record: Record, keys: Sequence[ExternalKey], *, known: bool = False) -> None:
    """Add the keys the record does not have yet.

    `known`: the caller has already made sure that nobody has them, as a bulk load does for all of its rows at once.

    Raises:
        Duplicate: another record of the type has one of the keys.
        LimitExceeded: more than 50 keys.
    """
    keys = checked_keys(keys)
    taken = {} if known else await find(work, type(record), keys)
    for key in dict.fromkeys(keys):
        holder = taken.get(key)
        if holder == record.id:
            continue
        if holder is not None:
            raise Duplicate(("external_ids",), record.object, holder)
        work.add(ExternalId(type=record.object, source=key.source, value=key.value, record_id=record.id))
