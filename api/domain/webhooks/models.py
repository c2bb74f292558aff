"""Webhook endpoints, their secrets, their health, and what was and is to be delivered to them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, LargeBinary, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from api.domain.kernel import Entry, EnumText, Part, Record, as_its_record, column

from . import policy

WAITING = "state = 'WAITING'"


def texts() -> ARRAY[Any]:
    return ARRAY(Text(collation="C"))


class WebhookState(StrEnum):
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


class DisabledReason(StrEnum):
    """Why nothing is sent.

    GONE: the receiver answered 410. FAILING: nothing has arrived for days. OWNER: he may not read any more. DOCUMENT:
    it does not fit what the owner may see.
    """

    BY_HAND = "BY_HAND"
    GONE = "GONE"
    FAILING = "FAILING"
    OWNER = "OWNER"
    DOCUMENT = "DOCUMENT"


class Ordering(StrEnum):
    NONE = "NONE"
    PER_RECORD = "PER_RECORD"


class DeliveryState(StrEnum):
    """FAILED: it was tried ten times, or cannot be sent. SKIPPED: the owner may not see it, or it was not asked for."""

    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


class WebhookEndpoint(Record):
    """A URL that events are sent to. What is sent is read with the rights that its owner has at that time.

    The owner is a person, narrowed to a role if a token so narrowed made it, or an integration's token. Empty lists
    leave nothing out.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        CheckConstraint("num_nonnulls(owner_id, token_id) = 1", name="owner"),
        CheckConstraint("token_id IS NULL OR role_id IS NOT NULL", name="rights"),
        CheckConstraint("(state = 'DISABLED') = (disabled_reason IS NOT NULL)", name="reason"),
        CheckConstraint("(state = 'DISABLED') = (disabled_at IS NOT NULL)", name="disabled_at"),
    )
    prefix = "whk"
    object = "webhook_endpoint"
    owner = "owner_id"
    visible = staticmethod(policy.visible)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)
    url: Mapped[str] = column()
    document: Mapped[str] = column()
    types: Mapped[list[str]] = column(texts())
    objects: Mapped[list[str]] = column(texts())
    changed_fields: Mapped[list[str]] = column(texts())
    ordering: Mapped[Ordering] = column(EnumText(Ordering), default=Ordering.NONE)
    state: Mapped[WebhookState] = column(EnumText(WebhookState), filter=True, default=WebhookState.ACTIVE)
    disabled_reason: Mapped[DisabledReason | None] = column(EnumText(DisabledReason))
    disabled_at: Mapped[datetime | None] = column(DateTime(timezone=True))
    owner_id: Mapped[UUID | None] = column(Uuid(), references="users", filter=True)
    token_id: Mapped[UUID | None] = column(Uuid(), references="tokens")
    role_id: Mapped[UUID | None] = column(Uuid(), references="roles")


class WebhookSecret(Part):
    """A secret that requests are signed with, encrypted with a key that the database does not hold."""

    __tablename__ = "webhook_secrets"
    __table_args__ = (CheckConstraint("octet_length(sealed) BETWEEN 28 AND 200", name="sealed"),)
    whole = "endpoint_id"
    field = "secrets"
    visible = staticmethod(as_its_record)

    id: Mapped[UUID] = column(Uuid(), primary_key=True)
    endpoint_id: Mapped[UUID] = column(references="webhook_endpoints")
    sealed: Mapped[bytes] = column(LargeBinary(), field_set="secret", internal=True)
    key_version: Mapped[int] = column(Integer(), field_set="secret", internal=True)
    made_at: Mapped[datetime] = column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = column(DateTime(timezone=True))


class WebhookHealth(Entry):
    """How an endpoint does. `failures` in a row; until `closed_until` nothing is sent, then one request at a time."""

    __tablename__ = "webhook_health"

    endpoint_id: Mapped[UUID] = column(references="webhook_endpoints", primary_key=True)
    failures: Mapped[int] = column(Integer())
    failing_since: Mapped[datetime | None] = column(DateTime(timezone=True))
    closed_until: Mapped[datetime | None] = column(DateTime(timezone=True))
    succeeded_at: Mapped[datetime | None] = column(DateTime(timezone=True))


class WebhookDelivery(Entry):
    """One event on its way to one endpoint; its id is the `webhook-id` of all attempts. A test has no event.

    `lease_until`: somebody is at it until then at the latest.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("tenant_id", "endpoint_id", "event_id"),
        CheckConstraint("(event_id IS NULL) = (position IS NULL)", name="event"),
        CheckConstraint("char_length(error) <= 200", name="error"),
        CheckConstraint("char_length(excerpt) <= 1000", name="excerpt"),
        Index("ix_webhook_deliveries_due", "tenant_id", "endpoint_id", "due_at", postgresql_where=text(WAITING)),
        Index(
            "ix_webhook_deliveries_order",
            "tenant_id",
            "endpoint_id",
            "subject",
            "position",
            postgresql_where=text(WAITING),
        ),
        Index(
            "ix_webhook_deliveries_leased",
            "tenant_id",
            "endpoint_id",
            "lease_until",
            postgresql_where=text("lease_until IS NOT NULL"),
        ),
        Index("ix_webhook_deliveries_log", "tenant_id", "endpoint_id", text("created_at DESC"), text("id DESC")),
        Index("ix_webhook_deliveries_age", "created_at"),
    )

    id: Mapped[UUID] = column(Uuid(), primary_key=True)
    endpoint_id: Mapped[UUID] = column(references="webhook_endpoints")
    event_id: Mapped[UUID | None] = column(Uuid())
    position: Mapped[int | None] = column()
    object: Mapped[str | None] = column()
    subject: Mapped[UUID | None] = column(Uuid())
    types: Mapped[list[str]] = column(texts())
    occurred_at: Mapped[datetime] = column(DateTime(timezone=True))
    created_at: Mapped[datetime] = column(DateTime(timezone=True))
    state: Mapped[DeliveryState] = column(EnumText(DeliveryState), default=DeliveryState.WAITING)
    attempts: Mapped[int] = column(Integer(), default=0)
    due_at: Mapped[datetime] = column(DateTime(timezone=True))
    lease_until: Mapped[datetime | None] = column(DateTime(timezone=True), internal=True)
    status: Mapped[int | None] = column(Integer())
    error: Mapped[str | None] = column()
    duration_ms: Mapped[int | None] = column(Integer())
    excerpt: Mapped[str | None] = column(pii=True)
    finished_at: Mapped[datetime | None] = column(DateTime(timezone=True))
