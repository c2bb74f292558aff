"""What is told to the user when a command cannot be done: `CODE: sentence`, one line for each reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import asyncpg
from sqlalchemy.exc import DBAPIError

from api.db.embedded import EmbeddedPostgresFailed
from api.db.pool import DatabaseUnavailable
from api.db.revisions import MigrationsMissing
from api.domain.kernel import DomainError, MalformedId
from api.settings import SettingRefused

from .output import CommandRefused

UNREACHABLE = (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)
AGAIN = "try again in a moment; `crm doctor` says what is wrong"


# Exceptions whose text is meant for the operator.
CODES: Mapping[type[Exception], str] = {
    MalformedId: "INVALID",
    SettingRefused: "SETTING",
    EmbeddedPostgresFailed: "DATABASE",
    MigrationsMissing: "MIGRATION",
}


def lines_of(error: BaseException) -> Sequence[str]:
    """Nothing for what is a bug."""
    if isinstance(error, CommandRefused):
        return [f"{error.code}: {sentence}" for sentence in error.sentences]
    if isinstance(error, DomainError):
        return [f"{error.code}: {reason_of(error)}"]
    for kind, code in CODES.items():
        if isinstance(error, kind):
            return [f"{code}: {sentence(str(error))}"]
    return [f"DATABASE: The database does not answer: {AGAIN}."] if is_unreachable(error) else []


def is_unreachable(error: BaseException) -> bool:
    if isinstance(error, DBAPIError):
        cause = getattr(error.orig, "__cause__", None)
        return error.connection_invalidated or isinstance(cause, UNREACHABLE)
    return isinstance(error, DatabaseUnavailable | asyncpg.PostgresConnectionError | ConnectionError)


def reason_of(refusal: DomainError) -> str:
    """The reason as a sentence that begins with what it is about.

    >>> from api.domain.kernel import Invalid
    >>> reason_of(Invalid(("zone",), "this is not an IANA time zone"))
    'zone: this is not an IANA time zone.'
    """
    about = " ".join(refusal.path).replace("_", " ")
    return f"{about}: {refusal}." if about else sentence(str(refusal))


def sentence(text: str) -> str:
    text = text.rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
