"""Taking back what has accrued, all of it or the part that belongs to what was refunded."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Text, select

from api.domain.kernel import IllegalTransition, Invalid, Money, Work, among, checked, checked_money
from api.domain.partner_programs import today

from .amounts import share_of
from .events import CommissionReversed
from .ledger import Posting, book
from .models import PartnerCommission
from .states import TRANSITIONS, CommissionStatus, EntryKind

REASON = 500


async def reverse(
    work: Work, id: UUID, reason: str, *, amount: Money | None = None, if_version: int | None = None
) -> PartnerCommission:
    """Take back what is left of a commission, or less. Of one that is paid it makes the partner's balance lower.

    Raises:
        IllegalTransition: all of it is reversed.
        Required: the reason is blank, which the partner is told.
        Invalid: more than is left, or in another currency.
    """
    commission = await work.edit(PartnerCommission, id, if_version=if_version)
    if commission.status is CommissionStatus.REVERSED:
        raise IllegalTransition(commission.status.value, "reverse", tuple(TRANSITIONS[commission.status]))
    text = checked(reason, "reason", limit=REASON)
    left = commission.amount_minor - commission.reversed_minor
    wanted = left if amount is None else part_of(amount, left, commission.currency)
    await book(work, [taken_back(work, commission, wanted, text, await today(work))])
    return commission


def part_of(amount: Money, left: int, currency: str) -> int:
    """Raises Invalid unless it is more than nothing and no more than is left."""
    checked_money(amount, "amount")
    if amount.currency != currency:
        raise Invalid(("amount",), f"this commission is in {currency}; give the amount in that currency", "currency")
    if not 0 < amount.minor <= left:
        rest = Money(left, currency).amount
        raise Invalid(("amount",), f"{rest} {currency} of the commission are left; give no more than that", "left")
    return amount.minor


async def reverse_pro_rata(
    work: Work, source_key: str, refunded_minor: int, of_minor: int, reason: str
) -> list[PartnerCommission]:
    """Take back of all commissions for a thing what belongs to what of it was refunded so far, of all it brought.

    In consequence of a refund, whatever the viewer may do. What was reversed before counts: giving the same figures
    again changes nothing, and refunds of everything take back everything, to the last minor unit.
    """
    known = await live_of(work, [source_key], lock=True)
    day, postings = await today(work), []
    for one in known:
        missing = share_of(one.amount_minor, min(refunded_minor, of_minor), of_minor) - one.reversed_minor
        if missing > 0:
            postings.append(taken_back(work, one, missing, reason, day))
    if postings:
        await book(work, postings)
    return known


def taken_back(work: Work, commission: PartnerCommission, minor: int, reason: str, day: date) -> Posting:
    """Note a reversal on a locked commission; the entry is still to be booked."""
    commission.reversed_minor += minor
    commission.reversed_on, commission.reversal_reason = day, reason
    if commission.reversed_minor == commission.amount_minor:
        commission.status = CommissionStatus.REVERSED
    work.emit(CommissionReversed(commission.id, minor, commission.currency, reason))
    return Posting(commission, EntryKind.REVERSED, minor, reason)


async def live_of(work: Work, keys: Sequence[str], *, lock: bool = False) -> list[PartnerCommission]:
    """The commissions for these things that are not reversed, whoever may see them."""
    await work.flush()
    query = select(PartnerCommission).where(
        PartnerCommission.tenant_id == work.tenant,
        among(PartnerCommission.source_key, keys, Text()),
        PartnerCommission.status != CommissionStatus.REVERSED,
    )
    found = list(await work.session.scalars(query))
    if lock:
        locked = await work.affect(PartnerCommission, [one.id for one in found])
        return [one for one in locked if one.status is not CommissionStatus.REVERSED]
    return found
