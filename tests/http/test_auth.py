"""Who gets in. Everything that is wrong with a credential has the same answer."""

import asyncio
import time
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from api.db.pool import DatabaseUnavailable
from api.domain import tokens
from api.domain.kernel import PrincipalKind, Tenant
from api.http import auth
from api.http.attempts import Attempts
from api.http.auth import Authenticator
from api.http.errors import Refused
from tests.conftest import Committed, silence
from tests.graphql_client import JSON, SECRET, Client, bearer
from tests.http.footprint import footprint
from tests.people import NOW

QUERY = {"query": "{ viewer { name } }"}
CREATE = {"query": 'mutation { accountCreate(input: {name: "Acme"}) { outcome } }'}
STRANGER = tokens.new_credential(tokens.TokenKind.STAFF).text
SAME_KEY = tokens.Credential(tokens.TokenKind.STAFF, STRANGER[8:24], "0" * 43).text

WRONG: dict[str, list[tuple[str, str]]] = {
    "nothing": [],
    "an empty header": [("authorization", "")],
    "a scheme alone": [("authorization", "Bearer")],
    "a scheme and a space": [("authorization", "Bearer ")],
    "Basic": [("authorization", "Basic YTpi")],
    "a token without a scheme": [("authorization", STRANGER)],
    "another scheme": [("authorization", f"Token {STRANGER}")],
    "two spaces": [("authorization", f"Bearer  {STRANGER}")],
    "an unknown token": [("authorization", f"Bearer {STRANGER}")],
    "a prefix alone": [("authorization", "Bearer crm_pat_")],
    "a partner's prefix": [("authorization", f"Bearer {STRANGER.replace('crm_pat', 'crm_ptr')}")],
    "a wrong checksum": [("authorization", f"Bearer {STRANGER[:-1]}{'0' if STRANGER[-1] != '0' else '1'}")],
    "half a token": [("authorization", f"Bearer {STRANGER[:40]}")],
    "ten kilobytes": [("authorization", "Bearer " + "x" * 10_000)],
    "a JWT": [("authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.")],
    "UTF-8": [("authorization", "Bearer crm_pät")],
    "SQL": [("authorization", "Bearer crm_pat_' OR 1=1 --")],
    "two headers": [("authorization", f"Bearer {STRANGER}"), ("authorization", f"Bearer {STRANGER}")],
    "in the query string": [("x-token", STRANGER)],
}


@pytest.mark.parametrize("given", WRONG.values(), ids=WRONG.keys())
async def test_every_wrong_credential_has_the_same_answer(graphql: Client, given: list[tuple[str, str]]):
    before = await footprint(graphql.connection, graphql.admin.tenant_id)
    headers = [(name.encode(), value.encode()) for name, value in [*JSON.items(), *given]]
    response = await graphql.http.post("/graphql", json=CREATE, headers=headers)
    answer = response.json()
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert answer["errors"][0]["message"].startswith("Send a valid token: Authorization: Bearer")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert len(answer["errors"]) == 1
    assert STRANGER not in response.text
    assert await footprint(graphql.connection, graphql.admin.tenant_id) == before


async def test_a_good_token_beside_another_is_refused(graphql: Client):
    good = (await graphql.token_of())["authorization"].encode()
    headers = [(b"authorization", good), (b"authorization", good), (b"content-type", b"application/json")]
    assert (await graphql.http.post("/graphql", json=QUERY, headers=headers)).status_code == 401


async def test_the_right_key_with_another_secret_is_refused(graphql: Client):
    credential = tokens.parse_credential(await graphql.make_token("admin", graphql.admin))
    assert credential is not None
    forged = tokens.Credential(credential.kind, credential.key, SAME_KEY[25:68])
    response = await graphql.post(QUERY, as_=None, headers=bearer(forged.text))
    assert response.status_code == 401
    other_kind = tokens.Credential(tokens.TokenKind.INTEGRATION, credential.key, credential.secret)
    assert (await graphql.post(QUERY, as_=None, headers=bearer(other_kind.text))).status_code == 401
    assert (await graphql.post(QUERY, as_=None, headers=bearer(credential.text))).status_code == 200


async def test_the_token_is_asked_for_before_the_body_is_read(graphql: Client):
    for body in (b"{", b"\xff", b"[" * 100_000, b" " * 10_000_000):
        assert (await graphql.post(body, as_=None)).status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_is_read_in_any_case(graphql: Client, scheme: str):
    token = (await graphql.token_of())["authorization"].removeprefix("Bearer ")
    response = await graphql.post(QUERY, as_=None, headers={"authorization": f"{scheme} {token}"})
    assert response.json()["data"] == {"viewer": {"name": "Ada Admin"}}


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({"revoked_at": NOW - timedelta(days=1)}, 401),
        ({"expires_at": NOW - timedelta(seconds=1)}, 401),
        ({"expires_at": NOW}, 401),
        ({"expires_at": NOW + timedelta(seconds=1)}, 200),
    ],
)
async def test_a_revoked_or_expired_token_opens_nothing(graphql: Client, columns: dict[str, object], status: int):
    token = await graphql.make_token("admin", graphql.admin, **columns)
    assert (await graphql.post(QUERY, as_=None, headers=bearer(token))).status_code == status


@pytest.mark.parametrize("table", ["tenants", "users"])
async def test_a_token_of_an_archived_tenant_or_person_opens_nothing(graphql: Client, tenant: Tenant, table: str):
    token = await graphql.make_token("admin", graphql.admin)
    await graphql.connection.fetchval("SELECT set_config('crm.tenant', $1, true)", str(tenant.id))
    await graphql.connection.execute(f"UPDATE {table} SET archived_at = now()")
    await graphql.connection.fetchval("SELECT set_config('crm.tenant', '', true)")
    assert (await graphql.post(QUERY, as_=None, headers=bearer(token))).status_code == 401


async def test_the_schema_is_for_those_with_a_token(graphql: Client):
    response = await graphql.http.get("/schema.graphql")
    assert response.status_code == 401
    assert "type Query" not in response.text
    allowed = await graphql.http.get("/schema.graphql", headers=await graphql.token_of("read_only"))
    assert allowed.status_code == 200
    assert "type Query" in allowed.text
    same = {**await graphql.token_of("read_only"), "if-none-match": allowed.headers["etag"]}
    assert (await graphql.http.get("/schema.graphql", headers=same)).status_code == 304


async def test_every_address_but_those_that_tell_nothing_wants_a_token(app: Starlette, graphql: Client):
    wanted = {**dict.fromkeys(("/", "/errors", "/livez", "/readyz"), 200), "/ide/{name}": 404}
    wanted["/satisfaction/{signed}"] = 403  # the link is its own proof, and this one is not signed
    for route in app.routes:
        path = route.path.replace("{document_id:document}", f"sha256:{'0' * 64}")  # type: ignore[attr-defined]
        status = (await graphql.http.get(path)).status_code
        assert status == wanted.get(path, 401), path


async def test_the_viewer_is_the_person_or_the_integration(
    committed: Committed, tmp_path_factory: pytest.TempPathFactory
):
    pepper = tokens.pepper(SECRET)
    async with committed.open_as() as work:
        person, of_person = await tokens.create(work, "sales_rep", "Laptop", pepper=pepper, user_id=committed.admin.id)
        shop, of_shop = await tokens.create(work, "read_only", "Shop", pepper=pepper)
    authenticator = Authenticator(committed.reads, SECRET)
    viewer = await authenticator.viewer(raw_headers(of_person))
    assert (viewer.kind, viewer.principal, viewer.user, viewer.token, viewer.name, viewer.capability.roles) == (
        PrincipalKind.STAFF,
        committed.admin.id,
        committed.admin.id,
        person.id,
        "Ada Admin",
        ("sales_rep",),
    )
    viewer = await authenticator.viewer(raw_headers(of_shop))
    assert (viewer.kind, viewer.principal, viewer.user, viewer.token, viewer.name, viewer.capability.roles) == (
        PrincipalKind.INTEGRATION,
        shop.id,
        None,
        shop.id,
        "Shop",
        ("read_only",),
    )
    assert viewer.tenant == committed.tenant.id


async def test_an_answer_is_remembered_for_five_seconds_and_no_longer(
    committed: Committed, monkeypatch: pytest.MonkeyPatch
):
    async with committed.open_as() as work:
        token, text = await tokens.create(work, "admin", "Laptop", pepper=tokens.pepper(SECRET))
    authenticator, asked = Authenticator(committed.reads, SECRET), []
    committed.reads.on_statement.append(lambda sql, _arguments: asked.append(sql))
    for _ in range(3):
        await authenticator.viewer(raw_headers(text))
    assert len(asked) == 1
    async with committed.open_as() as work:
        await tokens.revoke(work, token.id)
    later = time.monotonic() + auth.KNOWN_SECONDS
    monkeypatch.setattr("api.http.auth.time.monotonic", lambda: later)
    with pytest.raises(Refused) as caught:
        await authenticator.viewer(raw_headers(text))
    assert (caught.value.code, len(asked)) == ("UNAUTHENTICATED", 2)


async def test_a_token_that_expires_is_not_remembered_beyond_that(committed: Committed):
    async with committed.open_as() as work:
        _, text = await tokens.create(
            work, "admin", "Laptop", pepper=tokens.pepper(SECRET), expires_in=timedelta(hours=1)
        )
    now = [NOW]
    authenticator = Authenticator(committed.reads, SECRET, now=lambda: now[0])
    assert (await authenticator.viewer(raw_headers(text))).name == "Laptop"
    now[0] = NOW + timedelta(hours=1)
    with pytest.raises(Refused):
        await authenticator.viewer(raw_headers(text))


async def test_wrong_tokens_cost_at_most_one_question_and_bounded_memory(
    committed: Committed, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(auth, "MOST_REMEMBERED", 10)
    authenticator, asked = Authenticator(committed.reads, SECRET), []
    committed.reads.on_statement.append(lambda sql, _arguments: asked.append(sql))
    for number in range(30):
        with pytest.raises(Refused):
            await authenticator.viewer(raw_headers(f"crm_pat_{number}"))
    assert asked == []  # none has the right checksum
    for _ in range(3):
        with pytest.raises(Refused):
            await authenticator.viewer(raw_headers(STRANGER))
    assert len(asked) == 1
    assert len(authenticator._remembered) == 10


async def test_another_secret_key_makes_every_token_useless(committed: Committed):
    async with committed.open_as() as work:
        _, text = await tokens.create(work, "admin", "Laptop", pepper=tokens.pepper(SECRET))
    with pytest.raises(Refused):
        await Authenticator(committed.reads, b"x" * 32).viewer(raw_headers(text))


async def test_without_the_database_nobody_is_told_that_his_token_is_wrong(committed: Committed):
    await committed.reads.close()
    committed.reads._url = "postgresql://crm_app@/crm?host=/nowhere"
    with pytest.raises(DatabaseUnavailable):
        await Authenticator(committed.reads, SECRET).viewer(raw_headers(STRANGER))


async def test_a_look_up_that_nobody_answers_is_given_up_and_the_next_one_is_answered(committed: Committed):
    async with committed.open_as() as work:
        _, text = await tokens.create(work, "admin", "Laptop", pepper=tokens.pepper(SECRET))
    silence(committed.reads)
    authenticator = Authenticator(committed.reads, SECRET, seconds=0.2)
    with pytest.raises(DatabaseUnavailable):
        await asyncio.wait_for(authenticator.viewer(raw_headers(text)), 1.5)
    assert (await authenticator.viewer(raw_headers(text))).name == "Laptop"


def raw_headers(token: str) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", f"Bearer {token}".encode())]


async def test_an_address_that_shows_too_many_wrong_tokens_waits_and_who_was_let_in_does_not(
    committed: Committed, monkeypatch: pytest.MonkeyPatch
):
    async with committed.open_as() as work:
        _, known = await tokens.create(work, "admin", "Laptop", pepper=tokens.pepper(SECRET))
        _, fresh = await tokens.create(work, "admin", "Phone", pepper=tokens.pepper(SECRET))
    now = [100.0]
    monkeypatch.setattr("api.http.auth.time.monotonic", lambda: now[0])
    attempts = Attempts(lambda: now[0], at_once=3, seconds_each=1.0)
    authenticator, asked = Authenticator(committed.reads, SECRET, attempts=attempts), []
    committed.reads.on_statement.append(lambda sql, _arguments: asked.append(sql))

    async def shown(text: str, address: str = "192.0.2.7") -> str:
        try:
            return (await authenticator.viewer(raw_headers(text), address)).name
        except Refused as refused:
            return f"{refused.code} {dict(refused.headers).get(b'retry-after', b'').decode()}".strip()

    assert await shown(known) == "Laptop"
    for _ in range(5):
        assert await shown(STRANGER) == "UNAUTHENTICATED"  # looked up once, remembered for a second
    assert [await shown(f"crm_pat_{number}") for number in range(3)] == [
        "UNAUTHENTICATED",
        "UNAUTHENTICATED",
        "RATE_LIMITED 1",
    ]
    counted = len(asked)
    assert await shown(fresh) == "RATE_LIMITED 1"
    assert len(asked) == counted
    assert await shown(fresh, "192.0.2.8") == "Phone"
    now[0] += auth.KNOWN_SECONDS / 10
    assert await shown(known) == "Laptop"
    now[0] += 1.0
    assert await shown("crm_pat_x") == "UNAUTHENTICATED"
    assert await shown("crm_pat_y") == "RATE_LIMITED 1"
    now[0] += auth.KNOWN_SECONDS
    for number in range(3):
        await shown(f"crm_pat_z{number}")
    assert await shown("crm_pat_zz") == "RATE_LIMITED 1"
    assert await shown(known) == "Laptop"  # asked anew, in spite of its neighbours


async def test_wrong_tokens_are_counted_by_address_on_graphql(app: Starlette):
    headers = {"content-type": "application/json"}
    transport = httpx.ASGITransport(app, client=("198.51.100.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as client:
        for number in range(60):
            answer = await client.post("/graphql", headers=headers | {"authorization": f"Bearer crm_pat_{number}"})
            assert answer.status_code == 401
        for path in ("/graphql", "/schema.graphql"):
            send = client.post if path == "/graphql" else client.get
            answer = await send(path, headers=headers | {"authorization": "Bearer crm_pat_more"})
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (429, "RATE_LIMITED")
            assert answer.headers["retry-after"] == "1"
        assert (await client.post("/graphql", headers=headers)).status_code == 401
