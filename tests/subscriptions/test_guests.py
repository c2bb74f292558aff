"""How soon those are put out whose token opens nothing any more."""

import asyncio
from contextlib import ExitStack

import pytest

from api.domain import tokens
from api.http.auth import Authenticator
from api.http.errors import Refused
from api.http.subscriptions import guests
from api.http.subscriptions.guests import Guests
from tests.conftest import Committed
from tests.graphql_client import SECRET, bearer
from tests.subscriptions.serving import a_token


@pytest.mark.parametrize("others", [0, 2])
async def test_a_token_is_looked_at_in_time_whenever_it_comes(
    committed: Committed, monkeypatch: pytest.MonkeyPatch, others: int
):
    assert guests.CHECK_SECONDS == 3
    monkeypatch.setattr(guests, "CHECK_SECONDS", 1.0)
    authenticator = Authenticator(committed.reads, SECRET)
    found = Guests(authenticator)
    async with committed.open_as() as work:
        made, text = await tokens.create(work, "read_only", "Screen", pepper=tokens.pepper(SECRET))
    put_out: asyncio.Future[Refused] = asyncio.get_running_loop().create_future()
    stayed: list[Refused] = []
    with ExitStack() as stack:
        for _ in range(others):
            headers = sent(await a_token(committed))
            stack.enter_context(found.received(await authenticator.viewer(headers), headers, stayed.append))
        headers = sent(text)
        viewer = await authenticator.viewer(headers)
        running = asyncio.create_task(found.run())
        stack.callback(running.cancel)
        await asyncio.sleep(0.1)  # so that a round has begun without it
        stack.enter_context(found.received(viewer, headers, put_out.set_result))
        async with committed.open_as() as work:
            await tokens.revoke(work, made.id)
        refused = await asyncio.wait_for(put_out, 1.5)
    assert (refused.code, stayed) == ("UNAUTHENTICATED", [])


def sent(token: str) -> guests.Headers:
    return ((b"authorization", bearer(token)["authorization"].encode()),)
