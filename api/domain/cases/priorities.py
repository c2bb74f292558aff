"""Another priority promises other things: what runs is aimed anew, and what was not promised before is caught up on."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from api.domain.kernel import Work, among

from .clocks import Clocks
from .level_states import PAUSABLE, MilestoneType
from .milestones import go_on, hold
from .models import Case, CaseComment, CaseStay
from .states import UNSETTLED, CaseStatus


async def prioritise(clocks: Clocks, cases: Iterable[Case]) -> None:
    """Let the clocks of these cases be those of their present priority.

    What begins to be promised counts from when it would have begun with this priority, with the pauses since.
    """
    lacking: dict[UUID, tuple[Case, set[MilestoneType]]] = {}
    for case in cases:
        clocks.prioritised(case)
        if case.status in UNSETTLED and (types := clocks.lacking(case)):
            lacking[case.id] = (case, types)
    if not lacking:
        return
    stays = await stays_of(clocks.work, lacking)
    said = await said_about(clocks.work, lacking)
    for id, (case, types) in lacking.items():
        begun = begins(case, stays[id], said.get(id, (None, None)))
        for type in MilestoneType:
            if type in types and type in begun:
                catch_up(clocks, case, type, begun[type], stays[id])


def begins(
    case: Case, stays: Sequence[CaseStay], said: tuple[datetime | None, datetime | None]
) -> dict[MilestoneType, datetime]:
    """What is owed for a case, and since when.

    `said`: when a person of ours last said something in public, and since when the customer waits for an answer.
    """
    answered, asked = said
    reopened = [stay.left_at for stay in stays if stay.status is CaseStatus.RESOLVED and stay.left_at is not None]
    begun = max([case.created_at, *reopened])
    found = {MilestoneType.RESOLUTION: case.created_at, MilestoneType.UPDATE: max(begun, answered or begun)}
    if case.first_response_at is None and not reopened:
        found[MilestoneType.FIRST_RESPONSE] = case.created_at
    elif asked is not None and asked >= begun:  # what was asked before a resolution was settled by it
        found[MilestoneType.NEXT_RESPONSE] = asked
    return found


def catch_up(clocks: Clocks, case: Case, type: MilestoneType, since: datetime, stays: Sequence[CaseStay]) -> None:
    """A milestone that stands as if it had run since then."""
    made, terms = clocks.start(case, type, since), clocks.terms_of(case)
    if made is None or terms is None or type not in PAUSABLE:
        return
    for stay in stays:
        stood_still = stay.status is CaseStatus.RESOLVED or terms.pauses(stay.status)
        if stood_still and (stay.left_at is None or stay.left_at > since):
            hold(made, max(stay.entered_at, since))
            if stay.left_at is not None:
                go_on(made, clocks.calendar(made), stay.left_at, terms.version.warn_percent)


async def stays_of(work: Work, cases: Iterable[UUID]) -> dict[UUID, list[CaseStay]]:
    """The stays of each case in its states, the first one first."""
    await work.flush()
    query = select(CaseStay).where(CaseStay.tenant_id == work.tenant, among(CaseStay.case_id, cases))
    found: dict[UUID, list[CaseStay]] = {}
    for stay in await work.session.scalars(query.order_by(CaseStay.entered_at, CaseStay.id)):
        found.setdefault(stay.case_id, []).append(stay)
    return found


async def said_about(work: Work, cases: Iterable[UUID]) -> dict[UUID, tuple[datetime | None, datetime | None]]:
    """Case → when a person of ours last said something in public, and the customer's first words after that."""
    public = (CaseComment.tenant_id == work.tenant, CaseComment.is_public, CaseComment.is_automated.is_(False))
    ours = (
        select(CaseComment.case_id, func.max(CaseComment.created_at).label("at"))
        .where(*public, among(CaseComment.case_id, cases), CaseComment.user_id.is_not(None))
        .group_by(CaseComment.case_id)
    )
    answered = dict((await work.session.execute(ours)).all())
    theirs = select(CaseComment.case_id, CaseComment.created_at).where(
        *public, among(CaseComment.case_id, cases), CaseComment.contact_id.is_not(None)
    )
    asked: dict[UUID, datetime] = {}
    for id, at in await work.session.execute(theirs.order_by(CaseComment.created_at, CaseComment.id)):
        if id not in answered or at > answered[id]:
            asked.setdefault(id, at)
    return {id: (answered.get(id), asked.get(id)) for id in {*answered, *asked}}
