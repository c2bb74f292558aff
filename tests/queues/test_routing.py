"""Queues choose agents, agents take and release cases, and it can be told why."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from api.domain import cases, queues
from api.domain.cases import Case, CaseStatus
from api.domain.kernel import DomainError, IllegalTransition, Invalid, LimitExceeded, NotAllowed, Required, Work, wire
from api.domain.queues import Queue, QueueRouting
from api.domain.users import User
from tests.conftest import AsRole
from tests.factories import a_case, a_queue, a_user

ASSIGNMENTS = """
SELECT assignment.way, users.name, assignment.turn, assignment.reason FROM case_assignments AS assignment
  LEFT JOIN users ON users.id = assignment.user_id WHERE case_id = :case ORDER BY assignment.id"""
STANDINGS = """
SELECT users.name, standing, open_cases, last_turn FROM case_candidates JOIN users ON users.id = user_id
 WHERE assignment_id = (SELECT id FROM case_assignments WHERE case_id = :case ORDER BY id DESC LIMIT 1)
 ORDER BY users.name"""


async def history(work: Work, case: Case, query: str = ASSIGNMENTS) -> list[Any]:
    await work.flush()
    return [tuple(row) for row in await work.session.execute(text(query), {"case": case.id})]


def types(work: Work) -> list[str]:
    return [event.type for event in work.events]


async def some_agents(work: Work, *names: str) -> list[User]:
    return [await a_user(work, name) for name in names]


async def in_queue(work: Work, queue: Queue, how_many: int, **values: Any) -> Sequence[str | None]:
    """The names of those who get so many new cases."""
    made = [await a_case(work, queue_id=queue.id, **values) for _ in range(how_many)]
    users = await work.load(User, [case.owner_id for case in made if case.owner_id])
    return [users[case.owner_id].name if case.owner_id else None for case in made]


# How a queue chooses


async def test_round_robin_gives_to_whose_turn_is_longest_ago(work: Work):
    queue = await a_queue(work, await some_agents(work, "Ann", "Bob", "Cleo"), QueueRouting.ROUND_ROBIN)

    assert await in_queue(work, queue, 5) == ["Ann", "Bob", "Cleo", "Ann", "Bob"]


async def test_many_cases_written_at_once_go_round_as_well(work: Work):
    queue = await a_queue(work, await some_agents(work, "Ann", "Bob"), QueueRouting.ROUND_ROBIN)
    rows = [cases.CaseRow(values={"subject": f"Case {at}", "queue_id": queue.id}) for at in range(6)]

    written = [one.unwrap() for one in await cases.upsert_many(work, rows)]
    assert len({case.owner_id for case in written}) == 2
    assert [case.owner_id for case in written[:2]] * 3 == [case.owner_id for case in written]


async def test_least_loaded_gives_to_who_has_the_fewest(work: Work):
    ann, bob = await some_agents(work, "Ann", "Bob")
    queue = await a_queue(work, [ann, bob], QueueRouting.LEAST_LOADED)
    for _ in range(2):
        await a_case(work, queue_id=queue.id, owner_id=ann.id)

    assert await in_queue(work, queue, 4) == ["Bob", "Bob", "Ann", "Bob"]


async def test_skill_gives_to_who_knows_all_that_is_asked(work: Work):
    ann, bob, cleo = await some_agents(work, "Ann", "Bob", "Cleo")
    known: Any = {"Ann": ["Émail"], "Bob": ["email", "German"], "Cleo": ["german"]}
    members = [{"user_id": one.id, "skills": known[one.name]} for one in (ann, bob, cleo)]
    queue = await a_queue(work, [], QueueRouting.SKILL, members=members)

    assert await in_queue(work, queue, 2, skills=["EMAIL", "german"]) == ["Bob", "Bob"]
    assert await in_queue(work, queue, 2, skills=["email"]) == ["Ann", "Ann"]
    assert await in_queue(work, queue, 1, skills=["latin"]) == [None]


async def test_with_manual_routing_nobody_is_chosen(work: Work):
    queue = await a_queue(work, await some_agents(work, "Ann"), QueueRouting.MANUAL)

    case = await a_case(work, queue_id=queue.id)
    assert (case.owner_id, await history(work, case)) == (None, [("QUEUED", None, None, None)])
    assert "case.queued" in types(work)


async def test_nobody_gets_more_than_the_capacity_and_those_beyond_wait(work: Work):
    queue = await a_queue(work, await some_agents(work, "Ann", "Bob"), QueueRouting.LEAST_LOADED, capacity_per_agent=2)

    assert await in_queue(work, queue, 5) == ["Ann", "Bob", "Ann", "Bob", None]


async def test_it_can_be_told_why_this_agent(work: Work):
    ann, bob, cleo, dan = await some_agents(work, "Ann", "Bob", "Cleo", "Dan")
    members = [{"user_id": one.id, "is_paused": one is cleo} for one in (ann, bob, cleo, dan)]
    queue = await a_queue(work, [], QueueRouting.LEAST_LOADED, members=members, capacity_per_agent=2)
    dan.is_active = False
    for _ in range(2):
        await a_case(work, queue_id=queue.id, owner_id=ann.id)

    case = await a_case(work, queue_id=queue.id)
    assert await history(work, case) == [("CHOSEN", "Bob", 1, None)]
    assert await history(work, case, STANDINGS) == [
        ("Ann", "FULL", 2, 0),
        ("Bob", "CHOSEN", 0, 0),
        ("Cleo", "PAUSED", 0, 0),
        ("Dan", "INACTIVE", 0, 0),
    ]


# What is done by hand


async def test_who_takes_a_case_of_nobody_owns_it_and_nobody_takes_it_then(work: Work, as_role: AsRole):
    queue = await a_queue(work, [])
    case = await a_case(work, queue_id=queue.id)
    bob, cleo = await some_agents(work, "Bob", "Cleo")
    quick, slow = await as_role("support_agent", bob), await as_role("support_agent", cleo)

    await cases.take(quick, case.id)
    await quick.finish()
    with pytest.raises(Invalid) as refused:
        await cases.take(slow, case.id)

    assert (refused.value.path, refused.value.constraint) == (("where",), "taken")
    assert (await slow.finish(), slow.events) == ([], [])
    assert (await history(work, case))[-1] == ("TAKEN", "Bob", None, None)


async def test_taking_what_one_has_changes_nothing(work: Work):
    case = await a_case(work)
    await cases.take(work, case.id)
    await work.finish()

    assert (await cases.take(work, case.id)).owner_id == work.viewer.user
    assert (await work.finish(), work.events) == ([], [])


async def test_who_is_full_takes_none(work: Work):
    queue = await a_queue(work, [], capacity_per_agent=1)
    first, second = [await a_case(work, queue_id=queue.id) for _ in range(2)]
    await cases.take(work, first.id)
    await work.finish()

    with pytest.raises(LimitExceeded):
        await cases.take(work, second.id)
    assert (await work.finish(), work.events, second.owner_id) == ([], [], None)


async def test_a_released_case_goes_to_another_agent_and_never_back(work: Work):
    ann, bob = await some_agents(work, "Ann", "Bob")
    queue = await a_queue(work, [ann, bob], QueueRouting.ROUND_ROBIN)
    case = await a_case(work, queue_id=queue.id)
    assert case.owner_id == ann.id

    await cases.release(work, case.id, "Off for the week")
    assert case.owner_id == bob.id
    await cases.release(work, case.id, "No idea")

    assert await history(work, case) == [
        ("CHOSEN", "Ann", 1, None),
        ("RELEASED", "Ann", None, "Off for the week"),
        ("CHOSEN", "Bob", 2, None),
        ("RELEASED", "Bob", None, "No idea"),
        ("QUEUED", None, None, None),
    ]
    assert [row[:2] for row in await history(work, case, STANDINGS)] == [("Ann", "RELEASED"), ("Bob", "RELEASED")]


async def test_routing_anew_moves_a_case_to_the_queue_and_its_agent(work: Work):
    ann, bob = await some_agents(work, "Ann", "Bob")
    first = await a_queue(work, [ann], QueueRouting.ROUND_ROBIN)
    second = await a_queue(work, [bob], QueueRouting.ROUND_ROBIN, name="Second level")
    case = await a_case(work, queue_id=first.id)

    await cases.route(work, case.id, queue=second.id, reason="Needs a technician")
    assert (case.queue_id, case.owner_id) == (second.id, bob.id)
    assert (await history(work, case))[-1] == ("CHOSEN", "Bob", 1, "Needs a technician")


@pytest.mark.parametrize("verb", ["route", "take", "release"])
@pytest.mark.parametrize("status", [CaseStatus.RESOLVED, CaseStatus.CLOSED, CaseStatus.CANCELLED])
async def test_settled_cases_have_no_agent_to_change(work: Work, status: CaseStatus, verb: str):
    case = await a_case(work, status=status)
    await work.finish()

    with pytest.raises(IllegalTransition):
        await (cases.release(work, case.id, "x") if verb == "release" else getattr(cases, verb)(work, case.id))
    assert (await work.finish(), work.events) == ([], [])


@pytest.mark.parametrize(
    ("verb", "refusal", "path"),
    [
        (lambda work, case: cases.route(work, case.id), Required, ("queue",)),
        (lambda work, case: cases.release(work, case.id, "x"), Invalid, ("where",)),
    ],
)
async def test_what_has_neither_queue_nor_owner_can_only_be_taken(
    work: Work, verb: Any, refusal: type[DomainError], path: tuple[str, ...]
):
    case = await a_case(work)
    await work.finish()

    with pytest.raises(refusal) as refused:
        await verb(work, case)
    assert (refused.value.path, await work.finish(), work.events) == (path, [], [])


async def test_sellers_look_on(work: Work, as_role: AsRole):
    case = await a_case(work)
    seller = await as_role("sales_rep")

    with pytest.raises(NotAllowed):
        await cases.take(seller, case.id)
    assert (await seller.finish(), seller.events) == ([], [])


# What waits


async def waiting(work: Work) -> int:
    await work.flush()
    rows = await work.session.execute(text("SELECT count(*) FROM jobs WHERE kind = 'queue.waiting'"))
    return int(rows.scalar_one())


async def test_when_an_agent_settles_a_case_the_most_urgent_that_waits_is_next(work: Work):
    (ann,) = await some_agents(work, "Ann")
    queue = await a_queue(work, [ann], QueueRouting.ROUND_ROBIN, capacity_per_agent=1)
    has = await a_case(work, queue_id=queue.id)
    normal = await a_case(work, queue_id=queue.id)
    urgent = await a_case(work, queue_id=queue.id, priority="URGENT")
    assert await waiting(work) == 0
    await cases.start(work, has.id)
    await cases.resolve(work, has.id, cases.ResolutionCode.SOLVED)
    assert await waiting(work) == 1

    for _ in range(2):  # the job may come twice
        await cases.waiting_due(work, {"queue": wire("que", queue.id)})

    assert (urgent.owner_id, normal.owner_id) == (ann.id, None)


async def test_a_new_member_gets_what_waits(work: Work):
    queue = await a_queue(work, [], QueueRouting.LEAST_LOADED)
    case = await a_case(work, queue_id=queue.id)
    (ann,) = await some_agents(work, "Ann")

    await queues.update(work, queue.id, {"members": [{"user_id": ann.id}]})
    assert await waiting(work) == 1
    await cases.waiting_due(work, {"queue": wire("que", queue.id)})
    assert case.owner_id == ann.id


async def test_an_archived_queue_takes_no_more(work: Work):
    queue = await a_queue(work, [])
    await queues.archive(work, queue.id)
    case = await a_case(work)
    await work.finish()

    with pytest.raises(DomainError):
        await cases.route(work, case.id, queue=queue.id)
    assert (await work.finish(), work.events) == ([], [])
