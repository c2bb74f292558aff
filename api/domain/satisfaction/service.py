"""Asking customers how content they are, and taking their answers."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select

from api.domain.cases import Case, CaseStatus
from api.domain.contacts import Contact
from api.domain.kernel import (
    Invalid,
    NotFound,
    PrincipalKind,
    Required,
    Viewer,
    Work,
    checked,
    checked_number,
    next_state,
)

from .errors import AnswerRefused
from .events import SatisfactionAnswered, SatisfactionDeclined
from .models import SatisfactionRequest
from .policy import ANSWERING
from .states import SCORES, TRANSITIONS, RequestStatus, SatisfactionKind

PAUSE = timedelta(days=30)  # so long a contact is left alone after it was asked
VALID_DAYS, MOST_DAYS = 30, 90
COMMENT = 5_000
SETTLED = frozenset({CaseStatus.RESOLVED, CaseStatus.CLOSED})


async def ask(
    work: Work,
    kind: SatisfactionKind,
    *,
    contact_id: UUID | None = None,
    case_id: UUID | None = None,
    valid_days: int | None = None,
) -> SatisfactionRequest:
    """A request whose link takes one answer; without a contact, of the one of the case.

    Raises:
        Required: CSAT without a case, or there is no contact.
        Invalid: the case is not resolved, the contact was asked in the last 30 days or does not want to be asked.
        NotFound, Archived: about the contact or the case.
    """
    days = checked_number(VALID_DAYS if valid_days is None else valid_days, "valid_days", 1, MOST_DAYS) or VALID_DAYS
    work.check_create(SatisfactionRequest)
    case = await work.reference(Case, case_id, "case")
    if kind is SatisfactionKind.CSAT and case is None:
        raise Required(("case",), "say which case the question is about")
    if case is not None and case.status not in SETTLED:
        raise Invalid(("case",), "ask when the case is resolved", "resolved")
    who = contact_id or (case.contact_id if case else None)
    if who is None:
        raise Required(("contact",), "name a contact; the case has none")
    contact = await work.reference(Contact, who, "contact")
    await check_may_ask(work, who)
    return work.add(
        SatisfactionRequest(
            kind=kind,
            contact_id=contact.id if contact else who,
            case_id=case_id,
            status=RequestStatus.ASKED,
            expires_at=work.now + timedelta(days=days),
        )
    )


async def check_may_ask(work: Work, contact: UUID) -> None:
    """Whoever asks waits here for others who ask the same contact."""
    await work.affect(Contact, [contact])
    of_contact = select(SatisfactionRequest.id).where(
        SatisfactionRequest.tenant_id == work.tenant, SatisfactionRequest.contact_id == contact
    )
    declined = of_contact.where(
        SatisfactionRequest.status == RequestStatus.DECLINED, SatisfactionRequest.archived_at.is_(None)
    )
    recent = of_contact.where(SatisfactionRequest.created_at > work.now - PAUSE)
    ((is_declined, is_recent),) = await work.session.execute(select(exists(declined), exists(recent)))
    if is_declined:
        raise Invalid(("contact",), "this contact does not want to be asked", "declined")
    if is_recent:
        raise Invalid(("contact",), "this contact was asked in the last 30 days", "frequency", PAUSE.days)


def answering(tenant: UUID, request: UUID) -> Viewer:
    """Whoever shows a signed link may answer what it asks, and nothing else."""
    return Viewer(tenant, request, PrincipalKind.SYSTEM, "satisfaction link", ANSWERING)


async def answer(work: Work, id: UUID, score: int, *, comment: str | None = None) -> SatisfactionRequest:
    """The one answer.

    Raises:
        AnswerRefused: it is answered, declined, archived or too old.
        Invalid: the score is not on the scale: 1 to 5 for CSAT, 0 to 10 for NPS.
        TooLong: the comment.
    """
    request = await open_request(work, id)
    lowest, highest = SCORES[request.kind]
    request.score = checked_number(score, "score", lowest, highest)
    request.comment = checked(comment or "", "comment", limit=COMMENT, required=False) or None
    request.status = next_state(TRANSITIONS, request.status, "answer")
    request.answered_at = work.now
    work.emit(SatisfactionAnswered(id, score))
    return request


async def decline_by_link(work: Work, id: UUID) -> SatisfactionRequest:
    """As `decline`, by whoever shows the link.

    Raises:
        AnswerRefused: as `answer`.
    """
    return await decline(work, (await open_request(work, id)).id)


async def decline(work: Work, id: UUID, *, if_version: int | None = None) -> SatisfactionRequest:
    """The contact does not want to be asked, now or later, until somebody archives this request.

    Raises IllegalTransition: it is answered or declined.
    """
    request = await work.edit(SatisfactionRequest, id, if_version=if_version)
    request.status = next_state(TRANSITIONS, request.status, "decline")
    request.answered_at = work.now
    work.emit(SatisfactionDeclined(id))
    return request


async def open_request(work: Work, id: UUID, *, lock: bool = True) -> SatisfactionRequest:
    """The request if it takes an answer; else AnswerRefused."""
    try:
        request = await work.get(SatisfactionRequest, id, lock=lock)
    except NotFound as error:
        raise AnswerRefused("unknown") from error
    if request.status is not RequestStatus.ASKED:
        raise AnswerRefused(request.status.value.lower())
    if request.archived_at is not None or is_over(request, work.now):
        raise AnswerRefused("archived or too old")
    return request


def is_over(request: SatisfactionRequest, now: datetime) -> bool:
    return now >= request.expires_at


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> SatisfactionRequest:
    """Archived requests take no answer and count in no figure; one that was declined stops nobody any more."""
    request = await work.edit(SatisfactionRequest, id, if_version=if_version, archived=True)
    request.archived_at = request.archived_at or work.now
    return request


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> SatisfactionRequest:
    request = await work.edit(SatisfactionRequest, id, if_version=if_version, archived=True)
    request.archived_at = None
    return request
