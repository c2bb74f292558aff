"""Registered documents as rows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Uuid
from sqlalchemy.orm import Mapped

from api.domain.kernel import Entry, column


class StoredDocument(Entry):
    """A document that tokens in mode TRUSTED may send. It is known by its hash, so its text never changes."""

    __tablename__ = "stored_documents"
    __table_args__ = (CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),)

    sha256: Mapped[str] = column(primary_key=True)
    text: Mapped[str] = column()
    client: Mapped[str | None] = column()
    registered_by: Mapped[UUID] = column(Uuid())
    registered_at: Mapped[datetime] = column(DateTime(timezone=True))
    retired_at: Mapped[datetime | None] = column(DateTime(timezone=True))
