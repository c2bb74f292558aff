"""What partners ask of market development funds, and what they claim back."""

from datetime import date
from enum import StrEnum
from typing import Any

import strawberry

from api.domain import market_development_funds as domain
from api.domain.kernel import Work

from .accounts import Account
from .aggregates import Aggregate, column_key
from .binding import described, listed, money, readable, to_one
from .commands import Verbs
from .connections import Connection, about, extend, lazy, many, one
from .contacts import Contact
from .enums import described_enum
from .inputs import MoneyInput
from .interfaces import Money, Node, Record
from .mutations import for_outsiders_too
from .partner_budgets import PARTNER, PartnerFundAllocation, optional, taken
from .records import complete
from .references import given, resolve
from .scalars import CurrencyCode
from .steps import steps_of, writable

described_enum(
    domain.FundRequestStatus,
    "PartnerFundRequestStatus",
    "Where a fund request stands.",
    SUBMITTED="Asked for.",
    APPROVED="Promised; what is spent can be claimed.",
    REJECTED="Not granted.",
    WITHDRAWN="Taken back before it was decided.",
)
described_enum(
    domain.FundClaimStatus,
    "PartnerFundClaimStatus",
    "Where a claim stands.",
    SUBMITTED="Claimed.",
    APPROVED="Accepted, to be paid.",
    PAID="Paid.",
    REJECTED="Not accepted.",
    WITHDRAWN="Taken back before it was decided.",
)
described_enum(
    domain.FundActivity,
    "PartnerFundActivity",
    "What a partner needs the money for.",
    EVENT="A fair, a seminar, a dinner.",
    ADVERTISING="Advertisements, also online.",
    CONTENT="Case studies, films, translations.",
    TRAINING="Training of its own people.",
    OTHER="Something else.",
)


class PartnerFundRequestVerb(StrEnum):
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"


class PartnerFundClaimVerb(StrEnum):
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"
    PAY = "PAY"


described_enum(
    PartnerFundRequestVerb,
    "PartnerFundRequestVerb",
    "A step in the life of a fund request, named as the mutation that makes it.",
    APPROVE="`partnerFundRequestApprove`: promised.",
    REJECT="`partnerFundRequestReject`: not granted.",
    WITHDRAW="`partnerFundRequestWithdraw`: taken back.",
)
described_enum(
    PartnerFundClaimVerb,
    "PartnerFundClaimVerb",
    "A step in the life of a claim, named as the mutation that makes it.",
    APPROVE="`partnerFundClaimApprove`: accepted.",
    REJECT="`partnerFundClaimReject`: not accepted.",
    WITHDRAW="`partnerFundClaimWithdraw`: taken back.",
    PAY="`partnerFundClaimPay`: paid.",
)


@readable(
    steps_of(domain.PartnerFundRequest, domain.REQUEST_TRANSITIONS, "request_id"),
    description="A step that is possible now.",
    visible=writable(domain.PartnerFundRequest),
)
class PartnerFundRequestTransition:
    verb: PartnerFundRequestVerb = described("The mutation that makes the step.")
    status: domain.FundRequestStatus = described("The status it leads to.", column="leads_to")


@readable(
    domain.PartnerFundRequest,
    description="That a partner asks for money of its allocation, before it is spent.",
)
class PartnerFundRequest(Record, Node):
    allocation: PartnerFundAllocation | None = to_one(
        "allocation_id", "partner_budgets.PartnerFundAllocation", "The allocation; null if you may not see it."
    )
    account: Account | None = to_one("account_id", "accounts.Account", "The partner; null if you may not see it.")
    contact: Contact | None = to_one(
        "contact_id",
        "contacts.Contact",
        "The partner user who asked; null if a colleague did, or if you may not see him.",
    )
    title: str = described("What it is for, in a few words.")
    activity: domain.FundActivity = described("What kind of activity it is for.")
    description: str | None = described("What is planned.")
    starts_on: date | None = described("First day of the activity.")
    ends_on: date | None = described("Last day of the activity.")
    status: domain.FundRequestStatus = described("Where it stands.")
    amount: Money = money("amount_minor", "What was asked for.")
    approved_amount: Money | None = money("approved_minor", "What was promised; null until then.")
    claimed: Money = money("claimed_minor", "What of it was accepted in claims; never more than what was promised.")
    currency: CurrencyCode = described("The currency of its allocation.")
    decided_on: date | None = described("Day it was approved or rejected.")
    decision_reason: str | None = described("Why it was rejected, as the partner is told.")
    notes: str | None = described("Free text, for colleagues only.")
    available_transitions: list[PartnerFundRequestTransition] = listed(
        "request_id", "The steps you can take now.", order=("place",)
    )


@readable(
    steps_of(domain.PartnerFundClaim, domain.CLAIM_TRANSITIONS, "claim_id"),
    description="A step that is possible now.",
    visible=writable(domain.PartnerFundClaim),
)
class PartnerFundClaimTransition:
    verb: PartnerFundClaimVerb = described("The mutation that makes the step.")
    status: domain.FundClaimStatus = described("The status it leads to.", column="leads_to")


@readable(
    domain.PartnerFundClaim,
    description="That a partner wants back what it has spent on an approved request.",
)
class PartnerFundClaim(Record, Node):
    request: PartnerFundRequest | None = to_one(
        "request_id", "partner_funds.PartnerFundRequest", "The request; null if you may not see it."
    )
    account: Account | None = to_one("account_id", "accounts.Account", "The partner; null if you may not see it.")
    contact: Contact | None = to_one(
        "contact_id",
        "contacts.Contact",
        "The partner user who claimed; null if a colleague did, or if you may not see him.",
    )
    invoice: str | None = described("Number of the invoice.")
    evidence: str | None = described("What proves that the activity took place.")
    status: domain.FundClaimStatus = described("Where it stands.")
    amount: Money = money("amount_minor", "What is claimed.")
    approved_amount: Money | None = money("approved_minor", "What was accepted; null until then.")
    currency: CurrencyCode = described("The currency of its request.")
    decided_on: date | None = described("Day it was approved or rejected.")
    decision_reason: str | None = described("Why it was rejected, as the partner is told.")
    paid_on: date | None = described("Day it was paid.")
    payment_reference: str | None = described("What the payment can be found by.")
    notes: str | None = described("Free text, for colleagues only.")
    available_transitions: list[PartnerFundClaimTransition] = listed(
        "claim_id", "The steps you can take now.", order=("place",)
    )


for record_type in (PartnerFundRequest, PartnerFundClaim):
    complete(record_type, synced=False)
for owner, name, cls, by, text in (
    (PartnerFundAllocation, "requests", PartnerFundRequest, "allocation_id", "What was asked of it."),
    (PartnerFundRequest, "claims", PartnerFundClaim, "request_id", "What was claimed on it."),
    (Account, "fund_requests", PartnerFundRequest, "account_id", "Market development funds it asked for."),
    (Account, "fund_claims", PartnerFundClaim, "account_id", "Market development funds it claimed."),
    (Contact, "fund_requests", PartnerFundRequest, "contact_id", "Market development funds he asked for."),
    (Contact, "fund_claims", PartnerFundClaim, "contact_id", "Market development funds he claimed."),
):
    extend(owner, name, cls, by, text)

REQUESTS = Verbs(PartnerFundRequest, "partner_fund_request")
CLAIMS = Verbs(PartnerFundClaim, "partner_fund_claim")


@strawberry.input(description="What a partner asks money for.")
class PartnerFundRequestSubmitInput:
    allocation: lazy("PartnerFundAllocationRef", "api.schema.partner_budgets") = strawberry.field(  # type: ignore[valid-type]
        description="An allocation of an active partner that can be used today."
    )
    title: str = strawberry.field(description="What it is for; at most 255 characters.")
    amount: MoneyInput = strawberry.field(description="How much, in the currency of the allocation.")
    activity: domain.FundActivity | None = optional("What kind of activity it is for; OTHER if left out.")
    description: str | None = optional("What is planned; at most 5000 characters.")
    starts_on: date | None = optional("First day of the activity.")
    ends_on: date | None = optional("Last day of the activity.")


@strawberry.input(description="What a partner has spent on an approved request.")
class PartnerFundClaimSubmitInput:
    request: lazy("PartnerFundRequestRef", "api.schema.partner_funds") = strawberry.field(  # type: ignore[valid-type]
        description="An approved request."
    )
    amount: MoneyInput = strawberry.field(description="How much, in the currency of the request.")
    invoice: str | None = optional("Number of the invoice; at most 255 characters.")
    evidence: str | None = optional("What proves that the activity took place; at most 5000 characters.")


@strawberry.input(description="Changes to a PartnerFundRequest. A field left out is unchanged, null clears it.")
class PartnerFundRequestPatch:
    notes: str | None = optional("Free text, for colleagues only.")


@strawberry.input(description="Changes to a PartnerFundClaim. A field left out is unchanged, null clears it.")
class PartnerFundClaimPatch:
    notes: str | None = optional("Free text, for colleagues only.")


async def request_submit(work: Work, arguments: dict[str, Any]) -> domain.PartnerFundRequest:
    ids, values = await taken(work, arguments["input"], "allocation")
    return await domain.submit_request(work, ids["allocation"], values)  # type: ignore[arg-type] # named as the input


async def claim_submit(work: Work, arguments: dict[str, Any]) -> domain.PartnerFundClaim:
    ids, values = await taken(work, arguments["input"], "request")
    return await domain.submit_claim(work, ids["request"], values)  # type: ignore[arg-type] # named as the input


async def request_update(work: Work, arguments: dict[str, Any]) -> domain.PartnerFundRequest:
    id = await resolve(work, arguments["where"], ("where",))
    values: Any = given(arguments["patch"])
    return await domain.annotate_request(work, id, values, if_version=arguments["if_version"])


async def claim_update(work: Work, arguments: dict[str, Any]) -> domain.PartnerFundClaim:
    id = await resolve(work, arguments["where"], ("where",))
    values: Any = given(arguments["patch"])
    return await domain.annotate_claim(work, id, values, if_version=arguments["if_version"])


def approving(command: Any) -> Any:
    """An approval with its amount as money."""

    async def act(work: Work, id: Any, *, if_version: int | None, amount: MoneyInput | None = None) -> Any:
        granted = None if amount is None else amount.money("amount")
        return await command(work, id, amount=granted, if_version=if_version)

    return act


def rejecting(command: Any) -> Any:
    async def act(work: Work, id: Any, *, reason: str, if_version: int | None) -> Any:
        return await command(work, id, reason, if_version=if_version)

    return act


APPROVED = about(MoneyInput | None, "Less than was asked for, in the same currency; all of it if left out.")
REASON = about(str, "Why, as the partner is told; at most 500 characters.")
STATUS = column_key("status", None, "By where they stand.")
REQUESTS_AGGREGATE = Aggregate(
    PartnerFundRequest,
    {"STATUS": STATUS, "ACCOUNT": PARTNER, "ACTIVITY": column_key("activity", None, "By kind of activity.")},
    money="amount_minor",
)
CLAIMS_AGGREGATE = Aggregate(PartnerFundClaim, {"STATUS": STATUS, "ACCOUNT": PARTNER}, money="amount_minor")


@strawberry.type
class Query:
    partner_fund_request: PartnerFundRequest | None = one(
        PartnerFundRequest, "One fund request; null if there is none or you may not see it."
    )
    partner_fund_requests: Connection[PartnerFundRequest] = many(PartnerFundRequest, "What partners ask money for.")
    partner_fund_claim: PartnerFundClaim | None = one(
        PartnerFundClaim, "One claim; null if there is none or you may not see it."
    )
    partner_fund_claims: Connection[PartnerFundClaim] = many(PartnerFundClaim, "What partners want back.")
    partner_fund_requests_aggregate = REQUESTS_AGGREGATE.query()
    partner_fund_claims_aggregate = CLAIMS_AGGREGATE.query()


@strawberry.type
class Mutation:
    partner_fund_request_submit = for_outsiders_too(
        REQUESTS.mutation(
            request_submit,
            "Ask for money of an allocation, before it is spent.",
            {"input": about(PartnerFundRequestSubmitInput, "What for, and how much.")},
            "input",
        )
    )
    partner_fund_request_update = REQUESTS.mutation(
        request_update,
        "Note something on a fund request.",
        {"where": REQUESTS.where(), "patch": about(PartnerFundRequestPatch, "What changes.")},
        "patch",
        versioned=True,
    )
    partner_fund_request_approve = REQUESTS.verb(
        approving(domain.approve_request),
        "Promise what was asked for, or less; all that is promised is never more than the allocation.",
        amount=APPROVED,
    )
    partner_fund_request_reject = REQUESTS.verb(
        rejecting(domain.reject_request), "Do not grant a fund request.", reason=REASON
    )
    partner_fund_request_withdraw = for_outsiders_too(
        REQUESTS.verb(domain.withdraw_request, "Take back a fund request that is not decided.")
    )
    partner_fund_claim_submit = for_outsiders_too(
        CLAIMS.mutation(
            claim_submit,
            "Claim money back on an approved fund request.",
            {"input": about(PartnerFundClaimSubmitInput, "On what, and how much.")},
            "input",
        )
    )
    partner_fund_claim_update = CLAIMS.mutation(
        claim_update,
        "Note something on a claim.",
        {"where": CLAIMS.where(), "patch": about(PartnerFundClaimPatch, "What changes.")},
        "patch",
        versioned=True,
    )
    partner_fund_claim_approve = CLAIMS.verb(
        approving(domain.approve_claim),
        "Accept what is claimed, or less; all that is accepted is never more than what was promised.",
        amount=APPROVED,
    )
    partner_fund_claim_reject = CLAIMS.verb(rejecting(domain.reject_claim), "Do not accept a claim.", reason=REASON)
    partner_fund_claim_pay = CLAIMS.verb(
        domain.pay_claim,
        "Say that an approved claim was paid.",
        paid_on=about(date | None, "Day it was paid, today when left out; not in the future."),
        reference=about(str | None, "What the payment can be found by; at most 255 characters."),
    )
    partner_fund_claim_withdraw = for_outsiders_too(
        CLAIMS.verb(domain.withdraw_claim, "Take back a claim that is not decided.")
    )
