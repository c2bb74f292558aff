"""What a qualified lead becomes: an account, a contact, an opportunity."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TypedDict
from uuid import UUID

from api.domain import accounts, contacts, opportunities
from api.domain.accounts import Account, AccountValues
from api.domain.contacts import Contact, ContactValues
from api.domain.kernel import AddressKind, Duplicate, Invalid, Money, Required, Work, next_state, wire
from api.domain.opportunities import ContactRole, Opportunity, OpportunityValues
from api.domain.partner_programs import name_originator

from .events import LeadConverted
from .models import Lead
from .states import TRANSITIONS, LeadStatus

QUARTER = 3  # months


class DealValues(TypedDict, total=False):
    """The opportunity that a conversion makes.

    Without a name it is called after the company, without a day it closes at the end of the fiscal quarter.
    """

    name: str | None
    amount: Money | None
    close_date: date | None
    pipeline_id: UUID | None


class Conversion(TypedDict, total=False):
    """What a lead becomes. An account or contact that is not named is made from the lead.

    `opportunity_id` ties the lead to one that there is, `deal` makes one; with neither there is none.
    """

    account_id: UUID | None
    contact_id: UUID | None
    opportunity_id: UUID | None
    deal: DealValues | None


async def convert(work: Work, id: UUID, asked: Conversion, *, if_version: int | None = None) -> Lead:
    """Make of a qualified lead what was asked for, in one transaction. What is linked stays as it is.

    A lead that is converted already is returned as it is: whoever repeats the call gets the first result.

    Raises:
        IllegalTransition: it is not qualified.
        Required: it has no company, so that the account must be named.
        Duplicate: an account has its domain, or a contact its e-mail address; name that one.
        NotFound, Archived, NotAllowed: about what is linked or would be made.
        Invalid: an opportunity is both linked and asked for.
    """
    lead = await work.edit(Lead, id, if_version=if_version)
    if lead.status is LeadStatus.CONVERTED:
        return lead
    status = next_state(TRANSITIONS, lead.status, "convert")
    if asked.get("opportunity_id") is not None and asked.get("deal") is not None:
        raise Invalid(("opportunity",), "name an opportunity or ask for a new one, not both", "one_of")
    account = await account_of(work, lead, asked.get("account_id"))
    contact = await contact_of(work, lead, account, asked.get("contact_id"))
    deal = await opportunity_of(work, lead, account, contact, asked)
    await work.flush()  # what is new before the lead that points at it
    if deal is not None and lead.partner_id is not None:
        await name_originator(work, deal.id, lead.partner_id)
    lead.status, lead.converted_at = status, work.now
    lead.account_id = account.id
    lead.contact_id = contact.id if contact else None
    lead.opportunity_id = deal.id if deal else None
    made = [None if one is None else wire(one.prefix, one.id) for one in (contact, deal)]
    work.emit(LeadConverted(id, wire(account.prefix, account.id), *made))
    return lead


async def account_of(work: Work, lead: Lead, id: UUID | None) -> Account:
    linked = await work.reference(Account, id, "account")
    if linked is not None:
        return linked
    if lead.company is None:
        raise Required(("account",), "this lead has no company; name the account it belongs to")
    values: AccountValues = {"name": lead.company, "territory": lead.territory, "owner_id": lead.owner_id}
    if lead.domain:
        values["domains"] = [lead.domain]
    if lead.country:
        values["addresses"] = [{"kind": AddressKind.OFFICE, "country": lead.country, "unchecked": True}]
    with in_the_way("account"):
        return await accounts.create(work, values)


async def contact_of(work: Work, lead: Lead, account: Account, id: UUID | None) -> Contact | None:
    """The linked contact, else a new one; None for a lead that is nobody in person."""
    linked = await work.reference(Contact, id, "contact")
    if linked is not None or lead.last_name is None:
        return linked
    values: ContactValues = {
        "first_name": lead.first_name,
        "last_name": lead.last_name,
        "title": lead.title,
        "owner_id": lead.owner_id,
        "account_id": account.id,
    }
    if lead.email:
        values["email"] = lead.email
    if lead.phone:
        values["phones"] = [{"number": lead.phone, "unchecked": True}]
    with in_the_way("contact"):
        return await contacts.create(work, values)


async def opportunity_of(
    work: Work, lead: Lead, account: Account, contact: Contact | None, asked: Conversion
) -> Opportunity | None:
    linked = await work.reference(Opportunity, asked.get("opportunity_id"), "opportunity")
    deal = asked.get("deal")
    if deal is None:
        return linked
    tenant = await work.tenant_settings()
    day = deal.get("close_date") or end_of_fiscal_quarter(tenant.day_of(work.now), tenant.fiscal_year_start)
    values: OpportunityValues = {
        "name": deal.get("name") or account.name,
        "account_id": account.id,
        "owner_id": lead.owner_id,
        "amount": deal.get("amount"),
        "close_date": day,
        "next_step": lead.next_step,
    }
    if deal.get("pipeline_id") is not None:
        values["pipeline_id"] = deal["pipeline_id"]
    made = await opportunities.create(work, values)
    if contact is not None:
        await opportunities.set_contact_role(work, made.id, contact.id, ContactRole.OTHER, is_primary=True)
    return made


@contextmanager
def in_the_way(argument: str) -> Iterator[None]:
    """A record that has a unique value of the new one is named where the caller can link it."""
    try:
        yield
    except Duplicate as refusal:
        refusal.path = (argument,)
        raise


def end_of_fiscal_quarter(day: date, first_month: int) -> date:
    """The last day of the quarter of a fiscal year that begins in `first_month`.

    >>> [str(end_of_fiscal_quarter(date(2026, 12, 31), first)) for first in (1, 2, 3)]
    ['2026-12-31', '2027-01-31', '2027-02-28']
    """
    months = day.year * 12 + day.month - 1 + QUARTER - (day.month - first_month) % QUARTER
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
