"""What is owed to partners for sales that are won, and what is taken back when one is opened again.

Both follow the status of an opportunity whichever way it changes: they are looked after when a work is done, in its
transaction. A sale that is taken over from another system as won accrues nothing by itself: `accrue` does it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from api.domain.accounts import Account
from api.domain.kernel import (
    Change,
    DomainError,
    Invalid,
    Money,
    Required,
    Work,
    among,
    checked_money,
    in_the_end,
    wire,
)
from api.domain.opportunities import Opportunity, Status
from api.domain.partner_programs import OpportunityPartner, PartnerTier, partners_of, tiers_at, today

from .amounts import percent_of
from .events import CommissionAccrued
from .ledger import Posting, book
from .models import CommissionPlan, PartnerCommission
from .reversals import live_of, taken_back
from .states import CommissionBasis, CommissionStatus, EntryKind

REOPENED = "The sale was opened again."


@dataclass(frozen=True)
class Sale:
    """A won opportunity as one plan sees it for one partner. `cost_minor` is known for a plan on the margin only."""

    opportunity: Opportunity
    plan: CommissionPlan
    account: UUID
    closed_on: date
    tier: PartnerTier | None
    cost_minor: int | None = None

    @property
    def key(self) -> str:
        return wire(self.opportunity.prefix, self.opportunity.id)

    @property
    def rate(self) -> Decimal | None:
        of_tier = self.tier.commission_percent if self.tier else None
        return self.plan.percent if of_tier is None else of_tier

    @property
    def basis_minor(self) -> int:
        return (self.opportunity.amount_minor or 0) - (self.cost_minor or 0)

    @property
    def uncapped(self) -> int:
        return percent_of(self.basis_minor, self.rate or Decimal())

    def obstacle(self) -> DomainError | None:
        """Why the plan pays nothing for this; None if it does."""
        return self.not_meant() or self.not_reckoned()

    def not_meant(self) -> DomainError | None:
        plan, day, currency = self.plan, self.closed_on, self.opportunity.currency
        if day < plan.starts_on or (plan.ends_on is not None and day > plan.ends_on):
            return Invalid(("plan",), f"the plan does not run on {day}, the day of closing", "period")
        if plan.currency not in {None, currency}:
            return Invalid(("plan",), f"the plan is for sales in {plan.currency}, not {currency}", "currency")
        if self.tier is None:
            return Invalid(("account",), "the partner was in no tier of the program at close", "tier")
        if not self.rate:
            return Invalid(("plan",), "neither the tier at close nor the plan has a rate; give one a rate", "rate")
        return None

    def not_reckoned(self) -> DomainError | None:
        if not self.opportunity.amount_minor:
            return Invalid(("opportunity",), "the sale has no amount", "amount")
        if self.plan.basis is CommissionBasis.MARGIN and self.cost_minor is None:
            return Required(("cost",), "this plan pays on the margin; say what the sale costs us")
        if self.uncapped <= 0:
            path = "opportunity" if self.cost_minor is None else "cost"
            return Invalid((path,), "nothing is left to pay a commission on", "nothing")
        return None


async def accrue(
    work: Work, opportunity_id: UUID, plan_id: UUID, account_id: UUID, *, cost: Money | None = None
) -> PartnerCommission:
    """Book what a plan gives a partner for a won sale, if that is not done; with the cost for a plan on the margin.

    Raises:
        NotAllowed: the role may not create commissions.
        NotFound, Archived: about the sale, the plan or the partner.
        Required, Invalid: the plan gives nothing for it; the reason says why.
    """
    work.check_create(PartnerCommission)
    await work.reference(Opportunity, opportunity_id, "opportunity")
    plan = await work.reference(CommissionPlan, plan_id, "plan")
    await work.reference(Account, account_id, "account")
    (sold,) = await work.affect(Opportunity, [opportunity_id])  # one accrual at a time
    if sold.status is not Status.WON or sold.closed_on is None or plan is None:
        raise Invalid(("opportunity",), "commissions are for sales that are won; win it first", "won")
    part = (await partners_of(work, opportunity_id)).get(account_id)
    if part is None or part.role is not plan.role:
        raise Invalid(("account",), f"the partner is not {plan.role.value} of this sale", "role")
    minor = checked_cost(cost, plan, sold.currency)
    tier = (await tiers_at(work, account_id, await end_of(work, sold.closed_on))).get(plan.program_id)
    sale = Sale(sold, plan, account_id, sold.closed_on, tier, minor)
    for known in await live_of(work, [sale.key]):
        if (known.plan_id, known.account_id) == (plan_id, account_id):
            return known
    if (obstacle := sale.obstacle()) is not None:
        raise obstacle
    return (await accrued(work, [sale]))[0]


def checked_cost(cost: Money | None, plan: CommissionPlan, currency: str) -> int | None:
    checked_money(cost, "cost")
    if cost is None:
        return None
    if plan.basis is not CommissionBasis.MARGIN:
        raise Invalid(("cost",), "this plan pays on net revenue; leave the cost out", "basis")
    if cost.currency != currency:
        raise Invalid(("cost",), f"the sale is in {currency}; give the cost in that currency", "currency")
    return cost.minor


@in_the_end(Opportunity.object)
async def follow(work: Work, changes: Sequence[Change]) -> None:
    """Accrue for opportunities that this work has won, reverse for those that it has opened again."""
    moved: list[Any] = [
        (one.record, one.before.get("status")) for one in changes if not one.created and "status" in one.changed
    ]
    won = {record.id: record for record, _ in moved if record.status is Status.WON}
    opened = [record for record, before in moved if before == Status.WON.value and record.status is not Status.WON]
    if won and (sales := await sales_of(work, won)):
        await accrued(work, sales)
        await work.flush()  # what a work notes at its end is noted by now
    if opened and (known := await live_of(work, [wire(one.prefix, one.id) for one in opened], lock=True)):
        day = await today(work)
        await book(work, [taken_back(work, one, one.amount_minor - one.reversed_minor, REOPENED, day) for one in known])
        await work.flush()


async def sales_of(work: Work, won: Mapping[UUID, Opportunity]) -> list[Sale]:
    """What plans pay for by themselves, and have not paid."""
    found = await plans_for(work, won)
    if not found:
        return []
    done = {(one.source_key, one.plan_id, one.account_id) for one in await live_of(work, keys_of(won))}
    tiers: dict[tuple[UUID, datetime], Mapping[UUID, PartnerTier]] = {}
    sales = []
    for opportunity_id, account, plan in found:
        sold = won[opportunity_id]
        if sold.closed_on is None:
            continue
        at = await end_of(work, sold.closed_on)
        if (account, at) not in tiers:
            tiers[account, at] = await tiers_at(work, account, at)
        sale = Sale(sold, plan, account, sold.closed_on, tiers[account, at].get(plan.program_id))
        if (sale.key, plan.id, account) not in done and sale.obstacle() is None:
            sales.append(sale)
    return sales


def keys_of(won: Mapping[UUID, Opportunity]) -> list[str]:
    return [wire(one.prefix, one.id) for one in won.values()]


async def plans_for(work: Work, opportunities: Collection[UUID]) -> list[tuple[UUID, UUID, CommissionPlan]]:
    """Sales, partners with a part in them, and the live plans that pay for that part."""
    await work.flush()
    part, plan = OpportunityPartner, CommissionPlan
    query = (
        select(part.opportunity_id, part.account_id, plan)
        .join(plan, and_(plan.tenant_id == part.tenant_id, plan.role == part.role, plan.archived_at.is_(None)))
        .where(part.tenant_id == work.tenant, among(part.opportunity_id, opportunities))
        .order_by(part.opportunity_id, part.account_id, plan.id)
    )
    return [(sale, account, found) for sale, account, found in await work.session.execute(query)]


async def accrued(work: Work, sales: Sequence[Sale]) -> list[PartnerCommission]:
    day = await today(work)
    made = [work.add(work.permit(commission_of(sale, day))) for sale in sales]
    for one in made:
        who, plan = wire("acc", one.account_id), wire("cpl", one.plan_id)
        work.emit(CommissionAccrued(one.id, who, plan, one.amount_minor, one.currency))
    await book(work, [Posting(one, EntryKind.ACCRUED, one.amount_minor) for one in made])
    return made


def commission_of(sale: Sale, day: date) -> PartnerCommission:
    plan, sold, tier = sale.plan, sale.opportunity, sale.tier
    uncapped = sale.uncapped
    return PartnerCommission(
        account_id=sale.account,
        plan_id=plan.id,
        opportunity_id=sold.id,
        source_key=sale.key,
        status=CommissionStatus.ACCRUED,
        closed_on=sale.closed_on,
        tier_id=tier.id if tier else None,
        basis=plan.basis,
        currency=sold.currency,
        revenue_minor=sold.amount_minor,
        cost_minor=sale.cost_minor,
        basis_minor=sale.basis_minor,
        percent=sale.rate,
        uncapped_minor=uncapped,
        cap_minor=plan.cap_minor,
        amount_minor=uncapped if plan.cap_minor is None else min(uncapped, plan.cap_minor),
        accrued_on=day,
    )


async def end_of(work: Work, day: date) -> datetime:
    """The last instant of a day where the tenant is, or now if that has not come: which tier counts for the day."""
    tenant = await work.tenant_settings()
    return min(work.now, tenant.start_of(day + timedelta(days=1)) - timedelta(microseconds=1))
