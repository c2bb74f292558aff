"""Articles, every text they ever had, and the cases they helped with."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped

from api.domain.cases import Case
from api.domain.kernel import (
    Entry,
    EnumText,
    FieldAccess,
    Part,
    Record,
    as_its_record,
    column,
    seen_through,
    unique_live,
)

from . import policy
from .states import ArticleStatus, ArticleVisibility, VersionStatus

SEEN = FieldAccess.READ
# The title weighs more than the rest. Both are folded already; the stemmer does the same to what is asked.
LEXEMES = "setweight(to_tsvector('english', title_sort), 'A') || to_tsvector('english', words)"


class KnowledgeArticle(Record):
    """What we know about something. Its text is what readers see: of one never published, the newest draft."""

    __tablename__ = "knowledge_articles"
    __table_args__ = (
        unique_live("title_sort", name="uq_knowledge_articles_title", object="knowledge_article", path="title"),
        CheckConstraint("(status = 'DRAFT') = (published_at IS NULL)", name="published"),
        CheckConstraint("(status = 'PUBLISHED') = (published_revision IS NOT NULL)", name="published_revision"),
        CheckConstraint("status <> 'DRAFT' OR draft_revision IS NOT NULL", name="draft_revision"),
        Index("ix_knowledge_articles_lexemes", "lexemes", postgresql_using="gin"),
    )
    prefix = "kba"
    object = "knowledge_article"
    owner = "owner_id"
    reached = True
    visible = staticmethod(policy.visible)

    title: Mapped[str] = column(filter=True, sort=True, folded_in="title_sort", partner=SEEN)
    title_sort: Mapped[str] = column(internal=True)
    summary: Mapped[str | None] = column(partner=SEEN)
    body: Mapped[str] = column(partner=SEEN)
    words: Mapped[str] = column(internal=True)  # title, summary and body, folded
    lexemes: Mapped[Any] = column(TSVECTOR(), computed=LEXEMES, internal=True)
    language: Mapped[str | None] = column(filter=True, partner=SEEN)
    visibility: Mapped[ArticleVisibility] = column(EnumText(ArticleVisibility), filter=True, partner=SEEN)
    status: Mapped[ArticleStatus] = column(EnumText(ArticleStatus), filter=True, partner=SEEN)
    owner_id: Mapped[UUID | None] = column(references="users", filter=True)
    draft_revision: Mapped[int | None] = column(Integer(), filter=True)
    published_revision: Mapped[int | None] = column(Integer())
    published_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, sort=True, partner=SEEN)


class ArticleVersion(Entry):
    """A text that an article had; it is never edited: another text is another version."""

    __tablename__ = "knowledge_article_versions"
    __table_args__ = (
        UniqueConstraint("tenant_id", "article_id", "revision", name="uq_knowledge_article_versions_revision"),
        Index(
            "uq_knowledge_article_versions_present",
            "tenant_id",
            "article_id",
            "status",
            unique=True,
            postgresql_where=text("status <> 'ARCHIVED'"),
        ),
        CheckConstraint("status <> 'PUBLISHED' OR published_at IS NOT NULL", name="published"),
        CheckConstraint("(status = 'ARCHIVED') = (replaced_at IS NOT NULL)", name="replaced"),
    )
    prefix: ClassVar[str] = "kbv"
    whole: ClassVar[str] = "article_id"
    visible = staticmethod(as_its_record)

    id: Mapped[UUID] = column(primary_key=True, sort_order=-19)
    article_id: Mapped[UUID] = column(references="knowledge_articles")
    revision: Mapped[int] = column(Integer())
    status: Mapped[VersionStatus] = column(EnumText(VersionStatus))
    title: Mapped[str] = column()
    summary: Mapped[str | None] = column()
    body: Mapped[str] = column()
    user_id: Mapped[UUID | None] = column(references="users")
    created_at: Mapped[datetime] = column(DateTime(timezone=True))
    published_at: Mapped[datetime | None] = column(DateTime(timezone=True))
    replaced_at: Mapped[datetime | None] = column(DateTime(timezone=True))


class CaseArticle(Part):
    """That an article helped with a case."""

    __tablename__ = "case_articles"
    whole = "article_id"
    field = "cases"

    article_id: Mapped[UUID] = column(references="knowledge_articles", primary_key=True)
    case_id: Mapped[UUID] = column(references="cases", primary_key=True)
    user_id: Mapped[UUID | None] = column(references="users")
    created_at: Mapped[datetime] = column(DateTime(timezone=True))

    visible = staticmethod(seen_through(article_id=KnowledgeArticle, case_id=Case))
