"""Idempotency keys: a repeated request has one effect.

The row is written in the transaction of the effect: a crash leaves neither. It stores references to the result, not
the answer, so that a replay is read under today's rights.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Uuid, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped

from .errors import IdempotencyInProgress, IdempotencyKeyReused, Invalid
from .model import Entry, column

if TYPE_CHECKING:
    from .work import Work

LOCK_NOT_AVAILABLE = "55P03"


class IdempotencyKey(Entry):
    """One used key of one principal."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        CheckConstraint("length(key) BETWEEN 8 AND 255", name="key"),
        Index("ix_idempotency_keys_created_at", "created_at"),
    )

    principal_id: Mapped[UUID] = column(Uuid(), primary_key=True)
    key: Mapped[str] = column(primary_key=True)
    operation: Mapped[str] = column()
    fingerprint: Mapped[bytes] = column(LargeBinary())
    result: Mapped[dict[str, Any] | None] = column(JSONB())
    created_at: Mapped[datetime] = column(DateTime(timezone=True))


async def claim(work: "Work", key: str, operation: str, fingerprint: bytes) -> dict[str, Any] | None:
    """Take the key for this transaction, or return the result that an earlier request with it has stored.

    Waits for a concurrent request with the same key until the role's lock time-out.

    Raises:
        Invalid: the key is shorter than 8 or longer than 255 characters.
        IdempotencyInProgress: the concurrent request is still running.
        IdempotencyKeyReused: the key belongs to a request with another fingerprint.
    """
    if not 8 <= len(key) <= 255 or not key.isprintable():  # noqa: PLR2004 - the bounds of the contract
        raise Invalid(("idempotency_key",), "an idempotency key has 8 to 255 printable characters", constraint="length")
    values = {
        "tenant_id": work.tenant,
        "principal_id": work.viewer.principal,
        "key": key,
        "operation": operation,
        "fingerprint": fingerprint,
        "created_at": work.now,
    }
    try:
        taken = await work.session.execute(insert(IdempotencyKey).values(values).on_conflict_do_nothing())
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise IdempotencyInProgress from error
        raise
    if taken.rowcount:  # type: ignore[attr-defined]
        return None
    stored = (
        await work.session.execute(
            select(IdempotencyKey.fingerprint, IdempotencyKey.result).where(
                IdempotencyKey.tenant_id == work.tenant,
                IdempotencyKey.principal_id == work.viewer.principal,
                IdempotencyKey.key == key,
            )
        )
    ).one()
    if stored.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    return stored.result or {}


async def remember(work: "Work", key: str, result: dict[str, Any]) -> None:
    """Store what the request has done; the replay reads it back."""
    await work.session.execute(
        update(IdempotencyKey)
        .where(
            IdempotencyKey.tenant_id == work.tenant,
            IdempotencyKey.principal_id == work.viewer.principal,
            IdempotencyKey.key == key,
        )
        .values(result=result)
    )
