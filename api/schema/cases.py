"""Cases: what customers want from us, what is said about it, how it ends."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement, Integer, Text, column, select, values

from api.domain import cases as domain
from api.domain.kernel import Context, Work

from .accounts import Account
from .aggregates import Aggregate, column_key
from .binding import computed, described, listed, readable, to_one
from .business_hours import BusinessHours
from .commands import Service, Writes
from .connections import Connection, about, extend, many, one
from .contacts import Contact
from .enums import described_enum
from .interfaces import Node, Record
from .mutations import for_outsiders_too
from .products import Product
from .queues import Queue
from .records import complete
from .users import User
from .wire import id_text

described_enum(
    domain.CaseStatus,
    "CaseStatus",
    "Where a case stands.",
    NEW="Nobody works on it yet.",
    OPEN="Somebody works on it.",
    WAITING_CUSTOMER="The customer has to answer; when he does, it is open again.",
    WAITING_THIRD_PARTY="Somebody else has to do something.",
    RESOLVED="Settled; for seven days it can be reopened.",
    CLOSED="Settled for good.",
    CANCELLED="It needed no answer, and counts in no figure.",
    DUPLICATE="It says the same as another case.",
)
described_enum(
    domain.CaseOrigin,
    "CaseOrigin",
    "The way it came in.",
    EMAIL="By e-mail.",
    PHONE="By telephone.",
    WEB="Through a form on a page.",
    CHAT="In a chat.",
    SOCIAL="On a social network.",
    API="From a program.",
    PARTNER="Through a partner.",
)
described_enum(
    domain.CaseType,
    "CaseType",
    "What kind of concern it is.",
    QUESTION="Somebody wants to know something.",
    PROBLEM="Something does not work.",
    REQUEST="Somebody wants something.",
    COMPLAINT="Somebody is not content.",
    OTHER="Something else.",
)
described_enum(
    domain.CasePriority,
    "CasePriority",
    "What is done first; targets are set by it.",
    LOW="It can wait.",
    NORMAL="In its turn.",
    HIGH="Before others.",
    URGENT="At once.",
)
described_enum(
    domain.CaseSeverity,
    "CaseSeverity",
    "How bad it is for the customer.",
    MINOR="A nuisance.",
    MAJOR="Something important does not work.",
    CRITICAL="Nothing works.",
)
described_enum(
    domain.ResolutionCode,
    "ResolutionCode",
    "How it was settled.",
    SOLVED="The cause is gone.",
    WORKAROUND="There is a way round it.",
    ANSWERED="The question was answered.",
    NOT_REPRODUCIBLE="It could not be seen again.",
    WILL_NOT_FIX="It stays as it is.",
    NO_REPLY="The customer did not answer.",
)

described_enum(
    domain.MilestoneType,
    "MilestoneType",
    "What is promised.",
    FIRST_RESPONSE="That a person answers a new case in public.",
    NEXT_RESPONSE="That a person answers what the customer asks later.",
    UPDATE="That the customer hears from a person again and again until the case is resolved.",
    RESOLUTION="That the case is resolved.",
)


class CaseVerb(StrEnum):
    START = "START"
    WAIT_FOR_CUSTOMER = "WAIT_FOR_CUSTOMER"
    WAIT_FOR_THIRD_PARTY = "WAIT_FOR_THIRD_PARTY"
    RESUME = "RESUME"
    RESOLVE = "RESOLVE"
    REOPEN = "REOPEN"
    CLOSE = "CLOSE"
    MARK_DUPLICATE = "MARK_DUPLICATE"
    CANCEL = "CANCEL"


described_enum(
    CaseVerb,
    "CaseVerb",
    "A step in the life of a case, named as the mutation that makes it.",
    START="`caseStart`: work on it.",
    WAIT_FOR_CUSTOMER="`caseWaitForCustomer`.",
    WAIT_FOR_THIRD_PARTY="`caseWaitForThirdParty`.",
    RESUME="`caseResume`: go on.",
    RESOLVE="`caseResolve`: settle it.",
    REOPEN="`caseReopen`: go on after all.",
    CLOSE="`caseClose`: settle it for good.",
    MARK_DUPLICATE="`caseMarkDuplicate`: point at the case that says the same.",
    CANCEL="`caseCancel`: end it without an answer.",
)


def possible() -> Any:
    """One row for each case and verb: the state machine, joined to the cases by their status."""
    rows = [
        (status.value, verb.upper(), place, leads_to.value)
        for status, verbs in domain.TRANSITIONS.items()
        for place, (verb, leads_to) in enumerate(verbs.items())
    ]
    columns = (column("status", Text), column("verb", Text), column("place", Integer), column("leads_to", Text))
    steps = values(*columns, name="case_machine", literal_binds=True).data(rows)
    cases = domain.Case.__table__.alias("settled")
    return (
        select(
            cases.c.tenant_id,
            cases.c.id.label("case_id"),
            cases.c.owner_id,
            steps.c.verb,
            steps.c.place,
            steps.c.leads_to,
        )
        .select_from(cases.join(steps, steps.c.status == cases.c.status))
        .where(cases.c.archived_at.is_(None))
        .subquery("case_transitions")
    )


def may_write(t: Any, context: Context) -> ColumnElement[bool]:
    """A step is possible only for those who may change the case."""
    return context.reach(context.capability.on("case").write, t.owner_id)


@readable(possible(), description="A step that is possible now.", visible=may_write)
class CaseTransition:
    verb: CaseVerb = described("The mutation that makes the step.")
    leads_to: domain.CaseStatus = described("The status after it.")


@readable(
    domain.CaseComment,
    description="What a colleague, a program or a customer said about a case.",
    default_order=(("created_at", False), ("id", False)),
)
class CaseComment:
    id: strawberry.ID = computed(lambda row, _scope: id_text("ccm", row.id), "Id of the comment.")
    user: User | None = to_one("user_id", "users.User", "The colleague who wrote it; null for programs and customers.")
    contact: Contact | None = to_one("contact_id", "contacts.Contact", "The customer who wrote it; null for ours.")
    body: str = described("The text.")
    is_public: bool = described("Whether the customer may see it.")
    is_automated: bool = described("Whether a machine wrote it, such as an automatic reply; it answers nothing.")
    created_at: datetime = described("When it was written.")


@readable(
    domain.CaseStay,
    description="One stay of a case in a status.",
    default_order=(("entered_at", True), ("id", True)),
)
class CaseStatusHistoryEntry:
    id: strawberry.ID = computed(lambda row, _scope: id_text("csh", row.id), "Id of the stay.")
    status: domain.CaseStatus = described("The status.")
    entered_at: datetime = described("When it came.")
    left_at: datetime | None = described("When it left; null while it is there.")
    reason: str | None = described("Why it came.")


@readable(domain.Case, description="What somebody wants from us, until it is settled.")
class Case(Record, Node):
    number: int = described("Rises with each case of the tenant; some numbers are left out.")
    subject: str = described("What it is about.")
    description: str | None = described("What the customer told us.")
    notes: str | None = described("Free text, for colleagues only.")
    account: Account | None = to_one("account_id", "accounts.Account", "Whose concern it is.")
    contact: Contact | None = to_one("contact_id", "contacts.Contact", "Who asks.")
    product: Product | None = to_one("product_id", "products.Product", "What it is about.")
    owner: User | None = to_one("owner_id", "users.User", "Who works on it; null for nobody.")
    queue: Queue | None = to_one("queue_id", "queues.Queue", "Where it waits for an agent, or came from.")
    skills: list[str] = described("What an agent should know, lower case; queues that route by SKILL ask for it.")
    parent: "Case | None" = to_one("parent_id", "cases.Case", "The case it is part of; at most 10 levels.")
    follows: "Case | None" = to_one("follows_id", "cases.Case", "The finished case that it goes on from.")
    duplicate_of: "Case | None" = to_one("duplicate_of_id", "cases.Case", "The case that says the same.")
    from_email: str | None = described("The address it came from; it finds the contact of a new case.")
    origin: domain.CaseOrigin = described("The way it came in.")
    type: domain.CaseType | None = described("What kind of concern it is.")
    priority: domain.CasePriority = described("What is done first.")
    severity: domain.CaseSeverity | None = described("How bad it is for the customer.")
    status: domain.CaseStatus = described("Where it stands.")
    status_since: datetime = described("Since when it stands there.")
    is_escalated: bool = described("Whether it was escalated.")
    escalation_level: int = described("How often it was escalated, 0 to 5; it never falls.")
    reopen_count: int = described("How often it was reopened.")
    first_response_at: datetime | None = described("When a person of ours first answered in public.")
    resolved_at: datetime | None = described("When it was settled; null while it is not.")
    resolution_code: domain.ResolutionCode | None = described("How it was settled.")
    resolution: str | None = described("What settled it.")
    closes_at: datetime | None = described("When it closes by itself; null unless it is resolved.")
    closed_at: datetime | None = described("When it was finished: closed, cancelled, or found to be a duplicate.")
    business_hours: BusinessHours | None = to_one(
        "business_hours_id",
        "business_hours.BusinessHours",
        "What its clocks are measured by where its policy names none.",
    )
    next_due_at: datetime | None = described("When the next of its milestones is due, or was; null if none is.")
    available_transitions: list[CaseTransition] = listed(
        "case_id", "The steps you can take now.", order=("place", "verb")
    )


complete(Case)
extend(Case, "comments", CaseComment, "case_id", "What was said about it, the oldest first.")
extend(Case, "status_history", CaseStatusHistoryEntry, "case_id", "Its stays in each status, the newest first.")
for owner, name, by, text in (
    (Account, "cases", "account_id", "Its cases."),
    (Contact, "cases", "contact_id", "Cases that the contact asks for."),
    (User, "cases", "owner_id", "Cases that the user works on."),
    (Queue, "cases", "queue_id", "Cases in it, whoever has them."),
    (Product, "cases", "product_id", "Cases about it."),
    (Case, "parts", "parent_id", "Cases that are part of it."),
    (Case, "follow_ups", "follows_id", "Cases that go on from it."),
    (Case, "duplicates", "duplicate_of_id", "Cases that say the same."),
):
    extend(owner, name, Case, by, text)

CASES = Writes(
    Case,
    "case",
    Service(domain.create, domain.upsert_many, domain.CaseRow, domain.archive, domain.restore),
    fields=(
        "subject",
        "description",
        "notes",
        "account",
        "contact",
        "product",
        "owner",
        "queue",
        "skills",
        "parent",
        "from_email",
        "origin",
        "type",
        "priority",
        "severity",
        "business_hours",
    ),
    required=("subject",),
)
CASE = Annotated["CaseRef", strawberry.lazy("api.schema.cases")]  # type: ignore[name-defined] # noqa: F821
CONTACT = Annotated["ContactRef", strawberry.lazy("api.schema.contacts")]  # type: ignore[name-defined] # noqa: F821
WHY = about(str, "Why; at most 500 characters.")
WAITS_FOR = about(str | None, "For what; at most 500 characters.")


async def resolve(work: Work, id: UUID, *, code: domain.ResolutionCode, if_version: int | None, **facts: Any) -> Any:
    return await domain.resolve(work, id, code, if_version=if_version, **facts)


async def reopen(work: Work, id: UUID, *, reason: str, if_version: int | None) -> Any:
    return await domain.reopen(work, id, reason, if_version=if_version)


async def cancel(work: Work, id: UUID, *, reason: str, if_version: int | None) -> Any:
    return await domain.cancel(work, id, reason, if_version=if_version)


async def escalate(work: Work, id: UUID, *, reason: str, if_version: int | None) -> Any:
    return await domain.escalate(work, id, reason, if_version=if_version)


async def mark_duplicate(work: Work, id: UUID, *, of: UUID, if_version: int | None) -> Any:
    return await domain.mark_duplicate(work, id, of, if_version=if_version)


async def comment(
    work: Work, id: UUID, *, body: str, contact: UUID | None = None, if_version: int | None, **facts: bool | None
) -> Any:
    said = {name: bool(fact) for name, fact in facts.items()}
    return await domain.comment(work, id, body, contact_id=contact, if_version=if_version, **said)


AGGREGATE = Aggregate(
    Case,
    {
        "STATUS": column_key("status", None, "By status."),
        "PRIORITY": column_key("priority", None, "By priority."),
        "ORIGIN": column_key("origin", None, "By the way they came in."),
        "TYPE": column_key("type", None, "By kind of concern."),
        "QUEUE": column_key("queue_id", ("Queue", "que"), "By queue."),
        "OWNER": column_key("owner_id", ("User", "usr"), "By who works on them."),
        "ACCOUNT": column_key("account_id", ("Account", "acc"), "By account."),
        "PRODUCT": column_key("product_id", ("Product", "prd"), "By product."),
        "RESOLUTION_CODE": column_key("resolution_code", None, "By how they were settled."),
    },
)


@strawberry.type
class Query:
    case: Case | None = one(Case, "One case; null if there is none or you may not see it.")
    cases: Connection[Case] = many(Case, "Cases.")
    cases_aggregate = AGGREGATE.query()


@strawberry.type
class Mutation:
    case_create = for_outsiders_too(
        CASES.create("Make a case; `fromEmail` finds the contact that wrote it. A customer opens it for himself.")
    )
    case_update = CASES.update("Change a case that is not finished; its status changes by its own mutations.")
    case_upsert = CASES.upsert("Change the case that a key names, or make it.")
    case_bulk_upsert = CASES.bulk_upsert("Upsert up to 250 cases.")
    case_archive = CASES.archive("Archive a case; figures no longer count it.")
    case_restore = CASES.restore("Make an archived case live again.")
    case_start = CASES.verb(domain.start, "Begin to work on a new case; one that nobody owns becomes yours.")
    case_wait_for_customer = CASES.verb(
        domain.wait_for_customer, "Wait for the customer's answer, which resumes it.", reason=WAITS_FOR
    )
    case_wait_for_third_party = CASES.verb(domain.wait_for_third_party, "Wait for somebody else.", reason=WAITS_FOR)
    case_resume = CASES.verb(domain.resume, "Go on with a case that waits.")
    case_resolve = CASES.verb(
        resolve,
        "Settle a case; it can be reopened for seven days, and then closes by itself.",
        code=about(domain.ResolutionCode, "How it was settled."),
        resolution=about(str | None, "What settled it."),
    )
    case_reopen = CASES.verb(reopen, "Go on with a case that was resolved less than seven days ago.", reason=WHY)
    case_close = CASES.verb(domain.close, "Settle a resolved case for good, before it closes by itself.")
    case_cancel = CASES.verb(cancel, "End a case that needs no answer.", reason=WHY)
    case_mark_duplicate = CASES.verb(
        mark_duplicate, "End a case that says the same as another.", of=about(CASE, "The other case.")
    )
    case_escalate = CASES.verb(escalate, "Raise the level of escalation by one.", reason=WHY)
    case_comment = for_outsiders_too(
        CASES.verb(
            comment,
            "Add a comment. One of a contact resumes, reopens or follows up the case, as its status is: see "
            "`followUps`. What an outsider says is his own, and public.",
            body=about(str, "The text; at most 50,000 characters."),
            is_public=about(bool | None, "Whether the customer may see it; not when left out."),
            is_automated=about(bool | None, "Whether a machine wrote it; then it answers nothing."),
            contact=about(CONTACT | None, "The customer who said it to us; null for what we say."),
        )
    )
