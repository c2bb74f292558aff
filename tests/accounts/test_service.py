"""Accounts: owners, domains, addresses, trees of parents, upserts."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from api.domain import accounts
from api.domain.accounts import AccountAddress, AccountDomain, AccountType, AddressKind
from api.domain.kernel import (
    Archived,
    DomainError,
    Duplicate,
    ExternalKey,
    Invalid,
    LimitExceeded,
    Money,
    NotAllowed,
    NotFound,
    Outcome,
    Required,
    RestoreConflict,
    Work,
    new_id,
)
from tests.conftest import AsRole, Committed
from tests.factories import a_user, an_account


async def test_an_account_belongs_to_whoever_creates_it_and_begins_as_a_prospect(work: Work):
    acme = await accounts.create(
        work,
        {
            "name": "Acme Corporation",
            "industry": "Technology",
            "employees": 2822,
            "annual_revenue": Money(110_004_000_000, "USD"),
            "year_founded": 1996,
            "domains": ["ACME.com", "bücher.example."],
            "addresses": [{"kind": AddressKind.OFFICE, "city": "Springfield", "country": "US"}],
        },
        external_ids=[ExternalKey("erp", "7")],
    )
    (change,) = await work.finish()

    assert (acme.owner_id, acme.type) == (work.viewer.user, AccountType.PROSPECT)
    assert change.after == {
        "name": "Acme Corporation",
        "type": "PROSPECT",
        "industry": "Technology",
        "employees": 2822,
        "annualRevenue": "1100040000.00",
        "currency": "USD",
        "yearFounded": 1996,
        "owner": f"usr_{work.actor.hex}",
        "domains": [{"domain": "acme.com"}, {"domain": "xn--bcher-kva.example"}],
        "addresses": [{"kind": "OFFICE", "city": "Springfield", "country": "US"}],
        "externalIds": [{"type": "account", "source": "erp", "value": "7"}],
    }


@pytest.mark.parametrize(
    ("values", "refusal", "path"),
    [
        ({}, Required, ("name",)),
        ({"name": "Acme", "type": None}, Required, ("type",)),
        ({"name": "Acme", "employees": -1}, Invalid, ("employees",)),
        ({"name": "Acme", "year_founded": 999}, Invalid, ("year_founded",)),
        ({"name": "Acme", "annual_revenue": Money(-1, "USD")}, Invalid, ("annual_revenue",)),
        ({"name": "Acme", "owner_id": new_id()}, NotFound, ("owner",)),
        ({"name": "Acme", "parent_id": new_id()}, NotFound, ("parent",)),
        ({"name": "Acme", "domains": ["not a domain"]}, Invalid, ("domains",)),
        ({"name": "Acme", "domains": ["localhost"]}, Invalid, ("domains",)),
        ({"name": "Acme", "domains": ["x" * 64 + ".com"]}, Invalid, ("domains",)),
        ({"name": "Acme", "domains": [f"a{n}.com" for n in range(51)]}, LimitExceeded, ("domains",)),
        ({"name": "Acme", "addresses": [{"city": "Rome"}]}, Required, ("addresses", "0", "kind")),
        (
            {
                "name": "Acme",
                "addresses": [{"kind": AddressKind.BILLING}, {"kind": AddressKind.OTHER, "country": "de"}],
            },
            Invalid,
            ("addresses", "1", "country"),
        ),
    ],
)
async def test_an_account_with_a_wrong_value_is_refused(
    work: Work, values: Any, refusal: type[DomainError], path: tuple[str, ...]
):
    with pytest.raises(refusal) as refused:
        await accounts.create(work, values)

    assert refused.value.path == path
    assert await work.finish() == []


async def test_a_domain_names_one_live_account(work: Work):
    acme = await an_account(work, domains=["acme.com"])

    with pytest.raises(Duplicate) as refused:
        await an_account(work, "Copy", domains=["Acme.COM"])

    assert (refused.value.path, refused.value.type, refused.value.existing) == (("domains",), "account", acme.id)
    assert [change.record for change in await work.finish()] == [acme]


async def test_an_archived_account_frees_its_domains_until_somebody_takes_them(work: Work):
    acme = await an_account(work, domains=["acme.com"])
    await accounts.archive(work, acme.id)
    await accounts.restore(work, acme.id)
    await work.flush()
    with pytest.raises(Duplicate):
        await an_account(work, "Copy", domains=["acme.com"])

    await accounts.archive(work, acme.id)
    taker = await an_account(work, "Copy", domains=["acme.com"])
    with pytest.raises(RestoreConflict) as refused:
        await accounts.restore(work, acme.id)

    assert (refused.value.existing, refused.value.path) == (taker.id, ("domains",))
    assert acme.archived_at == work.now


async def test_domains_are_added_and_addresses_replaced_by_their_kind(work: Work):
    office = {"kind": AddressKind.OFFICE, "street": "1 Main St", "city": "Springfield"}
    acme = await an_account(work, domains=["acme.com"], addresses=[office])
    await work.finish()

    await accounts.update(
        work,
        acme.id,
        {"domains": ["acme.org"], "addresses": [{"kind": AddressKind.OFFICE, "city": "Shelbyville"}]},
    )
    (change,) = await work.finish()

    assert change.changed == ["addresses", "domains"]
    assert acme.version == 2
    domains = await work.session.scalars(select(AccountDomain.domain).order_by(AccountDomain.domain))
    assert domains.all() == ["acme.com", "acme.org"]
    (address,) = await work.session.scalars(select(AccountAddress))
    assert (address.street, address.city) == (None, "Shelbyville")


async def test_a_domain_and_an_address_can_be_removed(work: Work):
    acme = await an_account(work, domains=["acme.com"], addresses=[{"kind": AddressKind.BILLING, "city": "Rome"}])
    await work.finish()

    await accounts.remove_domain(work, acme.id, "ACME.com")
    await accounts.remove_address(work, acme.id, AddressKind.BILLING)
    (change,) = await work.finish()

    assert change.before == {"domains": [{"domain": "acme.com"}], "addresses": [{"kind": "BILLING", "city": "Rome"}]}
    assert (await work.session.scalars(select(AccountDomain))).all() == []
    with pytest.raises(NotFound):
        await accounts.remove_domain(work, acme.id, "acme.com")


async def test_sending_what_is_known_changes_nothing(work: Work):
    values: accounts.AccountValues = {
        "name": "Acme",
        "domains": ["acme.com"],
        "addresses": [{"kind": AddressKind.OFFICE, "city": "Rome"}],
        "annual_revenue": Money(100, "EUR"),
    }
    acme = await accounts.create(work, values)
    await work.finish()

    (result,) = await accounts.upsert_many(work, [accounts.AccountRow(values=values)])

    assert (result.outcome, result.record) == (Outcome.UNCHANGED, acme)
    assert await work.finish() == []
    assert acme.version == 1


async def test_rows_mean_the_account_with_the_id_the_external_id_the_domain_or_the_name(work: Work):
    key = ExternalKey("erp", "1")
    one = await accounts.create(work, {"name": "One"}, external_ids=[key])
    two = await an_account(work, "Two", domains=["two.com"])
    three = await an_account(work, "Three")
    await work.finish()

    results = await accounts.upsert_many(
        work,
        [
            accounts.AccountRow(values={"employees": 1}, external_ids=[key]),
            accounts.AccountRow(values={"employees": 2, "domains": ["TWO.com"]}),
            accounts.AccountRow(values={"employees": 3, "name": "THREE"}, by_name=True),
            accounts.AccountRow(values={"employees": 4, "name": "Three"}),
            accounts.AccountRow(values={"employees": 5}, id=two.id, external_ids=[key]),
            accounts.AccountRow(values={"employees": 6, "name": "Three"}, by_name=True),
        ],
    )

    assert [result.outcome for result in results] == [
        Outcome.UPDATED,
        Outcome.UPDATED,
        Outcome.UPDATED,
        Outcome.CREATED,
        Outcome.FAILED,
        Outcome.UPDATED,
    ]
    assert (one.employees, two.employees, three.employees) == (1, 2, 6)
    assert isinstance(results[4].refusal, Duplicate)
    assert results[4].refusal.existing == one.id


async def test_a_name_that_two_accounts_have_is_not_guessed(work: Work):
    first, second = await an_account(work, "Twin"), await an_account(work, "TWIN")
    await work.finish()

    (result,) = await accounts.upsert_many(
        work, [accounts.AccountRow(values={"name": "Twin", "employees": 2}, by_name=True)]
    )

    assert isinstance(result.refusal, Invalid)
    assert result.refusal.constraint == "ambiguous"
    assert (first.employees, second.employees) == (None, None)


async def test_an_external_id_stays_reserved_while_the_account_is_archived(work: Work):
    key = ExternalKey("erp", "1")
    acme = await accounts.create(work, {"name": "Acme"}, external_ids=[key])
    await work.flush()
    with pytest.raises(Duplicate) as refused:
        await accounts.create(work, {"name": "Copy"}, external_ids=[key])
    assert refused.value.path == ("external_ids",)

    await accounts.archive(work, acme.id)
    (result,) = await accounts.upsert_many(work, [accounts.AccountRow(values={"name": "New"}, external_ids=[key])])

    assert isinstance(result.refusal, Archived)
    assert result.refusal.existing == acme.id


async def test_an_account_cannot_come_below_itself_nor_deeper_than_ten_levels(work: Work):
    chain = [await an_account(work, "Level 1")]
    for level in range(2, 11):
        chain.append(await an_account(work, f"Level {level}", parent_id=chain[-1].id))
    await work.finish()

    with pytest.raises(Invalid) as circle:
        await accounts.update(work, chain[0].id, {"parent_id": chain[9].id})
    with pytest.raises(Invalid) as itself:
        await accounts.update(work, chain[0].id, {"parent_id": chain[0].id})
    top = await an_account(work, "Above")
    with pytest.raises(Invalid) as depth:
        await accounts.update(work, chain[0].id, {"parent_id": top.id})

    assert [refused.value.constraint for refused in (circle, itself, depth)] == ["circle", "circle", "depth"]
    assert chain[0].parent_id is None


async def test_two_rows_of_one_call_do_not_close_a_circle(work: Work):
    one, two = await an_account(work, "One"), await an_account(work, "Two")
    await work.finish()

    results = await accounts.upsert_many(
        work,
        [
            accounts.AccountRow(values={"parent_id": two.id}, id=one.id),
            accounts.AccountRow(values={"parent_id": one.id}, id=two.id),
        ],
    )

    assert [result.outcome for result in results] == [Outcome.UPDATED, Outcome.FAILED]
    assert (one.parent_id, two.parent_id) == (two.id, None)


async def test_two_works_at_once_do_not_close_a_circle(committed: Committed):
    async with committed.open_as() as work:
        one, two = await an_account(work, "One"), await an_account(work, "Two")

    async def put(child: UUID, parent: UUID):
        async with committed.open_as() as work:
            await accounts.update(work, child, {"parent_id": parent})
            await asyncio.sleep(0.1)

    results = await asyncio.gather(put(one.id, two.id), put(two.id, one.id), return_exceptions=True)

    assert [type(result) for result in results if result is not None] == [Invalid]
    async with committed.open_as() as work:
        parents = [(await work.get(accounts.Account, id)).parent_id for id in (one.id, two.id)]
    assert parents.count(None) == 1


async def test_a_sales_rep_sees_and_changes_only_own_accounts(work: Work, as_role: AsRole):
    rep_user = await a_user(work, "Moses Frase")
    foreign = await an_account(work, "Foreign")
    own = await an_account(work, "Own", owner_id=rep_user.id)
    rep = await as_role("sales_rep", rep_user)

    await accounts.update(rep, own.id, {"industry": "Retail"})
    with pytest.raises(NotFound):
        await accounts.update(rep, foreign.id, {"industry": "Retail"})
    with pytest.raises(NotAllowed):
        await accounts.create(rep, {"name": "For another", "owner_id": work.viewer.user})

    assert [change.record for change in await rep.finish()] == [await rep.get(accounts.Account, own.id)]
    assert (await accounts.create(rep, {"name": "New"})).owner_id == rep_user.id


async def test_the_number_of_statements_does_not_grow_with_the_rows(work: Work, statements: list[str]):
    parent = await an_account(work, "Parent")

    async def statements_for(number: int, prefix: str) -> tuple[int, int]:
        rows = [
            accounts.AccountRow(
                values={"name": f"{prefix} {n}", "parent_id": parent.id, "domains": [f"{prefix}{n}.com"]},
                external_ids=[ExternalKey("erp", f"{prefix}{n}")],
            )
            for n in range(number)
        ]
        counts = []
        for outcome in (Outcome.CREATED, Outcome.UNCHANGED):
            statements.clear()
            results = await accounts.upsert_many(work, rows)
            await work.finish()
            assert {result.outcome for result in results} == {outcome}
            counts.append(len(statements))
        return counts[0], counts[1]

    assert await statements_for(2, "few") == await statements_for(40, "many")
