"""The verbs that change the state of a case."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from api.domain.kernel import IllegalTransition, Invalid, Work, checked, next_state, parse, wire

from .desk import enter, job_key
from .escalating import Occasion, act, look_at_ages
from .events import CaseCancelled, CaseClosed, CaseMarkedDuplicate, CaseReopened, CaseResolved
from .level_states import MilestoneType
from .measures import taken
from .models import Case
from .routing import hand_to
from .states import TRANSITIONS, CaseStatus, EscalationTrigger, ResolutionCode

CLOSE = "case.close"  # the timer's kind of job
REASON, RESOLUTION = 500, 20_000
CLOSES_AFTER = timedelta(days=7)  # so long a resolved case can be reopened; then it is closed


async def start(work: Work, id: UUID, *, if_version: int | None = None) -> Case:
    """Begin to work on a new case; one that nobody owns becomes that of the acting user, as with `take`."""
    case = await work.edit(Case, id, if_version=if_version)
    status = next_state(TRANSITIONS, case.status, "start")
    if case.owner_id is None and work.viewer.user is not None:
        await hand_to(work, case, work.viewer.user)
    await enter(work, case, status)
    return case


async def wait_for_customer(work: Work, id: UUID, *, reason: str | None = None, if_version: int | None = None) -> Case:
    return await wait(work, id, "wait_for_customer", reason, if_version)


async def wait_for_third_party(
    work: Work, id: UUID, *, reason: str | None = None, if_version: int | None = None
) -> Case:
    return await wait(work, id, "wait_for_third_party", reason, if_version)


async def wait(work: Work, id: UUID, verb: str, reason: str | None, if_version: int | None) -> Case:
    case = await work.edit(Case, id, if_version=if_version)
    status = next_state(TRANSITIONS, case.status, verb)
    await enter(work, case, status, checked(reason or "", "reason", limit=REASON, required=False) or None)
    return case


async def resume(work: Work, id: UUID, *, if_version: int | None = None) -> Case:
    """Go on with a case that waited."""
    case = await work.edit(Case, id, if_version=if_version)
    await enter(work, case, next_state(TRANSITIONS, case.status, "resume"))
    return case


async def resolve(
    work: Work, id: UUID, code: ResolutionCode, *, resolution: str | None = None, if_version: int | None = None
) -> Case:
    """Settle a case. It can be reopened for seven days and closes then by itself.

    Raises:
        IllegalTransition: it is new, resolved or finished.
    """
    case = await work.edit(Case, id, if_version=if_version)
    status = next_state(TRANSITIONS, case.status, "resolve")
    told = checked(resolution or "", "resolution", limit=RESOLUTION, required=False) or None
    closes_at = work.now + CLOSES_AFTER
    facts: dict[str, Any] = {
        "resolution": told,
        "resolution_code": code,
        "resolved_at": work.now,
        "closes_at": closes_at,
    }
    await enter(work, case, status, **facts)
    case.resolution_us = await taken(work, case, MilestoneType.RESOLUTION)
    work.emit(CaseResolved(id, code.value, closes_at))
    await work.schedule(CLOSE, key=job_key(id), due_at=closes_at, payload={"case": wire("cas", id)})
    return case


async def reopen(work: Work, id: UUID, reason: str, *, if_version: int | None = None) -> Case:
    """Go on with a resolved case.

    Raises:
        IllegalTransition: it is not resolved, or was seven days ago.
        Required: the reason is blank.
    """
    case = await work.edit(Case, id, if_version=if_version)
    status = next_state(TRANSITIONS, case.status, "reopen")
    if not may_reopen(case, work):
        raise IllegalTransition(case.status.value, "reopen", ("close",))
    reason = checked(reason, "reason", limit=REASON)
    facts = dict.fromkeys(("resolution", "resolution_code", "resolved_at", "resolution_us", "closes_at"))
    await enter(work, case, status, reason, reopen_count=case.reopen_count + 1, **facts)
    work.emit(CaseReopened(id, reason, case.reopen_count))
    await work.unschedule(CLOSE, key=job_key(id))
    await act(work, [Occasion(case, EscalationTrigger.REOPENED)])
    await look_at_ages(work)
    return case


def may_reopen(case: Case, work: Work) -> bool:
    return case.status is CaseStatus.RESOLVED and case.closes_at is not None and work.now < case.closes_at


async def close(work: Work, id: UUID, *, if_version: int | None = None) -> Case:
    """Finish a resolved case before it closes by itself."""
    case = await work.edit(Case, id, if_version=if_version)
    status = next_state(TRANSITIONS, case.status, "close")
    await finish(work, case, status)
    work.emit(CaseClosed(id, is_automatic=False))
    await work.unschedule(CLOSE, key=job_key(id))
    return case


async def close_due(work: Work, payload: Mapping[str, Any]) -> None:
    """The job of the timer: close a case that was resolved long enough ago; do nothing to any other."""
    id = parse("cas", payload["case"])
    for case in await work.affect(Case, [id]):
        if case.status is not CaseStatus.RESOLVED or case.closes_at is None:
            return
        if work.now < case.closes_at:  # the clock of the database is ahead, or was set back
            await work.schedule(CLOSE, key=job_key(id), due_at=case.closes_at, payload=payload)
            return
        await finish(work, case, CaseStatus.CLOSED)
        work.emit(CaseClosed(id, is_automatic=True))


async def cancel(work: Work, id: UUID, reason: str, *, if_version: int | None = None) -> Case:
    """End a case that needs no answer; it counts in no figure.

    Raises:
        IllegalTransition: it is resolved, finished, or waits for a third party.
        Required: the reason is blank.
    """
    case = await work.edit(Case, id, if_version=if_version)
    status = next_state(TRANSITIONS, case.status, "cancel")
    reason = checked(reason, "reason", limit=REASON)
    await finish(work, case, status, reason)
    work.emit(CaseCancelled(id, reason))
    return case


async def mark_duplicate(work: Work, id: UUID, of_id: UUID, *, if_version: int | None = None) -> Case:
    """End a case that says the same as another.

    Raises:
        IllegalTransition: it waits, is resolved or finished.
        Invalid: the other is itself, or a duplicate already.
    """
    await work.load(Case, [id, of_id], lock=True)  # nobody makes the other one a duplicate of this meanwhile
    case = await work.edit(Case, id, if_version=if_version)
    status = next_state(TRANSITIONS, case.status, "mark_duplicate")
    other = await work.reference(Case, of_id, "of")
    if other is None or other.id == id or other.status is CaseStatus.DUPLICATE:
        raise Invalid(("of",), "name another case, one that is no duplicate itself", "original")
    await finish(work, case, status, duplicate_of_id=other.id)
    work.emit(CaseMarkedDuplicate(id, wire("cas", other.id)))
    return case


async def finish(work: Work, case: Case, status: CaseStatus, reason: str | None = None, **facts: Any) -> None:
    await enter(work, case, status, reason, closes_at=None, closed_at=work.now, **facts)


async def available_transitions(work: Work, id: UUID) -> list[str]:
    """The verbs that are possible now."""
    case = await work.get(Case, id)
    return [verb for verb in TRANSITIONS[case.status] if verb != "reopen" or may_reopen(case, work)]
