"""Write sessions: plain statements and objects in one transaction, on a connection that comes back clean."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from api.db.writes import WriteSession
from api.domain.kernel import NotFound
from api.domain.users import User
from tests.conftest import Committed
from tests.factories import a_user
from tests.people import OpenAs

NAMES = "SELECT name FROM users ORDER BY name"
SETTING = "SELECT current_setting('crm.tenant', true)"


async def begun(committed: Committed) -> WriteSession:
    session = committed.sessions()
    await session.begin_as({"crm.tenant": str(committed.tenant.id)})
    return session


async def test_objects_and_plain_statements_share_the_transaction(committed: Committed):
    async with await begun(committed) as session:
        ada = (await session.scalars(select(User))).one()
        ada.name = "Ada Lovelace"
        await session.flush()
        assert [row["name"] for row in await session.fetch(NAMES)] == ["Ada Lovelace"]
        await session.fetch("UPDATE users SET name = 'Countess'")
        await session.refresh(ada)
        assert ada.name == "Countess"
        await session.rollback()

    async with await begun(committed) as session:
        assert [row["name"] for row in await session.fetch(NAMES)] == ["Ada Admin"]
        await session.fetch("UPDATE users SET name = 'Countess'")
        await session.commit()

    async with await begun(committed) as session:
        assert [row["name"] for row in await session.fetch(NAMES)] == ["Countess"]


async def test_a_session_that_is_left_takes_everything_back_and_leaves_no_setting(committed: Committed):
    async with await begun(committed) as session:
        await session.fetch("UPDATE users SET name = 'Countess'")
        driver = session.driver
    assert await driver.fetchval(SETTING) == ""
    assert not driver.is_in_transaction()

    async with await begun(committed) as session:
        assert session.driver is driver
        assert [row["name"] for row in await session.fetch(NAMES)] == ["Ada Admin"]


async def test_a_write_that_is_interrupted_takes_everything_back(committed: Committed):
    async def slow() -> None:
        async with await begun(committed) as session:
            await session.fetch("UPDATE users SET name = 'Countess'")
            await session.fetch("SELECT pg_sleep(30)")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await slow()

    async with await begun(committed) as session:
        assert [row["name"] for row in await session.fetch(NAMES)] == ["Ada Admin"]


async def test_a_broken_key_is_told_as_sqlalchemy_tells_it_but_without_the_values(committed: Committed):
    async with await begun(committed) as session:
        with pytest.raises(IntegrityError) as refused:
            await session.fetch("INSERT INTO users SELECT * FROM users")
    cause = refused.value.orig
    assert isinstance(cause, asyncpg.UniqueViolationError)
    assert (cause.sqlstate, cause.constraint_name) == ("23505", "pk_users")
    assert not refused.value.connection_invalidated
    async with await begun(committed) as session:
        assert len(await session.fetch(NAMES)) == 1


async def test_a_session_of_sqlalchemy_alone_gets_a_connection_that_was_lent_before(committed: Committed):
    async with await begun(committed) as session:
        await session.fetch("SELECT 1")
        await session.commit()
    async with committed.sessions() as session:
        await session.execute(select(1))
        driver = (await (await session.connection()).get_raw_connection()).driver_connection
        assert isinstance(driver, asyncpg.Connection)
        assert driver.is_in_transaction()


async def test_what_a_work_has_made_is_the_object_that_a_query_finds(open_as: OpenAs):
    async with open_as() as work:
        grace = await a_user(work, "Grace")
        await work.finish()
        assert (await work.session.scalars(select(User).where(User.id == grace.id))).one() is grace
        grace.title = "Admiral"
        (change,) = await work.finish()
        assert (change.before, change.after, grace.version) == ({"title": None}, {"title": "Admiral"}, 2)


async def test_a_loaded_record_that_changes_is_sent_although_nobody_asked_the_session(committed: Committed):
    async with committed.open_as() as work:
        ada = await work.edit(User, committed.admin.id)
        ada.title = "Countess"
    async with committed.open_as() as work:
        ada = await work.get(User, committed.admin.id)
        assert (ada.title, ada.version) == ("Countess", 2)
        with pytest.raises(NotFound):
            await work.get(User, committed.tenant.id)
