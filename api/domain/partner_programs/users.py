"""Commands for partner users: the people of partners who use our API, and how much they see."""

from uuid import UUID

from sqlalchemy import select

from api.domain.contacts import Contact
from api.domain.kernel import Duplicate, Required, RestoreConflict, Work

from .models import PartnerUser
from .states import PartnerScope

USER_ALREADY = "this contact is a partner user already; change his scope"


async def create(work: Work, contact_id: UUID, scope: PartnerScope = PartnerScope.OWN) -> PartnerUser:
    """Let a contact act for the account that he works for. He shows a token of the kind PARTNER.

    Raises:
        NotFound, Archived: about the contact.
        Required: the contact has no account.
        Duplicate: he is a partner user already.
    """
    work.check_create(PartnerUser)
    contact = await work.reference(Contact, contact_id, "contact")
    if contact is None or contact.account_id is None:
        raise Required(("contact",), "a partner user acts for an account; give the contact one first")
    if (holder := await holder_of(work, contact_id)) is not None:
        raise Duplicate(("contact",), PartnerUser.object, holder, USER_ALREADY)
    return work.add(PartnerUser(contact_id=contact_id, scope=scope))


async def set_scope(work: Work, id: UUID, scope: PartnerScope, *, if_version: int | None = None) -> PartnerUser:
    user = await work.edit(PartnerUser, id, if_version=if_version)
    if user.scope is not scope:
        user.scope = scope
    return user


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerUser:
    """From now on the contact sees only what is shared with him or with his account."""
    user = await work.edit(PartnerUser, id, if_version=if_version, archived=True)
    user.archived_at = user.archived_at or work.now
    return user


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerUser:
    """Raises RestoreConflict if the contact has become a partner user anew."""
    user = await work.edit(PartnerUser, id, if_version=if_version, archived=True)
    if user.archived_at is not None and (holder := await holder_of(work, user.contact_id)) is not None:
        raise RestoreConflict(PartnerUser.object, holder, ("contact",))
    user.archived_at = None
    return user


async def holder_of(work: Work, contact_id: UUID) -> UUID | None:
    await work.flush()
    query = select(PartnerUser.id).where(
        PartnerUser.tenant_id == work.tenant, PartnerUser.contact_id == contact_id, PartnerUser.archived_at.is_(None)
    )
    found: UUID | None = await work.session.scalar(query)
    return found
