"""Identities and invitations as rows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, LargeBinary, text
from sqlalchemy.orm import Mapped

from api.domain.kernel import Record, column, unique_live

from . import policy


class Identity(Record):
    """That an account of an issuer is a user. It is known by what the issuer calls it, never by an e-mail address."""

    __tablename__ = "identities"
    __table_args__ = (
        unique_live("issuer", "subject", name="uq_identities_subject", object="identity", path="subject"),
        unique_live("user_id", name="uq_identities_user", object="identity", path="user_id"),
        CheckConstraint("octet_length(subject) BETWEEN 1 AND 255", name="subject"),
        # The tenant is not known before the identity is.
        Index("ix_identities_issuer", "issuer", "subject", postgresql_where=text("archived_at IS NULL")),
    )
    prefix = "idn"
    object = "identity"
    visible = staticmethod(policy.visible_identities)

    user_id: Mapped[UUID] = column(references="users")
    issuer: Mapped[str] = column()
    subject: Mapped[str] = column(pii=True)


class Invitation(Record):
    """A code that links, once, whoever shows it to a user. The row holds a keyed hash of it."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("key ~ '^[0-9A-Za-z]{16}$'", name="key"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        Index("uq_invitations_key", "tenant_id", "key", unique=True),
        Index("ix_invitations_key", "key"),  # the tenant is not known before the invitation is
    )
    prefix = "inv"
    object = "invitation"
    visible = staticmethod(policy.visible_invitations)

    user_id: Mapped[UUID] = column(references="users")
    key: Mapped[str] = column()
    digest: Mapped[bytes] = column(LargeBinary(), field_set="secret", internal=True)
    pepper_version: Mapped[int] = column(Integer(), field_set="secret", internal=True)
    expires_at: Mapped[datetime] = column(DateTime(timezone=True))
    accepted_at: Mapped[datetime | None] = column(DateTime(timezone=True))
