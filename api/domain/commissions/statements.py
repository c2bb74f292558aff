"""Statements of a partner's ledger: each begins where the one before it ended."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from api.domain.accounts import Account
from api.domain.kernel import Invalid, Work, checked_currency, checked_day, wire
from api.domain.partner_programs import today

from .events import StatementIssued
from .ledger import one_at_a_time
from .models import PartnerCommissionEntry, PartnerCommissionStatement
from .states import EntryKind


async def issue_statement(work: Work, account_id: UUID, currency: str, ends_on: date) -> PartnerCommissionStatement:
    """Sum up what was booked for a partner in a currency, from the day after its last statement to a day that is over.

    Raises:
        NotAllowed: the role may not create statements.
        NotFound, Archived: about the partner.
        Invalid: nothing was ever booked, the day is not over, or there is a statement for it.
    """
    work.check_create(PartnerCommissionStatement)
    await work.reference(Account, account_id, "account")
    checked_currency(currency)
    day = checked_day(ends_on, "ends_on") or ends_on
    if day >= (now := await today(work)):
        raise Invalid(("ends_on",), f"a statement is for days that are over: before today, {now}", "future")
    await one_at_a_time(work, [account_id])
    last = await last_statement(work, account_id, currency)
    first = await first_day(work, account_id, currency)
    if first is None:
        raise Invalid(("account",), f"no commission was booked for this partner in {currency}", "empty")
    start = last.ends_on + timedelta(days=1) if last else first
    if day < start:
        raise Invalid(("ends_on",), f"the next statement begins on {start}; end it on that day or later", "period")
    before, opening = (last.to_sequence, last.closing_minor) if last else (0, 0)
    entry = PartnerCommissionEntry
    query = select(entry.kind, func.sum(entry.amount_minor), func.max(entry.sequence)).where(
        entry.tenant_id == work.tenant,
        entry.account_id == account_id,
        entry.currency == currency,
        entry.sequence > before,
        entry.booked_on <= day,
    )
    rows = (await work.session.execute(query.group_by(entry.kind))).all()
    sums = {kind: int(total) for kind, total, _ in rows}
    made = work.add(
        PartnerCommissionStatement(
            account_id=account_id,
            currency=currency,
            starts_on=start,
            ends_on=day,
            from_sequence=before + 1,
            to_sequence=max([before, *(newest for _, _, newest in rows)]),
            opening_minor=opening,
            accrued_minor=sums.get(EntryKind.ACCRUED, 0),
            reversed_minor=-sums.get(EntryKind.REVERSED, 0),
            paid_minor=-sums.get(EntryKind.PAID, 0),
            closing_minor=opening + sum(sums.values()),
        )
    )
    work.emit(StatementIssued(made.id, wire("acc", account_id), day, made.closing_minor, currency))
    return made


async def last_statement(work: Work, account_id: UUID, currency: str) -> PartnerCommissionStatement | None:
    await work.flush()
    one = PartnerCommissionStatement
    query = select(one).where(one.tenant_id == work.tenant, one.account_id == account_id, one.currency == currency)
    return (await work.session.scalars(query.order_by(one.ends_on.desc()).limit(1))).one_or_none()


async def first_day(work: Work, account_id: UUID, currency: str) -> date | None:
    entry = PartnerCommissionEntry
    query = select(entry.booked_on).where(
        entry.tenant_id == work.tenant,
        entry.account_id == account_id,
        entry.currency == currency,
        entry.sequence == 1,
    )
    return (await work.session.scalars(query)).one_or_none()
