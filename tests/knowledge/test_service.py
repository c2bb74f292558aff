"""Articles: versions that are never edited, who finds what, and where they helped."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from api.domain import knowledge
from api.domain.kernel import Duplicate, IllegalTransition, Invalid, NotFound, Work
from api.domain.knowledge import ArticleStatus, ArticleVersion, KnowledgeArticle
from tests.factories import a_case

S = ArticleStatus


async def an_article(work: Work, title: str = "Reset the router", **values: Any) -> KnowledgeArticle:
    known: Any = {"title": title, "body": f"{title}: hold the button.", **values}
    article = await knowledge.create(work, known)
    await work.flush()
    return article


async def texts(work: Work, id: UUID) -> list[tuple[int, str, str]]:
    await work.flush()
    query = select(ArticleVersion.revision, ArticleVersion.status, ArticleVersion.body).where(
        ArticleVersion.tenant_id == work.tenant, ArticleVersion.article_id == id
    )
    rows = await work.session.execute(query.order_by(ArticleVersion.revision))
    return [(revision, status.value, body) for revision, status, body in rows]


async def test_each_text_is_a_version_and_readers_see_the_published_one(work: Work):
    article = await an_article(work, body="a")
    await knowledge.update(work, article.id, {"body": "b"})
    assert (article.body, article.status, article.draft_revision) == ("b", S.DRAFT, 2)
    await knowledge.publish(work, article.id)
    await knowledge.update(work, article.id, {"body": "c"})
    assert (article.body, article.draft_revision, article.published_revision) == ("b", 3, 2)
    assert await texts(work, article.id) == [(1, "ARCHIVED", "a"), (2, "PUBLISHED", "b"), (3, "DRAFT", "c")]
    await knowledge.publish(work, article.id)
    assert (article.body, article.draft_revision, article.published_revision) == ("c", None, 3)
    assert await texts(work, article.id) == [(1, "ARCHIVED", "a"), (2, "ARCHIVED", "b"), (3, "PUBLISHED", "c")]


async def test_what_is_withdrawn_comes_back_as_a_version_of_its_own(work: Work):
    article = await an_article(work, body="a")
    await knowledge.publish(work, article.id)
    await knowledge.withdraw(work, article.id, "Wrong")
    assert (article.status, article.published_revision, article.body) == (S.WITHDRAWN, None, "a")
    await knowledge.publish(work, article.id)
    assert await texts(work, article.id) == [(1, "ARCHIVED", "a"), (2, "PUBLISHED", "a")]


async def test_the_database_lets_nobody_edit_a_version(work: Work):
    article = await an_article(work)
    await work.flush()
    with pytest.raises(ProgrammingError, match="permission denied"):
        await work.session.execute(
            text("UPDATE knowledge_article_versions SET body = 'x' WHERE article_id = :id"), {"id": article.id}
        )


async def test_what_is_refused_changes_nothing(work: Work):
    article = await an_article(work)
    with pytest.raises(IllegalTransition):
        await knowledge.withdraw(work, article.id, "No reader")
    await knowledge.publish(work, article.id)
    with pytest.raises(Invalid, match="newest text"):
        await knowledge.publish(work, article.id)
    with pytest.raises(NotFound):
        await knowledge.unlink(work, article.id, (await a_case(work)).id)
    assert (article.status, article.published_revision) == (S.PUBLISHED, 1)
    with pytest.raises(Duplicate):
        await an_article(work, "RESET the Router")


async def found(work: Work, words: str, *, widely: bool = False, outside: bool = False) -> list[UUID]:
    search = func.crm_search_ids_outside if outside else func.crm_search_ids
    rows: Any = search("knowledge_article", words, widely, 250).table_valued("id", "place")
    return list(await work.session.scalars(select(rows.c.id).order_by(rows.c.place)))


async def test_articles_are_found_by_words_in_any_form_the_title_first(work: Work):
    body = await an_article(work, "Lamps", body="Blink when the router résets")
    title = await an_article(work)
    await an_article(work, "Cables")
    assert await found(work, "resetting routers") == [title.id, body.id]
    assert await found(work, "router -lamps") == [title.id]
    assert await found(work, "reset the zebra") == []
    assert await found(work, "reset the zebra's C:\\cage", widely=True) == [title.id, body.id]
    await knowledge.archive(work, title.id)
    await work.flush()
    assert await found(work, "router") == [body.id]
