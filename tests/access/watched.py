"""The product's pools with a guard at the door: what a connection comes back with is looked at before its next use."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from api.db.engine import write_engine
from api.db.pool import ReadPool
from api.db.protection import PARTNER_LOOKS
from api.domain.kernel import Model

SETTINGS = ("crm.tenant", "crm.principal", "crm.account", "crm.drawn")
SET = re.compile(r"(?:set_config\('|SET LOCAL )(crm\.\w+)")
# What a session could carry from one request to the next. Prepared statements are kept on purpose, and asyncpg sets
# `jit` off and back again around its look-ups of types.
STATE = """
SELECT json_build_object(
  'login', current_user::text || ' ' || session_user::text || ' ' || current_setting('role'),
  'settings', concat({settings}),
  'changed', (SELECT coalesce(json_agg(name), '[]') FROM pg_settings WHERE source = 'session' AND name <> 'jit'),
  'locks', (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'),
  'cursors', (SELECT count(*) FROM pg_cursors WHERE is_holdable),
  'channels', (SELECT count(*) FROM pg_listening_channels()),
  'temporary', pg_my_temp_schema()::text,
  'rows', {rows})::text
"""
CLEAN = {"settings": "", "changed": [], "locks": 0, "cursors": 0, "channels": 0, "temporary": "0", "rows": 0}


@dataclass
class Guard:
    """What was found on connections of one login; `left` are states that are not clean."""

    login: str
    looks: int = 0
    rows: int = 0
    left: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)  # settings that the product makes and nobody looks at

    @property
    def question(self) -> str:
        counts = (f"(SELECT count(*) FROM {table})" for table in visible_tables(self.login))
        settings = ", ".join(f"current_setting('{name}', true)" for name in SETTINGS)
        return STATE.format(settings=settings, rows=" + ".join(counts))

    def heard(self, sql: str, _arguments: Sequence[Any] = ()) -> None:
        self.unknown |= set(SET.findall(sql)) - set(SETTINGS)

    def found(self, answer: str | bytes, *, in_transaction: bool) -> None:
        state = orjson.loads(answer)
        self.looks += 1
        self.rows += state["rows"]
        if in_transaction or state != CLEAN | {"login": f"{self.login} {self.login} none"}:
            self.left.append(f"{state} in a transaction: {in_transaction}")


def visible_tables(login: str) -> Iterable[str]:
    """The tables that a login may read at all."""
    for mapper in sorted(Model.registry.mappers, key=lambda mapper: mapper.class_.__tablename__):
        model = mapper.class_
        if login == "crm_app" or model.__tablename__ in PARTNER_LOOKS or model.partner_columns():
            yield model.__tablename__


class WatchedReads(ReadPool):
    """A read pool that looks at a connection before each use, so after each return but the last: see `look`."""

    def __init__(self, url: str, guard: Guard, *, size: int) -> None:
        super().__init__(url, size=size, wait_seconds=30)
        self.guard, self._question = guard, guard.question
        self.on_statement.append(guard.heard)

    async def _attempt(self, sql: str, arguments: Sequence[Any]) -> bytes:
        if self._idle:
            reader = self._idle.pop()
            try:
                await self._look_at(reader.connection)
            finally:
                self._idle.append(reader)  # nothing is awaited before the attempt takes it
        return await super()._attempt(sql, arguments)

    async def look(self) -> None:
        for reader in self._idle:
            await self._look_at(reader.connection)

    async def _look_at(self, connection: asyncpg.Connection) -> None:
        is_open = connection.is_in_transaction()
        self.guard.found(await connection.fetchval(self._question), in_transaction=is_open)


def watched_writes(url: str, guard: Guard, *, size: int) -> AsyncEngine:
    """A write engine that does the same at each checkout."""
    engine, question = write_engine(url, size=size), guard.question

    def look(connection: Any, _record: Any, _proxy: Any) -> None:
        is_open = connection.driver_connection.is_in_transaction()
        answer = connection.run_async(lambda driver: driver.fetchval(question))
        guard.found(answer, in_transaction=is_open)

    def heard(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        guard.heard(statement)

    event.listen(engine.sync_engine, "checkout", look)
    event.listen(engine.sync_engine, "before_cursor_execute", heard)
    return engine
