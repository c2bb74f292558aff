"""Tokens: the credentials programs and people call the API with."""

from .credential import PEPPER_VERSION, PREFIXES, Credential, matches, new_credential, parse_credential, pepper
from .models import DocumentMode, RateBucket, Token, TokenKind
from .service import LONGEST_OVERLAP_HOURS, LONGEST_VALIDITY, create, revoke, rotate, tokens

__all__ = [
    "LONGEST_OVERLAP_HOURS",
    "LONGEST_VALIDITY",
    "PEPPER_VERSION",
    "PREFIXES",
    "Credential",
    "DocumentMode",
    "RateBucket",
    "Token",
    "TokenKind",
    "create",
    "matches",
    "new_credential",
    "parse_credential",
    "pepper",
    "revoke",
    "rotate",
    "tokens",
]
