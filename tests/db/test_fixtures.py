"""What the other tests rely on: nothing of a test is left behind, and a forgotten context shows."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.domain.kernel import ChangeEvent, Tenant, Work
from api.domain.users import Team, User
from tests.conftest import AsRole, Committed, SameConnection
from tests.people import NOW, OpenAs, Sessions

SETTING = "SELECT current_setting('crm.tenant', true)"


def a_team(name: str) -> Team:
    return Team(name=name, name_sort=name.casefold())


async def test_a_session_sees_the_tenant_it_set_and_leaves_no_setting_behind(
    connection: AsyncConnection, tenant: Tenant, open_as: OpenAs
):
    async with open_as() as work:
        assert await work.session.scalar(text(SETTING)) == str(tenant.id)

    assert await connection.scalar(text(SETTING)) == ""


async def test_a_session_that_forgets_its_tenant_finds_nothing(sessions: Sessions, tenant: Tenant, open_as: OpenAs):
    async with open_as() as work:
        work.add(a_team("Sales"))

    async with sessions() as forgetful:
        assert (await forgetful.scalars(select(Team))).all() == []


async def test_a_work_inside_another_gives_the_context_back(work: Work, tenant: Tenant, open_as: OpenAs):
    async with open_as("read_only") as inner:
        assert inner.viewer.capability.roles == ("read_only",)

    assert await work.session.scalar(text(SETTING)) == str(tenant.id)


async def test_a_read_sees_what_is_not_committed_and_leaves_no_setting_behind(
    work: Work, tenant: Tenant, reads: SameConnection, connection: AsyncConnection
):
    work.add(a_team("Sales"))
    await work.flush()

    names = (
        "SELECT CASE WHEN set_config('crm.tenant', $1, true) <> '' THEN (SELECT string_agg(name, ',') FROM teams) END"
    )
    assert await reads.fetch(names, [str(tenant.id)]) == b"Sales"
    assert await connection.scalar(text(SETTING)) == str(tenant.id)  # that of `work`, which is still open


@pytest.mark.parametrize("attempt", [1, 2])
async def test_nothing_is_left_of_the_test_before(attempt: int, open_as: OpenAs, connection: AsyncConnection):
    async with open_as() as work:
        assert (await work.session.scalars(select(Team))).all() == []
        work.add(a_team("Sales"))

    async with open_as() as work:
        assert [event.version for event in await work.session.scalars(select(ChangeEvent))] == [1]


async def test_statements_are_recorded_in_order_and_without_savepoints(
    work: Work, reads: SameConnection, statements: list[str]
):
    statements.clear()

    work.add(a_team("Sales"))
    await work.flush()
    await reads.fetch("SELECT '{}'", [])

    assert [statement.split("(")[0] for statement in statements] == ["INSERT INTO teams ", "SELECT '{}'"]


async def test_a_work_of_another_role_shares_the_transaction_of_the_first(work: Work, as_role: AsRole, admin: User):
    team = work.add(a_team("Sales"))
    await work.flush()

    reader = await as_role("read_only")

    assert (await reader.get(Team, team.id)).name == "Sales"
    assert reader.now == work.now == NOW


async def test_a_committed_work_is_seen_by_the_pools_of_the_product(committed: Committed):
    async with committed.open_as() as work:
        work.add(a_team("Sales"))

    names = (
        "SELECT CASE WHEN set_config('crm.tenant', $1, true) <> '' THEN (SELECT string_agg(name, ',') FROM teams) END"
    )
    assert await committed.reads.fetch(names, [str(committed.tenant.id)]) == b"Sales"
