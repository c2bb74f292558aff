"""Booking in the ledger: the one place where entries are made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from api.domain.kernel import Work, among
from api.domain.partner_programs import today

from .models import PartnerCommission, PartnerCommissionEntry, PartnerCommissionStatement
from .states import EntryKind

TURN = "SELECT pg_advisory_xact_lock(hashtextextended('commissions ' || $1::text || ' ' || $2::text, 0))"
SIGN = {EntryKind.ACCRUED: 1, EntryKind.APPROVED: 0, EntryKind.PAID: -1, EntryKind.REVERSED: -1}


@dataclass(frozen=True)
class Posting:
    """An entry to be booked; the amount is without its sign."""

    commission: PartnerCommission
    kind: EntryKind
    amount_minor: int = 0
    text: str | None = None


async def one_at_a_time(work: Work, accounts: Sequence[UUID]) -> None:
    """Wait for others who book for these partners. Commissions are locked before, never after."""
    for account in sorted(set(accounts)):
        await work.driven.fetch(TURN, [str(work.tenant), str(account)])


async def book(work: Work, postings: Sequence[Posting]) -> None:
    """Put entries at the ends of their partners' ledgers."""
    accounts = [one.commission.account_id for one in postings]
    await one_at_a_time(work, accounts)
    ends = await newest(work, accounts)
    closed = await stated_until(work, accounts)
    day = await today(work)
    for posting in postings:
        commission = posting.commission
        ledger = (commission.account_id, commission.currency)
        last = ends.get(ledger)
        opening = last.balance_minor if last else 0
        amount = SIGN[posting.kind] * posting.amount_minor
        entry = PartnerCommissionEntry(
            account_id=commission.account_id,
            currency=commission.currency,
            sequence=last.sequence + 1 if last else 1,
            previous=last.sequence if last else None,
            commission_id=commission.id,
            kind=posting.kind,
            amount_minor=amount,
            opening_minor=opening,
            balance_minor=opening + amount,
            booked_on=max(day, last.booked_on if last else day, closed.get(ledger, day)),
            text=posting.text,
        )
        ends[ledger] = work.add(work.permit(entry))


async def newest(work: Work, accounts: Sequence[UUID]) -> dict[tuple[UUID, str], PartnerCommissionEntry]:
    """The newest entry of each ledger of these partners, by account and currency: its balance is the ledger's."""
    await work.flush()
    entry, after = PartnerCommissionEntry, aliased(PartnerCommissionEntry)
    same = (
        after.tenant_id == entry.tenant_id,
        after.account_id == entry.account_id,
        after.currency == entry.currency,
        after.sequence == entry.sequence + 1,
    )
    query = select(entry).where(
        entry.tenant_id == work.tenant, among(entry.account_id, set(accounts)), ~exists(select(after.id).where(*same))
    )
    return {(one.account_id, one.currency): one for one in await work.session.scalars(query)}


async def stated_until(work: Work, accounts: Sequence[UUID]) -> dict[tuple[UUID, str], date]:
    """The first day of each ledger that no statement covers: whoever began before midnight books after it."""
    one = PartnerCommissionStatement
    query = select(one.account_id, one.currency, func.max(one.ends_on)).where(
        one.tenant_id == work.tenant, among(one.account_id, set(accounts))
    )
    rows = await work.session.execute(query.group_by(one.account_id, one.currency))
    return {(account, currency): day + timedelta(days=1) for account, currency, day in rows}
