"""Who changed what and when: one row per record and version, in the transaction of the change."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from .model import Entry, EnumText, column
from .viewer import PrincipalKind


class ChangeEvent(Entry):
    """The fact of one change: actor, cause, object, version, names of the changed fields."""

    __tablename__ = "change_events"
    __table_args__ = (Index("ix_change_events_object", "tenant_id", "object_id", "version", unique=True),)
    prefix = "evt"

    id: Mapped[UUID] = column(Uuid(), primary_key=True)
    object_type: Mapped[str] = column()
    object_id: Mapped[UUID] = column()
    version: Mapped[int] = column(Integer())
    at: Mapped[datetime] = column(DateTime(timezone=True))
    actor_kind: Mapped[PrincipalKind] = column(EnumText(PrincipalKind))
    actor_id: Mapped[UUID] = column()
    actor_name: Mapped[str] = column(field_set="default", pii=True)
    token_id: Mapped[UUID | None] = column()
    request_id: Mapped[str] = column()
    operation: Mapped[str] = column()
    changed: Mapped[list[str]] = column(ARRAY(Text(collation="C")))


class ChangeValues(Entry):
    """The values of one change, apart from the fact, so that an erasure can remove them and leave the fact."""

    __tablename__ = "change_values"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "id"], ["change_events.tenant_id", "change_events.id"]),)

    id: Mapped[UUID] = column(Uuid(), primary_key=True)
    before: Mapped[dict[str, Any]] = column(JSONB(), pii=True)
    after: Mapped[dict[str, Any]] = column(JSONB(), pii=True)
