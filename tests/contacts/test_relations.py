"""The accounts of contacts: present and past, primary on either side."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from api.domain import accounts, contacts
from api.domain.contacts import AccountContact, Contact, Side
from api.domain.kernel import Archived, DomainError, Invalid, NotAllowed, NotFound, Work, new_id
from tests.conftest import AsRole, Committed
from tests.factories import a_contact, a_user, an_account
from tests.people import Sessions, a_tenant
from tests.people import a_user as a_person


async def relations_of(work: Work, contact: UUID) -> list[tuple[UUID, str | None, date | None, date | None, bool]]:
    await work.flush()
    found = await work.session.scalars(
        select(AccountContact).where(AccountContact.contact_id == contact).order_by(AccountContact.id)
    )
    return [(one.account_id, one.role, one.started_on, one.ended_on, one.is_primary_contact) for one in found]


async def test_the_first_account_is_the_primary_one_and_a_second_is_not(work: Work):
    ada, acme, globex = await a_contact(work), await an_account(work), await an_account(work, "Globex")
    await work.finish()

    await contacts.relate(work, ada.id, acme.id, role="Analyst", started_on=date(2024, 1, 1))
    await contacts.relate(work, ada.id, globex.id)
    (change,) = await work.finish()

    assert ada.account_id == acme.id
    assert change.changed == ["account", "accounts"]
    assert await relations_of(work, ada.id) == [
        (acme.id, "Analyst", date(2024, 1, 1), None, False),
        (globex.id, None, None, None, False),
    ]


async def test_relating_again_tells_more_about_the_present_relation_or_changes_nothing(work: Work):
    ada, acme = await a_contact(work), await an_account(work)
    await contacts.relate(work, ada.id, acme.id, role="Analyst")
    await work.finish()

    await contacts.relate(work, ada.id, acme.id, role="Analyst")
    assert await work.finish() == []
    await contacts.relate(work, ada.id, acme.id, started_on=date(2024, 1, 1))
    assert await relations_of(work, ada.id) == [(acme.id, "Analyst", date(2024, 1, 1), None, False)]


async def test_whoever_leaves_an_account_keeps_the_past_and_may_come_back(work: Work):
    acme = await an_account(work)
    ada = await a_contact(work, account_id=acme.id)
    await contacts.make_primary(work, ada.id, acme.id)
    await work.finish()

    await contacts.end_relation(work, ada.id, acme.id, ended_on=date(2026, 2, 1))
    assert ada.account_id is None
    assert await relations_of(work, ada.id) == [(acme.id, None, None, date(2026, 2, 1), False)]
    with pytest.raises(NotFound) as ended:
        await contacts.end_relation(work, ada.id, acme.id)
    assert (ended.value.type, ended.value.path) == ("relation", ("account",))

    await contacts.relate(work, ada.id, acme.id, started_on=date(2026, 3, 1))
    assert ada.account_id == acme.id
    assert await relations_of(work, ada.id) == [
        (acme.id, None, None, date(2026, 2, 1), False),
        (acme.id, None, date(2026, 3, 1), None, False),
    ]


@pytest.mark.parametrize(
    ("ended_on", "constraint"), [(date(2026, 3, 3), "future"), (date(2023, 12, 31), "before_started")]
)
async def test_a_relation_ends_between_its_beginning_and_today(work: Work, ended_on: date, constraint: str):
    ada, acme = await a_contact(work), await an_account(work)
    await contacts.relate(work, ada.id, acme.id, started_on=date(2024, 1, 1))
    await work.finish()

    with pytest.raises(Invalid) as refused:
        await contacts.end_relation(work, ada.id, acme.id, ended_on=ended_on)

    assert (refused.value.path, refused.value.constraint) == (("ended_on",), constraint)
    assert await work.finish() == []
    await contacts.end_relation(work, ada.id, acme.id)
    assert (await relations_of(work, ada.id))[0][3] == date(2026, 3, 2)


async def test_a_primary_one_takes_that_from_another_on_either_side(work: Work):
    acme, globex = await an_account(work), await an_account(work, "Globex")
    ada, grace = await a_contact(work, account_id=acme.id), await a_contact(work, "Hopper", account_id=acme.id)
    await contacts.relate(work, grace.id, globex.id)
    await contacts.make_primary(work, ada.id, acme.id, side=Side.ACCOUNT)
    await contacts.make_primary(work, grace.id, globex.id, side=Side.CONTACT)
    await work.finish()
    primary_before = grace.account_id

    await contacts.make_primary(work, grace.id, acme.id)
    changes = await work.finish()
    assert primary_before == globex.id

    assert (ada.account_id, grace.account_id) == (acme.id, acme.id)
    assert [relation[-1] for relation in await relations_of(work, ada.id)] == [False]
    assert [relation[-1] for relation in await relations_of(work, grace.id)] == [True, False]
    assert {change.record.id for change in changes} == {ada.id, grace.id}
    assert (ada.version, grace.version) == (2, 2)


async def test_another_account_in_the_values_becomes_the_primary_one_and_the_relation_before_stays(work: Work):
    acme, globex = await an_account(work), await an_account(work, "Globex")
    ada = await a_contact(work, account_id=acme.id)

    await contacts.update(work, ada.id, {"account_id": globex.id})
    primaries = [ada.account_id]
    await contacts.update(work, ada.id, {"account_id": None})

    assert [*primaries, ada.account_id] == [globex.id, None]
    assert [relation[:1] + relation[3:4] for relation in await relations_of(work, ada.id)] == [
        (acme.id, None),
        (globex.id, None),
    ]


async def test_nobody_is_related_to_an_account_that_is_not_there(work: Work):
    ada, gone = await a_contact(work), await an_account(work, "Gone")
    await accounts.archive(work, gone.id)
    await work.finish()

    for account, refusal in ((new_id(), NotFound), (gone.id, Archived)):
        with pytest.raises(DomainError) as refused:
            await contacts.relate(work, ada.id, account)
        assert isinstance(refused.value, refusal)
        assert refused.value.path == ("account",)
    with pytest.raises(NotFound):
        await contacts.make_primary(work, ada.id, (await an_account(work)).id)

    assert await relations_of(work, ada.id) == []
    assert ada.account_id is None


async def test_who_may_not_change_an_account_does_not_choose_its_primary_contact(work: Work, as_role: AsRole):
    person = await a_user(work, "Moses Frase")
    acme = await an_account(work, owner_id=person.id)
    ada = await a_contact(work, owner_id=person.id, account_id=acme.id)
    foreign = await an_account(work, "Foreign")
    rep, reader = await as_role("sales_rep", person), await as_role("read_only", person)

    with pytest.raises(NotFound):
        await contacts.relate(rep, ada.id, foreign.id)
    with pytest.raises(NotAllowed):
        await contacts.make_primary(reader, ada.id, acme.id)
    await contacts.make_primary(rep, ada.id, acme.id)

    assert [relation[-1] for relation in await relations_of(rep, ada.id)] == [True]


async def test_an_archived_contact_is_nobodys_primary_contact(work: Work):
    acme = await an_account(work)
    ada = await a_contact(work, account_id=acme.id)
    await contacts.make_primary(work, ada.id, acme.id)

    await contacts.archive(work, ada.id)
    await work.flush()
    (relation,) = await work.session.scalars(select(AccountContact))
    assert (relation.is_primary_contact, relation.archived_at, ada.account_id) == (False, work.now, acme.id)

    await contacts.restore(work, ada.id)
    await work.flush()
    assert (relation.is_primary_contact, relation.archived_at) == (False, None)


async def test_the_database_keeps_relations_in_their_tenant_and_one_primary_contact(work: Work, sessions: Sessions):
    other = await a_tenant(sessions, "Globex")
    stranger = await a_person(sessions, other.id, "Hank Scorpio")
    acme = await an_account(work)
    ada, grace = await a_contact(work, account_id=acme.id), await a_contact(work, "Hopper", account_id=acme.id)

    async def refused(statement: Any, constraint: str) -> None:
        with pytest.raises(IntegrityError, match=constraint):
            async with work.session.begin_nested():
                await work.session.execute(statement)

    primary = update(AccountContact).values(is_primary_contact=True)
    await refused(primary, "uq_account_contacts_primary")
    moved = update(AccountContact).where(AccountContact.contact_id == ada.id).values(account_id=stranger.id)
    await refused(moved, "fk_account_contacts_tenant_id_account_id")
    twice = update(AccountContact).where(AccountContact.contact_id == grace.id).values(contact_id=ada.id)
    await refused(twice, "uq_account_contacts_active")
    ended = update(AccountContact).values(is_primary_contact=True, ended_on=date(2026, 1, 1))
    await refused(ended, "ck_account_contacts_primary_is_active")


async def test_of_two_primary_contacts_made_at_once_one_remains(committed: Committed):
    async with committed.open_as() as work:
        acme = await an_account(work)
        people = [await a_contact(work, name, account_id=acme.id) for name in ("Lovelace", "Hopper")]

    async def make(contact: UUID):
        async with committed.open_as() as work:
            await contacts.make_primary(work, contact, acme.id)
            await asyncio.sleep(0.1)

    results = await asyncio.gather(*(make(one.id) for one in people), return_exceptions=True)

    assert [result for result in results if result is not None] == []
    async with committed.open_as() as work:
        primary = await work.session.scalars(select(AccountContact.is_primary_contact))
        assert sorted(primary.all()) == [False, True]
        assert {one.account_id for one in await work.session.scalars(select(Contact))} == {acme.id}
