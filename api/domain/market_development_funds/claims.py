"""Commands for claims: what a partner has spent of what was promised, and that it was paid."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from api.domain.kernel import (
    IllegalTransition,
    Invalid,
    Money,
    Required,
    TextField,
    Work,
    assign,
    checked,
    checked_day,
    checked_texts,
)
from api.domain.partner_programs import add_as_either, edit_seen, today

from .amounts import check_currency, check_left, positive
from .budgets import NOTES, NoteValues
from .events import FundClaimApproved, FundClaimPaid, FundClaimRejected, FundClaimSubmitted, FundClaimWithdrawn
from .models import PartnerFundClaim, PartnerFundRequest
from .states import CLAIM_TRANSITIONS, FundClaimStatus, FundRequestStatus

REASON, REFERENCE = 500, 255
TEXTS = {"invoice": TextField(REFERENCE), "evidence": TextField(5_000)}


class ClaimValues(TypedDict, total=False):
    """What was spent: the number of the invoice, and what proves that the activity took place."""

    invoice: str | None
    evidence: str | None
    amount: Money


async def submit(work: Work, request_id: UUID, values: ClaimValues) -> PartnerFundClaim:
    """Claim money back on an approved request. An outsider does it as himself, on a request that he sees.

    Raises:
        NotFound, Archived: about the request.
        Required, TooLong, Invalid: about the values; the request is not approved.
    """
    request = await work.reference(PartnerFundRequest, request_id, "request")
    if request is None:
        raise Required(("request",))
    if not work.viewer.outside:
        work.check_create(PartnerFundClaim)
    if request.status is not FundRequestStatus.APPROVED:
        raise Invalid(("request",), "claims are made on approved requests; wait until it is approved", "approved")
    columns = checked_texts(values, TEXTS)
    amount = positive(values.get("amount"))
    check_currency(amount, request.currency)
    made = add_as_either(
        work,
        PartnerFundClaim(
            request_id=request.id,
            account_id=request.account_id,
            contact_id=work.viewer.principal if work.viewer.outside else None,
            status=FundClaimStatus.SUBMITTED,
            amount_minor=amount.minor,
            currency=amount.currency,
            **columns,
        ),
    )
    work.emit(FundClaimSubmitted(made.id, amount.minor, amount.currency))
    return made


async def approve(
    work: Work, id: UUID, *, amount: Money | None = None, if_version: int | None = None
) -> PartnerFundClaim:
    """Accept the amount that is claimed, or less; it counts against what was promised.

    Raises:
        IllegalTransition: it is decided.
        Invalid: more than is claimed, more than is left of the request, or in another currency.
    """
    claim, status = await stepping(work, id, "approve", if_version)
    accepted = positive(amount) if amount is not None else Money(claim.amount_minor, claim.currency)
    check_currency(accepted, claim.currency)
    check_left(accepted.minor, claim.amount_minor, claim.currency, "claim")
    (request,) = await work.affect(PartnerFundRequest, [claim.request_id])
    left = (request.approved_minor or 0) - request.claimed_minor
    check_left(accepted.minor, left, claim.currency, "request")
    request.claimed_minor += accepted.minor
    claim.status, claim.approved_minor, claim.decided_on = status, accepted.minor, await today(work)
    work.emit(FundClaimApproved(id, accepted.minor, accepted.currency))
    return claim


async def reject(work: Work, id: UUID, reason: str, *, if_version: int | None = None) -> PartnerFundClaim:
    """Raises IllegalTransition if it is decided, Required if the reason is blank, which the partner is told."""
    claim, status = await stepping(work, id, "reject", if_version)
    text = checked(reason, "reason", limit=REASON)
    claim.status, claim.decision_reason, claim.decided_on = status, text, await today(work)
    work.emit(FundClaimRejected(id, text))
    return claim


async def pay(
    work: Work,
    id: UUID,
    *,
    paid_on: date | None = None,
    reference: str | None = None,
    if_version: int | None = None,
) -> PartnerFundClaim:
    """Say that an approved claim was paid, today or on an earlier day.

    Raises:
        IllegalTransition: it is not approved.
        Invalid: the day is in the future or before it was approved.
    """
    claim, status = await stepping(work, id, "pay", if_version)
    now = await today(work)
    day = checked_day(paid_on, "paid_on") or now
    if day > now:
        raise Invalid(("paid_on",), f"the day of payment cannot be after today, {now}", "future")
    if claim.decided_on is not None and day < claim.decided_on:
        raise Invalid(("paid_on",), f"this claim was approved later, on {claim.decided_on}", "before_approved")
    text = checked(reference or "", "reference", limit=REFERENCE, required=False) or None
    claim.status, claim.paid_on, claim.payment_reference = status, day, text
    work.emit(FundClaimPaid(id, day))
    return claim


async def withdraw(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerFundClaim:
    """Take a claim back that is not decided; a partner user who sees it may do that, too.

    Raises IllegalTransition if it is decided.
    """
    claim, status = await stepping(work, id, "withdraw", if_version)
    claim.status = status
    work.emit(FundClaimWithdrawn(id))
    return claim


async def annotate(work: Work, id: UUID, values: NoteValues, *, if_version: int | None = None) -> PartnerFundClaim:
    claim = await work.edit(PartnerFundClaim, id, if_version=if_version)
    assign(claim, checked_texts(values, NOTES))
    return claim


async def stepping(work: Work, id: UUID, verb: str, if_version: int | None) -> tuple[PartnerFundClaim, FundClaimStatus]:
    """The claim, and the status that the verb leads to."""
    if verb == "withdraw":
        claim = await edit_seen(work, PartnerFundClaim, id, if_version=if_version)
    else:
        claim = await work.edit(PartnerFundClaim, id, if_version=if_version)
    verbs = CLAIM_TRANSITIONS[claim.status]
    if verb not in verbs:
        raise IllegalTransition(claim.status.value, verb, tuple(verbs))
    return claim, verbs[verb]
