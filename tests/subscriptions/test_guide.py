"""The part of the guide to events about subscribing is run: over a server that is killed in the middle of it."""

import json
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from api.domain import tokens
from api.http.subscriptions.closes import MEANINGS
from tests.badinput.place import SECRET, a_server
from tests.cluster import Cluster
from tests.conftest import Committed
from tests.subscriptions.serving import SUBPROTOCOL, Caller, serving, settled
from tests.test_guides import ROOT, learn

GUIDE = (ROOT / "docs/guides/events.md").read_text("utf8")
BLOCK = re.compile(r"^```(?:graphql|json) (subscription|meanwhile|heard)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CLOSE = re.compile(r"^\| (\d{4}) \| (.*) \|$", re.MULTILINE)
PATIENCE = 10.0


async def test_the_guide_to_subscribing_hears_what_it_promises(committed: Committed, cluster: Cluster, tmp_path: Path):
    blocks = [text for _, text in BLOCK.findall(GUIDE)]
    assert [kind for kind, _ in BLOCK.findall(GUIDE)] == ["subscription", "meanwhile", "heard", "meanwhile", "heard"]
    subscription, first, heard_first, second, heard_second = blocks
    known: dict[str, str] = {}
    async with committed.open_as() as work:
        _, token = await tokens.create(work, "admin", "Guide", pepper=tokens.pepper(SECRET), user_id=committed.admin.id)
    database = committed.urls.app.partition("?")[0].rpartition("/")[2]

    @asynccontextmanager
    async def following(after: str | None) -> AsyncIterator[Caller]:
        async with (
            a_server(cluster, database, tmp_path, PATIENCE) as server,
            connect(f"ws://127.0.0.1:{server.port}/graphql", subprotocols=[SUBPROTOCOL]) as connection,
        ):
            caller = Caller(connection)
            await caller.begin(token)
            await caller.subscribe("1", subscription, {"after": after})
            yield caller
            os.killpg(server.pid, signal.SIGKILL)
            await connection.wait_closed()

    async with serving(committed, tmp_path) as another:
        await another.relay()
        async with following(None) as caller:
            await settled()
            await another.call(first)
            found = data_of(await caller.hear())
            assert found == learn(json.loads(heard_first), found, known)
        await another.call(second)
        async with following(known["seen"]) as caller:
            found = data_of(await caller.hear())
            assert found == learn(json.loads(heard_second), found, known)
        assert int(known["next"]) == int(known["seen"]) + 1


def data_of(message: Any) -> Any:
    assert message["type"] == "next", message
    return message["payload"]["data"]


def test_the_guide_knows_every_code_that_a_connection_is_closed_with():
    assert {int(code): meaning for code, meaning in CLOSE.findall(GUIDE)} == {
        int(code): meaning for code, meaning in MEANINGS.items()
    }
