"""Which partners have a part in a sale."""

from uuid import UUID

from sqlalchemy import select

from api.domain.accounts import Account
from api.domain.kernel import Invalid, NotFound, Work, assign, wire
from api.domain.opportunities import Opportunity

from .events import OpportunityPartnerSet
from .models import OpportunityPartner
from .states import PartnerRole


async def set_opportunity_partner(
    work: Work, opportunity_id: UUID, account_id: UUID, role: PartnerRole, *, if_version: int | None = None
) -> Opportunity:
    """Give a partner its role in a sale. A closed sale takes it, too: figures are often put right afterwards.

    Raises:
        NotFound, Archived: about the opportunity or the account.
        Invalid: another partner is the originator already.
    """
    opportunity = await work.edit(Opportunity, opportunity_id, if_version=if_version)
    await work.reference(Account, account_id, "partner")
    known = await partners_of(work, opportunity_id)
    if role is PartnerRole.ORIGINATOR and any(
        one.role is PartnerRole.ORIGINATOR and one.account_id != account_id for one in known.values()
    ):
        raise Invalid(("role",), "this sale has an originator; give that partner another role first", "originator")
    mine = known.get(account_id)
    if mine is None:
        work.add(OpportunityPartner(opportunity_id=opportunity_id, account_id=account_id, role=role))
    elif not assign(mine, {"role": role}):
        return opportunity
    work.emit(OpportunityPartnerSet(opportunity_id, wire("acc", account_id), role.value))
    return opportunity


async def name_originator(work: Work, opportunity_id: UUID, account_id: UUID) -> None:
    """Note whose sale it is in consequence of a conversion, unless that is said already."""
    known = await partners_of(work, opportunity_id)
    if account_id in known or any(one.role is PartnerRole.ORIGINATOR for one in known.values()):
        return
    await work.affect(Opportunity, [opportunity_id])
    work.add(OpportunityPartner(opportunity_id=opportunity_id, account_id=account_id, role=PartnerRole.ORIGINATOR))
    work.emit(OpportunityPartnerSet(opportunity_id, wire("acc", account_id), PartnerRole.ORIGINATOR.value))


async def remove_opportunity_partner(
    work: Work, opportunity_id: UUID, account_id: UUID, *, if_version: int | None = None
) -> Opportunity:
    """Raises NotFound if the account has no part in it."""
    opportunity = await work.edit(Opportunity, opportunity_id, if_version=if_version)
    mine = (await partners_of(work, opportunity_id)).get(account_id)
    if mine is None:
        raise NotFound(Account.object, ("partner",))
    work.remove(mine)
    return opportunity


async def partners_of(work: Work, opportunity_id: UUID) -> dict[UUID, OpportunityPartner]:
    """The partners of a sale by account."""
    await work.flush()
    query = select(OpportunityPartner).where(
        OpportunityPartner.tenant_id == work.tenant, OpportunityPartner.opportunity_id == opportunity_id
    )
    return {partner.account_id: partner for partner in await work.session.scalars(query)}
