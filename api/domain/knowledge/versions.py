"""The texts of articles: another text is another version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from api.domain.kernel import Work, among, fold, new_id

from .models import ArticleVersion, KnowledgeArticle
from .states import VersionStatus

TEXTS = ("title", "summary", "body")


@dataclass
class Shelf:
    """What there is of the articles of one command: the versions that are not archived, and the last revision."""

    work: Work
    present: dict[UUID, dict[VersionStatus, ArticleVersion]] = field(default_factory=dict)
    last: dict[UUID, int] = field(default_factory=dict)

    def of(self, article: UUID, status: VersionStatus) -> ArticleVersion | None:
        return self.present.get(article, {}).get(status)

    def newest(self, article: KnowledgeArticle) -> dict[str, Any]:
        """The text of the draft, or without one that which readers see."""
        draft = self.of(article.id, VersionStatus.DRAFT)
        return {name: getattr(draft or article, name) for name in TEXTS}

    def put(self, article: KnowledgeArticle, text: Mapping[str, Any]) -> ArticleVersion:
        """A new draft; the one there was is archived."""
        self.archive(article.id, VersionStatus.DRAFT)
        revision = self.last[article.id] = self.last.get(article.id, 0) + 1
        made = self.work.add(
            ArticleVersion(
                id=new_id(),
                article_id=article.id,
                revision=revision,
                status=VersionStatus.DRAFT,
                user_id=self.work.viewer.user,
                created_at=self.work.now,
                **text,
            )
        )
        self.present.setdefault(article.id, {})[VersionStatus.DRAFT] = made
        return made

    async def stored(self, version: ArticleVersion) -> ArticleVersion:
        """The version as the session knows it, which it does not of one that this work has made."""
        query = select(ArticleVersion).where(
            ArticleVersion.tenant_id == self.work.tenant, ArticleVersion.id == version.id
        )
        return (await self.work.session.scalars(query)).one()

    def archive(self, article: UUID, status: VersionStatus) -> None:
        known = self.present.get(article, {}).pop(status, None)
        if known is not None:
            known.status, known.replaced_at = VersionStatus.ARCHIVED, self.work.now


async def open_shelf(work: Work, articles: Iterable[UUID]) -> Shelf:
    shelf, ids = Shelf(work), set(articles)
    if not ids:
        return shelf
    await work.flush()
    of_them = (ArticleVersion.tenant_id == work.tenant, among(ArticleVersion.article_id, ids))
    query = select(ArticleVersion).where(*of_them, ArticleVersion.status != VersionStatus.ARCHIVED)
    for version in await work.session.scalars(query):
        shelf.present.setdefault(version.article_id, {})[version.status] = version
    last = select(ArticleVersion.article_id, func.max(ArticleVersion.revision)).where(*of_them)
    for id, number in await work.session.execute(last.group_by(ArticleVersion.article_id)):
        shelf.last[id] = number
    return shelf


def shown(text: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an article that shows this text."""
    every = " ".join(part for name in TEXTS if (part := text[name]))
    return {**{name: text[name] for name in TEXTS}, "title_sort": fold(text["title"]), "words": fold(every)}
