"""The embedded PostgreSQL: shared by every process that uses the same data folder, stopped by the last one."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import asyncpg

from api.db import roles
from api.db.account import account_for
from api.db.binaries import binaries_for, locate
from api.db.data_folder import (
    STATE_DIR,
    SUPERUSER,
    initialise,
    locate_pgdata,
    make_data_dir,
    refuse_other_major,
    refuse_unreachable,
    socket_folder,
)
from api.db.failure import EmbeddedPostgresFailed, disk_full, files_of
from api.db.lock import Use, one_at_a_time
from api.db.postmaster import Server, require_linux
from api.db.secret_files import LOCK_SECONDS, START_LOCK, passwords_for, write_private
from api.db.urls import Urls, socket_url

__all__ = ["DATABASE", "EmbeddedPostgres", "EmbeddedPostgresFailed", "temporary_postgres"]

DATABASE = "crm"
USE_LOCK = "lock"
MACHINE = "machine"
PROVISIONED = "crm-provisioned"
SQL_SECONDS = 60
# Like the cluster itself; a database made from template1 could inherit an operator's changes.
EMPTY = (
    "TEMPLATE template0 ENCODING 'UTF8' "
    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
)

T = TypeVar("T")


class EmbeddedPostgres:
    """Start or join the server on entering, leave it on exit; the last process out stops it."""

    def __init__(self, data_dir: Path, *, state_dir: Path = STATE_DIR, durable: bool = True) -> None:
        """`state_dir` is used by root only, for what the account of PostgreSQL cannot reach elsewhere.

        Data made without `durable` never waits for the disk and is lost with the power: for tests.
        """
        self.data_dir = data_dir.absolute()
        self.state_dir = state_dir
        self.durable = durable
        self._use: Use | None = None
        self._server: Server | None = None
        self._passwords: dict[str, str] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Block until the database `crm` and its roles can be used: 0.7 s from nothing, about 60 s at most."""
        if self._use is not None:
            raise RuntimeError("EmbeddedPostgres is started already")
        require_linux()
        with files_of(self.data_dir):
            make_data_dir(self.data_dir)
            with one_at_a_time(self.data_dir / START_LOCK, LOCK_SECONDS) as lock:
                self._use = Use(self.data_dir / USE_LOCK)
                try:
                    self._join(lock, first=self._use.first)
                except BaseException:
                    self._leave()
                    raise

    def ensure_running(self) -> None:
        """Bring the server back after it was killed; for a process that goes on using it."""
        with files_of(self.data_dir), one_at_a_time(self.data_dir / START_LOCK, LOCK_SECONDS):
            self._started().ensure_running()

    def close(self) -> None:
        """Leave; a second call does nothing."""
        if self._use is not None:
            with files_of(self.data_dir), one_at_a_time(self.data_dir / START_LOCK, LOCK_SECONDS):
                self._leave()

    def urls(self, database: str = DATABASE) -> Urls:
        return Urls(
            app=self._url(roles.APP, database),
            partner=self._url(roles.PARTNER, database),
            worker=self._url(roles.WORKER, database),
            migration=self._url(roles.MIGRATOR, database),
        )

    def superuser_url(self, database: str = "postgres") -> str:
        """For tests, backup and repair; the product itself never logs in with it."""
        return self._url(SUPERUSER, database)

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make an empty database, or a copy of `template`, to which nobody may be connected."""
        self._sql("postgres", lambda connection: _create(connection, name, template))
        if template is None:
            self._sql(name, lambda connection: connection.execute(roles.schema_sql()))

    def drop_database(self, name: str) -> None:
        """Disconnect everybody and drop it; nothing happens if there is none."""
        command = f"DROP DATABASE IF EXISTS {roles.identifier(name)} WITH (FORCE)"
        self._sql("postgres", lambda connection: connection.execute(command))

    def _join(self, lock: int, *, first: bool) -> None:
        server = self._server = self._prepare(lock)
        if server.pid() is None:
            self._refuse_other_machine(first=first)
        server.ensure_running()
        self._provision(server)

    def _leave(self) -> None:
        use, server = self._use, self._server
        self._use = self._server = None
        if use is not None:
            try:
                if server is not None and use.is_last():
                    server.stop()
            finally:
                use.end()

    def _prepare(self, lock: int) -> Server:
        """Everything that must exist before the server can start."""
        pgdata = locate_pgdata(self.data_dir, self.state_dir)
        refuse_other_major(pgdata, locate()[1].partition(".")[0])
        account = account_for(pgdata)
        binaries = binaries_for(account, self.state_dir)
        exists = pgdata.exists()
        self._passwords = passwords_for(self.data_dir, (SUPERUSER, *roles.LOGIN_ROLES), make=not exists)
        if exists:
            refuse_unreachable(pgdata, account)
        sockets = socket_folder(pgdata, account)
        server = Server(binaries, pgdata, sockets)
        if not exists:
            initialise(server, self._passwords[SUPERUSER], lock, durable=self.durable)
        return server

    def _refuse_other_machine(self, *, first: bool) -> None:
        """Two containers may share a folder without seeing each other's processes; a second server would ruin it."""
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        here = f"{boot} {Path('/proc/self/ns/pid').readlink()}"
        record = self.data_dir / MACHINE
        if not first and record.exists() and record.read_text(encoding="ascii").strip() != here:
            raise EmbeddedPostgresFailed(
                f"{self.data_dir} is in use from another container or machine: stop that one, "
                "or give both one PostgreSQL by CRM_DATABASE_URL."
            )
        write_private(record, f"{here}\n".encode())

    def _provision(self, server: Server) -> None:
        """Make roles and database; skipped when this release has done it on this data with these passwords."""
        words = {role: self._passwords[role] for role in roles.LOGIN_ROLES}
        wanted = json.dumps([roles.cluster_sql(), roles.database_sql(DATABASE), roles.schema_sql(), EMPTY, words])
        digest = hashlib.sha256(wanted.encode()).hexdigest()
        marker = server.pgdata / PROVISIONED
        if marker.exists() and marker.read_text(encoding="ascii").strip() == digest:
            return
        self._sql("postgres", lambda connection: _create_roles(connection, words))
        self._sql(DATABASE, lambda connection: connection.execute(roles.schema_sql()))
        write_private(marker, f"{digest}\n".encode())
        server.account.take(marker)  # else the account could not copy its own data folder

    def _url(self, user: str, database: str) -> str:
        return socket_url(user, self._passwords[user], database, self._started().listening_in())

    def _started(self) -> Server:
        if self._server is None:
            raise RuntimeError("EmbeddedPostgres is used before start() or after close()")
        return self._server

    def _sql(self, database: str, work: Callable[[asyncpg.Connection], Coroutine[object, object, T]]) -> T:
        async def run() -> T:
            # A failing statement is not copied to the server's log: it may contain a password.
            quiet = {"log_min_error_statement": "panic"}
            url = self.superuser_url(database)
            connection = await asyncpg.connect(url, command_timeout=SQL_SECONDS, server_settings=quiet)
            try:
                return await work(connection)
            finally:
                await connection.close()

        try:
            # A thread of its own, because the caller's may already run an event loop.
            with ThreadPoolExecutor(1) as thread:
                return thread.submit(asyncio.run, run()).result()
        except OSError as error:
            raise EmbeddedPostgresFailed(
                f"The database in {self.data_dir} does not answer ({error}): start again, or see {self._started().log}."
            ) from error
        except asyncpg.DiskFullError as error:
            raise disk_full(self.data_dir) from error
        except asyncpg.InvalidPasswordError as error:
            raise EmbeddedPostgresFailed(
                f"The database in {self.data_dir} refuses its stored password: restore passwords.json from a backup, "
                "or set CRM_DATA_DIR to a new folder."
            ) from error


@contextmanager
def temporary_postgres() -> Iterator[EmbeddedPostgres]:
    """A server of its own for tests and scratch work, in a new folder that is removed with its data."""
    folder = Path(tempfile.mkdtemp(prefix="crm-temporary-"))
    try:
        if os.geteuid() == 0:
            folder.chmod(0o711)  # the account of PostgreSQL passes through; we made it, so it is ours to open
        with EmbeddedPostgres(folder / "data", state_dir=folder, durable=False) as cluster:
            yield cluster
    finally:
        shutil.rmtree(folder)


async def _create_roles(connection: asyncpg.Connection, passwords: dict[str, str]) -> None:
    """Each step may have been done by a first start that was interrupted."""
    await connection.execute(
        roles.cluster_sql()
        + roles.password_sql(passwords)
        # PUBLIC may connect to both and make temporary tables there by default.
        + "REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;"
    )
    if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", DATABASE):
        await connection.execute(f"CREATE DATABASE {roles.identifier(DATABASE)} {EMPTY}")
    await connection.execute(roles.database_sql(DATABASE))


async def _create(connection: asyncpg.Connection, name: str, template: str | None) -> None:
    # Files copied whole are half the work of pages copied one by one through the log.
    source = EMPTY if template is None else f"TEMPLATE {roles.identifier(template)} STRATEGY FILE_COPY"
    await connection.execute(f"CREATE DATABASE {roles.identifier(name)} {source}")
    await connection.execute(roles.database_sql(name))
