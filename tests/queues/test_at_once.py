"""Fifty workers put cases into a queue, take, release, resolve and give out: none is lost, none has two agents."""

import asyncio
from random import Random
from uuid import UUID

import pytest

from api.domain import cases
from api.domain.cases import Case, ResolutionCode
from api.domain.kernel import DomainError, Work, open_work, wire
from api.domain.queues import QueueRouting
from api.domain.users import User
from api.shares import ShareTaken
from tests.conftest import Committed
from tests.factories import a_case, a_queue, a_user
from tests.people import NOW, REQUEST, viewer_of

WORKERS, AGENTS, CAPACITY = 50, 6, 4
STEPS = [  # how each worker's queue chooses, how often he acts
    (QueueRouting.LEAST_LOADED, 1),
    pytest.param(QueueRouting.LEAST_LOADED, 20, marks=pytest.mark.proof),
    pytest.param(QueueRouting.ROUND_ROBIN, 20, marks=pytest.mark.proof),
]
# The last word of a case's history is who has it, or that nobody does.
TORN = """
SELECT count(*) FROM cases LEFT JOIN LATERAL (
    SELECT way, user_id FROM case_assignments AS assignment
     WHERE assignment.tenant_id = cases.tenant_id AND assignment.case_id = cases.id
     ORDER BY assignment.id DESC LIMIT 1) AS last ON true
 WHERE last.way IS NULL
    OR cases.owner_id IS DISTINCT FROM CASE WHEN last.way IN ('QUEUED', 'RELEASED') THEN NULL ELSE last.user_id END"""
LOADS = """
SELECT count(*) AS load FROM cases WHERE owner_id IS NOT NULL AND status IN ('NEW', 'OPEN') GROUP BY owner_id"""
TURNS = "SELECT array_agg(turn ORDER BY turn)::bigint[] AS turns FROM case_assignments WHERE turn IS NOT NULL"
WAITING = "SELECT count(*) FROM cases WHERE owner_id IS NULL AND status IN ('NEW', 'OPEN')"


@pytest.mark.parametrize(("routing", "steps"), STEPS)
async def test_no_case_is_lost_and_none_has_two_agents(committed: Committed, routing: QueueRouting, steps: int):
    async with committed.open_as() as work:
        agents = [await a_user(work, f"Agent {at}") for at in range(AGENTS)]
        queue = await a_queue(work, agents, routing, capacity_per_agent=CAPACITY)
    made: list[UUID] = []

    async def worker(number: int) -> None:
        chance = Random(number)
        for step in range(steps):
            await one_step(committed, chance, agents, queue.id, made, f"{number}-{step}")

    await asyncio.gather(*(worker(number) for number in range(WORKERS)))
    await as_user(committed, agents[0], "give-out", lambda work: give_out(work, queue.id))

    async with committed.sessions() as session:
        await session.begin_as({"crm.tenant": str(committed.tenant.id)})
        (torn,) = await session.fetch(TORN)
        loads = [row["load"] for row in await session.fetch(LOADS)]
        ((turns,),) = await session.fetch(TURNS)
        ((waiting,),) = await session.fetch(WAITING)
        ((number,),) = await session.fetch("SELECT count(*) FROM cases")
    assert (torn["count"], number) == (0, len(made))
    assert max(loads) <= CAPACITY
    assert waiting == 0 or loads == [CAPACITY] * AGENTS  # nobody waits while an agent has room
    assert turns == list(range(1, len(turns) + 1))


async def test_of_fifty_who_take_the_same_case_one_gets_it(committed: Committed):
    async with committed.open_as() as work:
        agents = [await a_user(work, f"Agent {at}") for at in range(WORKERS)]
        case = await a_case(work)

    async def take(agent: User) -> bool:
        return await as_user(committed, agent, agent.name, lambda work: cases.take(work, case.id))

    won = await asyncio.gather(*(take(agent) for agent in agents))
    async with committed.sessions() as session:
        await session.begin_as({"crm.tenant": str(committed.tenant.id)})
        ((taken,),) = await session.fetch("SELECT count(*) FROM case_assignments WHERE way = 'TAKEN'")
        ((events,),) = await session.fetch("SELECT count(*) FROM outbox WHERE 'case.assigned' = ANY (types)")
    assert (won.count(True), taken, events) == (1, 1, 1)


async def one_step(
    committed: Committed, chance: Random, agents: list[User], queue: UUID, made: list[UUID], name: str
) -> None:
    """Something that happens in a service desk; a refusal of the domain is an answer, too."""
    agent = chance.choice(agents)
    what = chance.choice(["create", "create", "take", "release", "resolve", "route", "give out"]) if made else "create"
    case = chance.choice(made) if made else None

    async def act(work: Work) -> None:
        if what == "create" or case is None:
            new = await cases.create(work, {"subject": name, "queue_id": queue})
            created.append(new.id)
        elif what == "take":
            await cases.take(work, case)
        elif what == "release":
            await cases.release(work, case, "Off")
        elif what == "route":
            await cases.route(work, case)
        elif what == "give out":
            await give_out(work, queue)
        else:
            await settle(work, case)

    created: list[UUID] = []
    if await as_user(committed, agent, name, act):
        made += created[-1:]


async def settle(work: Work, case: UUID) -> None:
    if (await work.get(Case, case, lock=True)).status == "NEW":
        await cases.start(work, case)
    await cases.resolve(work, case, ResolutionCode.SOLVED)


async def give_out(work: Work, queue: UUID) -> None:
    await cases.waiting_due(work, {"queue": wire("que", queue)})


async def as_user(committed: Committed, user: User, name: str, act: object) -> bool:
    """Whether it was done, and not refused."""
    viewer = viewer_of(user, "support_agent")
    while True:
        try:
            async with open_work(
                committed.sessions, viewer, now=NOW, request_id=f"{REQUEST}-{name}", operation="test"
            ) as work:
                await act(work)  # type: ignore[operator]
                return True
        except DomainError:
            return False
        except ShareTaken:
            await asyncio.sleep(0.1)  # as a client who was told to try again
