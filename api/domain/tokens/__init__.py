"""Tokens: the credentials programs and people call the API with."""

from .credential import (
    INVITATION,
    PEPPER_VERSION,
    Credential,
    matches,
    new_credential,
    parse_credential,
    pepper,
    peppers,
)
from .models import DocumentMode, RateBucket, Token, TokenKind
from .service import create, revoke, tokens

__all__ = [
    "INVITATION",
    "PEPPER_VERSION",
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
    "peppers",
    "revoke",
    "tokens",
]
