"""Time limits with one timer for all: who is late is stopped, nobody else."""

import asyncio

import pytest

from api.http.deadlines import Deadlines


async def sleeping(deadlines: Deadlines, limit: float, seconds: float) -> str:
    with deadlines.within(limit):
        await asyncio.sleep(seconds)
    return "done"


async def test_what_is_late_is_stopped_and_the_rest_goes_on():
    deadlines, began = Deadlines(), asyncio.get_running_loop().time()
    found = await asyncio.gather(
        sleeping(deadlines, 5.0, 0.15),
        sleeping(deadlines, 0.05, 5.0),  # begun later and due sooner
        sleeping(deadlines, 0.1, 5.0),
        sleeping(deadlines, 0.1, 0.0),
        return_exceptions=True,
    )
    assert [type(one) for one in found] == [str, TimeoutError, TimeoutError, str]
    assert asyncio.get_running_loop().time() - began < 1.0


async def test_a_cancellation_by_others_is_not_called_a_time_out():
    task = asyncio.create_task(sleeping(Deadlines(), 5.0, 5.0))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_failure_after_the_time_is_told_as_it_is():
    async def failing() -> None:
        with Deadlines().within(0.01):
            try:
                await asyncio.sleep(5)
            except asyncio.CancelledError:
                raise KeyError("own") from None

    task = asyncio.create_task(failing())
    with pytest.raises(KeyError):
        await task
    assert task.cancelling() == 0


async def test_the_next_one_is_watched_when_all_before_it_are_over():
    deadlines = Deadlines()
    assert await sleeping(deadlines, 0.05, 0.0) == "done"
    await asyncio.sleep(0.1)
    with pytest.raises(TimeoutError):
        await sleeping(deadlines, 0.05, 5.0)
