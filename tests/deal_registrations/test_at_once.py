"""Many registrations for one customer are approved at the same time: exactly one wins, whatever the order."""

import asyncio
from random import Random
from uuid import UUID

import pytest

from api.domain import deal_registrations
from api.domain.deal_registrations import DealRegistration, RegistrationConflict, RegistrationStatus
from api.domain.kernel import open_work
from api.shares import ShareTaken
from tests.conftest import Committed
from tests.factories import a_registration, some_partners
from tests.people import NOW, REQUEST, viewer_of

SOME, MANY = 20, pytest.param(200, marks=pytest.mark.proof)
COPIES = """
INSERT INTO deal_registrations (id, submitted_at, {columns})
SELECT gen_random_uuid(), submitted_at + n * interval '1 second', {columns}
  FROM deal_registrations, generate_series(1, $1) AS n
"""
COUNTS = """
SELECT (SELECT count(*) FROM deal_registrations WHERE status = 'APPROVED') AS approved,
       (SELECT count(*) FROM deal_registrations WHERE status = 'UNDER_REVIEW') AS waiting,
       (SELECT count(*) FROM outbox WHERE types[1] = 'deal_registration.approved') AS events,
       (SELECT count(*) FROM jobs WHERE kind = 'deal_registration.expiry') AS timers
"""


@pytest.mark.parametrize("overridden", [False, True])
@pytest.mark.parametrize("at_once", [SOME, MANY])
async def test_exactly_one_wins_in_any_order(committed: Committed, at_once: int, overridden: bool):
    async with committed.open_as() as work:
        (partner,) = await some_partners(work, "Brightwater")
        first = await a_registration(
            work, partner, customer_domain="initech.example", status=RegistrationStatus.UNDER_REVIEW
        )
    async with committed.sessions() as session:
        await session.begin_as({"crm.tenant": str(committed.tenant.id)})
        columns = [one for one in DealRegistration.__table__.c.keys() if one not in {"id", "submitted_at"}]  # noqa: SIM118 - no mapping
        await session.fetch(COPIES.format(columns=", ".join(columns)), [at_once - 1])
        if overridden:
            await session.fetch("UPDATE deal_registrations SET override_reason = 'All are as good'")
        rows = await session.fetch("SELECT id FROM deal_registrations ORDER BY submitted_at")
        ids = [UUID(str(row["id"])) for row in rows]
        await session.commit()
    assert ids[0] == first.id
    viewer = viewer_of(committed.admin, "admin")

    async def approve(id: UUID) -> UUID | None:
        while True:
            try:
                async with open_work(
                    committed.sessions, viewer, now=NOW, request_id=f"{REQUEST}-{id}", operation="test"
                ) as work:
                    return (await deal_registrations.approve(work, id)).id
            except RegistrationConflict:
                return None
            except ShareTaken:
                await asyncio.sleep(0.1)  # as a client who was told to try again

    order = list(ids)
    Random(7).shuffle(order)
    found = [id for id in await asyncio.gather(*(approve(id) for id in order)) if id is not None]

    assert len(found) == 1
    assert overridden or found == ids[:1]  # the first that was submitted, if nobody has said otherwise
    async with committed.sessions() as session:
        await session.begin_as({"crm.tenant": str(committed.tenant.id)})
        (row,) = await session.fetch(COUNTS)
    assert dict(row) == {"approved": 1, "waiting": at_once - 1, "events": 1, "timers": 1}


async def test_the_database_refuses_a_second_protection_whatever_the_program_has_seen(committed: Committed):
    async with committed.open_as() as work:
        one, other = await some_partners(work, "Brightwater", "Riverside")
        await a_registration(work, one, customer_domain="initech.example", status=RegistrationStatus.APPROVED)
        second = await a_registration(
            work, other, customer_domain="initech.example", status=RegistrationStatus.UNDER_REVIEW
        )
    async with committed.sessions() as session:
        await session.begin_as({"crm.tenant": str(committed.tenant.id)})
        with pytest.raises(Exception, match="ex_deal_registrations_protected"):
            await session.fetch(
                "UPDATE deal_registrations SET status = 'APPROVED', override_reason = 'x', approved_at = $2,"
                " expires_at = $2::timestamptz + interval '1 day' WHERE id = $1",
                [second.id, NOW],
            )
