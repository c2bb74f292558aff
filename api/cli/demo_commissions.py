"""Commissions in the demo tenant: what two partners get for their sales, in every state, and a statement of each."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from api.domain import commissions
from api.domain.commissions import CommissionBasis, PartnerCommission
from api.domain.kernel import Money, Work
from api.domain.opportunities import Opportunity, Status
from api.domain.partner_programs import OpportunityPartner, PartnerProgram

from .demo_partners import FIRST, PROGRAM, SECOND, accounts_named, id_of, source

LEAD = timedelta(days=40)  # so long before the end are commissions booked


async def make_commissions(work: Work, today: date) -> None:
    """Five sales of each partner: accrued, approved, paid, taken back, and a part of one taken back after payment."""
    firms = await accounts_named(work)
    plan = await commissions.create_plan(
        work,
        {
            "name": "Sourced sales",
            "program_id": await id_of(work, PartnerProgram, PROGRAM),
            "basis": CommissionBasis.NET_REVENUE,
            "starts_on": today - timedelta(days=400),
            "currency": "USD",
            "cap": Money(250_000, "USD"),
            "notes": "Paid by the end of the month after the approval.",
        },
    )
    await work.flush()
    for name in (FIRST, SECOND):
        await source(work, firms[name])
        for place, sale in enumerate(await sales_of(work, firms[name])):
            await lead_on(work, await commissions.accrue(work, sale, plan.id, firms[name]), place)
            await work.flush()


async def sales_of(work: Work, partner: UUID) -> list[UUID]:
    own = (OpportunityPartner.tenant_id == Opportunity.tenant_id, OpportunityPartner.opportunity_id == Opportunity.id)
    query = select(Opportunity.id).join(OpportunityPartner, (own[0]) & (own[1]))
    of_it = query.where(
        Opportunity.tenant_id == work.tenant,
        Opportunity.status == Status.WON,
        Opportunity.amount_minor > 0,
        OpportunityPartner.account_id == partner,
    )
    return list(await work.session.scalars(of_it.order_by(Opportunity.closed_on, Opportunity.id)))


async def lead_on(work: Work, made: PartnerCommission, place: int) -> None:
    if place in {1, 2, 4}:
        await commissions.approve(work, made.id)
    if place in {2, 4}:
        await commissions.pay(work, made.id, reference=f"SEPA {4711 + place}")
    if place == 3:  # noqa: PLR2004 - the fourth of five
        await commissions.reverse(work, made.id, "The customer has sent everything back.")
    if place == 4:  # noqa: PLR2004 - the last of five
        part = Money(made.amount_minor // 4, made.currency)
        await commissions.reverse(work, made.id, "A quarter was refunded.", amount=part)


async def make_statements(work: Work, today: date) -> None:
    firms = await accounts_named(work)
    for name in (FIRST, SECOND):
        await commissions.issue_statement(work, firms[name], "USD", today - timedelta(days=10))
