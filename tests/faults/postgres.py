"""A PostgreSQL of the kit's own, durable as in production, that can be stopped, started and killed."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from api.db.account import account_for
from api.db.binaries import binaries_for
from api.db.data_folder import locate_pgdata, socket_folder
from api.db.embedded import EmbeddedPostgres
from api.db.postmaster import Server
from api.db.urls import PORT, Urls

SECONDS = 60


class Postgres:
    """Faults of the whole server; its databases are made by `embedded`."""

    def __init__(self, embedded: EmbeddedPostgres, folder: Path) -> None:
        self.embedded = embedded
        pgdata = locate_pgdata(folder / "data", folder)
        account = account_for(pgdata)
        self.server = Server(binaries_for(account, folder), pgdata, socket_folder(pgdata, account))
        self.options = f"-k '{self.server.sockets}' -p {PORT}"

    @property
    def socket(self) -> str:
        return str(self.server.listening_in() / f".s.PGSQL.{PORT}")

    def stop(self, mode: str) -> None:
        self._control("-m", mode, "stop")

    def start(self) -> None:
        self._control("-l", str(self.server.log), "-o", self.options, "start")

    def restart(self, mode: str) -> None:
        self._control("-m", mode, "-l", str(self.server.log), "-o", self.options, "restart")

    def kill(self, pid: int) -> None:
        """SIGKILL to one of its processes, after a look that it is one."""
        if pid in self.server.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def is_up(self) -> bool:
        return self.server.pid() is not None

    async def run(self, sql: str, database: str = "postgres", *arguments: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.embedded.superuser_url(database), timeout=5)
        try:
            if not arguments:
                return await _last(connection, sql)
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    async def ready(self, seconds: float = 30.0) -> float:
        """When it takes connections, by the monotonic clock."""
        until = time.monotonic() + seconds
        while True:
            try:
                await self.run("SELECT 1")
                return time.monotonic()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                if time.monotonic() > until:
                    raise

    def _control(self, *arguments: str) -> None:
        pgdata = str(self.server.pgdata)
        done = self.server.binaries.run(
            "pg_ctl", "-D", pgdata, "-w", "-t", str(SECONDS), "-s", *arguments, seconds=SECONDS + 10
        )
        if done.code != 0:
            raise RuntimeError(f"pg_ctl {' '.join(arguments)}: {done.output[-1_000:]}")


async def _last(connection: asyncpg.Connection, sql: str) -> list[asyncpg.Record]:
    """Of one query its rows, of several commands none."""
    if sql.lstrip().upper().startswith(("SELECT", "WITH")):
        return list(await connection.fetch(sql))
    await connection.execute(sql)
    return []


def through(url: str, port: int) -> str:
    """The same login, by the proxy on this port."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{port}", query="sslmode=disable"))


def all_through(urls: Urls, port: int) -> Urls:
    return replace(
        urls, app=through(urls.app, port), partner=through(urls.partner, port), worker=through(urls.worker, port)
    )
