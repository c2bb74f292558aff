"""Accepting an invitation: which account is linked to whom, and that nothing else links any.

What goes wrong is the same answer each time, and changes nothing.
"""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from api import telemetry
from api.app import services
from api.domain import identities, tokens, users
from api.domain.kernel import open_work
from api.domain.users import User
from api.http.attempts import AT_ONCE, Attempts
from api.http.auth import KNOWN_SECONDS
from api.http.errors import Refused
from api.http.routes import application
from api.http.sign_in import SignIn
from api.settings import Settings
from tests.conftest import Committed
from tests.db.sessions import ask
from tests.graphql_client import JSON, SECRET, Client, bearer, no_problems
from tests.http.conftest import WHO, SigningIn
from tests.http.footprint import footprint
from tests.issuer import AUDIENCE, Issuer, seconds
from tests.people import NOW, OpenAs, Sessions, a_tenant, a_user, opener

REFUSAL = "This invitation links nobody: it is unknown, used or too old, or your account is linked. Ask for a new one."
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
TENANT = "SELECT set_config('crm.tenant', $1, true)"


def links_nobody(response: httpx.Response) -> bool:
    error = response.json()["errors"][0]
    return (response.status_code, error["message"], error["extensions"]["code"]) == (403, REFUSAL, "FORBIDDEN")


async def user_named(signing_in: SigningIn, name: str = "Grace Hopper") -> User:
    await signing_in.connection.fetchval(TENANT, str(signing_in.admin.tenant_id))
    id = await signing_in.connection.fetchval("SELECT id FROM users WHERE name = $1", name)
    await signing_in.connection.fetchval(TENANT, "")
    async with signing_in.open_as() as work:
        return await work.get(User, id)


async def name_of(signing_in: SigningIn, jwt: str) -> str | None:
    """Who the API takes him for, asked anew."""
    signing_in.authenticator.forget()
    response = await signing_in.who(jwt)
    return response.json()["data"]["viewer"]["name"] if response.status_code == 200 else None


# The matrix: account × invitation × user


async def test_1_an_account_without_an_invitation_is_nobody(signing_in: SigningIn, issuer: Issuer):
    assert await name_of(signing_in, issuer.token("grace")) is None


async def test_2_the_e_mail_address_of_a_user_makes_nobody_that_user(signing_in: SigningIn, issuer: Issuer):
    await signing_in.invite()
    mail = {"email": "grace.hopper@example.com", "email_verified": True, "preferred_username": "grace.hopper"}
    assert await name_of(signing_in, issuer.token("thief", **mail)) is None
    assert links_nobody(await signing_in.accept(issuer.token("thief", **mail), "grace.hopper@example.com"))
    assert await name_of(signing_in, issuer.token("thief", **mail)) is None


async def test_3_an_invitation_links_the_account_to_its_user_at_once(signing_in: SigningIn, issuer: Issuer):
    code = await signing_in.invite()
    token = issuer.token("grace")
    assert (await signing_in.who(token)).status_code == 401

    response = await signing_in.accept(token, code)

    user = await user_named(signing_in)
    assert response.status_code == 200
    assert response.json() == {"user": {"id": f"usr_{user.id.hex}", "name": "Grace Hopper"}}
    assert response.headers["cache-control"] == "no-store"
    who = await signing_in.who(token)
    assert who.json()["data"] == {"viewer": {"name": "Grace Hopper", "roles": ["sales_rep"]}}


@pytest.mark.parametrize("subject", ["grace", "thief"])
async def test_4_and_5_a_code_links_once(signing_in: SigningIn, issuer: Issuer, subject: str):
    code = await signing_in.invite()
    await signing_in.accept(issuer.token("grace"), code)
    before = await footprint(signing_in.connection, signing_in.admin.tenant_id)

    assert links_nobody(await signing_in.accept(issuer.token(subject), code))

    assert signing_in.facts[-1]["reason"] == "used"
    assert await footprint(signing_in.connection, signing_in.admin.tenant_id) == before
    assert await name_of(signing_in, issuer.token("grace")) == "Grace Hopper"
    assert await name_of(signing_in, issuer.token("thief")) is None


@pytest.mark.parametrize(("left", "accepted"), [(timedelta(0), False), (timedelta(seconds=1), True)])
async def test_6_a_code_is_good_for_24_hours(signing_in: SigningIn, issuer: Issuer, left: timedelta, accepted: bool):
    code = await signing_in.invite()
    signing_in.clock[0] = NOW + timedelta(hours=24) - left
    before = await footprint(signing_in.connection, signing_in.admin.tenant_id)

    response = await signing_in.accept(issuer.token("grace", exp=seconds(NOW + timedelta(hours=25))), code)

    assert (response.status_code == 200, links_nobody(response) if not accepted else False) == (accepted, not accepted)
    assert (await footprint(signing_in.connection, signing_in.admin.tenant_id) == before) is not accepted


async def test_7_a_newer_invitation_voids_the_older(signing_in: SigningIn, issuer: Issuer):
    older, newer = await signing_in.invite(), await signing_in.invite()
    assert links_nobody(await signing_in.accept(issuer.token("grace"), older))
    assert signing_in.facts[-1]["reason"] == "void or expired"
    assert (await signing_in.accept(issuer.token("grace"), newer)).status_code == 200


async def test_8_an_account_is_one_user_of_the_tenant(signing_in: SigningIn, issuer: Issuer):
    await signing_in.link(signing_in.admin, issuer.url, "ada")
    code = await signing_in.invite()
    before = await footprint(signing_in.connection, signing_in.admin.tenant_id)

    assert links_nobody(await signing_in.accept(issuer.token("ada"), code))

    assert signing_in.facts[-1]["reason"] == "the account is linked already"
    assert await footprint(signing_in.connection, signing_in.admin.tenant_id) == before
    assert await name_of(signing_in, issuer.token("ada")) == "Ada Admin"
    assert (await signing_in.accept(issuer.token("grace"), code)).status_code == 200


async def test_9_an_account_is_a_user_of_one_tenant(signing_in: SigningIn, issuer: Issuer, sessions: Sessions):
    other = await a_tenant(sessions, "Globex")
    hank = await a_user(sessions, other.id, "Hank Scorpio")
    async with opener(sessions, hank)() as work:
        work.add(identities.Identity(user_id=hank.id, issuer=issuer.url, subject="hank"))
    code = await signing_in.invite()
    before = [await footprint(signing_in.connection, id) for id in (signing_in.admin.tenant_id, other.id)]

    assert links_nobody(await signing_in.accept(issuer.token("hank"), code))

    assert [await footprint(signing_in.connection, id) for id in (signing_in.admin.tenant_id, other.id)] == before
    assert await name_of(signing_in, issuer.token("hank")) == "Hank Scorpio"


async def test_10_a_user_has_one_account(signing_in: SigningIn, issuer: Issuer):
    code = await signing_in.invite()
    await signing_in.link(await user_named(signing_in), issuer.url, "grace")
    before = await footprint(signing_in.connection, signing_in.admin.tenant_id)

    assert links_nobody(await signing_in.accept(issuer.token("thief"), code))

    assert signing_in.facts[-1]["reason"] == "the user signs in already"
    assert await footprint(signing_in.connection, signing_in.admin.tenant_id) == before


@pytest.mark.parametrize("change", ["is_active = false", "archived_at = now()"])
async def test_11_a_user_who_has_gone_is_not_linked_and_not_let_in(signing_in: SigningIn, issuer: Issuer, change: str):
    code, hedy = await signing_in.invite(), await signing_in.invite("Hedy Lamarr")
    await signing_in.accept(issuer.token("hedy"), hedy)
    assert await name_of(signing_in, issuer.token("hedy")) == "Hedy Lamarr"
    await change_rows(signing_in, "users", change)
    before = await footprint(signing_in.connection, signing_in.admin.tenant_id)

    assert links_nobody(await signing_in.accept(issuer.token("grace"), code))

    assert signing_in.facts[-1]["reason"] == "the user is not active"
    assert await footprint(signing_in.connection, signing_in.admin.tenant_id) == before
    assert await name_of(signing_in, issuer.token("hedy")) is None


async def test_12_the_same_subject_of_another_issuer_is_somebody_else(signing_in: SigningIn, issuer: Issuer):
    await signing_in.link(signing_in.admin, "https://id.example.com", "ada")
    assert await name_of(signing_in, issuer.token("ada")) is None
    assert (await signing_in.accept(issuer.token("ada"), await signing_in.invite())).status_code == 200
    assert await name_of(signing_in, issuer.token("ada")) == "Grace Hopper"


async def test_who_was_unlinked_is_nobody_until_he_is_invited_again(signing_in: SigningIn, issuer: Issuer):
    await signing_in.accept(issuer.token("grace"), await signing_in.invite())
    grace = await user_named(signing_in)
    async with signing_in.open_as() as work:
        await identities.unlink(work, grace.id)
    assert (await signing_in.who(issuer.token("grace"))).status_code == 401
    assert (await signing_in.accept(issuer.token("grace"), await signing_in.invite())).status_code == 200
    assert await name_of(signing_in, issuer.token("grace")) == "Grace Hopper"


async def test_an_archived_tenant_links_nobody_and_lets_nobody_in(signing_in: SigningIn, issuer: Issuer):
    await signing_in.link(signing_in.admin, issuer.url, "ada")
    code = await signing_in.invite()
    await change_rows(signing_in, "tenants", "archived_at = now()")
    assert links_nobody(await signing_in.accept(issuer.token("grace"), code))
    assert await name_of(signing_in, issuer.token("ada")) is None


# What is sent


async def test_codes_that_are_none_are_refused_alike(signing_in: SigningIn, issuer: Issuer):
    code, token = await signing_in.invite(), await signing_in.make_token("admin", signing_in.admin)
    good = tokens.parse_credential(code)
    assert good is not None
    stranger = tokens.new_credential(tokens.INVITATION)
    forged = tokens.Credential(good.kind, good.key, stranger.secret)
    before = await footprint(signing_in.connection, signing_in.admin.tenant_id)
    wrong = ["", "x", code[:-1], code.lower(), f" {code}", stranger.text, forged.text, token, "' OR 1=1 --"]

    answers = [links_nobody(await signing_in.accept(issuer.token("thief"), one)) for one in wrong]

    assert answers == [True] * len(wrong)
    assert await footprint(signing_in.connection, signing_in.admin.tenant_id) == before


MALFORMED: dict[bytes, int] = {
    b"": 400,
    b"{": 400,
    b"[]": 400,
    b"{}": 400,
    b'{"code": 1}': 400,
    b'{"code": null}': 400,
    b'{"code": "a", "code": "b"}': 400,
    b'{"code": "a", "user": "usr_1"}': 400,
    b'{"code": "\xff"}': 400,
    b'{"code": "' + b"x" * 1_000 + b'"}': 413,
}


async def test_a_malformed_request_has_the_status_of_its_kind(signing_in: SigningIn, issuer: Issuer):
    headers = {**JSON, **bearer(issuer.token("grace"))}
    found = {}
    for body in MALFORMED:
        response = await signing_in.http.post("/sign-in/accept", content=body, headers=headers)
        found[body] = response.status_code
        assert response.json().keys() == {"errors", "extensions"}
    assert found == MALFORMED


async def test_only_a_post_of_json_with_a_jwt_is_answered(signing_in: SigningIn, issuer: Issuer):
    url, who, body = "/sign-in/accept", bearer(issuer.token("grace")), b'{"code": "x"}'
    assert (await signing_in.http.get(url, headers=who)).status_code == 405
    assert (
        await signing_in.http.post(url, content=body, headers={**who, "content-type": "text/plain"})
    ).status_code == 415
    assert (await signing_in.http.post(url, content=body, headers=JSON)).status_code == 401
    own = await signing_in.token_of()
    assert (await signing_in.http.post(url, content=body, headers={**JSON, **own})).status_code == 401
    expired = bearer(issuer.token("grace", exp=1))
    assert (await signing_in.http.post(url, content=body, headers={**JSON, **expired})).status_code == 401


async def test_without_an_issuer_there_is_no_such_address(graphql: Client):
    assert (await graphql.http.post("/sign-in/accept", json={"code": "x"})).status_code == 404


async def test_neither_code_nor_account_is_in_the_log(signing_in: SigningIn, issuer: Issuer):
    code, token, stream = await signing_in.invite(), issuer.token("grace"), io.StringIO()
    telemetry.configure("debug", stream)
    try:
        for jwt in (token, issuer.token("thief"), issuer.token("late", exp=1)):
            await signing_in.accept(jwt, code)
            await signing_in.who(jwt)
    finally:
        telemetry.configure("error")
    logged = [orjson.loads(line) for line in stream.getvalue().splitlines()]
    told = [(line["path"], line["status"], line.get("reason")) for line in logged if line["event"] == "request"]
    assert told == [
        ("/sign-in/accept", 200, None),
        ("/graphql", 200, None),
        ("/sign-in/accept", 403, "used"),
        ("/graphql", 401, "nobody is linked"),
        ("/sign-in/accept", 401, "expired"),
        ("/graphql", 401, "expired"),
    ]
    secrets = (code, code[25:68], token, "grace", "thief", "late", issuer.url)
    assert [secret in stream.getvalue() for secret in secrets] == [False] * len(secrets)


async def test_the_code_is_stored_as_a_keyed_hash(signing_in: SigningIn):
    code = await signing_in.invite()
    await signing_in.connection.fetchval(TENANT, str(signing_in.admin.tenant_id))
    rows = await signing_in.connection.fetchval(
        """SELECT concat((SELECT string_agg(i::text, '') FROM invitations i), string_agg(v::text, ''))
             FROM change_values v"""
    )
    assert code[8:24] in rows
    assert code[25:68] not in rows


# How often


async def test_an_address_that_fails_ten_times_waits(signing_in: SigningIn, issuer: Issuer):
    code = await signing_in.invite()
    for _ in range(AT_ONCE):
        assert links_nobody(await signing_in.accept(issuer.token("thief"), "crm_inv_x"))

    response = await signing_in.accept(issuer.token("grace"), code)

    assert (response.status_code, response.headers["retry-after"]) == (429, "6")
    assert response.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert await name_of(signing_in, issuer.token("grace")) is None


async def test_what_is_no_fault_of_the_caller_is_not_counted(signing_in: SigningIn, issuer: Issuer):
    code = await signing_in.invite()
    issuer.answers["/keys"] = 500, b""
    statuses = {(await signing_in.accept(issuer.token("grace"), code)).status_code for _ in range(2 * AT_ONCE)}
    assert statuses == {503}
    for _ in range(AT_ONCE):
        signing_in.attempts.take("127.0.0.1")


def test_what_succeeds_is_not_counted_and_time_gives_attempts_back():
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    for _ in range(3 * AT_ONCE):
        attempts.take("192.0.2.1")
        attempts.give_back("192.0.2.1")
    for _ in range(AT_ONCE):
        attempts.take("192.0.2.1")
    attempts.take("192.0.2.2")
    with pytest.raises(Refused, match="6 seconds"):
        attempts.take("192.0.2.1")
    now[0] = 6.0
    attempts.take("192.0.2.1")
    with pytest.raises(Refused):
        attempts.take("192.0.2.1")


def test_a_network_of_ipv6_is_one_address():
    attempts = Attempts(lambda: 0.0)
    for number in range(AT_ONCE):
        attempts.take(f"2001:db8:0:1::{number:x}")
    with pytest.raises(Refused):
        attempts.take("2001:db8:0:1:ffff::1")
    attempts.take("2001:db8:0:2::1")
    attempts.take("")


def test_addresses_are_remembered_in_bounded_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("api.http.attempts.MOST_ADDRESSES", 10)
    attempts = Attempts(lambda: 0.0)
    for number in range(100):
        attempts.take(f"192.0.2.{number}")
    assert len(attempts._full_at) == 10


# At once


@dataclass
class Served:
    """The application on pools of its own, with everything committed."""

    http: httpx.AsyncClient
    committed: Committed
    issuer: Issuer

    async def accept(self, subject: str, code: str) -> int:
        headers = {**JSON, **bearer(self.issuer.token(subject))}
        return (await self.http.post("/sign-in/accept", json={"code": code}, headers=headers)).status_code

    async def who(self, subject: str) -> Any:
        response = await self.http.post("/graphql", json=WHO, headers=bearer(self.issuer.token(subject)))
        return (response.json().get("data") or {}).get("viewer", {}).get("name")


@pytest.fixture
async def served(committed: Committed, issuer: Issuer, tmp_path: Any) -> AsyncIterator[Served]:
    settings = Settings(data_dir=tmp_path, oidc_issuer=issuer.url, oidc_audience=AUDIENCE)
    wired = services(settings, committed.reads, committed.sessions, SECRET, outside=committed.reads, now=lambda: NOW)
    sign_in = SignIn(wired.authenticator, committed.sessions, SECRET, now=lambda: NOW)
    app = application(wired, problems=no_problems, sign_in=sign_in)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crm.test") as client:
        yield Served(client, committed, issuer)


async def invited(open_as: OpenAs, name: str) -> str:
    async with open_as() as work:
        email = f"{name.lower()}@example.com"
        return (await identities.invite(work, name, email, ["sales_rep"], pepper=tokens.pepper(SECRET)))[2]


async def an_invitation(open_as: OpenAs, name: str) -> identities.Invitation:
    async with open_as() as work:
        email = f"{name.lower()}@example.com"
        return (await identities.invite(work, name, email, ["sales_rep"], pepper=tokens.pepper(SECRET)))[1]


async def test_of_five_who_show_one_code_at_once_one_is_linked(served: Served):
    code = await invited(served.committed.open_as, "Grace")
    accounts = [f"account {number}" for number in range(5)]

    statuses = await asyncio.gather(*(served.accept(account, code) for account in accounts))

    assert sorted(statuses) == [200, 403, 403, 403, 403]
    names = [await served.who(account) for account in accounts]
    assert names == ["Grace" if status == 200 else None for status in statuses]


async def test_an_account_that_accepts_two_tenants_at_once_is_in_one(served: Served):
    """The second waits in line until the first is committed, and then sees it."""
    committed = served.committed
    other = await a_tenant(committed.sessions, "Globex")
    hank = await a_user(committed.sessions, other.id, "Hank Scorpio")
    first, code = (
        await an_invitation(committed.open_as, "Grace"),
        await invited(opener(committed.sessions, hank), "Hedy"),
    )

    async with open_work(
        committed.sessions,
        identities.invited(committed.tenant.id, first.user_id, "Grace"),
        now=NOW,
        request_id="1",
        operation="test",
    ) as work:
        await identities.accept(work, first.id, served.issuer.url, "somebody")
        second = asyncio.create_task(served.accept("somebody", code))
        async with asyncio.timeout(5):
            while not await ask(committed.superuser_url, WAITING):  # noqa: ASYNC110 - it is PostgreSQL that we wait for
                await asyncio.sleep(0.01)

    assert await second == 403
    assert await served.who("somebody") == "Grace"


async def test_a_deactivated_user_is_remembered_for_five_seconds_and_no_longer(
    served: Served, monkeypatch: pytest.MonkeyPatch
):
    code = await invited(served.committed.open_as, "Grace")
    await served.accept("grace", code)
    assert await served.who("grace") == "Grace"
    async with served.committed.open_as() as work:
        (row,) = await users.upsert_many(
            work, [users.UserRow(values={"email": "grace@example.com", "is_active": False}, by_name=False)]
        )
        assert row.unwrap().name == "Grace"
    assert await served.who("grace") == "Grace"
    later = time.monotonic() + KNOWN_SECONDS
    monkeypatch.setattr("api.http.auth.time.monotonic", lambda: later)
    assert await served.who("grace") is None


async def test_a_jwt_is_not_remembered_beyond_its_end(signing_in: SigningIn, issuer: Issuer):
    await signing_in.link(signing_in.admin, issuer.url)
    token = issuer.token(exp=seconds(NOW) + 1)
    assert (await signing_in.who(token)).status_code == 200
    signing_in.clock[0] = NOW + timedelta(seconds=30.9)
    assert (await signing_in.who(token)).status_code == 200
    signing_in.clock[0] = NOW + timedelta(seconds=31)
    assert (await signing_in.who(token)).status_code == 401


async def change_rows(signing_in: SigningIn, table: str, change: str) -> None:
    await signing_in.connection.fetchval(TENANT, str(signing_in.admin.tenant_id))
    await signing_in.connection.execute(f"UPDATE {table} SET {change}")
    await signing_in.connection.fetchval(TENANT, "")
