"""Waiting for what another process or task will write into the database."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


async def until(ask_again: Callable[[], Awaitable[Any]], wanted: Any, seconds: float = 5) -> None:
    """Ask until the answer is the one that is wanted; fail with the last one."""
    found = await ask_again()
    for _ in range(int(seconds / 0.05)):
        if found == wanted:
            return
        await asyncio.sleep(0.05)
        found = await ask_again()
    assert found == wanted
