"""What we know: articles with their versions, who may read them, and the cases they helped with."""

from .events import ArticleLinked, ArticlePublished, ArticleUnlinked, ArticleWithdrawn
from .models import ArticleVersion, CaseArticle, KnowledgeArticle
from .service import (
    ArticleRow,
    ArticleValues,
    archive,
    create,
    link,
    publish,
    restore,
    unlink,
    update,
    upsert_many,
    withdraw,
)
from .states import TRANSITIONS, ArticleStatus, ArticleVisibility, VersionStatus

__all__ = [
    "TRANSITIONS",
    "ArticleLinked",
    "ArticlePublished",
    "ArticleRow",
    "ArticleStatus",
    "ArticleUnlinked",
    "ArticleValues",
    "ArticleVersion",
    "ArticleVisibility",
    "ArticleWithdrawn",
    "CaseArticle",
    "KnowledgeArticle",
    "VersionStatus",
    "archive",
    "create",
    "link",
    "publish",
    "restore",
    "unlink",
    "update",
    "upsert_many",
    "withdraw",
]
