"""The facts that partners are chosen by, as of now, whoever asks."""

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Text, func, select

from api.domain.accounts import Account
from api.domain.kernel import Work, among
from api.domain.leads import Lead, LeadStatus
from api.domain.partner_programs import active_memberships

from .choosing import Member
from .models import PartnerLeadOffer, PartnerLeadProfile
from .states import OfferStatus

BUSY = (LeadStatus.NEW, LeadStatus.WORKING, LeadStatus.QUALIFIED)


async def members_of(work: Work) -> list[Member]:
    """All active members of the programs; of several memberships the greatest weight counts."""
    weights: dict[UUID, int] = {}
    for membership, tier in await active_memberships(work):
        weights[membership.account_id] = max(tier.weight, weights.get(membership.account_id, 0))
    query = select(PartnerLeadProfile).where(
        PartnerLeadProfile.tenant_id == work.tenant, PartnerLeadProfile.archived_at.is_(None)
    )
    profiles = {one.partner_id: one for one in await work.session.scalars(query)}
    has = await open_leads(work)
    found = []
    for id, weight in sorted(weights.items()):
        profile = profiles.get(id)
        if profile is None:
            found.append(Member(id, weight, has[id]))
            continue
        known = (tuple(profile.territories), frozenset(profile.skills), profile.capacity, profile.is_paused)
        found.append(Member(id, weight, has[id], *known))
    return found


async def open_leads(work: Work) -> Counter[UUID]:
    """How many leads each partner works on or is being asked to take."""
    taken = (
        select(Lead.partner_id, func.count())
        .where(
            Lead.tenant_id == work.tenant,
            Lead.partner_id.is_not(None),
            Lead.archived_at.is_(None),
            among(Lead.status, [one.value for one in BUSY], Text()),
        )
        .group_by(Lead.partner_id)
    )
    asked = (
        select(PartnerLeadOffer.partner_id, func.count())
        .where(PartnerLeadOffer.tenant_id == work.tenant, PartnerLeadOffer.status == OfferStatus.OFFERED)
        .group_by(PartnerLeadOffer.partner_id)
    )
    found: Counter[UUID] = Counter()
    for query in (taken, asked):
        for partner, number in (await work.session.execute(query)).all():
            if partner is not None:
                found[partner] += number
    return found


async def offers_of(work: Work, lead_id: UUID) -> Sequence[PartnerLeadOffer]:
    """All offers of a lead, the first one first."""
    await work.flush()
    query = select(PartnerLeadOffer).where(
        PartnerLeadOffer.tenant_id == work.tenant, PartnerLeadOffer.lead_id == lead_id
    )
    return (await work.session.scalars(query.order_by(PartnerLeadOffer.attempt))).all()


async def with_all_below(work: Work, partners: Collection[UUID]) -> set[UUID]:
    """These accounts and all below them."""
    if not partners:
        return set()
    own = (Account.tenant_id == work.tenant, among(Account.id, partners))
    below = select(Account.id).where(*own).cte("below", recursive=True)
    next_ones = select(Account.id).join(below, Account.parent_id == below.c.id).where(Account.tenant_id == work.tenant)
    return set(await work.session.scalars(select(below.union(next_ones).c.id)))
