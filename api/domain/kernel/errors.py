"""Refusals every slice shares.

A refusal is a state of the world the caller's user can act on. Anything else is a bug, or bad input of the
caller's program (`MalformedId`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


class MalformedId(ValueError):
    """A text that cannot be an id of the expected type. Bad input of the program, not a refusal."""

    def __init__(self, prefix: str, text: str) -> None:
        self.prefix, self.text = prefix, text
        super().__init__(f"{text!r} is not an id of this type; it looks like {prefix}_ and 32 hex digits")


def words(type: str) -> str:
    """A kind of record as people say it.

    >>> words("field_profile")
    'field profile'
    """
    return type.replace("_", " ")


class DomainError(Exception):
    """Base of all refusals.

    `code` is stable and public. `path` leads into the input of the command, in the names of its arguments;
    empty when the refusal is about the record as a whole.
    """

    code: ClassVar[str]
    path: tuple[str, ...]


@contextmanager
def under(*path: str) -> Iterator[None]:
    """Refusals raised inside are about something deeper in the input: put this before their path."""
    try:
        yield
    except DomainError as refusal:
        refusal.path = (*path, *refusal.path)
        raise


@dataclass(eq=False)
class Required(DomainError):
    """A value that this command cannot do without is missing."""

    code: ClassVar[str] = "REQUIRED"
    path: tuple[str, ...]
    reason: str = "a value is required here"

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class Invalid(DomainError):
    """A value breaks a rule; `constraint` names the rule, `limit` its bound if it has one."""

    code: ClassVar[str] = "INVALID"
    path: tuple[str, ...]
    reason: str
    constraint: str | None = None
    limit: int | None = None

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class TooLong(DomainError):
    """A text has more code points, or a list more items, than fit."""

    code: ClassVar[str] = "TOO_LONG"
    path: tuple[str, ...]
    limit: int
    constraint: str = "length"

    def __str__(self) -> str:
        return f"at most {self.limit} fit here"


@dataclass(eq=False)
class Duplicate(DomainError):
    """Another live record already has this unique value."""

    code: ClassVar[str] = "DUPLICATE"
    path: tuple[str, ...]
    type: str
    existing: UUID | None
    reason: str | None = None

    def __str__(self) -> str:
        return self.reason or f"another {words(self.type)} already has this value"


@dataclass(eq=False)
class NotFound(DomainError):
    """The record does not exist, or the caller may not see it; the two are not told apart."""

    code: ClassVar[str] = "NOT_FOUND"
    type: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"there is no such {words(self.type)}"


@dataclass(eq=False)
class NotAllowed(DomainError):
    """The caller may see the record but not do this to it."""

    code: ClassVar[str] = "NOT_ALLOWED"
    type: str
    action: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"you may not {self.action} this {words(self.type)}; ask somebody who may"


@dataclass(eq=False)
class Archived(DomainError):
    """The record is archived; restore it first."""

    code: ClassVar[str] = "ARCHIVED"
    type: str
    existing: UUID
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"this {words(self.type)} is archived; restore it first"


@dataclass(eq=False)
class StaleVersion(DomainError):
    """The record has changed since the version the caller has seen."""

    code: ClassVar[str] = "VERSION_CONFLICT"
    type: str
    current: UUID
    expected_version: int
    current_version: int
    path: tuple[str, ...] = ("if_version",)

    def __str__(self) -> str:
        return (
            f"this {words(self.type)} is at version {self.current_version}, not {self.expected_version}; read it again"
        )


@dataclass(eq=False)
class IllegalTransition(DomainError):
    """The machine has no step from the current state to the requested one."""

    code: ClassVar[str] = "ILLEGAL_TRANSITION"
    current: str
    requested: str
    allowed: tuple[str, ...]
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        allowed = ", ".join(self.allowed) or "nothing"
        return f"{self.requested} is not possible from {self.current}; possible now: {allowed}"


@dataclass(eq=False)
class RestoreConflict(DomainError):
    """A live record has meanwhile taken a unique value of the archived one."""

    code: ClassVar[str] = "RESTORE_CONFLICT"
    type: str
    existing: UUID
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"a live {words(self.type)} has taken a unique value of this one; change that first"


@dataclass(eq=False)
class LimitExceeded(DomainError):
    """A bounded structure is full."""

    code: ClassVar[str] = "LIMIT_EXCEEDED"
    path: tuple[str, ...]
    limit: int
    what: str

    def __str__(self) -> str:
        return f"at most {self.limit} {self.what}"


@dataclass(eq=False)
class IdempotencyKeyReused(DomainError):
    """The idempotency key was used before with another request."""

    code: ClassVar[str] = "IDEMPOTENCY_KEY_REUSED"
    path: tuple[str, ...] = ("idempotency_key",)

    def __str__(self) -> str:
        return "this idempotency key belongs to another request; use a new key"


@dataclass(eq=False)
class IdempotencyInProgress(DomainError):
    """A request with this idempotency key is still running."""

    code: ClassVar[str] = "IDEMPOTENCY_IN_PROGRESS"
    path: tuple[str, ...] = ("idempotency_key",)

    def __str__(self) -> str:
        return "a request with this idempotency key is still running; try again in a moment"
