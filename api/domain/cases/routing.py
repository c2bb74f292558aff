"""Cases and agents: queues choose, agents take and release, and each time it is noted who, how and why.

What a queue chooses by is read while its row is locked, so that no agent gets more than it says and no turn is given
twice. A case is locked before its queue, always.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Text, case, func, select

from api.domain.kernel import (
    IllegalTransition,
    Invalid,
    LimitExceeded,
    Required,
    Work,
    among,
    checked,
    new_id,
    parse,
    wire,
)
from api.domain.queues import WAITING, Agent, Queue, QueueRouting, choose, look_again, members_of
from api.domain.users import User

from .events import CaseAssigned, CaseQueued, CaseReleased
from .handling import CaseAssignment, CaseCandidate
from .models import Case
from .states import UNSETTLED, AssignmentWay, CasePriority

REASON = 500
AT_ONCE = 100  # cases that one transaction gives out
OPEN = [status.value for status in sorted(UNSETTLED)]
RANKS = {priority.value: rank for rank, priority in enumerate(reversed(CasePriority))}


@dataclass(frozen=True)
class Handed:
    """A case whose queue or owner was changed as a field, with those it had before."""

    case: Case
    queue: UUID | None
    owner: UUID | None


async def route(
    work: Work, id: UUID, *, queue: UUID | None = None, reason: str | None = None, if_version: int | None = None
) -> Case:
    """Put a case into a queue, by default that in which it is, and let the queue choose its agent anew.

    Raises:
        IllegalTransition: the case is settled.
        Required: it is in no queue and none is given.
    """
    found = await editable(work, id, "route", if_version)
    why = checked(reason or "", "reason", limit=REASON, required=False) or None
    target = await work.reference(Queue, queue or found.queue_id, "queue")
    if target is None:
        raise Required(("queue",), "this case is in no queue; name one")
    left = found.queue_id if found.owner_id is not None else None
    found.queue_id, found.owner_id = target.id, None
    await give_out(work, [found], reason=why, released=False)
    if left is not None:
        await look_again(work, [left])
    return found


async def take(work: Work, id: UUID, *, if_version: int | None = None) -> Case:
    """Make a case that nobody has one's own; one that is one's own stays so.

    Raises:
        IllegalTransition: the case is settled.
        Invalid: somebody has it, or the caller is no user.
        LimitExceeded: one has as many cases of the queue as it gives to an agent.
    """
    found = await editable(work, id, "take", if_version)
    user = work.viewer.user
    if user is None:
        raise Invalid((), "a program owns no cases; use caseUpdate to give this one to a user", "user")
    if found.owner_id == user:
        return found
    if found.owner_id is not None:
        raise Invalid(("where",), "somebody has this case; it has to be released before you can take it", "taken")
    await hand_to(work, found, user)
    return found


async def hand_to(work: Work, found: Case, user: UUID) -> None:
    """Make the user who takes a case its owner.

    Raises:
        LimitExceeded: he has as many cases of the queue as it gives to an agent.
    """
    if found.queue_id is not None:
        (queue,) = await work.affect(Queue, [found.queue_id])
        has = (await loads_of(work, [queue.id])).get((queue.id, user), 0)
        if queue.capacity_per_agent is not None and has >= queue.capacity_per_agent:
            raise LimitExceeded((), queue.capacity_per_agent, "unsettled cases of this queue for one agent")
    found.owner_id = user
    note(work, found, AssignmentWay.TAKEN, user)
    work.emit(CaseAssigned(found.id, wire("usr", user), AssignmentWay.TAKEN.value))


async def release(work: Work, id: UUID, reason: str, *, if_version: int | None = None) -> Case:
    """Take a case from its owner. Its queue chooses somebody who has not released it before.

    Raises:
        IllegalTransition: the case is settled.
        Invalid: nobody has it.
    """
    found = await editable(work, id, "release", if_version)
    why = checked(reason, "reason", limit=REASON)
    owner = found.owner_id
    if owner is None:
        raise Invalid(("where",), "nobody has this case; take it or route it", "released")
    found.owner_id = None
    note(work, found, AssignmentWay.RELEASED, owner, reason=why)
    work.emit(CaseReleased(found.id, wire("usr", owner), why))
    if found.queue_id is not None:
        await give_out(work, [found])
        await look_again(work, [found.queue_id])
    return found


async def handed_over(work: Work, handed: Sequence[Handed]) -> None:
    """What follows from a queue or an owner that was written as a field."""
    for one in handed:
        if one.case.owner_id is not None and one.case.owner_id != one.owner:
            note(work, one.case, AssignmentWay.GIVEN, one.case.owner_id)
            work.emit(CaseAssigned(one.case.id, wire("usr", one.case.owner_id), AssignmentWay.GIVEN.value))
    await give_out(work, [one.case for one in handed if waits(one.case) and one.case.queue_id is not None])
    await look_again(work, {one.queue for one in handed if one.queue is not None and one.owner is not None})


async def waiting_due(work: Work, payload: Mapping[str, Any]) -> None:
    """The job that gives out what waits in a queue, the most urgent first, the oldest of those first."""
    id, skipped = parse("que", payload["queue"]), int(payload.get("skipped", 0))
    rank = case(RANKS, value=Case.priority, else_=len(RANKS))
    query = select(Case.id).where(
        Case.tenant_id == work.tenant,
        Case.queue_id == id,
        Case.owner_id.is_(None),
        Case.archived_at.is_(None),
        among(Case.status, OPEN, Text()),
    )
    page = query.order_by(rank, Case.created_at, Case.id).offset(skipped).limit(AT_ONCE)
    ids = (await work.session.scalars(page)).all()
    locked = {one.id: one for one in await work.affect(Case, ids)}
    still = [one for one in (locked[at] for at in ids) if waits(one) and one.queue_id == id]
    given = await give_out(work, still, again=True)
    (queue,) = await work.affect(Queue, [id])
    # Without skills the first case that nobody can have is followed by others of that kind only.
    if len(ids) == AT_ONCE and (given == AT_ONCE or queue.routing is QueueRouting.SKILL):
        key, rest = f"{id.hex}/more", skipped + AT_ONCE - given
        more = {"queue": payload["queue"], "skipped": rest}
        await work.schedule(WAITING, key=key, due_at=work.now, payload=more)


def waits(found: Case) -> bool:
    return found.owner_id is None and found.archived_at is None and found.status in UNSETTLED


async def editable(work: Work, id: UUID, verb: str, if_version: int | None) -> Case:
    """The case, locked; with the right to change it one may give it to anybody."""
    found = await work.edit(Case, id, if_version=if_version)
    if found.status not in UNSETTLED:
        raise IllegalTransition(found.status.value, verb, ())
    return work.permit(found)


async def give_out(
    work: Work, cases: Sequence[Case], *, reason: str | None = None, released: bool = True, again: bool = False
) -> int:
    """Let their queues choose agents for cases without one, in this order. How many got one.

    `released`: whoever has released a case does not get it back. `again`: that they still wait is not noted anew.
    """
    if not cases:
        return 0
    queues = {one.id: one for one in await work.affect(Queue, {one.queue_id for one in cases if one.queue_id})}
    agents = await agents_of(work, queues)
    turns = await last_turns(work, queues)
    refused = await releasers(work, [one.id for one in cases]) if released else {}
    given = 0
    for one in cases:
        queue = queues[one.queue_id]  # type: ignore[index] # only cases in queues get here
        choice = choose(
            queue.routing,
            list(agents[queue.id].values()),
            skills=frozenset(one.skills),
            capacity=queue.capacity_per_agent,
            released=refused.get(one.id, ()),
        )
        if choice.chosen is None and again:
            continue
        way = AssignmentWay.QUEUED if choice.chosen is None else AssignmentWay.CHOSEN
        turn = None if choice.chosen is None else turns.get(queue.id, 0) + 1
        made = note(work, one, way, choice.chosen, routing=queue.routing, turn=turn, reason=reason)
        if queue.routing is not QueueRouting.MANUAL:
            for agent, standing in choice.standings:
                stood = {"standing": standing, "open_cases": agent.open_cases, "last_turn": agent.last_turn}
                work.add(CaseCandidate(assignment_id=made.id, case_id=one.id, user_id=agent.id, **stood))
        if choice.chosen is None or turn is None:
            work.emit(CaseQueued(one.id, wire("que", queue.id)))
            continue
        one.owner_id, turns[queue.id] = choice.chosen, turn
        chosen = agents[queue.id][choice.chosen]
        agents[queue.id][chosen.id] = replace(chosen, open_cases=chosen.open_cases + 1, last_turn=turn)
        work.emit(CaseAssigned(one.id, wire("usr", chosen.id), way.value))
        given += 1
    return given


def note(work: Work, found: Case, way: AssignmentWay, user: UUID | None, **more: Any) -> CaseAssignment:
    return work.add(
        CaseAssignment(
            id=new_id(),
            case_id=found.id,
            queue_id=found.queue_id,
            user_id=user,
            way=way,
            by_id=work.viewer.user,
            created_at=work.now,
            **more,
        )
    )


# The facts by which queues choose, of queues that are locked


async def agents_of(work: Work, queues: Collection[UUID]) -> dict[UUID, dict[UUID, Agent]]:
    members = await members_of(work, queues)
    users = {user for one in members.values() for user in one}
    live = User.is_active & User.archived_at.is_(None)
    query = select(User.id).where(User.tenant_id == work.tenant, among(User.id, users), live)
    active = set(await work.session.scalars(query)) if users else set()
    loads = await loads_of(work, queues)
    turns = select(CaseAssignment.queue_id, CaseAssignment.user_id, func.max(CaseAssignment.turn)).where(
        CaseAssignment.tenant_id == work.tenant,
        among(CaseAssignment.queue_id, queues),
        CaseAssignment.turn.is_not(None),
    )
    had = await work.session.execute(turns.group_by(CaseAssignment.queue_id, CaseAssignment.user_id))
    last = {(queue, user): turn or 0 for queue, user, turn in had}
    return {
        queue: {
            user: Agent(
                user,
                loads.get((queue, user), 0),
                last.get((queue, user), 0),
                frozenset(one.skills),
                is_paused=one.is_paused,
                is_active=user in active,
            )
            for user, one in members.get(queue, {}).items()
        }
        for queue in queues
    }


async def loads_of(work: Work, queues: Iterable[UUID]) -> dict[tuple[UUID, UUID], int]:
    """(queue, owner) → unsettled cases of the queue that the owner has."""
    await work.flush()
    query = select(Case.queue_id, Case.owner_id, func.count()).where(
        Case.tenant_id == work.tenant,
        among(Case.queue_id, queues),
        Case.owner_id.is_not(None),
        Case.archived_at.is_(None),
        among(Case.status, OPEN, Text()),
    )
    rows = await work.session.execute(query.group_by(Case.queue_id, Case.owner_id))
    return {(queue, owner): number for queue, owner, number in rows if queue and owner}


async def last_turns(work: Work, queues: Collection[UUID]) -> dict[UUID, int]:
    query = select(CaseAssignment.queue_id, func.max(CaseAssignment.turn)).where(
        CaseAssignment.tenant_id == work.tenant,
        among(CaseAssignment.queue_id, queues),
        CaseAssignment.turn.is_not(None),
    )
    rows = await work.session.execute(query.group_by(CaseAssignment.queue_id))
    return {queue: turn for queue, turn in rows if queue and turn}


async def releasers(work: Work, cases: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Who has released which of the cases."""
    query = select(CaseAssignment.case_id, CaseAssignment.user_id).where(
        CaseAssignment.tenant_id == work.tenant,
        among(CaseAssignment.case_id, cases),
        CaseAssignment.way == AssignmentWay.RELEASED,
    )
    found: dict[UUID, set[UUID]] = {}
    for id, user in await work.session.execute(query):
        if user is not None:
            found.setdefault(id, set()).add(user)
    return found
