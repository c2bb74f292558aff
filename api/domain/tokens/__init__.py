"""Tokens: the credentials programs and people call the API with."""

from api.domain.kernel.keys import UNNUMBERED, number_of

from .credential import (
    INVITATION,
    PREFIXES,
    Credential,
    matches,
    new_credential,
    parse_credential,
    pepper,
    peppers,
)
from .models import DeprecatedUse, DocumentMode, RateBucket, Token, TokenKind
from .service import (
    LONGEST_OVERLAP_HOURS,
    LONGEST_VALIDITY,
    NAME_LIMIT,
    check_may_share,
    create,
    issue,
    revoke,
    rotate,
    tokens,
)

__all__ = [
    "INVITATION",
    "LONGEST_OVERLAP_HOURS",
    "LONGEST_VALIDITY",
    "NAME_LIMIT",
    "PREFIXES",
    "UNNUMBERED",
    "Credential",
    "DeprecatedUse",
    "DocumentMode",
    "RateBucket",
    "Token",
    "TokenKind",
    "check_may_share",
    "create",
    "issue",
    "matches",
    "new_credential",
    "number_of",
    "parse_credential",
    "pepper",
    "peppers",
    "revoke",
    "rotate",
    "tokens",
]
