"""Tokens as rows."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, LargeBinary, Uuid
from sqlalchemy.orm import Mapped

from api.domain.kernel import Entry, EnumText, Record, column

from . import policy


class TokenKind(StrEnum):
    """Who shows the token: a person, a program, or an outsider: somebody of a partner, or a customer."""

    STAFF = "STAFF"
    INTEGRATION = "INTEGRATION"
    PARTNER = "PARTNER"
    CUSTOMER = "CUSTOMER"


class DocumentMode(StrEnum):
    """Which documents a token may send: any; any, also by its hash once it was sent in full; registered ones only."""

    OPEN = "OPEN"
    APQ = "APQ"
    TRUSTED = "TRUSTED"


class Token(Record):
    """A credential of one tenant. Its secret is shown once, when it is made; the row holds a keyed hash of it."""

    __tablename__ = "tokens"
    __table_args__ = (
        CheckConstraint("key ~ '^[0-9A-Za-z]{16}$'", name="key"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        CheckConstraint("(kind = 'STAFF') = (user_id IS NOT NULL)", name="person"),
        CheckConstraint("(kind IN ('PARTNER', 'CUSTOMER')) = (contact_id IS NOT NULL)", name="outsider"),
        CheckConstraint("(kind = 'PARTNER') = (account_id IS NOT NULL)", name="partner"),
        CheckConstraint("num_nonnulls(user_id, role_id, contact_id) >= 1", name="rights"),
        CheckConstraint("contact_id IS NULL OR role_id IS NULL", name="outsiders_have_no_role"),
        Index("uq_tokens_key", "tenant_id", "key", unique=True),
        Index("ix_tokens_key", "key"),  # the tenant is not known before the token is
    )
    prefix = "tok"
    object = "token"
    visible = staticmethod(policy.visible)

    name: Mapped[str] = column()
    key: Mapped[str] = column(internal=True)  # half of a credential: neither history nor events tell it
    digest: Mapped[bytes] = column(LargeBinary(), field_set="secret", internal=True)
    pepper_version: Mapped[int] = column(Integer(), field_set="secret", internal=True)
    kind: Mapped[TokenKind] = column(EnumText(TokenKind))
    role_id: Mapped[UUID | None] = column(references="roles")  # of a person it narrows what the person may do
    documents: Mapped[DocumentMode] = column(
        EnumText(DocumentMode), default=DocumentMode.OPEN, server_default=DocumentMode.OPEN.value
    )
    user_id: Mapped[UUID | None] = column(Uuid(), references="users")
    contact_id: Mapped[UUID | None] = column(Uuid(), references="contacts")
    account_id: Mapped[UUID | None] = column(Uuid(), references="accounts")  # that the contact acts for
    expires_at: Mapped[datetime | None] = column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = column(DateTime(timezone=True))

    def is_usable(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class RateBucket(Entry):
    """What a token, or a tenant as a whole, may still ask for; all processes draw from it.

    `id` is that of the token or of the tenant. `millipoints` was right at `filled_at`, by the clock of the database.
    """

    __tablename__ = "rate_buckets"

    id: Mapped[UUID] = column(Uuid(), primary_key=True)
    millipoints: Mapped[int] = column()
    filled_at: Mapped[datetime] = column(DateTime(timezone=True))


class DeprecatedUse(Entry):
    """That a client used something that is going away, how often, and when last; forgotten some time after that.

    `client_id` is the token, or the user who signed in without one; `document` the id of a registered document, empty
    for all other texts together.
    """

    __tablename__ = "deprecated_uses"
    __table_args__ = (Index("ix_deprecated_uses_principal_id", "tenant_id", "principal_id"),)

    client_id: Mapped[UUID] = column(Uuid(), primary_key=True)
    coordinate: Mapped[str] = column(primary_key=True)
    document: Mapped[str] = column(primary_key=True)
    principal_id: Mapped[UUID] = column(Uuid())
    uses: Mapped[int] = column(Integer())
    first_used_at: Mapped[datetime] = column(DateTime(timezone=True))
    last_used_at: Mapped[datetime] = column(DateTime(timezone=True))
