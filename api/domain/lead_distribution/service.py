"""Offering leads to partners: the next is asked when one declines or lets the time go by."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from api.domain.accounts import Account
from api.domain.kernel import Invalid, Work, checked, checked_number, new_id, next_state, wire
from api.domain.leads import Lead, LeadRouting, LeadStatus
from api.domain.partner_programs import edit_seen

from .choosing import Choice, Wanted, choose
from .events import LeadOffered, LeadQueued, LeadTaken, OfferAccepted, OfferDeclined, OfferExpired
from .members import members_of, offers_of, with_all_below
from .models import PartnerLeadCandidate, PartnerLeadOffer
from .profiles import path
from .states import TRANSITIONS, DeclineReason, OfferStatus

HOURS, LONGEST_HOURS = 24, 720  # to answer
SEED_LIMIT, DETAIL = 100, 500
EXPIRE = "partner_lead_offer.expiry"  # kind of jobs
DISTRIBUTED = (LeadStatus.NEW, LeadStatus.WORKING)


async def distribute(
    work: Work, id: UUID, *, seed: str | None = None, hours: int | None = None, if_version: int | None = None
) -> Lead:
    """Offer a lead to a partner; if there is none to ask, it waits for colleagues.

    Among the nearest partners the weights of their tiers decide, with a number that only the seed decides, by default
    the lead's id and the number of the attempt. They have 24 hours to answer unless said otherwise.

    Raises:
        NotFound, Archived, StaleVersion, NotAllowed: about the lead; NotAllowed too without the right to make offers.
        Invalid: somebody has the lead, or is asked, or the hours are not from 1 to 720.
        TooLong, Invalid: about the seed.
    """
    given = checked(seed or "", "seed", limit=SEED_LIMIT, required=False) or None
    time = checked_number(HOURS if hours is None else hours, "hours", 1, LONGEST_HOURS) or HOURS
    lead = await work.edit(Lead, id, if_version=if_version)
    work.check_create(PartnerLeadOffer)
    if lead.routing is LeadRouting.PARTNER:
        raise Invalid(("where",), "a partner has this lead already", "distributed")
    if lead.routing is LeadRouting.OFFERED:
        raise Invalid(("where",), "a partner is being asked; wait for the answer", "distributed")
    if lead.status not in DISTRIBUTED:
        raise Invalid(("where",), f"only new leads and those worked on are distributed, not {lead.status}", "status")
    await offer_next(work, lead, timedelta(hours=time), given)
    return lead


async def accept(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerLeadOffer:
    """Take a lead; from now on the partner sees it and works on it.

    Raises:
        IllegalTransition: the offer is answered, or has expired.
        Invalid: its time is over, or the lead is not to be had any more.
    """
    offer = await answered(work, id, "accept", if_version)
    (lead,) = await work.affect(Lead, [offer.lead_id])
    if lead.archived_at is not None or lead.status in {LeadStatus.CONVERTED, LeadStatus.UNQUALIFIED}:
        raise Invalid(("where",), "this lead is not to be had any more", "gone")
    lead.partner_id, lead.routing = offer.partner_id, LeadRouting.PARTNER
    work.emit(OfferAccepted(id))
    work.emit(LeadTaken(lead.id, wire(Account.prefix, offer.partner_id)))
    return offer


async def decline(
    work: Work, id: UUID, reason: DeclineReason, *, detail: str | None = None, if_version: int | None = None
) -> PartnerLeadOffer:
    """Refuse a lead, for the partner and all below it; the next one is asked at once.

    Raises:
        IllegalTransition: the offer is answered, or has expired.
        Invalid: its time is over.
        TooLong, Invalid: about the detail.
    """
    said = checked(detail or "", "detail", limit=DETAIL, required=False) or None
    offer = await answered(work, id, "decline", if_version)
    offer.decline_reason, offer.decline_detail = reason, said
    work.emit(OfferDeclined(id, reason.value))
    (lead,) = await work.affect(Lead, [offer.lead_id])
    await offer_next(work, lead, offer.expires_at - offer.offered_at)
    return offer


async def expire(work: Work, payload: Mapping[str, Any]) -> None:
    """The time to answer is over: the next partner is asked."""
    id = UUID(payload["id"])
    offer = (await work.load(PartnerLeadOffer, [id], lock=True)).get(id)
    if offer is None or offer.status is not OfferStatus.OFFERED or offer.expires_at > work.now:
        return
    offer.status, offer.decided_at = next_state(TRANSITIONS, offer.status, "expire"), work.now
    work.emit(OfferExpired(id))
    (lead,) = await work.affect(Lead, [offer.lead_id])
    await offer_next(work, lead, offer.expires_at - offer.offered_at)


# Parts of the commands


async def answered(work: Work, id: UUID, verb: str, if_version: int | None) -> PartnerLeadOffer:
    """The offer, in the status that the verb leads to."""
    offer = await edit_seen(work, PartnerLeadOffer, id, if_version=if_version)
    status = next_state(TRANSITIONS, offer.status, verb)
    if offer.expires_at <= work.now:
        raise Invalid(("where",), "the time to answer this offer is over", "expired")
    offer.status, offer.decided_at = status, work.now
    await work.unschedule(EXPIRE, key=str(id))
    return offer


async def offer_next(work: Work, lead: Lead, time: timedelta, seed: str | None = None) -> None:
    """Ask the next partner, or give the lead to colleagues if none is left, unless a partner has it or it is over."""
    if lead.partner_id is not None:
        return
    past = await offers_of(work, lead.id)
    if lead.archived_at is not None or lead.status not in DISTRIBUTED:
        lead.routing = None
        return
    used = seed or f"{lead.id}/{len(past) + 1}"
    choice = choose(
        Wanted(path(lead.territory or ""), frozenset(lead.skills)),
        await members_of(work),
        used,
        declined=await with_all_below(work, [one.partner_id for one in past if one.status is OfferStatus.DECLINED]),
        expired={one.partner_id for one in past if one.status is OfferStatus.EXPIRED},
    )
    if choice.chosen is None:
        lead.routing = LeadRouting.INTERNAL
        work.emit(LeadQueued(lead.id, len(past)))
        return
    lead.routing = LeadRouting.OFFERED
    offer = make_offer(work, lead, choice, {"attempt": len(past) + 1, "seed": used, "expires_at": work.now + time})
    await work.schedule(EXPIRE, key=str(offer.id), due_at=offer.expires_at, payload={"id": str(offer.id)})
    work.emit(LeadOffered(offer.id, offer.expires_at))


def make_offer(work: Work, lead: Lead, choice: Choice, facts: Mapping[str, Any]) -> PartnerLeadOffer:
    """What was chosen, with all that the choice was made by."""
    offer = PartnerLeadOffer(
        id=new_id(),
        lead_id=lead.id,
        partner_id=choice.chosen,
        status=OfferStatus.OFFERED,
        offered_at=work.now,
        country=lead.country,
        territory=lead.territory,
        product_family=lead.product_family,
        description=lead.description,
        level=choice.level,
        draw=choice.draw,
        total_weight=choice.total,
        **facts,
    )
    # Whoever declines makes the offer to the next one, whatever his own rights are.
    work.add(work.permit(offer))
    for member, standing in choice.standings:
        stood = {"weight": member.weight, "open_leads": member.open_leads, "standing": standing}
        work.add(PartnerLeadCandidate(offer_id=offer.id, partner_id=member.id, **stood))
    return offer
