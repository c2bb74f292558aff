"""A change of rights counts in every process within five seconds, without anybody telling the others."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from api.domain import access, tokens, users
from api.domain.kernel import Capability, Level, Right, Work
from api.http import auth
from api.http.auth import Authenticator
from api.http.errors import Refused
from tests.conftest import Committed
from tests.graphql_client import SECRET
from tests.people import NOW

PEPPER = tokens.pepper(SECRET)


class Clock:
    """The monotonic clock of the other process."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("api.http.auth.time.monotonic", made)
    return made


async def widen(work: Work, role: access.Role, _: users.User, __: tokens.Token) -> None:
    await access.update(work, role.id, {"rights": {"account": Right(Level.ALL)}})


async def archive(work: Work, role: access.Role, _: users.User, __: tokens.Token) -> None:
    await access.archive(work, role.id)


async def take(work: Work, _: access.Role, user: users.User, __: tokens.Token) -> None:
    await access.set_roles(work, user.id, [])


async def leave(work: Work, _: access.Role, user: users.User, __: tokens.Token) -> None:
    await users.archive(work, user.id)


async def revoke(work: Work, _: access.Role, __: users.User, token: tokens.Token) -> None:
    await tokens.revoke(work, token.id)


Change = Callable[[Work, access.Role, users.User, tokens.Token], Awaitable[None]]


async def allowed(authenticator: Authenticator, text: str) -> Capability | None:
    try:
        return (await authenticator.viewer([(b"authorization", f"Bearer {text}".encode())])).capability
    except Refused:
        return None


@pytest.mark.parametrize(
    ("change", "after"),
    [(widen, Right(Level.ALL)), (archive, Right()), (take, Right()), (leave, None), (revoke, None)],
)
async def test_another_process_knows_of_a_change_after_five_seconds(
    committed: Committed, clock: Clock, change: Change, after: Right | None
):
    async with committed.open_as() as work:
        role = await access.create(work, {"name": "clerk", "rights": {"account": Right(Level.OWN)}})
        user = await users.create(work, {"name": "Grace"})
        await work.flush()
        await access.set_roles(work, user.id, [role.id])
        token, text = await tokens.create(work, None, "Laptop", pepper=PEPPER, user_id=user.id)
    elsewhere = Authenticator(committed.reads, SECRET)
    before = await allowed(elsewhere, text)
    assert before is not None
    assert before.on("account") == Right(Level.OWN)
    async with committed.open_as() as work:
        await change(work, role, user, token)
    clock.at += auth.KNOWN_SECONDS
    found = await allowed(elsewhere, text)
    assert (found and found.on("account")) == after
    assert auth.KNOWN_SECONDS == 5.0


async def test_a_rotated_token_stops_at_its_hour_and_its_successor_goes_on(committed: Committed, clock: Clock):
    async with committed.open_as() as work:
        token, text = await tokens.create(work, "read_only", "Shop", pepper=PEPPER)
    elsewhere = Authenticator(committed.reads, SECRET)
    assert await allowed(elsewhere, text) is not None
    async with committed.open_as() as work:
        _, successor = await tokens.rotate(work, token.id, pepper=PEPPER)
    clock.at += auth.KNOWN_SECONDS
    later = Authenticator(committed.reads, SECRET, now=lambda: NOW + timedelta(hours=24))
    assert [await allowed(later, one) is not None for one in (text, successor)] == [False, True]
