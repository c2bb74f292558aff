"""One tenant never has a whole pool."""

import asyncio

import pytest

from api.shares import Shares, ShareTaken


async def test_a_fifth_of_the_turns_is_left_to_others():
    shares = Shares(10)
    for _ in range(8):
        await shares.enter("one")
    assert shares.is_full("one")
    assert not shares.is_full("other")
    with pytest.raises(ShareTaken):
        await shares.wait("one", 0.01)
    await shares.enter("other")
    shares.leave("one")
    await shares.wait("one", 0.01)


async def test_a_small_pool_reserves_nothing():
    shares = Shares(4)
    for _ in range(4):
        await shares.enter("one")
    assert shares.is_full("one")


async def test_who_waits_gets_the_next_turn_and_nothing_is_remembered_of_those_who_left():
    shares = Shares(1)
    await shares.enter("one")
    waiting = asyncio.create_task(shares.enter("one"))
    await asyncio.sleep(0)
    assert not waiting.done()
    shares.leave("one")
    await asyncio.wait_for(waiting, 1)
    shares.leave("one")
    assert not shares.is_full("one")
    assert shares._shares == {}


async def test_who_gives_up_waiting_takes_nothing_with_him():
    shares = Shares(1)
    await shares.enter("one")
    for _ in range(3):
        with pytest.raises(ShareTaken):
            await shares.wait("one", 0.01)
    shares.leave("one")
    assert shares._shares == {}
