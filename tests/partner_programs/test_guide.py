"""The guide to partners is run: with a channel manager's token and those of two partners that are made on the way."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.domain import opportunities, tokens
from tests.conftest import Committed
from tests.graphql_client import SECRET
from tests.sharing.conftest import World, an_outside_world
from tests.test_guides import OPERATION, ROOT, learn, steps

ASKING = {
    "Manager": "channel_manager",
    "Admin": "admin",
    "Pat": "Pat of the guide",
    "Quinn": "Quinn of the guide",
}


@pytest.fixture
async def world(committed: Committed, tmp_path: Path) -> AsyncIterator[World]:
    """A tenant with a pipeline, an administrator and a channel manager, and nothing of partners."""
    async with an_outside_world(committed, tmp_path) as made:
        async with committed.open_as() as work:
            await opportunities.create_default_pipeline(work)
            for role in ("admin", "channel_manager"):
                _, made.tokens[role] = await tokens.create(work, role, role, pepper=tokens.pepper(SECRET))
        yield made


async def test_the_guide_to_partners_gives_the_answers_it_promises(world: World) -> None:
    known: dict[str, str] = {}
    asked = []
    for operation, expected in steps(ROOT / "docs/guides/partners.md"):
        name = operation.split()[1].partition("(")[0]
        who = next(token for begin, token in ASKING.items() if name.startswith(begin))
        found = await world.ask(who, operation, {one: known[one] for one in OPERATION.findall(operation)})
        assert found == learn(expected, found, known), name
        if "patSecret" in known:
            world.tokens |= {"Pat of the guide": known["patSecret"], "Quinn of the guide": known["quinnSecret"]}
        asked.append(name)
    assert len(asked) == len(set(asked)) == 40
    for hidden in ("partnerTiers { nodes { weight } }", "dealRegistrations { nodes { conflict } }"):
        assert await world.refused("Quinn of the guide", f"{{ {hidden} }}") == "GRAPHQL_VALIDATION_FAILED"
