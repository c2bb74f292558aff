"""User errors: each refusal of the domain as a GraphQL type of its own, all with code, message and path."""

from collections.abc import Callable
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import strawberry
from strawberry.types import Info

from api.domain.access import unseen_names
from api.domain.kernel import (
    Archived,
    DomainError,
    Duplicate,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    IllegalTransition,
    Invalid,
    LimitExceeded,
    NotAllowed,
    NotFound,
    Required,
    RestoreConflict,
    StaleVersion,
    TooLong,
    Viewer,
    camel,
    records,
)

from .context import Context
from .enums import described_enum
from .interfaces import Node

UNSEEN = "a field that you do not see stands in the way; ask somebody who sees it"
E = TypeVar("E", bound="type[Any]")
CODES = {
    "REQUIRED": "A value that cannot be left out is missing.",
    "INVALID": "A value breaks a rule.",
    "TOO_LONG": "A text or list is too long.",
    "DUPLICATE": "Another live record has this unique value.",
    "NOT_FOUND": "There is no such record, or you may not see it.",
    "NOT_ALLOWED": "You may see the record, but not do this to it.",
    "ARCHIVED": "The record is archived; restore it first.",
    "VERSION_CONFLICT": "The record has changed since the version you gave.",
    "ILLEGAL_TRANSITION": "The step is not possible from the present state.",
    "RESTORE_CONFLICT": "A live record has taken a unique value of the archived one.",
    "LIMIT_EXCEEDED": "A bounded structure is full.",
    "CONFLICT": "Something that is not this record stands against it.",
    "IDEMPOTENCY_KEY_REUSED": "The idempotency key belongs to another request.",
    "IDEMPOTENCY_IN_PROGRESS": "A request with this idempotency key is still running; try again.",
}
UserErrorCode = StrEnum("UserErrorCode", {code: code for code in CODES})  # type: ignore[misc]
described_enum(
    UserErrorCode,
    "UserErrorCode",
    "Why a request was refused. New codes may be added; treat unknown ones as INVALID.",
    **CODES,
)


@strawberry.interface(description="Why a request was refused, in words a user can act on.")
class UserError:
    code: UserErrorCode = strawberry.field(description="Stable; programs decide by it.")
    message: str = strawberry.field(description="One English sentence for people.")
    path: list[str] = strawberry.field(
        description="Leads from the argument into the input; empty for the whole record."
    )


def existing(attribute: str, description: str) -> Any:
    """A record that the refusal names, read under the caller's rights; null if it may not be seen."""

    async def resolve(root: Any, info: Info[Context, None]) -> Node | None:
        id, object_type = getattr(root, f"{attribute}_id"), root.object_type
        if id is None:
            return None
        return await info.context.read_back(info._raw_info, type_named(object_type), id)  # type: ignore[no-any-return] # noqa: SLF001

    return strawberry.field(resolve, description=description)


BOUND: dict[type[DomainError], type[Any]] = {}


def user_error(*refusals: type[DomainError]) -> Callable[[E], E]:
    """Answer these refusals with this type.

    Raises:
        TypeError: at import, if the type has a field that one of the refusals does not carry.
    """

    def bind(cls: E) -> E:
        made = strawberry.type(cls, description=cls.__doc__)
        for refusal in refusals:
            BOUND[refusal] = made
        return made

    return bind


@user_error(Required, Invalid, TooLong, LimitExceeded)
class ValidationError(UserError):
    """A value is missing, breaks a rule, or is too long."""

    constraint: str | None = strawberry.field(description="Name of the rule.")
    limit: int | None = strawberry.field(description="The rule's bound, if it has one.")


@user_error(NotFound)
class NotFoundError(UserError):
    """A record that the request names does not exist, or the caller may not see it."""


@user_error(NotAllowed, IdempotencyKeyReused, IdempotencyInProgress)
class RefusedError(UserError):
    """The request as a whole cannot be done: not by you, or not with this idempotency key."""


@user_error(Duplicate, Archived, RestoreConflict)
class DuplicateError(UserError):
    """Another record, or an archived one, stands in the way."""

    existing_id: strawberry.Private[UUID | None]
    object_type: strawberry.Private[str]
    existing: Node | None = existing("existing", "The record in the way; null if you may not see it.")


@user_error(StaleVersion)
class VersionConflictError(UserError):
    """The record has changed since the version that was given."""

    current_id: strawberry.Private[UUID | None]
    object_type: strawberry.Private[str]
    expected_version: int = strawberry.field(description="The version that was given.")
    current_version: int = strawberry.field(description="The version the record is at.")
    current: Node | None = existing("current", "The record as it is now.")


@user_error(IllegalTransition)
class TransitionError(UserError):
    """The step is not possible from the present state."""

    state: str = strawberry.field(description="The present state.")
    requested: str = strawberry.field(description="The step or state that was asked for.")
    allowed: list[str] = strawberry.field(description="The steps that are possible now.")


def answered(
    refusal: DomainError, argument_of: Callable[[tuple[str, ...]], list[str]], viewer: Viewer, type_name: str
) -> UserError:
    """The user error of a refusal; `argument_of` leads a path of the command to the field's arguments.

    `type_name`: of the record that the command is about. Of a field that the viewer does not see nothing is told.
    """
    unseen = unseen_names(viewer.capability, object_named(type_name))
    if unseen & {camel(part.removesuffix("_id")) for part in refusal.path}:
        return RefusedError(code=UserErrorCode["NOT_ALLOWED"], message=UNSEEN, path=[])
    bound = next(BOUND[kind] for kind in type(refusal).__mro__ if kind in BOUND)
    values: dict[str, Any] = {
        "code": UserErrorCode[refusal.code],
        "message": str(refusal),
        "path": argument_of(refusal.path),
    }
    for name in ("constraint", "limit", "expected_version", "current_version", "requested", "allowed"):
        if name in bound.__annotations__:
            values[name] = getattr(refusal, name, None)
    if bound is TransitionError:
        values["state"], values["allowed"] = refusal.current, list(refusal.allowed)  # type: ignore[attr-defined]
    if "object_type" in bound.__annotations__:
        values["object_type"] = refusal.type  # type: ignore[attr-defined]
        key = "current" if bound is VersionConflictError else "existing"
        values[f"{key}_id"] = getattr(refusal, key)
    return bound(**values)  # type: ignore[no-any-return]


@cache
def object_named(type_name: str) -> str:
    """The kind of a record by its GraphQL type: `Opportunity` → `opportunity`."""
    return next(record.object for record in records().values() if type_named(record.object) == type_name)


def type_named(object_type: str) -> str:
    """The GraphQL type of a record: `opportunity` → `Opportunity`."""
    name = camel(object_type)
    return name[0].upper() + name[1:]
