"""Making, listing and revoking tokens."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from api.domain import access
from api.domain.kernel import Invalid, NotAllowed, Required, Work, checked
from api.domain.users import User

from .credential import PEPPER_VERSION, new_credential
from .models import DocumentMode, Token, TokenKind

NAME_LIMIT = 100
LONGEST_VALIDITY = timedelta(days=3650)


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
        NotAllowed: the viewer may not make tokens, or has not all rights the token would have.
    """
    work.check_create(Token)
    if role is None and user_id is None:
        raise Required(("role",))
    if expires_in is not None and not timedelta(0) < expires_in <= LONGEST_VALIDITY:
        raise Invalid(("expires_in",), "a token is valid for more than 0 and at most 3650 days", constraint="validity")
    name = checked(name, "name", limit=NAME_LIMIT)
    user = await work.reference(User, user_id, "user_id")
    scope = None if role is None else await access.role_named(work, role)
    await check_within(work, scope, user)
    kind = TokenKind.INTEGRATION if user is None else TokenKind.STAFF
    credential = new_credential(kind)
    token = work.add(
        Token(
            name=name,
            key=credential.key,
            digest=credential.digest(pepper),
            pepper_version=PEPPER_VERSION,
            kind=kind,
            role_id=None if scope is None else scope.id,
            documents=documents,
            user_id=user_id,
            expires_at=None if expires_in is None else work.now + expires_in,
        )
    )
    return token, credential.text


async def check_within(work: Work, scope: access.Role | None, user: User | None) -> None:
    """Refuse a token that would open more than the viewer, or the person it is for, may do.

    Raises:
        NotAllowed: more than the viewer.
        Invalid: more than the person.
    """
    wanted = None if scope is None else access.capability([scope.name], await access.cells_held(work, scope.id))
    held = None if user is None else await access.capability_of_user(work, user.id)
    if wanted is not None and held is not None and not wanted.within(held):
        message = "the person has not all rights of this role; give the role first, as with `crm role grant`"
        raise Invalid(("role",), message, constraint="held")
    allowed = wanted or held
    if allowed is None or not allowed.within(work.viewer.capability):
        raise NotAllowed(Token.object, "give more rights than you have with")


async def revoke(work: Work, id: UUID) -> Token:
    """Make the token useless, for ever; one that is revoked already stays as it is.

    Raises:
        NotFound: no such token, or the viewer may not see tokens.
    """
    token = await work.edit(Token, id)
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
