"""The application with an issuer whose JWTs it takes."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from api.app import services
from api.domain import identities, tokens
from api.domain.users import User
from api.http.attempts import Attempts
from api.http.auth import Authenticator
from api.http.routes import application
from api.http.sign_in import SignIn
from api.settings import Settings
from tests.conftest import SameConnection, raw
from tests.graphql_client import JSON, SECRET, Client, bearer, no_problems
from tests.issuer import AUDIENCE, Issuer, an_issuer
from tests.people import NOW, OpenAs, Sessions

WHO = {"query": "{ viewer { name roles } }"}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with an_issuer() as made:
        yield made


@dataclass
class SigningIn(Client):
    """`await signing_in.who(jwt)` is the response to the question who he is, `accept(jwt, code)` to an invitation."""

    open_as: OpenAs = field(kw_only=True)
    authenticator: Authenticator = field(kw_only=True)
    attempts: Attempts = field(kw_only=True)
    clock: list[datetime] = field(kw_only=True)  # one instant: that of the server
    facts: list[dict[str, Any]] = field(default_factory=list)  # what went to the log, request by request

    async def who(self, jwt: str) -> httpx.Response:
        return await self.post(WHO, as_=None, headers=bearer(jwt))

    async def accept(self, jwt: str, code: Any, **headers: str) -> httpx.Response:
        return await self.http.post("/sign-in/accept", json={"code": code}, headers={**JSON, **bearer(jwt), **headers})

    async def invite(self, name: str = "Grace Hopper", role: str = "sales_rep") -> str:
        """The code of an invitation of somebody, new or not."""
        email = f"{name.lower().replace(' ', '.')}@example.com"
        async with self.open_as() as work:
            _, _, code = await identities.invite(work, name, email, [role], pepper=tokens.pepper(SECRET))
        return code

    async def link(self, user: User, issuer: str, subject: str = "ada") -> None:
        async with self.open_as() as work:
            work.add(identities.Identity(user_id=user.id, issuer=issuer, subject=subject))


@pytest.fixture
async def signing_in(
    connection: AsyncConnection,
    reads: SameConnection,
    sessions: Sessions,
    admin: User,
    open_as: OpenAs,
    issuer: Issuer,
    tmp_path: Path,
) -> AsyncIterator[SigningIn]:
    settings = Settings(data_dir=tmp_path, oidc_issuer=issuer.url, oidc_audience=AUDIENCE, failed_tokens=1_000)
    clock, attempts = [NOW], Attempts(lambda: 0.0)
    wired = services(settings, reads, sessions, SECRET, outside=reads, now=lambda: clock[0])
    wired.authenticator.pool = wired.rates.pool = SameConnection(raw(connection))
    facts: list[dict[str, Any]] = []
    app = application(
        wired,
        problems=no_problems,
        sign_in=SignIn(wired.authenticator, sessions, SECRET, attempts=attempts, now=lambda: clock[0]),
        after=[lambda exchange: facts.append(exchange.facts)],
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crm.test") as client:
        yield SigningIn(
            client,
            raw(connection),
            admin,
            open_as=open_as,
            authenticator=wired.authenticator,
            attempts=attempts,
            clock=clock,
            facts=facts,
        )
