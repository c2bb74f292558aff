"""The guides are run: every operation in them is sent, every answer in them is expected."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.domain import opportunities
from tests.graphql_client import Client
from tests.people import OpenAs

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(graphql|json)\n(.*?)^```", re.MULTILINE | re.DOTALL)
OPERATION = re.compile(r"\$(\w+):")


def steps(guide: Path) -> Iterator[tuple[str, Any]]:
    """The operations of a guide in their order, each with the answer behind it, or None."""
    blocks = BLOCK.findall(guide.read_text("utf8"))
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


async def test_the_golden_query_of_the_readme_is_valid_and_answers_on_an_empty_tenant(graphql: Client):
    query, promised = next(steps(ROOT / "README.md"))

    found = await graphql(query)

    assert found["salesMetrics"].keys() == promised["salesMetrics"].keys()
    assert found["salesMetrics"]["winRate"] == {"value": None, "numerator": "0", "denominator": "0"}
