"""The life of articles and of their versions as data."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from api.domain.kernel import Machine


class ArticleStatus(StrEnum):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"


class VersionStatus(StrEnum):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ARCHIVED = "ARCHIVED"


class ArticleVisibility(StrEnum):
    """Who may read an article once it is published; each includes those before it."""

    INTERNAL = "INTERNAL"
    PARTNER = "PARTNER"
    PUBLIC = "PUBLIC"


S = ArticleStatus
PUBLISH: Mapping[str, ArticleStatus] = MappingProxyType({"publish": S.PUBLISHED})
TRANSITIONS: Machine[ArticleStatus] = MappingProxyType(
    {
        S.DRAFT: PUBLISH,
        S.PUBLISHED: MappingProxyType({**PUBLISH, "withdraw": S.WITHDRAWN}),
        S.WITHDRAWN: PUBLISH,
    }
)
