"""Commands for fund requests: asked for by partners or for them, decided by us."""

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
    checked_texts,
)
from api.domain.partner_programs import add_as_either, check_active_member, edit_seen, today

from .amounts import check_currency, check_left, positive
from .budgets import NOTES, NoteValues, checked_period
from .events import FundRequestApproved, FundRequestRejected, FundRequestSubmitted, FundRequestWithdrawn
from .models import PartnerFundAllocation, PartnerFundRequest
from .states import REQUEST_TRANSITIONS, FundActivity, FundRequestStatus

REASON = 500
TEXTS = {"title": TextField(255, required=True, folded="title_sort"), "description": TextField(5_000)}


class RequestValues(TypedDict, total=False):
    """What a partner asks money for; the days are those of the activity."""

    title: str
    activity: FundActivity
    description: str | None
    starts_on: date | None
    ends_on: date | None
    amount: Money


async def submit(work: Work, allocation_id: UUID, values: RequestValues) -> PartnerFundRequest:
    """Ask for money of an allocation. An outsider does it as himself, for an account that he acts for.

    Raises:
        NotFound, Archived: about the allocation.
        Required, TooLong, Invalid: about the values; the allocation cannot be used today; the account is no active
            partner.
    """
    allocation = await work.reference(PartnerFundAllocation, allocation_id, "allocation")
    if allocation is None:
        raise Required(("allocation",))
    if not work.viewer.outside:
        work.check_create(PartnerFundRequest)
    await check_active_member(work, allocation.account_id, "allocation")
    day = await today(work)
    if not allocation.starts_on <= day <= allocation.ends_on:
        period = f"from {allocation.starts_on} to {allocation.ends_on}"
        raise Invalid(("allocation",), f"this allocation can be used {period}; choose another one", "period")
    columns = checked_texts({"title": None, **values}, TEXTS) | checked_period(values, None)
    amount = positive(values.get("amount"))
    check_currency(amount, allocation.currency)
    made = add_as_either(
        work,
        PartnerFundRequest(
            allocation_id=allocation.id,
            account_id=allocation.account_id,
            contact_id=work.viewer.principal if work.viewer.outside else None,
            activity=values.get("activity") or FundActivity.OTHER,
            status=FundRequestStatus.SUBMITTED,
            amount_minor=amount.minor,
            currency=amount.currency,
            **columns,
        ),
    )
    work.emit(FundRequestSubmitted(made.id, amount.minor, amount.currency))
    return made


async def approve(
    work: Work, id: UUID, *, amount: Money | None = None, if_version: int | None = None
) -> PartnerFundRequest:
    """Promise the amount that was asked for, or less; it is taken from what the allocation has left.

    Raises:
        IllegalTransition: it is decided.
        Archived: about the allocation.
        Invalid: more than was asked for, more than is left, or in another currency.
    """
    request, status = await stepping(work, id, "approve", if_version)
    promised = positive(amount) if amount is not None else Money(request.amount_minor, request.currency)
    check_currency(promised, request.currency)
    check_left(promised.minor, request.amount_minor, request.currency, "request")
    (allocation,) = await work.affect(PartnerFundAllocation, [request.allocation_id])
    check_live(allocation)
    left = allocation.amount_minor - allocation.committed_minor
    check_left(promised.minor, left, request.currency, "allocation")
    allocation.committed_minor += promised.minor
    request.status, request.approved_minor, request.decided_on = status, promised.minor, await today(work)
    work.emit(FundRequestApproved(id, promised.minor, promised.currency))
    return request


async def reject(work: Work, id: UUID, reason: str, *, if_version: int | None = None) -> PartnerFundRequest:
    """Raises IllegalTransition if it is decided, Required if the reason is blank, which the partner is told."""
    request, status = await stepping(work, id, "reject", if_version)
    text = checked(reason, "reason", limit=REASON)
    request.status, request.decision_reason, request.decided_on = status, text, await today(work)
    work.emit(FundRequestRejected(id, text))
    return request


async def withdraw(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerFundRequest:
    """Take a request back that is not decided; a partner user who sees it may do that, too.

    Raises IllegalTransition if it is decided.
    """
    request, status = await stepping(work, id, "withdraw", if_version)
    request.status = status
    work.emit(FundRequestWithdrawn(id))
    return request


async def annotate(work: Work, id: UUID, values: NoteValues, *, if_version: int | None = None) -> PartnerFundRequest:
    request = await work.edit(PartnerFundRequest, id, if_version=if_version)
    assign(request, checked_texts(values, NOTES))
    return request


def check_live(allocation: PartnerFundAllocation) -> None:
    if allocation.archived_at is not None:
        raise Invalid((), "the allocation of this request is archived; restore it, or reject the request", "archived")


async def stepping(
    work: Work, id: UUID, verb: str, if_version: int | None
) -> tuple[PartnerFundRequest, FundRequestStatus]:
    """The request, and the status that the verb leads to."""
    if verb == "withdraw":
        request = await edit_seen(work, PartnerFundRequest, id, if_version=if_version)
    else:
        request = await work.edit(PartnerFundRequest, id, if_version=if_version)
    verbs = REQUEST_TRANSITIONS[request.status]
    if verb not in verbs:
        raise IllegalTransition(request.status.value, verb, tuple(verbs))
    return request, verbs[verb]
