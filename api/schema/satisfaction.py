"""Satisfaction: what customers are asked through signed links, and what they answer."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import strawberry
from strawberry.types import Info

from api.domain import satisfaction as domain
from api.domain.kernel import Work

from .aggregates import Aggregate, column_key
from .binding import described, listed, readable, to_one
from .cases import Case
from .commands import Verbs
from .connections import Connection, about, extend, lazy, many, one
from .contacts import Contact
from .context import Context
from .enums import described_enum
from .inputs import ids_of
from .interfaces import Node, Record
from .mutations import field_of, options_of
from .records import complete
from .references import Asked, given
from .steps import steps_of, writable
from .writing import write, write_payload

described_enum(
    domain.SatisfactionKind,
    "SatisfactionKind",
    "What is asked.",
    CSAT="How content somebody is with how a case was handled, 1 to 5.",
    NPS="How likely somebody recommends us, 0 to 10.",
)
described_enum(
    domain.RequestStatus,
    "SatisfactionRequestStatus",
    "What became of a request.",
    ASKED="Not answered.",
    ANSWERED="Answered, once and for all.",
    DECLINED="The contact does not want to be asked.",
)


class SatisfactionRequestVerb(StrEnum):
    DECLINE = "DECLINE"


described_enum(
    SatisfactionRequestVerb,
    "SatisfactionRequestVerb",
    "A step in the life of a request, named as the mutation that makes it.",
    DECLINE="`satisfactionRequestDecline`: the contact does not want to be asked.",
)
BY_HAND = {  # the answer is the customer's
    status: {verb: to for verb, to in verbs.items() if verb != "answer"} for status, verbs in domain.TRANSITIONS.items()
}


@readable(
    steps_of(domain.SatisfactionRequest, BY_HAND, "request_id"),
    description="A step that is possible now.",
    visible=writable(domain.SatisfactionRequest),
)
class SatisfactionRequestTransition:
    verb: SatisfactionRequestVerb = described("The mutation that makes the step.")
    status: domain.RequestStatus = described("The status it leads to.", column="leads_to")


@readable(domain.SatisfactionRequest, description="That a contact was asked how content it is, and what it answered.")
class SatisfactionRequest(Record, Node):
    kind: domain.SatisfactionKind = described("What is asked.")
    contact: Contact | None = to_one("contact_id", "contacts.Contact", "Who is asked.")
    case: Case | None = to_one("case_id", "cases.Case", "The case it is about; NPS may be about none.")
    status: domain.RequestStatus = described("What became of it.")
    expires_at: datetime = described("From when on its link takes no answer.")
    answered_at: datetime | None = described("When it was answered or declined.")
    score: int | None = described("The answer: 1 to 5 for CSAT, 0 to 10 for NPS.")
    comment: str | None = described("What the contact said besides.")
    available_transitions: list[SatisfactionRequestTransition] = listed(
        "request_id", "The steps you can take now.", order=("place",)
    )


complete(SatisfactionRequest, synced=False)
for owner, by, text in ((Contact, "contact_id", "What it was asked."), (Case, "case_id", "What was asked about it.")):
    extend(owner, "satisfaction_requests", SatisfactionRequest, by, text)

REQUESTS = Verbs(SatisfactionRequest, "satisfaction_request")
LINK = (
    "The path of its link on this server: a POST to it answers, a GET only says what is asked. Null if refused, on a "
    "dry run, and when an idempotency key repeats a request."
)
LINKED = write_payload(
    SatisfactionRequest, "satisfaction_request", name="SatisfactionLinkPayload", link=(str | None, LINK)
)
AGGREGATE = Aggregate(
    SatisfactionRequest,
    {
        "KIND": column_key("kind", None, "By what is asked."),
        "STATUS": column_key("status", None, "By what became of them."),
        "CONTACT": column_key("contact_id", ("Contact", "con"), "By who is asked."),
    },
)


@strawberry.input(description="What is asked of whom.")
class SatisfactionRequestCreateInput:
    kind: domain.SatisfactionKind = strawberry.field(description="What is asked.")
    case: lazy("CaseRef", "api.schema.cases") | None = strawberry.field(  # type: ignore[valid-type]
        description="The case it is about, resolved or closed; CSAT needs one.", default=strawberry.UNSET
    )
    contact: lazy("ContactRef", "api.schema.contacts") | None = strawberry.field(  # type: ignore[valid-type]
        description="Who is asked; the contact of the case when left out.", default=strawberry.UNSET
    )
    valid_days: int | None = strawberry.field(
        description="For how many days the link takes an answer, 1 to 90; 30 when left out.", default=strawberry.UNSET
    )


async def ask(work: Work, value: SatisfactionRequestCreateInput) -> domain.SatisfactionRequest:
    references = [Asked(one, (name,)) for name in ("case", "contact") if (one := getattr(value, name))]
    ids = await ids_of(work, references)
    found = {f"{one.path[0]}_id": ids.of(one.reference, *one.path) for one in references}
    return await domain.ask(work, value.kind, valid_days=given(value).get("valid_days"), **found)


async def create(info: Info[Context, None], **arguments: Any) -> Any:
    options, rest = options_of(arguments)
    made: list[domain.SatisfactionRequest] = []

    async def command(work: Work) -> domain.SatisfactionRequest:
        made[:] = [await ask(work, rest["input"])]
        return made[0]

    answer = await write(info, LINKED, command, options, rest, "input")
    if made and not answer.errors and not options.dry_run:
        signed = domain.sign(info.context.reads.secret, info.context.viewer.tenant, made[0].id)
        answer.link = f"/satisfaction/{signed}"
    return answer


@strawberry.type
class Query:
    satisfaction_request: SatisfactionRequest | None = one(
        SatisfactionRequest, "One request; null if there is none or you may not see it."
    )
    satisfaction_requests: Connection[SatisfactionRequest] = many(
        SatisfactionRequest, "What contacts were asked, and their answers."
    )
    satisfaction_requests_aggregate = AGGREGATE.query()


@strawberry.type
class Mutation:
    satisfaction_request_create = field_of(
        create,
        {"input": about(SatisfactionRequestCreateInput, "What is asked of whom.")},
        LINKED,
        "Ask a contact how content it is. You send it the link. It is not asked again within 30 days, nor once it has "
        "declined.",
    )
    satisfaction_request_decline = REQUESTS.verb(
        domain.decline, "Note that the contact does not want to be asked, until this request is archived."
    )
    satisfaction_request_archive = REQUESTS.verb(
        domain.archive, "Archive a request; its link takes no answer, and what was declined counts no more."
    )
    satisfaction_request_restore = REQUESTS.verb(domain.restore, "Make an archived request live again.")
