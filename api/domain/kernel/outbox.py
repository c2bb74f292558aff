"""Events on their way out: one row per changed record and version, in the transaction of the change.

`position` stays empty until the relay assigns it after commit; readers page by position, never by time.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from .changes import camel
from .model import Entry, column


@dataclass(frozen=True)
class Event:
    """A fact about one record. Subclasses are named in the past tense; their fields are plain values.

    Whoever sees the record is told the type, and may ask for it alone. So `tells`, the public names of the fields whose
    change it tells of, has none that can be hidden from somebody.
    """

    type: ClassVar[str]
    tells: ClassVar[tuple[str, ...]]
    subject: UUID


class OutboxEntry(Entry):
    """What happened to one record in one transaction. `types` names the facts, the most specific first."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("tenant_id", "aggregate_type", "aggregate_id", "version"),
        Index("ix_outbox_waiting", "occurred_at", postgresql_where=text("position IS NULL")),
        Index(
            "ix_outbox_position", "tenant_id", "position", unique=True, postgresql_where=text("position IS NOT NULL")
        ),
    )

    event_id: Mapped[UUID] = column(Uuid(), primary_key=True)
    aggregate_type: Mapped[str] = column()
    aggregate_id: Mapped[UUID] = column()
    version: Mapped[int] = column(Integer())
    types: Mapped[list[str]] = column(ARRAY(Text(collation="C")))
    schema_version: Mapped[int] = column(Integer())
    actor: Mapped[dict[str, Any]] = column(JSONB())
    changed: Mapped[list[str]] = column(ARRAY(Text(collation="C")))
    payload: Mapped[dict[str, Any]] = column(JSONB(), pii=True)
    occurred_at: Mapped[datetime] = column(DateTime(timezone=True))
    position: Mapped[int | None] = column()


class FeedHead(Entry):
    """How far the feed of a tenant has come. Only the relay and the retention write it.

    `position` is that of the newest event, `pruned` that of the newest one that retention has deleted.
    """

    __tablename__ = "feed_heads"
    __table_args__ = (CheckConstraint("pruned >= 0 AND pruned <= position", name="pruned"),)

    position: Mapped[int] = column()
    pruned: Mapped[int] = column(server_default="0")


def facts(event: Event) -> dict[str, Any]:
    """An event as JSON: its type and its values, ids and dates as text."""
    values = {camel(name): plain(value) for name, value in vars(event).items() if name != "subject"}
    return {"type": event.type, **values}


def plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)
