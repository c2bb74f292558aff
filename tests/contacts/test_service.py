"""Contacts: names, owners, superiors, upserts; what is wrong with a contact is said of the argument."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from api.domain import contacts
from api.domain.contacts import AccountContact, Contact, ContactEmail
from api.domain.kernel import (
    AddressKind,
    Archived,
    DomainError,
    Duplicate,
    ExternalKey,
    Invalid,
    LimitExceeded,
    NotAllowed,
    NotFound,
    Outcome,
    Required,
    RestoreConflict,
    Work,
    new_id,
)
from tests.conftest import AsRole, Committed
from tests.factories import a_contact, a_user, an_account
from tests.people import Sessions, a_tenant
from tests.people import a_user as a_person


async def test_a_contact_belongs_to_whoever_creates_it_and_is_known_by_first_and_last_name(work: Work):
    acme = await an_account(work)
    await work.finish()

    ada = await contacts.create(
        work,
        {
            "first_name": " Ada ",
            "last_name": "Lovelace",
            "title": "Analyst",
            "language": "EN-gb",
            "zone": "Europe/London",
            "account_id": acme.id,
            "email": "Ada+crm@Example.COM",
            "phones": [{"number": "030 901820", "extension": "7", "label": "work"}],
            "addresses": [{"kind": AddressKind.OFFICE, "city": "Berlin", "country": "DE"}],
        },
        external_ids=[ExternalKey("shop", "820982911946154508")],
    )
    (change,) = await work.finish()

    assert (ada.name, ada.name_sort, ada.last_name_sort) == ("Ada Lovelace", "ada lovelace", "lovelace")
    assert change.after == {
        "name": "Ada Lovelace",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "title": "Analyst",
        "email": "Ada+crm@example.com",
        "phone": "+4930901820",
        "language": "en-GB",
        "zone": "Europe/London",
        "owner": f"usr_{work.actor.hex}",
        "account": f"acc_{acme.id.hex}",
        "emails": [{"email": "Ada+crm@example.com", "original": "Ada+crm@Example.COM"}],
        "phones": [{"number": "+4930901820", "original": "030 901820", "extension": "7", "label": "work"}],
        "addresses": [{"kind": "OFFICE", "city": "Berlin", "country": "DE"}],
        "accounts": [{"account": f"acc_{acme.id.hex}", "isPrimaryContact": False}],
        "externalIds": [{"type": "contact", "source": "shop", "value": "820982911946154508"}],
    }


@pytest.mark.parametrize(
    ("values", "refusal", "path"),
    [
        ({}, Required, ("last_name",)),
        ({"last_name": " "}, Required, ("last_name",)),
        ({"last_name": "x" * 101}, "TOO_LONG", ("last_name",)),
        ({"language": "german"}, Invalid, ("language",)),
        ({"language": "xx-DE"}, Invalid, ("language",)),
        ({"zone": "Berlin"}, Invalid, ("zone",)),
        ({"owner_id": new_id()}, NotFound, ("owner",)),
        ({"account_id": new_id()}, NotFound, ("account",)),
        ({"reports_to_id": new_id()}, NotFound, ("reports_to",)),
        ({"email": "ada"}, Invalid, ("email",)),
        ({"email": "ada@localhost"}, Invalid, ("email",)),
        ({"email": "Ada <ada@example.com>"}, Invalid, ("email",)),
        ({"email": "a" * 250 + "@example.com"}, "TOO_LONG", ("email",)),
        ({"emails": [{"email": "ada@example.com"}, {"email": "@"}]}, Invalid, ("emails", "1", "email")),
        ({"emails": [{"label": "work"}]}, Required, ("emails", "0", "email")),
        (
            {"emails": [{"email": f"{n}@x.com", "is_primary": True} for n in range(2)]},
            Invalid,
            ("emails", "1", "is_primary"),
        ),
        ({"emails": [{"email": f"{n}@x.com"} for n in range(21)]}, LimitExceeded, ("emails",)),
        ({"email": None, "emails": [{"email": "ada@x.com"}]}, Invalid, ("email",)),
        ({"phone": "030 901820"}, Invalid, ("phone",)),
        ({"phone": "hello"}, Invalid, ("phone",)),
        ({"phones": [{"number": "+49 1"}]}, Invalid, ("phones", "0", "number")),
        ({"phones": [{"number": "030 901820", "country": "XX"}]}, Invalid, ("phones", "0", "country")),
        ({"phones": [{"number": "+4930901820", "extension": "a"}]}, Invalid, ("phones", "0", "extension")),
        ({"addresses": [{"city": "Rome"}]}, Required, ("addresses", "0", "kind")),
    ],
)
async def test_a_contact_with_a_wrong_value_is_refused(
    work: Work, values: Any, refusal: type[DomainError] | str, path: tuple[str, ...]
):
    given: Any = values if not values or "last_name" in values else {"last_name": "Lovelace", **values}

    with pytest.raises(DomainError) as refused:
        await contacts.create(work, given)

    assert refusal in {type(refused.value), refused.value.code}
    assert refused.value.path == path
    assert await work.finish() == []
    assert (await work.session.scalars(select(Contact.id))).all() == []


async def test_the_first_name_can_go_and_the_name_follows(work: Work):
    ada = await a_contact(work, first_name="Ada")
    await work.finish()

    await contacts.update(work, ada.id, {"first_name": None})
    (change,) = await work.finish()
    assert (ada.name, change.changed) == ("Lovelace", ["firstName", "name"])

    with pytest.raises(Required):
        await contacts.update(work, ada.id, {"last_name": ""})
    assert ada.last_name == "Lovelace"


async def test_sending_what_is_known_changes_nothing(work: Work):
    acme = await an_account(work)
    values: contacts.ContactValues = {
        "last_name": "Lovelace",
        "email": "ada@example.com",
        "phones": [{"number": "+49 30 901820", "label": "work"}],
        "addresses": [{"kind": AddressKind.OFFICE, "city": "Rome"}],
        "account_id": acme.id,
    }
    ada = await contacts.create(work, values)
    await work.finish()

    (result,) = await contacts.upsert_many(
        work, [contacts.ContactRow(values={**values, "email": "ADA@EXAMPLE.com", "phone": "+4930901820"})]
    )

    assert (result.outcome, result.record) == (Outcome.UNCHANGED, ada)
    assert await work.finish() == []
    assert work.events == []
    assert ada.version == 1


async def test_rows_mean_the_contact_with_the_id_the_external_id_the_primary_email_or_the_name(work: Work):
    key = ExternalKey("shop", "1")
    one = await contacts.create(work, {"last_name": "One"}, external_ids=[key])
    two = await a_contact(work, "Two", emails=[{"email": "two@example.com"}, {"email": "second@example.com"}])
    three = await a_contact(work, "Three", first_name="Émile")
    await work.finish()

    results = await contacts.upsert_many(
        work,
        [
            contacts.ContactRow(values={"title": "1"}, external_ids=[key]),
            contacts.ContactRow(values={"title": "2", "email": "TWO@example.com"}),
            contacts.ContactRow(values={"title": "3", "first_name": "EMILE", "last_name": "three"}, by_name=True),
            contacts.ContactRow(values={"title": "4", "last_name": "Four", "email": "second@example.com"}),
            contacts.ContactRow(values={"title": "5", "email": "two@example.com"}, external_ids=[key]),
            contacts.ContactRow(values={"title": "6"}, id=two.id),
        ],
    )

    assert [result.outcome for result in results] == [
        Outcome.UPDATED,
        Outcome.UPDATED,
        Outcome.UPDATED,
        Outcome.CREATED,  # only a primary address names somebody
        Outcome.FAILED,
        Outcome.UPDATED,
    ]
    assert (one.title, two.title, three.title) == ("1", "6", "3")
    assert isinstance(results[4].refusal, Duplicate)
    assert (results[4].refusal.path, results[4].refusal.existing) == (("email",), two.id)


async def test_nobody_reports_to_himself_nor_over_more_than_ten_levels(work: Work):
    chain = [await a_contact(work, "Level 1")]
    for level in range(2, 11):
        chain.append(await a_contact(work, f"Level {level}", reports_to_id=chain[-1].id))
    await work.finish()

    refusals = []
    for row in (
        contacts.ContactRow(values={"reports_to_id": chain[9].id}, id=chain[0].id),
        contacts.ContactRow(values={"reports_to_id": chain[0].id}, id=chain[0].id),
        contacts.ContactRow(values={"reports_to_id": chain[9].id, "last_name": "Level 11"}),
    ):
        (result,) = await contacts.upsert_many(work, [row])
        assert isinstance(result.refusal, Invalid)
        refusals.append((result.refusal.constraint, result.refusal.path))

    assert refusals == [("circle", ("reports_to",)), ("circle", ("reports_to",)), ("depth", ("reports_to",))]
    assert await work.finish() == []


async def test_a_sales_rep_sees_and_changes_only_own_contacts(work: Work, as_role: AsRole):
    rep_user = await a_user(work, "Moses Frase")
    foreign = await a_contact(work, "Foreign")
    own = await a_contact(work, "Own", owner_id=rep_user.id)
    rep = await as_role("sales_rep", rep_user)

    await contacts.update(rep, own.id, {"title": "Buyer"})
    with pytest.raises(NotFound):
        await contacts.update(rep, foreign.id, {"title": "Buyer"})
    with pytest.raises(NotAllowed):
        await contacts.create(rep, {"last_name": "For another", "owner_id": work.viewer.user})

    assert [change.record.id for change in await rep.finish()] == [own.id]
    assert (await contacts.create(rep, {"last_name": "New"})).owner_id == rep_user.id


async def test_an_archived_contact_frees_its_email_until_somebody_takes_it(work: Work):
    ada = await a_contact(work, email="ada@example.com")
    await contacts.archive(work, ada.id)
    await contacts.restore(work, ada.id)
    await work.flush()
    with pytest.raises(Duplicate):
        await a_contact(work, "Copy", email="ada@example.com")

    await contacts.archive(work, ada.id)
    taker = await a_contact(work, "Copy", email="ada@example.com")
    with pytest.raises(RestoreConflict) as refused:
        await contacts.restore(work, ada.id)

    assert (refused.value.existing, refused.value.path) == (taker.id, ("email",))
    assert ada.archived_at == work.now
    with pytest.raises(Archived):
        await contacts.update(work, ada.id, {"title": "Analyst"})


async def test_the_number_of_statements_does_not_grow_with_the_rows(work: Work, statements: list[str]):
    acme, boss = await an_account(work), await a_contact(work, "Boss")

    async def statements_for(number: int, prefix: str) -> list[int]:
        rows = [
            contacts.ContactRow(
                values={
                    "last_name": f"{prefix} {n}",
                    "account_id": acme.id,
                    "reports_to_id": boss.id,
                    "emails": [{"email": f"{prefix}{n}@example.com"}, {"email": f"{prefix}{n}@example.org"}],
                    "phone": f"+49 30 9018{n:02}",
                    "addresses": [{"kind": AddressKind.OFFICE, "city": "Berlin", "country": "DE"}],
                },
                external_ids=[ExternalKey("shop", f"{prefix}{n}")],
            )
            for n in range(number)
        ]
        counts = []
        for outcome in (Outcome.CREATED, Outcome.UNCHANGED):
            statements.clear()
            results = await contacts.upsert_many(work, rows)
            await work.finish()
            assert {result.outcome for result in results} == {outcome}
            counts.append(len(statements))
        return counts

    assert await statements_for(3, "few") == await statements_for(30, "many") == [5, 8]


async def test_a_refused_row_leaves_the_others_and_changes_nothing_itself(work: Work):
    ada = await a_contact(work, email="ada@example.com")
    await work.finish()

    results = await contacts.upsert_many(
        work,
        [
            contacts.ContactRow(values={"title": "Countess", "phone": "12"}, id=ada.id),
            contacts.ContactRow(values={"last_name": "Babbage"}),
        ],
    )
    (change,) = await work.finish()

    assert [result.outcome for result in results] == [Outcome.FAILED, Outcome.CREATED]
    assert change.record is results[1].record
    assert (ada.title, ada.version) == (None, 1)


@pytest.mark.parametrize("column", ["owner_id", "reports_to_id", "account_id"])
async def test_the_database_refuses_a_reference_to_another_tenant(work: Work, sessions: Sessions, column: str):
    other = await a_tenant(sessions, "Globex")
    stranger = await a_person(sessions, other.id, "Hank Scorpio")
    ada = await a_contact(work)

    setattr(ada, column, stranger.id)

    with pytest.raises(IntegrityError, match=f"fk_contacts_tenant_id_{column}"):
        await work.flush()


async def test_two_contacts_made_at_once_do_not_share_a_primary_email(committed: Committed):
    async def make(email: str) -> UUID:
        async with committed.open_as() as work:
            contact = await contacts.create(work, {"last_name": "Lovelace", "email": email})
            await asyncio.sleep(0.1)
            return contact.id

    results = await asyncio.gather(make("jose\u0301@example.com"), make("JOSÉ@example.com"), return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["Duplicate", "UUID"]
    async with committed.open_as() as work:
        assert (await work.session.scalars(select(ContactEmail.key))).all() == ["josé@example.com"]
        assert (await work.session.scalars(select(AccountContact.id))).all() == []
