"""Comments: what colleagues, programs and customers say about a case, and what follows from it."""

from uuid import UUID

from api.domain.contacts import Contact
from api.domain.kernel import (
    IllegalTransition,
    Invalid,
    NotAllowed,
    ShareLevel,
    Work,
    checked,
    new_id,
    shared_at,
    wire,
)
from api.domain.queues import Queue

from .clocks import open_clocks
from .desk import check_unfinished, enter
from .events import CaseCommented, CaseFollowedUp, CaseResponded
from .level_states import MilestoneType
from .measures import taken
from .models import Case, CaseComment
from .moves import may_reopen, reopen
from .service import CaseRow, CaseValues, write_cases
from .states import FINISHED, CaseStatus

BODY = 50_000
REPLIED = "the customer replied"
# To a case that follows.
HANDED_ON = ("account_id", "product_id", "origin", "type", "priority", "severity", "skills", "business_hours_id")


async def comment(  # noqa: PLR0913 - what is said, to whom, by whom
    work: Work,
    id: UUID,
    body: str,
    *,
    is_public: bool = False,
    is_automated: bool = False,
    contact_id: UUID | None = None,
    if_version: int | None = None,
) -> Case:
    """Add a comment; returns the case that has it.

    `contact_id` is the customer who said it to us; an outsider himself, who always speaks in public and by hand.
    Unless it was a machine's doing, a case that waited for the customer goes on, one that was resolved is reopened,
    and a finished one is followed by a new case, which gets the comment. The first public comment of a person of ours
    is the first response.

    Raises:
        IllegalTransition: a comment on a finished case by us, or by a partner user.
        NotAllowed: an outsider who may only see the case.
        Required, TooLong: the text.
        Invalid: what a customer says is public.
    """
    if work.viewer.outside:
        contact_id, is_public, is_automated = work.viewer.principal, True, False
        await permit_comment(work, id)
    case = await work.edit(Case, id, if_version=if_version)
    body = checked(body, "body", limit=BODY)
    contact = await work.reference(Contact, contact_id, "contact")
    if contact is None:
        check_unfinished(case, "comment")
    elif not is_public:
        raise Invalid(
            ("is_public",), "what a customer says is public; leave the contact out of internal comments", "public"
        )
    elif not is_automated:
        case = await answered(work, case, contact)
    user = None if contact else work.viewer.user
    said = CaseComment(
        id=new_id(),
        case_id=case.id,
        user_id=user,
        contact_id=contact_id,
        body=body,
        is_public=is_public,
        is_automated=is_automated,
        created_at=work.now,
    )
    work.add(said)
    who = wire("con", contact.id) if contact else None
    work.emit(CaseCommented(case.id, wire("ccm", said.id), is_public, is_automated, who))
    if is_public and not is_automated:
        await heard(work, case, said)
    return case


async def heard(work: Work, case: Case, said: CaseComment) -> None:
    """What a public comment of a person does to the clocks."""
    clocks = await open_clocks(work, [case])
    if said.contact_id is not None:
        clocks.asked(case)
    elif said.user_id is not None:
        clocks.responded(case)
        if case.first_response_at is None:
            case.first_response_at = work.now
            case.first_response_us = await taken(work, case, MilestoneType.FIRST_RESPONSE)
            work.emit(CaseResponded(case.id, work.now))
    await clocks.settle()


async def permit_comment(work: Work, id: UUID) -> None:
    """Let an outsider comment on a case that he asks for, or that is shared with him for that.

    Raises:
        NotFound, NotAllowed: he does not see the case, or may only see it.
    """
    case = await work.get(Case, id, lock=True)
    asks = work.viewer.account is None and case.contact_id == work.viewer.principal
    if not asks and not await shared_at(work, Case, [id], ShareLevel.COMMENT, ShareLevel.EDIT):
        raise NotAllowed(Case.object, "comment on")
    if work.viewer.account is not None:  # only a customer's answer begins a case
        check_unfinished(case, "comment")
        if case.status is CaseStatus.RESOLVED and not may_reopen(case, work):
            raise IllegalTransition(case.status.value, "comment", ())
    work.permit(case)


async def answered(work: Work, case: Case, contact: Contact) -> Case:
    """What an answer of the customer does to a case; the case that goes on."""
    if case.status is CaseStatus.WAITING_CUSTOMER:
        await enter(work, case, CaseStatus.OPEN, REPLIED)
    elif may_reopen(case, work):
        await reopen(work, case.id, REPLIED)
    elif case.status in FINISHED or case.status is CaseStatus.RESOLVED:
        return await follow_up(work, case, contact)
    return case


async def follow_up(work: Work, case: Case, contact: Contact) -> Case:
    """A new case that goes on where a finished one ended."""
    values: CaseValues = {"subject": case.subject, "contact_id": contact.id}
    # Its terms are those of the same account and kind, which a customer who is an outsider need not see.
    facts = {name: getattr(case, name) for name in HANDED_ON} | {"follows_id": case.id}
    if case.queue_id is not None:
        (queue,) = await work.affect(Queue, [case.queue_id])
        facts["queue_id"] = queue.id if queue.archived_at is None else None
    next_one = (await write_cases(work, [CaseRow(values=values)], create=True, facts=facts))[0].unwrap()
    work.emit(CaseFollowedUp(next_one.id, wire("cas", case.id)))
    return next_one
