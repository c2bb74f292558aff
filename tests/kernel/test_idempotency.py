"""Idempotency keys: one effect for a repeated request."""

import asyncio

import pytest

from api.domain.kernel import IdempotencyInProgress, IdempotencyKeyReused, Invalid, Work
from api.domain.kernel.idempotency import claim, remember
from tests.conftest import AsRole, Committed
from tests.factories import a_user

KEY, SAME, OTHER = "order-1138", b"same request", b"another request"


async def test_the_first_request_takes_the_key_and_the_second_gets_its_result(work: Work):
    assert await claim(work, KEY, "accountCreate", SAME) is None
    await remember(work, KEY, {"id": "acc_1"})

    assert await claim(work, KEY, "accountCreate", SAME) == {"id": "acc_1"}


async def test_a_key_belongs_to_one_request(work: Work):
    await claim(work, KEY, "accountCreate", SAME)

    with pytest.raises(IdempotencyKeyReused):
        await claim(work, KEY, "accountCreate", OTHER)


async def test_a_key_belongs_to_one_principal(work: Work, as_role: AsRole):
    await claim(work, KEY, "accountCreate", SAME)
    other = await as_role("admin", await a_user(work))

    assert await claim(other, KEY, "accountCreate", OTHER) is None


@pytest.mark.parametrize("key", ["", "short", "x" * 256, "with\x00zero"])
async def test_a_key_has_8_to_255_printable_characters(work: Work, key: str):
    with pytest.raises(Invalid) as refused:
        await claim(work, key, "accountCreate", SAME)

    assert refused.value.path == ("idempotency_key",)


async def test_a_request_that_failed_leaves_the_key_free(committed: Committed):
    async def fail() -> None:
        async with committed.open_as() as work:
            await claim(work, KEY, "accountCreate", SAME)
            raise RuntimeError("the effect failed")

    with pytest.raises(RuntimeError):
        await fail()

    async with committed.open_as() as work:
        assert await claim(work, KEY, "accountCreate", OTHER) is None


async def test_two_requests_at_once_have_one_effect(committed: Committed):
    async def request() -> dict[str, object] | None:
        async with committed.open_as() as work:
            known = await claim(work, KEY, "accountCreate", SAME)
            await asyncio.sleep(0.1)
            if known is None:
                await remember(work, KEY, {"id": "acc_1"})
            return known

    results = await asyncio.gather(request(), request())

    assert results.count(None) == 1
    assert {"id": "acc_1"} in results


async def test_a_request_that_still_runs_after_the_lock_time_out_is_told(committed: Committed):
    async with committed.open_as() as first:
        await claim(first, KEY, "accountCreate", SAME)

        async def second() -> None:
            async with committed.open_as() as work:
                await claim(work, KEY, "accountCreate", SAME)

        with pytest.raises(IdempotencyInProgress):
            await second()
