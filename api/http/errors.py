"""Every error the API can answer with, in one table; and which of them an exception becomes.

The codes are public and closed: a client may switch over them. Refusals of the domain are not among them, they stand
in the payload of the mutation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from graphql import GraphQLError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from api.compiler.errors import RequestError, RequestErrors
from api.db.commits import NotCommitted, OutcomeUnknown
from api.db.pool import DatabaseUnavailable
from api.shares import ShareTaken

OK = 200
PARTIAL = 294  # the draft's own, for data and errors together
LONGEST_MESSAGE, LONGEST_WORD = 300, 100
GUESS = re.compile(r" Did you mean .*\Z", re.DOTALL)  # graphql-core can be told to leave out most of them, not all


@dataclass(frozen=True)
class Code:
    """`status` under `application/json`, `strict` under `application/graphql-response+json`; `draft` in that profile.

    They differ where the request was well-formed and only its document or its values were wrong: clients that accept
    nothing but `application/json` were written for a 200 then. The newest draft of GraphQL over HTTP has one status
    for both.
    """

    status: int
    strict: int
    draft: int
    meaning: str
    retryable: bool = False


def _always(status: int, meaning: str, *, retryable: bool = False) -> Code:
    return Code(status, status, status, meaning, retryable)


def _well_formed(meaning: str, draft: int = 422) -> Code:
    return Code(OK, 400, draft, meaning)


CODES: Mapping[str, Code] = MappingProxyType(
    {
        "BAD_REQUEST": _always(400, "The request is not a GraphQL request: bad JSON, or a member of the wrong type."),
        "UNAUTHENTICATED": _always(401, "The token is missing, wrong, expired or revoked."),
        "FORBIDDEN": _always(403, "The token does not open this."),
        "METHOD_NOT_ALLOWED": _always(405, "The HTTP method does not fit; mutations are sent by POST."),
        "NOT_ACCEPTABLE": _always(406, "The Accept header names no media type that GraphQL is answered in."),
        "PAYLOAD_TOO_LARGE": _always(413, "The body is larger than the server takes."),
        "UNSUPPORTED_MEDIA_TYPE": _always(415, "The body must be application/json in UTF-8, not compressed."),
        "GRAPHQL_PARSE_FAILED": _well_formed("The document is not GraphQL.", draft=400),
        "GRAPHQL_VALIDATION_FAILED": _well_formed("The document does not fit the schema."),
        "QUERY_TOO_EXPENSIVE": _well_formed("The document asks for more at once than is allowed."),
        "BAD_USER_INPUT": _well_formed("A value does not fit its type, or an id is malformed."),
        "BAD_PAGINATION": _well_formed("first, last, after and before do not fit together or are out of range."),
        "BAD_CURSOR": _well_formed("The cursor is damaged or belongs to another list, filter or order."),
        "POSITION_EXPIRED": _well_formed("The events after this position are no longer kept."),
        "INVALID_FILTER": _well_formed("The filter contradicts itself or is too large."),
        "PERSISTED_DOCUMENT_NOT_FOUND": _well_formed("No document is stored under this id; send it in full."),
        "DOCUMENT_NOT_TRUSTED": _always(403, "This token may send registered documents only."),
        "RATE_LIMITED": _always(429, "Too much was asked for in too short a time.", retryable=True),
        "WRITE_CONFLICT": _always(409, "Another request was changing the same records.", retryable=True),
        "TIMEOUT": _always(504, "The request took too long and was stopped.", retryable=True),
        "UNAVAILABLE": _always(
            503, "The database, or the issuer of JWTs, does not answer at the moment.", retryable=True
        ),
        "OUTCOME_UNKNOWN": _always(503, "The change may or may not have been made; look before you send it again."),
        "STORAGE_FULL": _always(503, "The database has no space left to write.", retryable=True),
        "INTERNAL": _always(500, "Something went wrong on the server; the requestId finds it in the log."),
    }
)
MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "WRITE_CONFLICT": "Another request was changing the same records. Nothing was changed; try again.",
        "TIMEOUT": "The request took too long and was stopped. Ask for less at once, or try again.",
        "UNAVAILABLE": "The database does not answer at the moment. Try again in a moment.",
        "OUTCOME_UNKNOWN": "It could not be found out whether the change was made. Look before you send it again; "
        "with an idempotencyKey, sending it again is safe.",
        "STORAGE_FULL": "The database has no space left to write. Nothing was changed; the operator has to make room.",
        "INTERNAL": "Something went wrong on our side. Report the requestId; nothing of the failed part was kept.",
    }
)
RETRY_AFTER_SECONDS = 1
RETRY_AFTER = (b"retry-after", str(RETRY_AFTER_SECONDS).encode())

# https://www.postgresql.org/docs/current/errcodes-appendix.html
SQLSTATES: Mapping[str, str] = MappingProxyType(
    {
        "40001": "WRITE_CONFLICT",  # serialization_failure
        "40P01": "WRITE_CONFLICT",  # deadlock_detected
        "55P03": "WRITE_CONFLICT",  # lock_not_available
        "57014": "TIMEOUT",  # query_canceled, by statement_timeout
        "25P03": "TIMEOUT",  # idle_in_transaction_session_timeout
        "25P04": "TIMEOUT",  # transaction_timeout
        "53100": "STORAGE_FULL",  # disk_full
        "53200": "UNAVAILABLE",  # out_of_memory
        "53300": "UNAVAILABLE",  # too_many_connections
        "54001": "QUERY_TOO_EXPENSIVE",  # statement_too_complex
        "28P01": "UNAVAILABLE",  # invalid_password
        "3D000": "UNAVAILABLE",  # invalid_catalog_name
        "55000": "UNAVAILABLE",  # object_not_in_prerequisite_state: the database takes no connections
        "57P01": "UNAVAILABLE",  # admin_shutdown
        "57P02": "UNAVAILABLE",  # crash_shutdown
        "57P03": "UNAVAILABLE",  # cannot_connect_now
    }
)
CONNECTION_CLASS = "08"
# In this order: a TimeoutError is an OSError, too.
PLAIN: Sequence[tuple[tuple[type[Exception], ...], str]] = (
    ((TimeoutError,), "TIMEOUT"),
    ((OutcomeUnknown,), "OUTCOME_UNKNOWN"),
    ((DatabaseUnavailable, NotCommitted, NoFreeConnection, ShareTaken, OSError), "UNAVAILABLE"),
)


@dataclass(eq=False)
class Refused(Exception):
    """A request that is answered with errors and no data."""

    code: str
    message: str = ""
    errors: Sequence[Mapping[str, Any]] = ()  # instead of the one message, with message, locations, extensions
    status: int | None = None  # where the code's own does not fit
    draft: int | None = None  # the same in the draft profile only
    headers: Sequence[tuple[bytes, bytes]] = field(default_factory=tuple)
    reason: str | None = None  # for the log; the caller is not told

    def __str__(self) -> str:
        return self.message or MESSAGES.get(self.code, self.code)

    def formatted(self) -> Sequence[Mapping[str, Any]]:
        return self.errors or ({"message": str(self)},)


def refusal_of(error: Exception) -> Refused:
    """What the caller is told about an exception; INTERNAL for everything that is not expected."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, RequestError):
        return of_graphql(error.code, [error.located()])
    if isinstance(error, RequestErrors):
        return of_graphql(error.code, error.errors)
    return Refused(next((code for kinds, code in PLAIN if isinstance(error, kinds)), None) or database_code(error))


def database_code(error: Exception) -> str:
    """The code for an exception of asyncpg, bare or wrapped by SQLAlchemy."""
    if getattr(error, "connection_invalidated", False):
        return "UNAVAILABLE"
    state = getattr(getattr(error, "orig", error), "sqlstate", None) or ""
    return "UNAVAILABLE" if state.startswith(CONNECTION_CLASS) else SQLSTATES.get(state, "INTERNAL")


def of_graphql(code: str, errors: Sequence[GraphQLError]) -> Refused:
    """Errors of graphql-core as one refusal. An error's own code wins over `code`."""
    formatted = []
    for error in errors:
        shown: dict[str, Any] = {"message": shortened(error.message)}
        if error.locations:
            shown["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
        if error.path:
            shown["path"] = error.path
        shown["extensions"] = {"code": code, **(error.extensions or {})}
        formatted.append(shown)
    return Refused(formatted[0]["extensions"]["code"] if formatted else code, errors=formatted)


def shortened(message: str) -> str:
    """A message without guesses, that echoes at most a hundred characters of any one thing the caller sent."""
    told = GUESS.sub("", message)
    words = (word if len(word) <= LONGEST_WORD else f"{word[: LONGEST_WORD - 1]}…" for word in told.split(" "))
    text = " ".join(words)
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 1]}…"


def extensions_of(code: str, request_id: str, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What every error carries beside its message."""
    entry = CODES[code]
    found = {**(given or {}), "code": code, "requestId": request_id, "retryable": entry.retryable}
    if entry.retryable:
        found.setdefault("retryAfterMs", RETRY_AFTER_SECONDS * 1000)
    found["docs"] = f"/#{code}"
    return found
