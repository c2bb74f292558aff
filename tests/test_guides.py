"""The guides are run: every operation in them is sent, every answer in them is expected."""

import asyncio
import json
import os
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.domain import opportunities
from tests.conftest import Committed
from tests.graphql_client import Client
from tests.people import OpenAs
from tests.webhooks.conftest import a_world

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(graphql|json)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROGRAM = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
OPERATION = re.compile(r"\$(\w+):")


def steps(guide: Path, *, until: str = "# none", after: str = "") -> Iterator[tuple[str, Any]]:
    """The operations of a guide in their order, each with the answer behind it, or None.

    Those before the heading `until`, or behind the heading `after`.
    """
    text = guide.read_text("utf8").partition(f"\n{until}\n")[0]
    blocks = BLOCK.findall(text.partition(f"\n{after}\n")[2] if after else text)
    for at, (language, text) in enumerate(blocks):
        if language == "graphql":
            answered = at + 1 < len(blocks) and blocks[at + 1][0] == "json"
            yield text, json.loads(blocks[at + 1][1]) if answered else None


def learn(expected: Any, found: Any, known: dict[str, str]) -> Any:
    """The expected answer with its `$name`s replaced by what the server made; the first time they are learnt."""
    if isinstance(expected, str) and expected.startswith("$"):
        return known.setdefault(expected[1:], found)
    if isinstance(expected, dict) and isinstance(found, dict):
        return {key: learn(value, found.get(key), known) for key, value in expected.items()}
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [learn(one, other, known) for one, other in zip(expected, found, strict=True)]
    return expected


@pytest.fixture
async def sales(open_as: OpenAs) -> None:
    async with open_as() as work:
        await opportunities.create_default_pipeline(work)


async def test_the_first_steps_give_the_answers_they_promise(graphql: Client, sales: None):
    known: dict[str, str] = {}
    last = None
    for operation, expected in steps(ROOT / "docs/guides/first-steps.md"):
        variables = {name: known[name] for name in OPERATION.findall(operation)}
        last = await graphql(operation, variables)
        if expected is not None:
            assert last == learn(expected, last, known)
    assert set(known) == {"account", "cursor", "opportunity"}
    assert last is not None
    (won,) = last["opportunity"]["history"]["nodes"]
    assert (won["version"], won["operation"], won["actor"]["kind"]) == (2, "opportunityWin", "STAFF")
    assert {"field": "status", "before": "OPEN", "after": "WON"} in won["changes"]
    stays = [stay["stage"]["name"] for stay in last["opportunity"]["stageHistory"]["nodes"]]
    assert sorted(stays) == ["Prospecting", "Won"]


async def test_the_guide_to_access_gives_the_answers_it_promises(graphql: Client):
    known: dict[str, str] = {}
    for operation, expected in steps(ROOT / "docs/guides/access.md"):
        found = await graphql(operation, {name: known[name] for name in OPERATION.findall(operation)})
        assert expected is None or found == learn(expected, found, known)
    assert known.keys() == {"account", "grace", "token", "secret", "successor", "second"}
    assert known["secret"].startswith("crm_int_")
    assert known["second"] != known["secret"]


async def test_the_guide_to_changes_gives_the_answer_it_promises(graphql: Client):
    ((operation, expected),) = steps(ROOT / "docs/guides/changes.md")
    assert await graphql(operation, headers={"api-preview": "timeline"}) == expected


async def test_the_webhook_of_the_guide_arrives_at_its_receiver(committed: Committed, tmp_path: Path):
    """The receiver is the guide's own program, on a free port."""
    text = (ROOT / "docs/guides/events.md").read_text("utf8").partition("## Webhooks")[2]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    program = PROGRAM.search(text)
    assert program is not None
    guide, receiver = tmp_path / "events.md", tmp_path / "receiver.py"
    guide.write_text(text.replace("9000", port), "utf8")
    receiver.write_text(program[1].replace("9000", port), "utf8")
    known: dict[str, str] = {}
    process = None
    async with a_world(committed, tmp_path, f"127.0.0.1:{port}") as world:
        for operation, expected in steps(guide):
            found = await world(operation, {name: known[name] for name in OPERATION.findall(operation)})
            assert found == learn(expected, found, known)
            if process is None:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, str(receiver)),
                    env={**os.environ, "WEBHOOK_SECRET": known["secret"]},
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                )
                await until_it_listens(int(port))
            await world.happen()
    assert process is not None
    assert process.stdout is not None
    printed = [(await process.stdout.readline()).decode() for _ in range(2)]
    process.terminate()
    await process.wait()
    assert printed[0] == printed[1]
    assert printed[0].startswith(
        "account.created {'events': {'type': 'account.created', 'account': {'name': 'Initech'}"
    )
    assert known.keys() == {"secret", "endpoint", "account", "delivery", "job", "successor"}
    assert known["successor"] != known["secret"]


async def until_it_listens(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def test_the_golden_query_of_the_readme_is_valid_and_answers_on_an_empty_tenant(graphql: Client):
    query, promised = next(steps(ROOT / "README.md"))

    found = await graphql(query)

    assert found["salesMetrics"].keys() == promised["salesMetrics"].keys()
    assert found["salesMetrics"]["winRate"] == {"value": None, "numerator": "0", "denominator": "0"}
