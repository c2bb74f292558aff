"""Nobody rises by administration: every pair of twelve roles, every way to make, change, give or take rights.

What is allowed is said twice: by `Capability.within`, here, and by the commands.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from api.db.writes import WriteSession
from api.domain import access, tokens, users
from api.domain.access import BeyondOwnRights, Cells
from api.domain.kernel import FieldAccess, Level, NotFound, Right, Viewer, Work
from tests.conftest import AsRole
from tests.factories import a_user
from tests.people import NOW, REQUEST

PEPPER = tokens.pepper(b"k" * 32)
# A test is one transaction, and those of the role end after 15 seconds where PostgreSQL can do that.
PATIENT = """
SELECT set_config('transaction_timeout', '0', true) WHERE current_setting('transaction_timeout', true) IS NOT NULL
"""
KEEPS = Right(Level.ALL, Level.ALL, create=True, delete=True)
# Everybody here administers; they differ in what else they may do.
ADMINISTERS = {"role": KEEPS, "token": KEEPS, "user": KEEPS}
NOTES = ("account", "internal_notes")
ROLES: dict[str, tuple[dict[str, Right], dict[tuple[str, str], FieldAccess]]] = {
    "bare": ({}, {}),
    "reads_own": ({"account": Right(Level.OWN)}, {}),
    "reads_team": ({"account": Right(Level.TEAM)}, {}),
    "reads_all": ({"account": Right(Level.ALL)}, {}),
    "writes_own": ({"account": Right(Level.ALL, Level.OWN)}, {}),
    "makes": ({"account": Right(Level.OWN, Level.OWN, create=True)}, {}),
    "removes": ({"account": Right(Level.OWN, Level.OWN, delete=True)}, {}),
    "exports": ({"account": Right(Level.ALL, export=True)}, {}),
    "other_kind": ({"contact": Right(Level.ALL, Level.ALL)}, {}),
    "reads_notes": ({"account": Right(Level.ALL)}, {NOTES: FieldAccess.READ}),
    "writes_notes": ({"account": Right(Level.ALL)}, {NOTES: FieldAccess.WRITE}),
    "every_kind": ({"*": Right(Level.ALL)}, {("*", "*"): FieldAccess.READ}),
}
Prepared = tuple[access.Role, users.User, users.User, tokens.Token, tokens.Token]
Act = Callable[[Work, str, Prepared], Awaitable[Any]]


def values_of(name: str) -> access.RoleValues:
    rights, fields = ROLES[name]
    return {"rights": {**ADMINISTERS, **rights}, "fields": fields}


def capability_of(name: str) -> Any:
    values = values_of(name)
    return access.capability(
        [name], Cells(list(values["rights"].items()), [(*key, one) for key, one in values["fields"].items()])
    )


async def create(work: Work, name: str, _: Prepared) -> Any:
    return await access.create(work, {"name": "another", **values_of(name)})


async def widen(work: Work, name: str, _: Prepared) -> Any:
    """Give an empty role these rights."""
    return await access.update(work, (await access.role_named(work, "empty")).id, values_of(name))


async def strip(work: Work, _: str, prepared: Prepared) -> Any:
    """Take everything from a role that has these rights."""
    return await access.update(work, prepared[0].id, {"rights": {}, "fields": {}})


async def archive(work: Work, _: str, prepared: Prepared) -> Any:
    return await access.archive(work, prepared[0].id)


async def give(work: Work, _: str, prepared: Prepared) -> Any:
    role, free, *_rest = prepared
    return await access.set_roles(work, free.id, [role.id])


async def take(work: Work, _: str, prepared: Prepared) -> Any:
    return await access.set_roles(work, prepared[2].id, [])


async def make_token_of_holder(work: Work, _: str, prepared: Prepared) -> Any:
    """To act as somebody else is to have his rights."""
    return await tokens.create(work, None, "New", pepper=PEPPER, user_id=prepared[2].id)


async def rotate(work: Work, _: str, prepared: Prepared) -> Any:
    return await tokens.rotate(work, prepared[3].id, pepper=PEPPER, keep_old_for=timedelta(0))


async def rotate_of_holder(work: Work, _: str, prepared: Prepared) -> Any:
    return await tokens.rotate(work, prepared[4].id, pepper=PEPPER)


async def revoke(work: Work, _: str, prepared: Prepared) -> Any:
    return await tokens.revoke(work, prepared[3].id)


ACTS: tuple[tuple[Any, ...], ...] = (
    (create, widen, strip),
    (archive, give, take),
    (make_token_of_holder, rotate),
    (rotate_of_holder, revoke),
)


OF_ANOTHER = (make_token_of_holder, rotate_of_holder)


@pytest.fixture
async def prepared(work: Work) -> dict[str, Prepared]:
    """For each role: the role, somebody without and somebody with it, a token of the role and one of the holder."""
    await work.session.execute(text(PATIENT))
    await access.create(work, {"name": "empty"})
    free, found = await a_user(work, "Free"), {}
    for name in ROLES:
        role = await access.create(work, {"name": name, **values_of(name)})
        holder = await a_user(work, f"Holder of {name}")
        await access.set_roles(work, holder.id, [role.id])
        own, _ = await tokens.create(work, name, "Program", pepper=PEPPER)
        persons, _ = await tokens.create(work, None, "Person", pepper=PEPPER, user_id=holder.id)
        found[name] = (role, free, holder, own, persons)
    await work.finish()
    return found


async def done(session: WriteSession, viewer: Viewer, act: Act, name: str, prepared: Prepared) -> bool:
    """Whether a command is carried out; it is taken back, and a refused one has changed nothing."""
    savepoint = await session.begin_nested()
    await session.connection()  # only then is it sent; what a command writes goes past SQLAlchemy
    work = Work(session, viewer, NOW, REQUEST, act.__name__)
    try:
        await act(work, name, prepared)
        assert await work.finish() != []
    except (BeyondOwnRights, NotFound):
        assert await work.finish() == []
        return False
    finally:
        await savepoint.rollback()
        session.expunge_all()
    return True


@pytest.mark.parametrize("acts", ACTS, ids=lambda acts: "-".join(act.__name__ for act in acts))
async def test_what_is_done_with_rights_needs_them(
    as_role: AsRole, prepared: dict[str, Prepared], acts: tuple[Any, ...]
):
    opened = await as_role("admin")
    for act in acts:
        # What is somebody's own is not one's own: of another person's token, OWN and TEAM do not count.
        held = {one: capability_of(one).over_others if act in OF_ANOTHER else capability_of(one) for one in ROLES}
        within = {(one, name) for one in ROLES for name in ROLES if capability_of(name).within(held[one])}
        allowed = set()
        for one in ROLES:
            viewer = replace(opened.viewer, capability=capability_of(one))
            allowed |= {(one, name) for name in ROLES if await done(opened.session, viewer, act, name, prepared[name])}
        assert allowed == within, act.__name__


def test_the_twelve_roles_are_a_lattice_worth_the_name():
    """Every role is within itself, some are within others, most pairs are not comparable."""
    pairs = {(one, name) for one in ROLES for name in ROLES if capability_of(name).within(capability_of(one))}
    assert len(ROLES) == 12
    assert {(name, name) for name in ROLES} | {(name, "bare") for name in ROLES} <= pairs
    assert ("every_kind", "reads_notes") in pairs
    assert ("reads_all", "every_kind") not in pairs
    assert 30 < len(pairs) < 72


def test_what_is_beyond_is_told_exactly_where_it_is_not_within():
    for one in ROLES:
        for name in ROLES:
            told = access.beyond(capability_of(name), capability_of(one))
            assert (told == []) is capability_of(name).within(capability_of(one)), (one, name)
    assert access.beyond(capability_of("writes_notes"), capability_of("reads_own")) == [
        "account: read ALL",
        "account.internal_notes: WRITE",
    ]
