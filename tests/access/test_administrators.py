"""Nobody can take the last administrator: somebody is always left who can give roles."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from api.domain import access, users
from api.domain.kernel import Invalid, Level, Right, Work
from api.domain.users import User
from tests.conftest import Committed
from tests.factories import a_user

LEFT = "nobody active would be left who can give roles"


async def role(work: Work, name: str) -> access.Role:
    return await access.role_named(work, name)


async def without_roles(work: Work, ada: User) -> None:
    await access.set_roles(work, ada.id, [])


async def another_role(work: Work, ada: User) -> None:
    await access.set_roles(work, ada.id, [(await role(work, "sales_rep")).id])


async def inactive(work: Work, ada: User) -> None:
    await users.update(work, ada.id, {"is_active": False})


async def archived(work: Work, ada: User) -> None:
    await users.archive(work, ada.id)


async def role_archived(work: Work, _ada: User) -> None:
    await access.archive(work, (await role(work, "admin")).id)


async def role_emptied(work: Work, _ada: User) -> None:
    await access.update(work, (await role(work, "admin")).id, {"rights": {"account": Right(Level.ALL)}})


WAYS = [without_roles, another_role, inactive, archived, role_archived, role_emptied]


@pytest.mark.parametrize("take", WAYS)
async def test_the_last_administrator_cannot_be_taken_by_any_way(
    committed: Committed, take: Callable[[Work, User], Awaitable[None]]
):
    with pytest.raises(Invalid, match=LEFT) as refused:
        async with committed.open_as() as work:
            await take(work, committed.admin)
    assert (refused.value.path, refused.value.constraint) == ((), "administrator")
    async with committed.open_as() as work:
        ada = await work.get(User, committed.admin.id)
        assert (ada.version, ada.is_active, ada.archived_at) == (1, True, None)
        assert await access.roles_of(work, ada.id) == [(await role(work, "admin")).id]
    async with committed.open_as() as work:
        grace = await a_user(work, "Grace")
        await access.create(
            work, {"name": "boss", "rights": {name: Right(Level.ALL, Level.ALL) for name in ("user", "role")}}
        )
        await work.flush()
        await access.set_roles(work, grace.id, [(await role(work, "boss")).id])
    async with committed.open_as() as work:
        await take(work, committed.admin)
    async with committed.open_as() as work:
        assert (await work.get(User, grace.id)).is_active


async def test_two_who_are_the_last_cannot_take_each_others_roles_at_once(committed: Committed):
    async with committed.open_as() as work:
        grace = await a_user(work, "Grace")
        await access.set_roles(work, grace.id, [(await role(work, "admin")).id])
    ready = asyncio.Barrier(2)

    async def take(whose: User) -> str:
        try:
            async with committed.open_as() as work:
                await access.set_roles(work, whose.id, [])
                await ready.wait()
        except Invalid as refusal:
            return str(refusal)
        return "done"

    outcomes = await asyncio.gather(take(grace), take(committed.admin))
    assert sorted(one[: len(LEFT)] for one in outcomes) == ["done", LEFT]


async def test_a_tenant_without_an_administrator_goes_on(committed: Committed):
    async with committed.open_as() as work:
        rita = await a_user(work, "Rita")
        await access.set_roles(work, rita.id, [(await role(work, "sales_rep")).id])
    async with committed.engine.begin() as connection:
        await connection.exec_driver_sql(f"SET LOCAL crm.tenant = '{committed.tenant.id}'")
        await connection.exec_driver_sql(f"DELETE FROM user_roles WHERE user_id = '{committed.admin.id}'")
    async with committed.open_as() as work:
        await users.update(work, rita.id, {"is_active": False})
        await access.set_roles(work, rita.id, [])
    async with committed.open_as() as work:
        assert (await work.get(User, rita.id)).is_active is False
