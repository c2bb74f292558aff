"""Commands for articles: writing them, showing them to readers, and saying where they helped."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import select

from api.domain.cases import Case
from api.domain.kernel import (
    ExternalKey,
    Invalid,
    Matching,
    NotFound,
    Row,
    TextField,
    Work,
    Written,
    assign,
    checked,
    checked_references,
    checked_texts,
    language_tag,
    load_references,
    new_id,
    next_state,
    refuse_null,
    require,
    wire,
    write_rows,
)
from api.domain.users import User

from .events import ArticleLinked, ArticlePublished, ArticleUnlinked, ArticleWithdrawn
from .models import CaseArticle, KnowledgeArticle
from .states import TRANSITIONS, ArticleStatus, ArticleVisibility, VersionStatus
from .versions import TEXTS, Shelf, open_shelf, shown

FIELDS = {
    "title": TextField(255, required=True),
    "summary": TextField(1_000),
    "body": TextField(100_000, required=True),
    "language": TextField(35),
}
REFERENCES = {"owner_id": User}
REASON = 500


class ArticleValues(TypedDict, total=False):
    """What is known of an article; a missing key leaves the value alone, None clears it.

    `title`, `summary` and `body` make a new draft; the rest counts at once.
    """

    title: str
    summary: str | None
    body: str
    language: str | None
    visibility: ArticleVisibility
    owner_id: UUID | None


ArticleRow = Row[ArticleValues]


async def create(work: Work, values: ArticleValues, *, external_ids: Sequence[ExternalKey] = ()) -> KnowledgeArticle:
    """A draft, INTERNAL unless the values say otherwise, of the acting user unless they name another.

    Raises:
        Required: no title or no body.
        Duplicate: another live article has the title.
    """
    row = ArticleRow(values=values, external_ids=external_ids)
    return (await write_rows(work, MATCHING, [row], prepare, create=True))[0].unwrap()


async def upsert_many(work: Work, rows: Sequence[ArticleRow]) -> list[Written[KnowledgeArticle]]:
    """Create or update articles; a row means the one with its id or external id."""
    return await write_rows(work, MATCHING, rows, prepare)


async def update(work: Work, id: UUID, values: ArticleValues, *, if_version: int | None = None) -> KnowledgeArticle:
    return (await upsert_many(work, [ArticleRow(values=values, id=id, if_version=if_version)]))[0].unwrap()


async def publish(work: Work, id: UUID, *, if_version: int | None = None) -> KnowledgeArticle:
    """Show readers the draft; of a withdrawn article without one, what they saw before.

    Raises:
        Invalid: it is published and has no draft.
        Duplicate: another live article has the title.
    """
    article = await work.edit(KnowledgeArticle, id, if_version=if_version)
    status = next_state(TRANSITIONS, article.status, "publish")
    shelf = await open_shelf(work, [id])
    draft = shelf.of(id, VersionStatus.DRAFT)
    if draft is None and article.status is ArticleStatus.PUBLISHED:
        raise Invalid(("where",), "readers see the newest text already; change it first", "draft")
    draft = draft or shelf.put(article, {name: getattr(article, name) for name in TEXTS})
    shelf.archive(id, VersionStatus.PUBLISHED)
    await work.flush()  # of an article one version is published
    draft = await shelf.stored(draft)
    draft.status, draft.published_at = VersionStatus.PUBLISHED, work.now
    facts = {"draft_revision": None, "published_revision": draft.revision, "published_at": work.now}
    assign(article, {**shown({name: getattr(draft, name) for name in TEXTS}), **facts, "status": status})
    work.emit(ArticlePublished(id, draft.revision))
    return article


async def withdraw(work: Work, id: UUID, reason: str, *, if_version: int | None = None) -> KnowledgeArticle:
    """Take it from its readers; its text stays.

    Raises:
        IllegalTransition: it is not published.
        Required: the reason is blank.
    """
    article = await work.edit(KnowledgeArticle, id, if_version=if_version)
    status = next_state(TRANSITIONS, article.status, "withdraw")
    reason = checked(reason, "reason", limit=REASON)
    shelf = await open_shelf(work, [id])
    shelf.archive(id, VersionStatus.PUBLISHED)
    assign(article, {"status": status, "published_revision": None})
    work.emit(ArticleWithdrawn(id, reason))
    return article


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> KnowledgeArticle:
    article = await work.edit(KnowledgeArticle, id, if_version=if_version, archived=True)
    article.archived_at = article.archived_at or work.now
    return article


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> KnowledgeArticle:
    """Raises RestoreConflict: another live article has the title."""
    article = await work.edit(KnowledgeArticle, id, if_version=if_version, archived=True)
    article.archived_at = None
    return article


async def link(work: Work, id: UUID, case_id: UUID, *, if_version: int | None = None) -> KnowledgeArticle:
    """Say that it helped with a case; a second time says nothing new."""
    article = await work.edit(KnowledgeArticle, id, if_version=if_version)
    case = await work.reference(Case, case_id, "case")
    if case is not None and await link_of(work, id, case.id) is None:
        user = work.viewer.user
        work.add(CaseArticle(article_id=id, case_id=case.id, user_id=user, created_at=work.now))
        work.emit(ArticleLinked(id, wire("cas", case.id)))
    return article


async def unlink(work: Work, id: UUID, case_id: UUID, *, if_version: int | None = None) -> KnowledgeArticle:
    """Raises NotFound if it is not linked to the case."""
    article = await work.edit(KnowledgeArticle, id, if_version=if_version)
    known = await link_of(work, id, case_id)
    if known is None:
        raise NotFound(Case.object, ("case",))
    work.remove(known)
    work.emit(ArticleUnlinked(id, wire("cas", case_id)))
    return article


async def link_of(work: Work, article: UUID, case: UUID) -> CaseArticle | None:
    await work.flush()
    query = select(CaseArticle).where(
        CaseArticle.tenant_id == work.tenant, CaseArticle.article_id == article, CaseArticle.case_id == case
    )
    return (await work.session.scalars(query)).one_or_none()


async def prepare(work: Work, rows: Sequence[ArticleRow], records: Mapping[UUID, KnowledgeArticle]) -> Any:
    await load_references(work, [row.values for row in rows], REFERENCES)
    shelf = await open_shelf(work, records)

    def write(row: ArticleRow, article: KnowledgeArticle | None) -> tuple[KnowledgeArticle, bool]:
        columns = columns_of_values(work, row.values, article)
        text = {name: columns.pop(name) for name in TEXTS if name in columns}
        if article is None:
            require(text, "title", "body")
            return write_new(work, shelf, {"summary": None, **text}, columns), True
        changed = assign(article, columns)
        known = shelf.newest(article)
        if {**known, **text} == known:
            return article, changed
        draft = shelf.put(article, {**known, **text})
        facts: dict[str, Any] = {"draft_revision": draft.revision}
        if article.status is ArticleStatus.DRAFT:
            facts |= shown({**known, **text})
        return article, assign(article, facts) or changed

    return write


def write_new(work: Work, shelf: Shelf, text: dict[str, Any], columns: Mapping[str, Any]) -> KnowledgeArticle:
    known = {"visibility": ArticleVisibility.INTERNAL, "owner_id": work.viewer.user, **columns}
    article = KnowledgeArticle(id=new_id(), status=ArticleStatus.DRAFT, draft_revision=1, **shown(text), **known)
    work.add(article)
    shelf.put(article, text)
    return article


def columns_of_values(work: Work, values: ArticleValues, article: KnowledgeArticle | None) -> dict[str, Any]:
    refuse_null(values, "title", "body", "visibility")
    columns = checked_texts(values, FIELDS) | checked_references(work, values, REFERENCES, article)
    if columns.get("language") is not None:
        columns["language"] = language_tag(columns["language"])
        if columns["language"] is None:
            raise Invalid(("language",), "give a language tag, as in de or pt-BR", "language")
    return columns | ({"visibility": values["visibility"]} if "visibility" in values else {})


async def nobody(_work: Work, _keys: Sequence[str]) -> Mapping[str, UUID]:
    return {}


MATCHING = Matching(KnowledgeArticle, "external_ids", lambda _values: (), nobody)
