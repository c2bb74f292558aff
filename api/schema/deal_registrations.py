"""Deal registrations: a partner's claim to an end customer, and what was decided about it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import strawberry

from api.domain import deal_registrations as domain
from api.domain.kernel import Work

from .accounts import Account
from .aggregates import Aggregate, column_key
from .binding import described, listed, money, readable, to_one
from .commands import Service, Writes
from .connections import Connection, about, extend, lazy, many, one
from .contacts import Contact
from .enums import described_enum
from .interfaces import Money, Node, Record
from .mutations import for_outsiders_too
from .opportunities import Opportunity
from .records import complete
from .scalars import CountryCode
from .steps import steps_of, writable
from .users import User

described_enum(
    domain.RegistrationStatus,
    "DealRegistrationStatus",
    "Where a registration stands.",
    DRAFT="Being written; it claims nothing yet.",
    SUBMITTED="Claims the customer; waits to be looked at.",
    UNDER_REVIEW="Somebody looks at it.",
    APPROVED="The customer is protected for the partner until `expiresAt`.",
    REJECTED="Declined, for a reason.",
    CONVERTED="Became an opportunity.",
    EXPIRED="The protection has ended.",
    WITHDRAWN="Taken back.",
)
described_enum(
    domain.MatchedBy,
    "DealRegistrationMatch",
    "How the account of the end customer was found.",
    ACCOUNT="Somebody has named it.",
    DOMAIN="It has the internet domain.",
    TAX_ID="It has the tax id.",
    NAME="It has the name and an address in the country.",
)
described_enum(
    domain.ConflictKind,
    "DealRegistrationConflict",
    "What stands against a registration.",
    REGISTERED="Another registration protects the customer.",
    EARLIER="Another registration for the customer was submitted earlier and is not decided.",
    DIRECT="There is an open opportunity with the customer that somebody has changed in the last 30 days.",
    INSTALLED_BASE="The customer has bought this already.",
)
described_enum(
    domain.RejectionReason,
    "DealRegistrationRejection",
    "Why a registration was declined, for the partner to read.",
    CONFLICT="The customer cannot be protected for this partner.",
    NOT_QUALIFIED="It is no deal that can be registered.",
    EVIDENCE="The evidence is not enough.",
    DUPLICATE="The partner has registered it already.",
    OTHER="Something else; the detail says what.",
)


class DealRegistrationVerb(StrEnum):
    SUBMIT = "SUBMIT"
    REVIEW = "REVIEW"
    OVERRIDE = "OVERRIDE"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    EXTEND = "EXTEND"
    CONVERT = "CONVERT"
    WITHDRAW = "WITHDRAW"


described_enum(
    DealRegistrationVerb,
    "DealRegistrationVerb",
    "A step in the life of a registration, named as the mutation that makes it.",
    SUBMIT="`dealRegistrationSubmit`: it claims the customer.",
    REVIEW="`dealRegistrationReview`: somebody looks at it.",
    OVERRIDE="`dealRegistrationOverride`: it may be approved in spite of a conflict.",
    APPROVE="`dealRegistrationApprove`: the customer is protected.",
    REJECT="`dealRegistrationReject`: declined.",
    EXTEND="`dealRegistrationExtend`: protected longer.",
    CONVERT="`dealRegistrationConvert`: becomes an opportunity.",
    WITHDRAW="`dealRegistrationWithdraw`: taken back.",
)
BY_HAND = {  # the timer's step is nobody's to take
    status: {verb: to for verb, to in verbs.items() if verb != "expire"} for status, verbs in domain.TRANSITIONS.items()
}


@readable(
    steps_of(domain.DealRegistration, BY_HAND, "registration_id"),
    description="A step that is possible now.",
    visible=writable(domain.DealRegistration),
)
class DealRegistrationTransition:
    verb: DealRegistrationVerb = described("The mutation that makes the step.")
    status: domain.RegistrationStatus = described("The status it leads to.", column="leads_to")


@readable(domain.DealRegistration, description="A partner's claim to sell to an end customer, protected once approved.")
class DealRegistration(Record, Node):
    partner: Account | None = to_one("partner_id", "accounts.Account", "The partner; an active member of a program.")
    registered_by: Contact | None = to_one("registered_by_id", "contacts.Contact", "The partner user who made it.")
    owner: User | None = to_one("owner_id", "users.User", "Who decides on it.")
    status: domain.RegistrationStatus = described("Where it stands.")
    name: str = described("Name of the end customer.")
    customer_domain: str | None = described("Internet domain of the end customer, lower case.")
    customer_tax_id: str | None = described("Tax id of the end customer.")
    customer_country: CountryCode | None = described("Country of the end customer.")
    product_family: str | None = described("What it is about; anything when left out.")
    estimated_amount: Money | None = money("estimated_amount_minor", "What it may be worth.")
    estimated_close: date | None = described("Day it is expected to close.")
    evidence: str | None = described("What the partner has done to find the deal.")
    notes: str | None = described("Free text, for colleagues only.")
    customer_account: Account | None = to_one(
        "customer_account_id", "accounts.Account", "The account of the end customer, if it is known."
    )
    matched_by: domain.MatchedBy | None = described("How that account was found.")
    has_conflict: bool = described("Whether something stands against it, as it was last looked at.")
    conflict: domain.ConflictKind | None = described("What stands against it.")
    override_reason: str | None = described("Why it may be approved in spite of that.")
    submitted_at: datetime | None = described("When it was submitted; of several claims the first counts.")
    decision_due_at: datetime | None = described("Until when it is to be decided: 48 business hours after.")
    is_overdue: bool = described("Whether it was not decided in time.")
    decided_at: datetime | None = described("When it was approved or rejected.")
    rejection_reason: domain.RejectionReason | None = described("Why it was rejected.")
    rejection_detail: str | None = described("More about why.")
    approved_at: datetime | None = described("Since when the customer is protected.")
    expires_at: datetime | None = described("Until when it is.")
    extensions: int = described("How often that was extended; at most 3.")
    progress: str | None = described("What the partner had done when it was last extended.")
    opportunity: Opportunity | None = to_one("opportunity_id", "opportunities.Opportunity", "What it became.")
    available_transitions: list[DealRegistrationTransition] = listed(
        "registration_id", "The steps you can take now.", order=("place",)
    )


complete(DealRegistration)
for owner, name, by, text in (
    (Account, "deal_registrations", "partner_id", "Deals it has registered as a partner."),
    (Account, "registrations_of_it", "customer_account_id", "Deals with it that partners have registered."),
    (Contact, "deal_registrations", "registered_by_id", "Deals he has registered as a partner user."),
    (User, "deal_registrations", "owner_id", "Registrations the user decides on."),
    (Opportunity, "deal_registrations", "opportunity_id", "Registrations that became it."),
):
    extend(owner, name, DealRegistration, by, text)

REGISTRATIONS = Writes(
    DealRegistration,
    "deal_registration",
    Service(domain.create, domain.upsert_many, domain.RegistrationRow, domain.archive, domain.restore),
    fields=(
        "partner",
        "owner",
        "name",
        "customer_domain",
        "customer_tax_id",
        "customer_country",
        "customer_account",
        "product_family",
        "estimated_amount",
        "estimated_close",
        "evidence",
        "notes",
    ),
    required=("name",),
)


async def override(work: Work, id: Any, *, reason: str, if_version: int | None) -> Any:
    return await domain.override(work, id, reason, if_version=if_version)


async def reject(
    work: Work, id: Any, *, reason: domain.RejectionReason, detail: str | None = None, if_version: int | None
) -> Any:
    return await domain.reject(work, id, reason, detail=detail, if_version=if_version)


async def extend_it(work: Work, id: Any, *, progress: str, days: int | None = None, if_version: int | None) -> Any:
    return await domain.extend(work, id, progress, days=days, if_version=if_version)


async def convert(work: Work, id: Any, *, opportunity: Any = None, pipeline: Any = None, if_version: int | None) -> Any:
    return await domain.convert(work, id, opportunity_id=opportunity, pipeline_id=pipeline, if_version=if_version)


AGGREGATE = Aggregate(
    DealRegistration,
    {
        "STATUS": column_key("status", None, "By where they stand."),
        "PARTNER": column_key("partner_id", ("Account", "acc"), "By partner."),
        "OWNER": column_key("owner_id", ("User", "usr"), "By who decides."),
        "CONFLICT": column_key("conflict", None, "By what stands against them."),
        "REJECTION_REASON": column_key("rejection_reason", None, "By why they were rejected."),
    },
    money="estimated_amount_minor",
)
DAYS = about(int | None, "For how many days, 1 to 365; 90 when left out.")


@strawberry.type
class Query:
    deal_registration: DealRegistration | None = one(
        DealRegistration, "One registration; null if there is none or you may not see it."
    )
    deal_registrations: Connection[DealRegistration] = many(DealRegistration, "Deal registrations.")
    deal_registrations_aggregate = AGGREGATE.query()


@strawberry.type
class Mutation:
    deal_registration_create = for_outsiders_too(
        REGISTRATIONS.create("Draft a registration; a partner user's is of his own account unless he names another.")
    )
    deal_registration_update = for_outsiders_too(REGISTRATIONS.update("Change a draft."))
    deal_registration_upsert = REGISTRATIONS.upsert("Change the registration that a key names, or make it.")
    deal_registration_bulk_upsert = REGISTRATIONS.bulk_upsert("Upsert up to 250 registrations.")
    deal_registration_archive = REGISTRATIONS.archive("Archive a registration that protects nothing.")
    deal_registration_restore = REGISTRATIONS.restore("Make an archived registration live again.")
    deal_registration_submit = for_outsiders_too(REGISTRATIONS.verb(domain.submit, "Claim the customer."))
    deal_registration_review = REGISTRATIONS.verb(domain.review, "Begin to look at a submitted registration.")
    deal_registration_override = REGISTRATIONS.verb(
        override,
        "Say why a registration may be approved in spite of its conflict; never against one that protects already.",
        reason=about(str, "Why, for colleagues only; at most 500 characters."),
    )
    deal_registration_approve = REGISTRATIONS.verb(
        domain.approve,
        "Protect the customer for this partner; refused with CONFLICT if something stands against it.",
        days=DAYS,
    )
    deal_registration_reject = REGISTRATIONS.verb(
        reject,
        "Decline a registration; the partner reads why.",
        reason=about(domain.RejectionReason, "Why."),
        detail=about(str | None, "More about why, for the partner to read; at most 500 characters."),
    )
    deal_registration_extend = REGISTRATIONS.verb(
        extend_it,
        "Protect the customer longer.",
        progress=about(str, "What the partner has done since; at most 5000 characters."),
        days=DAYS,
    )
    deal_registration_convert = REGISTRATIONS.verb(
        convert,
        "Make an opportunity of an approved registration and share it with the partner; a second call answers the "
        "first result.",
        opportunity=about(lazy("OpportunityRef", "api.schema.opportunities") | None, "One that there is already."),
        pipeline=about(lazy("PipelineRef", "api.schema.pipelines") | None, "Pipeline of a new one; else the oldest."),
    )
    deal_registration_withdraw = for_outsiders_too(
        REGISTRATIONS.verb(domain.withdraw, "Take a registration back, protection and all.")
    )
