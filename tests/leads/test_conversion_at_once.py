"""Fifty requests convert the same lead at the same time."""

import asyncio
from typing import Any

from api.domain import leads
from api.domain.kernel import open_work
from api.domain.leads import Lead, LeadStatus
from tests.conftest import Committed
from tests.factories import a_lead, a_pipeline
from tests.people import NOW, REQUEST, viewer_of

AT_ONCE = 50
COUNTS = """
SELECT (SELECT count(*) FROM accounts) AS accounts, (SELECT count(*) FROM contacts) AS contacts,
       (SELECT count(*) FROM opportunities) AS opportunities,
       (SELECT count(*) FROM outbox WHERE types[1] = 'lead.converted') AS events
"""


async def test_fifty_at_once_make_one_account_one_contact_and_one_opportunity(committed: Committed):
    async with committed.open_as() as work:
        await a_pipeline(work)
        lead = await a_lead(work, email="grace@initech.example", domain="initech.example", status=LeadStatus.QUALIFIED)
    viewer = viewer_of(committed.admin, "admin")

    async def convert(at: int) -> Lead:
        async with open_work(
            committed.sessions, viewer, now=NOW, request_id=f"{REQUEST}-{at}", operation="test"
        ) as work:
            return await leads.convert(work, lead.id, {"deal": {"name": f"Roof {at}"}})

    found = await asyncio.gather(*(convert(at) for at in range(AT_ONCE)))

    assert len({(one.account_id, one.contact_id, one.opportunity_id) for one in found}) == 1
    assert {one.version for one in found} == {2}
    async with committed.sessions() as session:
        await session.begin_as({"crm.tenant": str(committed.tenant.id)})
        (row,) = await session.fetch(COUNTS)
    counts: dict[str, Any] = dict(row)
    assert counts == {"accounts": 1, "contacts": 1, "opportunities": 1, "events": 1}
