"""A tenant whose events are committed and relayed, and the API over it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from api.app import services
from api.domain import tokens
from api.domain.users import User
from api.http.routes import application
from api.settings import Settings
from api.worker.relay import Relay
from tests.conftest import Committed
from tests.graphql_client import SECRET, GraphQLFailed, bearer, no_problems, remembering
from tests.people import NOW


@dataclass
class Feed:
    """`await feed(query)` asks; `await feed.relay()` numbers what was committed."""

    place: Committed
    http: httpx.AsyncClient
    worker: asyncpg.Connection
    statements: list[str]
    tokens: dict[tuple[str, UUID], str] = field(default_factory=dict)

    async def __call__(
        self, query: str, variables: Mapping[str, Any] | None = None, *, as_: str = "admin", user: User | None = None
    ) -> Any:
        """`data` of the answer.

        Raises:
            GraphQLFailed: there are errors.
        """
        person = user or self.place.admin
        if (as_, person.id) not in self.tokens:
            async with self.place.open_as() as work:
                made = await tokens.create(
                    work, as_, f"{as_} of {person.name}", pepper=tokens.pepper(SECRET), user_id=person.id
                )
            self.tokens[as_, person.id] = made[1]
            await self.relay()
        self.statements.clear()
        headers = bearer(self.tokens[as_, person.id])
        response = await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        answer = response.json()
        if "errors" in answer:
            raise GraphQLFailed(answer["errors"])
        return answer["data"]

    async def relay(self) -> int:
        """Number what waits. How many events there were."""
        count = 0
        while found := await Relay().step(self.worker):
            count += found
        return count


@pytest.fixture
async def feed(committed: Committed, tmp_path: Path) -> AsyncIterator[Feed]:
    settings = Settings(data_dir=tmp_path, verify_sql=True)
    wired = services(settings, committed.reads, committed.sessions, SECRET, outside=None, now=lambda: NOW)
    wired = replace(wired, front=remembering(wired.front))
    seen: list[str] = []
    committed.reads.on_statement.append(lambda sql, _arguments: seen.append(sql))
    transport = httpx.ASGITransport(application(wired, problems=no_problems))
    worker = await asyncpg.connect(committed.urls.worker)
    async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as client:
        yield Feed(committed, client, worker, seen)
    await worker.close()
