"""Knowledge: articles and their versions, what is found by words, and what may help with a case."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    Uuid,
    cast,
    column,
    false,
    func,
    literal_column,
    select,
    true,
)

from api.compiler import Leaf, Null, Root, Scope, Tree, converted
from api.domain import cases
from api.domain import knowledge as domain
from api.domain.kernel import Work, fold
from api.domain.knowledge import ArticleStatus

from .aggregates import Aggregate, bounded, column_key
from .binding import computed, described, listed, readable, to_one
from .cases import Case
from .commands import Service, Writes
from .connections import Connection, about, argument, extend, extend_listed, lazy, many, one, rooted
from .enums import described_enum
from .interfaces import Node, Record
from .metrics import text_of
from .records import complete
from .scalars import Locale
from .steps import steps_of, writable
from .users import User
from .wire import id_text

MOST: ColumnElement[Any] = literal_column("250")

described_enum(
    domain.ArticleStatus,
    "KnowledgeArticleStatus",
    "Where an article stands.",
    DRAFT="Nobody but colleagues has seen it yet.",
    PUBLISHED="Those it is for can read it.",
    WITHDRAWN="Only colleagues can read it any more.",
)
described_enum(
    domain.VersionStatus,
    "KnowledgeArticleVersionStatus",
    "Where a version stands.",
    DRAFT="The newest text, which readers do not see yet.",
    PUBLISHED="What readers see.",
    ARCHIVED="What was written or seen before.",
)
described_enum(
    domain.ArticleVisibility,
    "KnowledgeArticleVisibility",
    "Who may read an article once it is published.",
    INTERNAL="Colleagues.",
    PARTNER="And partners.",
    PUBLIC="And customers.",
)


class KnowledgeArticleVerb(StrEnum):
    PUBLISH = "PUBLISH"
    WITHDRAW = "WITHDRAW"


described_enum(
    KnowledgeArticleVerb,
    "KnowledgeArticleVerb",
    "A step in the life of an article, named as the mutation that makes it.",
    PUBLISH="`knowledgeArticlePublish`: readers see the newest text.",
    WITHDRAW="`knowledgeArticleWithdraw`: readers do not see it any more.",
)


@readable(
    steps_of(domain.KnowledgeArticle, domain.TRANSITIONS, "article_id"),
    description="A step that is possible now.",
    visible=writable(domain.KnowledgeArticle),
)
class KnowledgeArticleTransition:
    verb: KnowledgeArticleVerb = described("The mutation that makes the step.")
    status: domain.ArticleStatus = described("The status it leads to.", column="leads_to")


@readable(domain.ArticleVersion, description="A text that an article had. It is never edited.")
class KnowledgeArticleVersion:
    id: strawberry.ID = computed(lambda row, _scope: id_text("kbv", row.id), "Id of the version.")
    revision: int = described("1 for the first, 2 for the second.")
    status: domain.VersionStatus = described("Where it stands.")
    title: str = described("The title.")
    summary: str | None = described("What it says in a few sentences.")
    body: str = described("The text.")
    user: User | None = to_one("user_id", "users.User", "Who wrote it; null for a program.")
    created_at: datetime = described("When it was written.")
    published_at: datetime | None = described("Since when readers saw it.")
    replaced_at: datetime | None = described("When another took its place, or it was withdrawn.")


@readable(domain.KnowledgeArticle, description="What we know about something, for those whom it is for.")
class KnowledgeArticle(Record, Node):
    title: str = described("Unique among live articles, without regard to case and accents.")
    summary: str | None = described("What it says in a few sentences.")
    body: str = described("The text that readers see; of one never published, the newest draft.")
    language: Locale | None = described("The language of the text, as in de or pt-BR.")
    visibility: domain.ArticleVisibility = described("Who may read it once it is published; counts at once.")
    status: domain.ArticleStatus = described("Where it stands.")
    owner: User | None = to_one("owner_id", "users.User", "Who keeps it up to date.")
    draft_revision: int | None = described("The version that readers do not see yet; null for none.")
    published_revision: int | None = described("The version that they see; null for none.")
    published_at: datetime | None = described("When that was published.")
    versions: list[KnowledgeArticleVersion] = listed(
        "article_id", "All texts it ever had, the oldest first.", order=("revision",)
    )
    available_transitions: list[KnowledgeArticleTransition] = listed(
        "article_id", "The steps you can take now.", order=("place",)
    )


@readable(
    domain.CaseArticle,
    description="That an article helped with a case.",
    default_order=(("created_at", True), ("case_id", True), ("article_id", True)),
)
class CaseArticle:
    article: KnowledgeArticle | None = to_one("article_id", "knowledge.KnowledgeArticle", "The article.")
    case: Case | None = to_one("case_id", "cases.Case", "The case.")
    user: User | None = to_one("user_id", "users.User", "Who said so.")
    created_at: datetime = described("When that was said.")


complete(KnowledgeArticle)
extend(User, "knowledge_articles", KnowledgeArticle, "owner_id", "Articles the user keeps up to date.")
extend(KnowledgeArticle, "cases", CaseArticle, "article_id", "Cases it helped with, the newest first.")
extend_listed(
    Case, "articles", CaseArticle, "case_id", "Articles that helped with it.", order=("created_at", "article_id")
)


def found(scope: Scope, words: ColumnElement[Any], arguments: Mapping[str, Tree], case: Any = None) -> Any:
    """The articles with these words, the best first, in pages by `place`.

    `case`: the row that the words are from; then any of them will do, and only what is published is found.
    """
    search = func.crm_search_ids if scope.context.outside is None else func.crm_search_ids_outside
    kind = cast(scope.bind(lambda _request: domain.KnowledgeArticle.object, Text()), Text)
    asked = search(kind, words, false() if case is None else true(), MOST)
    ids = asked.table_valued(column("id", Uuid()), column("place", BigInteger())).lateral("ids")
    article = domain.KnowledgeArticle.__table__.alias("read")
    place = func.row_number().over(order_by=ids.c.place).label("place")
    begin = ids if case is None else case.join(ids, true())
    numbered = (
        select(article.c.id.label("article_id"), place, article.c.tenant_id)
        .select_from(begin.join(article, article.c.id == ids.c.id))
        .where(scope.visible("KnowledgeArticle", article), article.c.archived_at.is_(None))
    )
    if case is not None:
        numbered = numbered.where(scope.visible("Case", case), article.c.status == text_of(ArticleStatus.PUBLISHED))
        numbered = numbered.where(case.c.id == named_case(scope, arguments))
    rows = numbered.subquery("numbered")
    page = select(*rows.c).order_by(rows.c.place)
    if isinstance(after := arguments.get("after"), Leaf):
        page = page.where(rows.c.place > scope.bind(after.get, BigInteger()))
    first = arguments.get("first")
    return page.limit(scope.bind(converted(first.get, bounded), BigInteger()) if isinstance(first, Leaf) else ZERO)


ZERO: ColumnElement[Any] = literal_column("0")
SPACE: ColumnElement[Any] = literal_column("32")
EMPTY, NO_ID = literal_column("''", Text()), literal_column("NULL::uuid", Uuid())


def named_case(scope: Scope, arguments: Mapping[str, Tree]) -> ColumnElement[Any]:
    reference = arguments.get("case")
    return NO_ID if reference is None or isinstance(reference, Null) else scope.named("Case", reference)


def search_rows(scope: Scope, arguments: Mapping[str, Tree], _matching: Any) -> Select[Any]:
    words = arguments.get("words")
    asked = cast(scope.bind(converted(words.get, fold), Text()), Text) if isinstance(words, Leaf) else EMPTY
    return found(scope, asked, arguments)  # type: ignore[no-any-return]


def suggestion_rows(scope: Scope, arguments: Mapping[str, Tree], _matching: Any) -> Select[Any]:
    """By the words of the case; a case that is not to be seen has none."""
    case = cases.Case.__table__.alias("helped")
    words = func.concat(case.c.subject_sort, func.chr(SPACE), case.c.description)
    return found(scope, words, arguments, case)  # type: ignore[no-any-return]


@readable(build=search_rows, description="An article that was found by its words.", outside=("place", "article"))
class KnowledgeFinding:
    place: int = computed(lambda row, _scope: row.place, "Where it stands, from 1, the best; at most 250 are found.")
    article: KnowledgeArticle | None = to_one("article_id", "knowledge.KnowledgeArticle", "The article.")


@readable(build=suggestion_rows, description="A published article that may help with a case.")
class KnowledgeSuggestion:
    place: int = computed(lambda row, _scope: row.place, "Where it stands, from 1, the best; at most 250 are found.")
    article: KnowledgeArticle | None = to_one("article_id", "knowledge.KnowledgeArticle", "The article.")


ARTICLES = Writes(
    KnowledgeArticle,
    "knowledge_article",
    Service(domain.create, domain.upsert_many, domain.ArticleRow, domain.archive, domain.restore),
    fields=("title", "summary", "body", "language", "visibility", "owner"),
    required=("title", "body"),
)
AGGREGATE = Aggregate(
    KnowledgeArticle,
    {
        "STATUS": column_key("status", None, "By where they stand."),
        "VISIBILITY": column_key("visibility", None, "By who may read them."),
        "LANGUAGE": column_key("language", None, "By language."),
        "OWNER": column_key("owner_id", ("User", "usr"), "By who keeps them up to date."),
    },
)


async def withdraw(work: Work, id: UUID, *, reason: str, if_version: int | None) -> Any:
    return await domain.withdraw(work, id, reason, if_version=if_version)


async def link(work: Work, id: UUID, *, case: UUID, if_version: int | None) -> Any:
    return await domain.link(work, id, case, if_version=if_version)


async def unlink(work: Work, id: UUID, *, case: UUID, if_version: int | None) -> Any:
    return await domain.unlink(work, id, case, if_version=if_version)


CASE = lazy("CaseRef", "api.schema.cases")
PAGE = [
    argument("first", int, "At most so many rows, 0 to 1000.", default=25),
    argument("after", int | None, "Only rows behind this `place`."),
]


@strawberry.type
class Query:
    knowledge_article: KnowledgeArticle | None = one(
        KnowledgeArticle, "One article; null if there is none or you may not see it."
    )
    knowledge_articles: Connection[KnowledgeArticle] = many(KnowledgeArticle, "Articles.")
    knowledge_articles_aggregate = AGGREGATE.query()
    knowledge_search: list[KnowledgeFinding] = rooted(
        list[KnowledgeFinding],
        "Articles with these words in the text that readers see, the best first; a word in the title weighs more. "
        "English endings make no difference, nor do case and accents.",
        Root("rows", "KnowledgeFinding"),
        [argument("words", str, 'All of them; "in quotes" as they stand, -without this one, or between two.'), *PAGE],
    )
    knowledge_suggestions: list[KnowledgeSuggestion] = rooted(
        list[KnowledgeSuggestion],
        "Published articles that have words of a case's subject or description, the best first.",
        Root("rows", "KnowledgeSuggestion"),
        [argument("case", CASE, "The case."), *PAGE],
    )


@strawberry.type
class Mutation:
    knowledge_article_create = ARTICLES.create("Draft an article.")
    knowledge_article_update = ARTICLES.update(
        "Change an article; another title, summary or body makes a draft, which readers see once it is published."
    )
    knowledge_article_upsert = ARTICLES.upsert("Change the article that a key names, or draft it.")
    knowledge_article_bulk_upsert = ARTICLES.bulk_upsert("Upsert up to 250 articles.")
    knowledge_article_archive = ARTICLES.archive("Archive an article; nobody finds it any more.")
    knowledge_article_restore = ARTICLES.restore("Make an archived article live again.")
    knowledge_article_publish = ARTICLES.verb(
        domain.publish, "Show readers the draft; of a withdrawn article without one, what they saw before."
    )
    knowledge_article_withdraw = ARTICLES.verb(
        withdraw, "Take an article from its readers.", reason=about(str, "Why; at most 500 characters.")
    )
    knowledge_article_link = ARTICLES.verb(
        link, "Say that an article helped with a case.", case=about(CASE, "The case.")
    )
    knowledge_article_unlink = ARTICLES.verb(
        unlink, "Say that it did not help after all.", case=about(CASE, "The case.")
    )
