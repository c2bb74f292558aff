"""Which client uses what is going away: noted in memory with each answer, written to the database every few seconds.

What is kept is bounded: coordinates of the schema, tokens, and hashes of registered documents. No text of a client.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import async_sessionmaker

from api import telemetry
from api.db.writes import WriteSession
from api.domain.kernel import Viewer

SECONDS = 10.0  # between two writes
LAST_SECONDS = 2.0  # for the one at the end
KEPT = timedelta(days=90)  # after the last use
MOST_NOTED = 10_000  # between two writes; further ones are not counted

# In the order of the key in all processes alike, so that no two wait for each other.
WRITE = """
INSERT INTO deprecated_uses AS known
       (tenant_id, client_id, principal_id, coordinate, document, uses, first_used_at, last_used_at)
SELECT $1, client_id, principal_id, coordinate, document, uses, first_used_at, last_used_at
  FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::integer[], $7::timestamptz[], $8::timestamptz[])
    AS noted (client_id, principal_id, coordinate, document, uses, first_used_at, last_used_at)
 ORDER BY client_id, coordinate, document
    ON CONFLICT (tenant_id, client_id, coordinate, document) DO UPDATE
   SET uses = least(known.uses::bigint + excluded.uses, 2147483647)::integer,
       last_used_at = greatest(known.last_used_at, excluded.last_used_at)
"""
FORGET = "DELETE FROM deprecated_uses WHERE tenant_id = $1 AND last_used_at < $2"


class Key(NamedTuple):
    client: UUID
    principal: UUID
    coordinate: str
    document: str


@dataclass(slots=True)
class Noted:
    uses: int
    first: datetime
    last: datetime


class DeprecatedUses:
    """What this process has seen used since it last wrote it down."""

    def __init__(self, sessions: async_sessionmaker[WriteSession], now: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._now = now
        self._noted: dict[UUID, dict[Key, Noted]] = {}
        self._count = 0

    def note(self, viewer: Viewer, coordinates: Iterable[str], document: str | None) -> None:
        """Count one use of each coordinate. `document`: the id of a registered one, None for any other text."""
        now, of_tenant = self._now(), self._noted.setdefault(viewer.tenant, {})
        for coordinate in coordinates:
            key = Key(viewer.token or viewer.principal, viewer.principal, coordinate, document or "")
            noted = of_tenant.get(key)
            if noted is not None:
                noted.uses, noted.last = noted.uses + 1, now
            elif self._count < MOST_NOTED:
                of_tenant[key] = Noted(1, now, now)
                self._count += 1

    async def write(self) -> None:
        """Add to the tables of each tenant what was noted of it; what cannot be written is dropped.

        Raises:
            DBAPIError, OSError: the database does not take it.
        """
        noted, self._noted, self._count = self._noted, {}, 0
        for tenant, uses in noted.items():
            if uses:
                await self._write(tenant, uses)

    async def _write(self, tenant: UUID, uses: dict[Key, Noted]) -> None:
        keys = zip(*uses, strict=True)
        values = zip(*((one.uses, one.first, one.last) for one in uses.values()), strict=True)
        async with self._sessions() as session:
            await session.begin_as({"crm.tenant": str(tenant)})
            clients, principals, coordinates, documents = (list(column) for column in keys)
            columns = [clients, principals, coordinates, documents, *(list(column) for column in values)]
            await session.fetch(WRITE, [tenant, *columns])
            await session.fetch(FORGET, [tenant, self._now() - KEPT])
            await session.commit()

    async def keep_writing(self) -> None:
        """Write every few seconds until cancelled, and then once more."""
        try:
            while True:
                await asyncio.sleep(SECONDS)
                await self._try(SECONDS)
        finally:
            await self._try(LAST_SECONDS)

    async def _try(self, seconds: float) -> None:
        """A database that says nothing would keep a connection, and the figures of all that comes after."""
        try:
            async with asyncio.timeout(seconds):
                await self.write()
        except (DBAPIError, OSError) as error:  # figures for people; no request waits for them
            telemetry.log(logging.WARNING, "failed", **telemetry.described(error))
