"""What a protected deal becomes: an opportunity of ours that the partner works on with us."""

from typing import Any
from uuid import UUID

from api.domain import accounts, opportunities, sharing
from api.domain.accounts import Account, AccountValues
from api.domain.kernel import AddressKind, Duplicate, Invalid, Money, ShareLevel, Work, next_state, wire
from api.domain.opportunities import Opportunity, OpportunityValues
from api.domain.partner_programs import name_originator

from .events import RegistrationConverted
from .models import DealRegistration
from .moves import EXPIRE
from .states import TRANSITIONS, RegistrationStatus


async def convert(
    work: Work,
    id: UUID,
    *,
    opportunity_id: UUID | None = None,
    pipeline_id: UUID | None = None,
    if_version: int | None = None,
) -> DealRegistration:
    """Tie an approved registration to an opportunity, or make one, and share that with the partner for editing.

    A registration that is converted already is returned as it is: whoever repeats the call gets the first result.

    Raises:
        IllegalTransition: it is not approved.
        Invalid: the protection has ended.
        NotFound, Archived, NotAllowed: about the opportunity, or what would be made.
        Duplicate: the opportunity is shared with the partner already, or an account has the customer's domain.
    """
    registration = await work.edit(DealRegistration, id, if_version=if_version)
    if registration.status is RegistrationStatus.CONVERTED:
        return registration
    status = next_state(TRANSITIONS, registration.status, "convert")
    if registration.expires_at is None or registration.expires_at <= work.now:
        raise Invalid(("where",), "the protection has ended; the partner may register the deal anew", "expired")
    deal = await work.reference(Opportunity, opportunity_id, "opportunity")
    if deal is None:
        deal = await made(work, registration, pipeline_id)
        await work.flush()
    shared: Any = {"level": ShareLevel.EDIT}
    await sharing.share(work, (Opportunity, deal.id), shared, account_id=registration.partner_id)
    await name_originator(work, deal.id, registration.partner_id)
    registration.status, registration.opportunity_id = status, deal.id
    await work.unschedule(EXPIRE, key=str(id))
    work.emit(RegistrationConverted(id, wire(deal.prefix, deal.id)))
    return registration


async def made(work: Work, registration: DealRegistration, pipeline_id: UUID | None) -> Opportunity:
    account = await work.reference(Account, registration.customer_account_id, "where")
    if account is None:
        account = await new_customer(work, registration)
        await work.flush()  # before the registration points at it
        registration.customer_account_id = account.id
    values: OpportunityValues = {
        "name": registration.name,
        "account_id": account.id,
        "owner_id": registration.owner_id or work.viewer.user,
        "close_date": registration.estimated_close,
    }
    if registration.estimated_amount_minor is not None and registration.currency is not None:
        values["amount"] = Money(registration.estimated_amount_minor, registration.currency)
    if pipeline_id is not None:
        values["pipeline_id"] = pipeline_id
    return await opportunities.create(work, values)


async def new_customer(work: Work, registration: DealRegistration) -> Account:
    values: AccountValues = {"name": registration.name, "tax_id": registration.customer_tax_id}
    if registration.customer_domain:
        values["domains"] = [registration.customer_domain]
    if registration.customer_country:
        address: Any = {"kind": AddressKind.OFFICE, "country": registration.customer_country, "unchecked": True}
        values["addresses"] = [address]
    try:
        return await accounts.create(work, values)
    except Duplicate as refusal:
        refusal.path = ("where",)
        raise
