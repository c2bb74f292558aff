"""Approving commissions, and saying that they were paid."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from api.domain.kernel import Invalid, Money, TextField, Work, assign, checked, checked_day, checked_texts, next_state
from api.domain.partner_programs import today

from .events import CommissionApproved, CommissionPaid
from .ledger import Posting, book, newest, one_at_a_time
from .models import PartnerCommission
from .states import TRANSITIONS, EntryKind

REFERENCE = 255
NOTES = {"notes": TextField(5_000)}


class NoteValues(TypedDict, total=False):
    """What colleagues note of a commission; a missing key leaves it alone."""

    notes: str | None


async def approve(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerCommission:
    """Raises IllegalTransition unless it is accrued."""
    commission = await work.edit(PartnerCommission, id, if_version=if_version)
    status = next_state(TRANSITIONS, commission.status, "approve")
    assign(commission, {"status": status, "approved_on": await today(work)})
    await book(work, [Posting(commission, EntryKind.APPROVED)])
    work.emit(CommissionApproved(id))
    return commission


async def pay(
    work: Work,
    id: UUID,
    *,
    paid_on: date | None = None,
    reference: str | None = None,
    if_version: int | None = None,
) -> PartnerCommission:
    """Say that an approved commission was paid, today or on an earlier day.

    What is paid is what is left of it, and never more than the partner's balance: what was reversed after it had been
    paid is kept back here.

    Raises:
        IllegalTransition: it is not approved.
        Invalid: the day is in the future or before it was approved, or the partner has nothing to get.
    """
    commission = await work.edit(PartnerCommission, id, if_version=if_version)
    status = next_state(TRANSITIONS, commission.status, "pay")
    day = await checked_payment(work, paid_on, commission.approved_on)
    text = checked(reference or "", "reference", limit=REFERENCE, required=False) or None
    await one_at_a_time(work, [commission.account_id])
    last = (await newest(work, [commission.account_id])).get((commission.account_id, commission.currency))
    balance = last.balance_minor if last else 0
    if balance <= 0:
        owed = Money(-balance, commission.currency).amount
        reason = f"the partner owes us {owed} {commission.currency} of what was reversed; nothing is to be paid"
        raise Invalid((), reason, "balance")
    paid = min(commission.amount_minor - commission.reversed_minor, balance)
    assign(commission, {"status": status, "paid_minor": paid, "paid_on": day, "payment_reference": text})
    await book(work, [Posting(commission, EntryKind.PAID, paid, text)])
    work.emit(CommissionPaid(id, paid, commission.currency, day))
    return commission


async def checked_payment(work: Work, paid_on: date | None, approved_on: date | None) -> date:
    now = await today(work)
    day = checked_day(paid_on, "paid_on") or now
    if day > now:
        raise Invalid(("paid_on",), f"the day of payment cannot be after today, {now}", "future")
    if approved_on is not None and day < approved_on:
        raise Invalid(("paid_on",), f"this commission was approved later, on {approved_on}", "before_approved")
    return day


async def annotate(work: Work, id: UUID, values: NoteValues, *, if_version: int | None = None) -> PartnerCommission:
    commission = await work.edit(PartnerCommission, id, if_version=if_version)
    assign(commission, checked_texts(values, NOTES))
    return commission
