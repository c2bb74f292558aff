"""A PostgreSQL of the kit's own, durable as in production, that can be stopped, started and killed."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

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
        self.elsewhere: Path | None = None  # where the standby's socket is

    @property
    def socket(self) -> str:
        return str(self.server.listening_in() / f".s.PGSQL.{PORT}")

    def url(self, database: str = "postgres") -> str:
        """Of the superuser, on the standby if that has taken over."""
        url = self.embedded.superuser_url(database)
        if self.elsewhere is None:
            return url
        return url.replace(quote(str(self.server.listening_in()), safe="/"), quote(str(self.elsewhere), safe="/"))

    def stop(self, mode: str) -> None:
        self.control(self.server.pgdata, "stop", mode=mode)

    def start(self) -> None:
        self.control(self.server.pgdata, "start")

    def restart(self, mode: str) -> None:
        self.control(self.server.pgdata, "restart", mode=mode)

    def control(self, data: Path, verb: str, *, mode: str = "fast", sockets: Path | None = None) -> None:
        """pg_ctl for this data folder, until it is done."""
        given = {
            "stop": ["-m", mode],
            "promote": [],
            "start": ["-l", str(data / "server.log"), "-o", f"-k '{sockets or self.server.sockets}' -p {PORT}"],
        }
        given["restart"] = [*given["stop"], *given["start"]]
        self.program("pg_ctl", "-D", str(data), "-w", "-t", str(SECONDS), "-s", *given[verb], verb)

    def program(self, name: str, *arguments: str) -> None:
        """Raises RuntimeError unless it ends well."""
        done = self.server.binaries.run(name, *arguments, seconds=SECONDS + 10)
        if done.code != 0:
            raise RuntimeError(f"{name} {arguments[-1]}: {done.output[-1_000:]}")

    def kill(self, pid: int) -> None:
        """SIGKILL to one of its processes, after a look that it is one."""
        if pid in self.server.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def is_up(self) -> bool:
        return self.server.pid() is not None

    async def run(self, sql: str, database: str = "postgres", *arguments: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.url(database), timeout=5)
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
