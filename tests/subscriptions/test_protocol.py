"""graphql-transport-ws, message by message: what is said well, badly, too often, or not at all."""

import asyncio
import itertools
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from api.http.subscriptions import frames, sockets
from tests.badinput.cases import Case, Talk
from tests.badinput.talking import outcome_of, talks
from tests.conftest import Committed
from tests.subscriptions.serving import HANDSHAKE, PATIENCE, SUBPROTOCOL, Served, serving

MOST_AT_ONCE = 8


async def test_every_talk_comes_to_what_is_written_about_it(served: Served):
    turns, told = asyncio.Semaphore(MOST_AT_ONCE), list(talks())

    async def wrong(case: Case) -> str | None:
        assert isinstance(case.sent, Talk)
        async with turns:
            outcome = await outcome_of(case.sent, case.expect[0], served.ws, served.token)
        return None if outcome == case.expect[0] else f"{case}: {outcome}, not {case.expect[0]}"

    assert len(told) >= 60  # security.md 5.6
    assert [one for one in await asyncio.gather(*map(wrong, told)) if one] == []


async def test_who_says_nothing_is_closed_after_ten_seconds(served: Served, monkeypatch: pytest.MonkeyPatch):
    assert sockets.INIT_SECONDS == 10
    monkeypatch.setattr(sockets, "INIT_SECONDS", 0.3)
    async with served.socket("") as caller:
        assert await caller.closed() == (4408, "connection_init did not come in time.")


@pytest.mark.parametrize("offered", [None, ["graphql-ws"], ["graphql-ws", "x"], ["GRAPHQL-TRANSPORT-WS"]])
async def test_no_other_subprotocol_is_spoken(served: Served, offered: list[str] | None):
    subprotocols = None if offered is None else [Subprotocol(one) for one in offered]
    async with served.socket("", subprotocols=subprotocols) as caller:
        assert caller.connection.subprotocol is None
        assert (await caller.closed())[0] == 4406


async def test_of_several_subprotocols_ours_is_chosen_and_nothing_is_compressed(served: Served):
    offered = [Subprotocol("graphql-ws"), SUBPROTOCOL]
    async with served.socket(subprotocols=offered, compression="deflate") as caller:
        assert caller.connection.subprotocol == SUBPROTOCOL
        assert caller.connection.protocol.extensions == []


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1", "https://ui.example.com.evil.example", "http://[::1"]
)
async def test_a_page_of_another_origin_may_not_connect_and_is_no_error_of_ours(
    served: Served, origin: str, caplog: pytest.LogCaptureFixture
):
    with pytest.raises(InvalidStatus) as refused:
        await connect(served.ws, subprotocols=[SUBPROTOCOL], origin=origin)  # type: ignore[arg-type]
    response = refused.value.response
    assert response.status_code == 403
    assert b'"code":"FORBIDDEN"' in (response.body or b"")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_page_of_our_own_and_of_a_known_front_end_may_connect(served: Served):
    for origin in (f"http://127.0.0.1:{served.port}", "https://ui.example.com"):
        async with served.socket(origin=origin) as caller:
            await caller.say({"type": "ping"})
            assert await caller.hear() == {"type": "pong"}


async def test_the_token_may_come_in_the_header_of_the_handshake_and_the_payload_wins(served: Served):
    header = {"Authorization": f"Bearer {served.token}"}
    async with served.socket("", additional_headers=header) as caller:
        await caller.say({"type": "connection_init"})
        assert await caller.hear() == {"type": "connection_ack"}
    async with served.socket("", additional_headers=header) as caller:
        await caller.say({"type": "connection_init", "payload": {"Authorization": "Bearer x"}})
        assert (await caller.closed())[0] == 4403


async def test_a_token_in_the_address_opens_nothing(served: Served):
    async with connect(
        f"{served.ws}?token={served.token}&access_token={served.token}", subprotocols=[SUBPROTOCOL]
    ) as connection:
        await connection.send('{"type":"connection_init"}')
        await connection.wait_closed()
        assert connection.close_code == 4403


async def test_the_fifty_first_connection_of_a_principal_is_closed(served: Served):
    async with AsyncExitStack() as opened:
        for _ in range(50):
            await opened.enter_async_context(served.socket())
        async with served.socket("") as caller:
            await caller.say({"type": "connection_init", "payload": {"Authorization": f"Bearer {served.token}"}})
            assert (await caller.closed())[0] == 4429
        await opened.aclose()
        async with served.socket() as caller:
            await caller.say({"type": "ping"})
            assert await caller.hear() == {"type": "pong"}


async def test_a_message_in_endless_fragments_is_not_collected(served: Served):
    async with served.socket() as caller:
        await caller.connection.send(itertools.repeat("", frames.AT_ONCE * 2))
        assert (await caller.closed())[0] == 4429


async def test_who_does_not_answer_pings_is_gone_within_half_a_minute(served: Served, monkeypatch: pytest.MonkeyPatch):
    assert frames.PING_SECONDS + frames.PONG_SECONDS == 30
    config = served.server.config
    assert (config.ws_ping_interval, config.ws_ping_timeout) == (20, 10)
    monkeypatch.setattr(config, "ws_ping_interval", 0.1)
    monkeypatch.setattr(config, "ws_ping_timeout", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(HANDSHAKE)
    said = await asyncio.wait_for(reader.read(), PATIENCE)
    assert said.startswith(b"HTTP/1.1 101")
    assert said.endswith(b"\x03\xf3keepalive ping timeout")  # 1011
    writer.close()


async def test_a_server_that_stops_says_so_at_once(committed: Committed, tmp_path: Path):
    async with serving(committed, tmp_path) as served, served.socket() as caller:
        served.server.should_exit = True
        assert await caller.closed() == (1012, "")


async def test_nothing_else_listens_for_sockets(served: Served):
    for path in ("/", "/graphql/", "/graphql/x", "/metrics", "/livez"):
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{served.port}{path}", subprotocols=[SUBPROTOCOL])
        assert refused.value.response.status_code == 403
