"""Making, rotating, listing and revoking tokens."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from api.domain import access
from api.domain.kernel import (
    Invalid,
    NotAllowed,
    Required,
    Work,
    checked,
)
from api.domain.kernel.keys import number_of
from api.domain.users import User

from .credential import new_credential
from .models import DocumentMode, Token, TokenKind
from .policy import of_outsiders

NAME_LIMIT = 100
LONGEST_VALIDITY = timedelta(days=3650)
LONGEST_OVERLAP_HOURS = 24
LONGEST_OVERLAP = timedelta(hours=LONGEST_OVERLAP_HOURS)


async def create(  # noqa: PLR0913 - the last three may be left out
    work: Work,
    role: str | None,
    name: str,
    *,
    pepper: bytes,
    user_id: UUID | None = None,
    expires_in: timedelta | None = None,
    documents: DocumentMode = DocumentMode.OPEN,
) -> tuple[Token, str]:
    """A new token and its text, which is nowhere stored and cannot be had again.

    With a user it is that person's and allows what he may do, narrowed to the role if one is given; else it is an
    integration's and allows what the role does. `expires_in` is at most ten years, without it the token is valid until
    it is revoked.

    Raises:
        Invalid: no such role, or a validity that is not positive or longer than ten years.
        Required: neither a role nor a user.
        NotFound, Archived: about the user.
        Required, TooLong: about the name.
        NotAllowed: the viewer may not make tokens.
        BeyondOwnRights: the viewer has not all rights the token would have.
    """
    work.check_create(Token)
    if role is None and user_id is None:
        raise Required(("role",))
    if expires_in is not None and not timedelta(0) < expires_in <= LONGEST_VALIDITY:
        raise Invalid(("expires_in",), "a token is valid for more than 0 and at most 3650 days", constraint="validity")
    name = checked(name, "name", limit=NAME_LIMIT)
    await work.reference(User, user_id, "user_id")
    scope = None if role is None else await access.role_named(work, role)
    await check_within(work, "make", None if scope is None else scope.id, user_id)
    return issue(
        work,
        pepper,
        TokenKind.INTEGRATION if user_id is None else TokenKind.STAFF,
        name=name,
        role_id=None if scope is None else scope.id,
        user_id=user_id,
        documents=documents,
        expires_at=None if expires_in is None else work.now + expires_in,
    )


def issue(work: Work, pepper: bytes, kind: TokenKind, **facts: Any) -> tuple[Token, str]:
    """A token without checks of rights; `facts` are its columns."""
    credential = new_credential(kind)
    secret = {"key": credential.key, "digest": credential.digest(pepper), "pepper_version": number_of(pepper)}
    token = work.add(Token(kind=kind, **secret, **facts))
    return token, credential.text


def check_may_share(work: Work, action: str) -> None:
    """Raises BeyondOwnRights unless the viewer may read all that can be shared with outsiders."""
    access.check_held(work, action, of_outsiders(), Token.object)


async def check_within(work: Work, action: str, role_id: UUID | None, user_id: UUID | None) -> None:
    """Refuse what is done with a token of this role, or of this person, if it opens more than the viewer may do.

    Raises:
        BeyondOwnRights: it does; `action` is what was to be done.
        Invalid: the role opens more than the person may do.
    """
    wanted = None if role_id is None else access.capability([], await access.cells_held(work, role_id))
    held = None if user_id is None else await access.capability_of_user(work, user_id)
    if wanted is not None and held is not None and not wanted.within(held):
        message = "the person lacks rights of this role; give it first (`userSetRoles`, `crm role grant`)"
        raise Invalid(("role",), message, constraint="held")
    if (allowed := wanted or held) is not None:
        another = user_id not in {None, work.viewer.user}
        access.check_held(work, action, allowed, Token.object, of_another=another)


async def rotate(
    work: Work, id: UUID, *, pepper: bytes, keep_old_for: timedelta = LONGEST_OVERLAP, if_version: int | None = None
) -> tuple[Token, str]:
    """The successor of a token, with its name and rights, and the text of it, which cannot be had again.

    The old one stays valid for `keep_old_for`, at most 24 hours and at most as long as it would have been. The new one
    is valid from now for as long as the old one was when it was made.

    Raises:
        NotFound, StaleVersion: about the old token.
        Invalid: it opens nothing any more, or its person has lost rights of its role; or the overlap is out of range.
        NotAllowed: the viewer may not make or change tokens.
        BeyondOwnRights: the viewer has not all rights of the token.
    """
    work.check_create(Token)
    if not timedelta(0) <= keep_old_for <= LONGEST_OVERLAP:
        raise Invalid(("keep_old_for",), "the old token stays valid for 0 to 24 hours", constraint="overlap", limit=24)
    old = await work.edit(Token, id, if_version=if_version)
    if not old.is_usable(work.now):
        message = "this token opens nothing any more; make a new one with `tokenCreate`"
        raise Invalid(("where",), message, constraint="usable")
    if old.contact_id is not None:
        check_may_share(work, "rotate")
    await check_within(work, "rotate", old.role_id, old.user_id)
    validity = None if old.expires_at is None else old.expires_at - old.created_at
    facts = {
        name: getattr(old, name) for name in ("name", "role_id", "user_id", "contact_id", "account_id", "documents")
    }
    made = issue(work, pepper, old.kind, expires_at=None if validity is None else work.now + validity, **facts)
    until = work.now + keep_old_for
    old.expires_at = until if old.expires_at is None else min(until, old.expires_at)
    return made


async def revoke(work: Work, id: UUID, *, if_version: int | None = None) -> Token:
    """Make the token useless, for ever; one that is revoked already stays as it is.

    Raises:
        NotFound, StaleVersion: no such token, or one that the viewer may not see; or it has changed.
    """
    token = await work.edit(Token, id, if_version=if_version)
    if token.revoked_at is None:
        token.revoked_at = work.now
    return token


async def tokens(work: Work) -> Sequence[Token]:
    """All tokens of the tenant, the newest first.

    Raises:
        NotAllowed: the viewer may not make tokens, and so does not see them.
    """
    if not work.viewer.capability.on(Token.object).create:
        raise NotAllowed(Token.object, "list")
    found = await work.session.execute(select(Token).where(Token.tenant_id == work.tenant).order_by(Token.id.desc()))
    return found.scalars().all()
