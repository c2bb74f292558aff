"""The contacts of an opportunity, and what part each has in the decision."""

from uuid import UUID

from sqlalchemy import select

from api.domain.contacts import Contact
from api.domain.kernel import Archived, LimitExceeded, NotFound, Work, assign, new_id, under

from .desk import check_open
from .models import Opportunity, OpportunityContactRole
from .stages import ContactRole

MOST = 100


async def set_contact_role(  # noqa: PLR0913 - the facts of a role
    work: Work,
    opportunity_id: UUID,
    contact_id: UUID,
    role: ContactRole,
    *,
    is_primary: bool | None = None,
    if_version: int | None = None,
) -> OpportunityContactRole:
    """Give a contact its role; the primary one takes that from whoever was it. None leaves it as it is.

    Raises:
        IllegalTransition: the opportunity is closed.
        NotFound, Archived: the contact is not there to be named.
    """
    opportunity = await work.edit(Opportunity, opportunity_id, if_version=if_version)
    check_open(opportunity, "set_contact_role")
    roles = await load_roles(work, opportunity_id)
    known = roles.get(contact_id)
    with under("contact"):
        contact = await work.get(Contact, contact_id)
    if known is None and contact.archived_at is not None:
        raise Archived(Contact.object, contact_id, ("contact",))
    if known is None and len(roles) >= MOST:
        raise LimitExceeded(("contact",), MOST, "contacts on one opportunity")
    if is_primary:
        for other in roles.values():
            other.is_primary = other.is_primary and other is known
        await work.flush()  # before another one gets it: the index sees each row by itself
    columns = {"role": role} | ({} if is_primary is None else {"is_primary": is_primary})
    if known is not None:
        assign(known, columns)
        return known
    return work.add(
        OpportunityContactRole(
            id=new_id(), opportunity_id=opportunity_id, contact_id=contact_id, created_at=work.now, **columns
        )
    )


async def remove_contact_role(
    work: Work, opportunity_id: UUID, contact_id: UUID, *, if_version: int | None = None
) -> Opportunity:
    """Raises NotFound if the contact has no role, IllegalTransition if the opportunity is closed."""
    opportunity = await work.edit(Opportunity, opportunity_id, if_version=if_version)
    check_open(opportunity, "remove_contact_role")
    with under("contact"):
        await work.get(Contact, contact_id)
    found = (await load_roles(work, opportunity_id)).get(contact_id)
    if found is None:
        raise NotFound("contact", ("contact",))
    work.remove(found)
    return opportunity


async def load_roles(work: Work, opportunity_id: UUID) -> dict[UUID, OpportunityContactRole]:
    """The roles of an opportunity by contact."""
    await work.flush()
    query = select(OpportunityContactRole).where(
        OpportunityContactRole.tenant_id == work.tenant, OpportunityContactRole.opportunity_id == opportunity_id
    )
    return {role.contact_id: role for role in await work.session.scalars(query)}
