import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from api.domain import documents
from api.domain.documents import Registration, StoredDocument
from api.domain.kernel import ChangeEvent, DomainError, NotAllowed, NotFound, Required, TooLong, Work
from tests.conftest import AsRole, Committed
from tests.http.sent_documents import sha256
from tests.people import NOW, OpenAs, Sessions, a_tenant, a_user, opener

ONE, TWO, THREE = "{ viewer { name } }", "{ viewer { id } }", "query C { __typename }"


async def rows(work: Work) -> int:
    return (await work.session.execute(select(func.count()).select_from(StoredDocument))).scalar_one()


async def test_documents_are_stored_under_the_hash_of_their_text(work: Work):
    done = await documents.register(work, [ONE, TWO, ONE], " web ")
    assert done == {sha256(ONE): Registration.CREATED, sha256(TWO): Registration.CREATED}
    found = {row.sha256: row for row in await documents.documents(work)}
    assert {
        sha: (row.text, row.client, row.registered_by, row.registered_at, row.retired_at) for sha, row in found.items()
    } == {sha256(text): (text, "web", work.actor, NOW, None) for text in (ONE, TWO)}


async def test_registering_again_changes_nothing(work: Work):
    await documents.register(work, [ONE], "web")
    work.now = NOW + timedelta(days=1)
    done = await documents.register(work, [ONE, THREE], "app")
    assert done == {sha256(ONE): Registration.UNCHANGED, sha256(THREE): Registration.CREATED}
    found = {row.sha256: (row.client, row.registered_at) for row in await documents.documents(work)}
    assert found == {sha256(ONE): ("web", NOW), sha256(THREE): ("app", work.now)}


async def test_the_newest_are_listed_first(work: Work):
    await documents.register(work, [ONE])
    work.now = NOW + timedelta(days=1)
    await documents.register(work, [TWO])
    assert [row.text for row in await documents.documents(work)] == [TWO, ONE]


async def test_a_retired_document_stays_retired_until_it_is_registered_again(work: Work):
    await documents.register(work, [ONE, TWO])
    await documents.retire(work, sha256(ONE))
    work.now = NOW + timedelta(days=1)
    await documents.retire(work, sha256(ONE))
    assert {row.text: row.retired_at for row in await documents.documents(work)} == {ONE: NOW, TWO: None}
    work.session.expire_all()
    assert await documents.register(work, [ONE]) == {sha256(ONE): Registration.RESTORED}
    work.session.expire_all()
    assert {row.text: row.retired_at for row in await documents.documents(work)} == {ONE: None, TWO: None}


async def test_a_thousand_documents_are_two_statements(open_as: OpenAs, statements: list[str]):
    async with open_as() as work:
        statements.clear()
        await documents.register(work, [f"query Q{number} {{ __typename }}" for number in range(1_000)])
        assert [statement.split()[0] for statement in statements] == ["SELECT", "INSERT"]
        assert await rows(work) == 1_000


async def test_nothing_is_registered_for_no_documents(work: Work):
    assert await documents.register(work, []) == {}
    assert await rows(work) == 0


@pytest.mark.parametrize("role", ["sales_rep", "read_only"])
async def test_only_an_admin_registers_lists_and_retires(as_role: AsRole, work: Work, role: str):
    await documents.register(work, [ONE])
    other = await as_role(role)
    for refused in (documents.register(other, [TWO]), documents.documents(other), documents.retire(other, sha256(ONE))):
        with pytest.raises(NotAllowed):
            await refused
    assert [(row.text, row.retired_at) for row in await documents.documents(work)] == [(ONE, None)]


@pytest.mark.parametrize(("client", "refusal"), [("", Required), (" ", Required), ("x" * 101, TooLong)])
async def test_a_client_without_a_usable_name_registers_nothing(work: Work, client: str, refusal: type[DomainError]):
    with pytest.raises(refusal):
        await documents.register(work, [ONE], client)
    assert await rows(work) == 0


async def test_documents_of_another_tenant_do_not_exist(open_as: OpenAs, sessions: Sessions):
    async with open_as() as work:
        await documents.register(work, [ONE])
    stranger = opener(sessions, await a_user(sessions, (await a_tenant(sessions, "Umbrella")).id))
    async with stranger() as work:
        assert await documents.documents(work) == []
        with pytest.raises(NotFound):
            await documents.retire(work, sha256(ONE))
        assert await documents.register(work, [ONE]) == {sha256(ONE): Registration.CREATED}
        await documents.retire(work, sha256(ONE))
    async with open_as() as work:
        assert [(row.text, row.retired_at) for row in await documents.documents(work)] == [(ONE, None)]


async def test_a_hash_that_was_never_registered_cannot_be_retired(work: Work):
    with pytest.raises(NotFound):
        await documents.retire(work, "0" * 64)


async def test_two_who_register_the_same_at_once_both_succeed(committed: Committed):
    async def beside() -> None:
        async with committed.open_as() as second:
            await documents.register(second, [THREE, TWO, ONE])

    async with committed.open_as() as first:
        await documents.register(first, [ONE, TWO])
        waiting = asyncio.create_task(beside())
        await asyncio.sleep(0.1)
        assert not waiting.done()
    await waiting
    async with committed.open_as() as work:
        assert {row.text for row in await documents.documents(work)} == {ONE, TWO, THREE}


async def test_registering_writes_no_history_of_records(work: Work):
    await documents.register(work, [ONE])
    assert await work.finish() == []
    assert (await work.session.execute(select(func.count()).select_from(ChangeEvent))).scalar_one() == 0
