"""What happens to articles, beyond created, updated, archived and restored. Ids are in their wire form."""

from dataclasses import dataclass
from typing import ClassVar

from api.domain.kernel import Event


@dataclass(frozen=True)
class ArticlePublished(Event):
    """Readers see this version from now on."""

    type: ClassVar[str] = "knowledge_article.published"
    tells: ClassVar[tuple[str, ...]] = ("status", "publishedRevision")
    revision: int


@dataclass(frozen=True)
class ArticleWithdrawn(Event):
    type: ClassVar[str] = "knowledge_article.withdrawn"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    reason: str


@dataclass(frozen=True)
class ArticleLinked(Event):
    """It helped with a case."""

    type: ClassVar[str] = "knowledge_article.linked"
    tells: ClassVar[tuple[str, ...]] = ("cases",)
    case: str


@dataclass(frozen=True)
class ArticleUnlinked(Event):
    type: ClassVar[str] = "knowledge_article.unlinked"
    tells: ClassVar[tuple[str, ...]] = ("cases",)
    case: str
