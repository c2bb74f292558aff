"""A world with two partners and their users, on a database of its own with the product's pools."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.domain import partner_programs, sharing, tokens
from api.domain.kernel import Work
from api.domain.partner_programs import PartnerScope
from api.domain.tokens import TokenKind
from tests.conftest import Committed
from tests.factories import a_contact, a_membership, a_program, a_tier, an_account
from tests.graphql_client import SECRET, app, graphql
from tests.sharing.conftest import World, an_outside_world

__all__ = ["app", "graphql"]

# Who works where, and how much he sees; Grove is a part of Brightwater.
PEOPLE = {
    "Pat": ("Brightwater", PartnerScope.SUBTREE),
    "Ann": ("Brightwater", PartnerScope.ACCOUNT),
    "Olga": ("Brightwater", PartnerScope.OWN),
    "Gus": ("Grove", PartnerScope.ACCOUNT),
    "Quinn": ("Riverside", PartnerScope.SUBTREE),
    "Nobody": ("Brightwater", None),  # has a token, but is no partner user
}


@pytest.fixture
async def world(committed: Committed, tmp_path: Path) -> AsyncIterator[World]:
    async with an_outside_world(committed, tmp_path) as made:
        async with committed.open_as() as work:
            await populate(made, work)
        yield made


async def populate(world: World, work: Work) -> None:
    for name in ("Brightwater", "Riverside"):
        world.note(name, await an_account(work, name, notes=f"secret of {name}"))
    world.note("Grove", await an_account(work, "Grove", parent_id=world.keys["Brightwater"]))
    program = world.note("Resellers", await a_program(work, notes="secret of the program"))
    world.note("Hidden program", await a_program(work, "Hidden program"))
    for rank, name in enumerate(("Silver", "Gold"), 1):
        world.note(name, await a_tier(work, name, program.id, rank=rank, weight=rank))
    silver = await work.get(partner_programs.PartnerTier, world.keys["Silver"])
    for name in ("Brightwater", "Riverside", "Grove"):
        member = await a_membership(work, world.keys[name], silver)
        await partner_programs.update(work, member.id, {"notes": f"secret of the membership of {name}"})
        world.note(f"{name} membership", member)
    pepper = tokens.pepper(SECRET)
    for name, (company, scope) in PEOPLE.items():
        contact = world.note(name, await a_contact(work, name, account_id=world.keys[company]))
        if scope is not None:
            world.note(f"{name} user", await partner_programs.create_user(work, contact.id, scope))
        _, world.tokens[name] = await sharing.create_for_contact(
            work, contact.id, TokenKind.PARTNER, f"of {name}", pepper=pepper
        )
    for role in ("admin", "channel_manager", "sales_rep"):
        _, world.tokens[role] = await tokens.create(work, role, role, pepper=pepper)
