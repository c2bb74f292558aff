"""External ids: unique for each type of record, many for one, reserved for ever."""

import asyncio

import pytest

from api.domain import accounts, products, users
from api.domain.accounts import Account
from api.domain.kernel import Duplicate, ExternalKey, LimitExceeded, Required, TooLong, Work
from api.domain.kernel.external_ids import attach, find
from tests.conftest import Committed
from tests.factories import an_account

KEY = ExternalKey("shop", "820982911946154508")  # more than a JSON number can hold


async def test_a_record_is_found_by_any_of_its_keys(work: Work):
    acme = await accounts.create(work, {"name": "Acme"}, external_ids=[KEY, ExternalKey("erp", "7")])
    await work.flush()
    swapped = ExternalKey("erp", KEY.value)

    assert await find(work, Account, [KEY, ExternalKey("erp", "7"), swapped]) == {
        KEY: acme.id,
        ExternalKey("erp", "7"): acme.id,
    }
    assert await find(work, Account, []) == {}


async def test_the_same_key_may_name_records_of_different_types(work: Work):
    await accounts.create(work, {"name": "Acme"}, external_ids=[KEY])
    await users.create(work, {"name": "Ada"}, external_ids=[KEY])
    await products.create(work, {"code": "P", "name": "P"}, external_ids=[KEY])

    assert len(await work.finish()) == 3


async def test_a_key_of_another_record_is_a_duplicate(work: Work):
    acme = await accounts.create(work, {"name": "Acme"}, external_ids=[KEY])
    other = await an_account(work, "Other")
    await work.finish()

    with pytest.raises(Duplicate) as refused:
        await attach(work, other, [KEY])

    assert (refused.value.path, refused.value.existing) == (("external_ids",), acme.id)
    assert await work.finish() == []
    await attach(work, acme, [KEY])
    assert await work.finish() == []


@pytest.mark.parametrize(
    ("keys", "refusal"),
    [
        ([ExternalKey("", "1")], Required),
        ([ExternalKey("erp", " ")], Required),
        ([ExternalKey("e" * 101, "1")], TooLong),
        ([ExternalKey("erp", "1" * 256)], TooLong),
        ([ExternalKey("erp", str(n)) for n in range(51)], LimitExceeded),
    ],
)
async def test_a_key_that_cannot_be_stored_is_refused(
    work: Work, keys: list[ExternalKey], refusal: type[Required | TooLong | LimitExceeded]
):
    acme = await an_account(work)
    await work.finish()

    with pytest.raises(refusal) as refused:
        await attach(work, acme, keys)
    with pytest.raises(refusal):
        await accounts.create(work, {"name": "Other"}, external_ids=keys)

    assert refused.value.path == ("external_ids",)
    assert await work.finish() == []


async def test_two_works_that_give_the_same_key_at_once_are_told_apart_by_the_database(committed: Committed):
    async def create(name: str) -> None:
        async with committed.open_as() as work:
            await accounts.create(work, {"name": name}, external_ids=[KEY])
            await asyncio.sleep(0.1)

    results = await asyncio.gather(create("One"), create("Two"), return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["Duplicate", "NoneType"]
    (refused,) = [result for result in results if isinstance(result, Duplicate)]
    assert refused.path == ("external_ids",)
