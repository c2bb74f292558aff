"""Inviting people, linking the account they sign in with, and taking the link away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, literal, select, text

from api.domain import access, tokens, users
from api.domain.kernel import DomainError, Invalid, NotAllowed, NotFound, PrincipalKind, Required, Viewer, Work, fold
from api.domain.users import User

from .models import Identity, Invitation
from .policy import ACCEPTING

LONGEST_VALIDITY = timedelta(hours=24)
LINKED_ANYWHERE = text("SELECT count(*) FROM crm_identify(:issuer, :subject)")


@dataclass(eq=False)
class InvitationRefused(DomainError):
    """The invitation links nobody. Its user is not told why; `reason` is for the log."""

    code: ClassVar[str] = "INVITATION_REFUSED"
    reason: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "this invitation is unknown, used or too old; ask for a new one"


async def invite(  # noqa: PLR0913 - the last may be left out
    work: Work,
    name: str,
    email: str,
    roles: Sequence[str],
    *,
    pepper: bytes,
    expires_in: timedelta = LONGEST_VALIDITY,
) -> tuple[User, Invitation, str]:
    """The user, who is made if nobody has this e-mail address, an invitation, and its code, which is stored nowhere.

    The roles are added to those the user has. Invitations made for him before are void.

    Raises:
        Invalid: a validity that is not positive or longer than 24 hours; no such role; the user is not active, or
            signs in already.
        Required: somebody new without a role.
        NotAllowed: the viewer may not invite, or has not all rights that the user has then.
        Required, TooLong, Invalid: about the name or the e-mail address.
    """
    work.check_create(Invitation)
    if not timedelta(0) < expires_in <= LONGEST_VALIDITY:
        raise Invalid(("expires_in",), "an invitation is valid for more than 0 and at most 24 hours", "validity")
    user = await user_with(work, email)
    if user is None:
        if not roles:
            raise Required(("role",), "somebody new needs a role")
        user = await users.create(work, {"name": name, "email": email})
        await work.flush()
    await check_open(work, user)
    await add_roles(work, user, roles)
    await check_within(work, user)
    await void(work, user)
    credential = tokens.new_credential(tokens.INVITATION)
    invitation = work.add(
        Invitation(
            user_id=user.id,
            key=credential.key,
            digest=credential.digest(pepper),
            pepper_version=tokens.number_of(pepper),
            expires_at=work.now + expires_in,
        )
    )
    return user, invitation, credential.text


def invited(tenant: UUID, user: UUID, name: str) -> Viewer:
    """Whoever shows a code is the person it was made for, and may do nothing but accept."""
    return Viewer(tenant, user, PrincipalKind.STAFF, name, ACCEPTING, user)


async def accept(work: Work, id: UUID, issuer: str, subject: str) -> User:
    """Link the account to the user that the invitation is for, and use the invitation up.

    Raises:
        InvitationRefused: whatever is wrong with the invitation, its user or the account.
    """
    try:
        invitation = await work.edit(Invitation, id, archived=True)
        user = await work.get(User, invitation.user_id)
    except NotFound as error:
        raise InvitationRefused("unknown") from error
    if invitation.accepted_at is not None:
        raise InvitationRefused("used")
    if invitation.archived_at is not None or work.now >= invitation.expires_at:
        raise InvitationRefused("void or expired")
    if user.archived_at is not None or not user.is_active:
        raise InvitationRefused("the user is not active")
    if await identity_of(work, user.id) is not None:
        raise InvitationRefused("the user signs in already")
    # Unique keys lead with the tenant; that an account belongs to one tenant only is kept by waiting in line.
    await work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{issuer} {subject}", 0))))
    if (await work.session.execute(LINKED_ANYWHERE, {"issuer": issuer, "subject": subject})).scalar_one():
        raise InvitationRefused("the account is linked already")
    work.add(Identity(user_id=user.id, issuer=issuer, subject=subject))
    invitation.accepted_at = work.now
    await work.flush()
    return user


async def unlink(work: Work, user_id: UUID) -> Identity:
    """Take the account from the user: it opens nothing any more, after five seconds at most.

    Raises:
        NotFound: the user has none, or is not to be seen.
        NotAllowed: the viewer may not archive identities.
    """
    found = await identity_of(work, user_id)
    if found is None:
        raise NotFound(Identity.object)
    identity = await work.edit(Identity, found)
    identity.archived_at = work.now
    return identity


async def identity_of(work: Work, user_id: UUID) -> UUID | None:
    query = select(Identity.id).where(
        Identity.tenant_id == work.tenant, Identity.user_id == user_id, Identity.archived_at.is_(None)
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def user_with(work: Work, email: str) -> User | None:
    """The live user with this e-mail address, locked for the change of his roles."""
    query = select(User.id).where(
        User.tenant_id == work.tenant, User.email_norm == fold(email), User.archived_at.is_(None)
    )
    found = (await work.session.execute(query)).scalar_one_or_none()
    return None if found is None else await work.edit(User, found)


async def check_open(work: Work, user: User) -> None:
    if not user.is_active:
        raise Invalid(("email",), "this user is not active; activate the user first", "active")
    if await identity_of(work, user.id) is not None:
        message = "this user signs in already; unlink the account first, as with `crm user unlink`"
        raise Invalid(("email",), message, "linked")


async def add_roles(work: Work, user: User, names: Sequence[str]) -> None:
    held = await access.roles_of(work, user.id)
    wanted = [(await access.role_named(work, name)).id for name in names]
    if not set(wanted) <= set(held):
        await access.set_roles(work, user.id, [*held, *wanted])


async def check_within(work: Work, user: User) -> None:
    """Refuse an invitation to be somebody who may do more than the viewer: he could accept it himself.

    Somebody new owns nothing yet; what others own is not among what the viewer owns.
    """
    viewer = work.viewer
    held = viewer.capability if user.created_at == work.now or user.id == viewer.user else viewer.capability.over_others
    if not (await access.capability_of_user(work, user.id)).within(held):
        raise NotAllowed(Invitation.object, "give more rights than you have with")


async def void(work: Work, user: User) -> None:
    """Nobody has two open invitations."""
    query = select(Invitation.id).where(
        Invitation.tenant_id == work.tenant,
        Invitation.user_id == user.id,
        Invitation.accepted_at.is_(None),
        Invitation.archived_at.is_(None),
        Invitation.expires_at > literal(work.now),
    )
    for id in (await work.session.execute(query)).scalars().all():
        invitation = await work.edit(Invitation, id)
        invitation.archived_at = work.now
