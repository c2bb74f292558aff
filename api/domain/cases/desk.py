"""How a case gets its number and changes its state: the one way for commands, customers and timers."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from api.domain.kernel import IllegalTransition, Work, assign, new_id
from api.domain.queues import look_again

from .clocks import open_clocks
from .events import CaseStatusChanged
from .models import Case, CaseStay
from .states import FINISHED, UNSETTLED, CaseStatus

# The counter stays locked until the end of the transaction, so that numbers rise in the order of the commits.
TAKE_NUMBERS = """
INSERT INTO case_numbers AS known (tenant_id, last) VALUES ($1, $2)
ON CONFLICT (tenant_id) DO UPDATE SET last = known.last + excluded.last
RETURNING last"""


async def take_numbers(work: Work, how_many: int) -> list[int]:
    """The next numbers of the tenant, in order; those not used leave a gap."""
    if not how_many:
        return []
    ((last,),) = await work.driven.fetch(TAKE_NUMBERS, [work.tenant, how_many])
    return list(range(last - how_many + 1, last + 1))


def check_unfinished(case: Case, verb: str) -> None:
    """Raises IllegalTransition for a finished case: it is read-only, an answer to it begins a new one."""
    if case.status in FINISHED:
        raise IllegalTransition(case.status.value, verb, ())


async def enter(work: Work, case: Case, status: CaseStatus, reason: str | None = None, **facts: Any) -> None:
    """Put a case into another state, with the facts that belong to it: history and event."""
    before = case.status
    await work.flush()
    current = select(CaseStay).where(
        CaseStay.tenant_id == work.tenant, CaseStay.case_id == case.id, CaseStay.left_at.is_(None)
    )
    stay = (await work.session.scalars(current)).one()
    at = stay.left_at = max(work.now, stay.entered_at)  # clocks of two machines may differ
    assign(case, {"status": status, "status_since": at, **facts})
    await work.flush()  # of a case there is one present stay
    begin_stay(work, case, reason)
    work.emit(CaseStatusChanged(case.id, before.value, status.value, reason))
    clocks = await open_clocks(work, [case])
    clocks.entered(case, before)
    await clocks.settle()
    if case.queue_id is not None and case.owner_id is not None and status not in UNSETTLED:
        await look_again(work, [case.queue_id])  # its agent has room for another one


def begin_stay(work: Work, case: Case, reason: str | None = None) -> None:
    work.add(
        CaseStay(
            id=new_id(),
            case_id=case.id,
            status=case.status,
            entered_at=case.status_since,
            reason=reason,
            actor_id=work.actor,
        )
    )


def job_key(case: UUID) -> str:
    return case.hex
