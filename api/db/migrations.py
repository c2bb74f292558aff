"""Runs the migrations. Besides `api/db/steps.py` the only module that imports Alembic, which takes 270 ms to load."""

from __future__ import annotations

import argparse
import asyncio
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from api.db import revisions
from api.db.embedded import temporary_postgres
from api.db.roles import MIGRATOR, OWNER
from api.settings import PREFIX

__all__ = ["MigrationFailed", "current", "downgrade", "head", "main", "new", "sql", "upgrade"]

LONGEST_NAME = 60
SCHEMES = ("postgresql://", "postgres://")
URL = f"{PREFIX}MIGRATION_DATABASE_URL"
# What an operator can do about a failure, by the code PostgreSQL gives it.
ADVICE = {
    "28000": f"log in as {MIGRATOR}: correct {URL}",
    "28P01": f"the password is wrong: correct {URL}",
    "3D000": f"there is no such database: correct {URL}, or make it with the script for operators",
    "42501": f"let {URL} log in as {MIGRATOR}; if it does, prepare the database with the script for operators",
    "55P03": "a table is in use for longer than two seconds: run it again when there is less traffic",
    "22023": f"the role {OWNER} is missing: make the roles first",
    "57014": "a statement took longer than 15 minutes; nothing of this migration was kept",
}

REFUSED_BACK_FILL = "query would be affected by row-level security"  # a bug of the migration, not of the operator

head = revisions.head


class MigrationFailed(Exception):
    """One sentence for the operator: what is wrong and what to do next. The migration that failed left nothing."""


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database, reached as `crm_migrator`, to a revision; waits for whoever is doing the same.

    Not from a running event loop: use `asyncio.to_thread`.
    """
    with explained():
        command.upgrade(configuration(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Go back to a revision, or to an empty database: `base`. Data of what is taken back is lost."""
    with explained():
        command.downgrade(configuration(url), revision)


def current(url: str) -> str | None:
    """The revision of the database, reached as `crm_migrator`; None if it was never migrated."""
    with explained():
        return asyncio.run(read_current(url))


def sql() -> str:
    """All migrations as one script, from nothing to the newest."""
    buffer = io.StringIO()
    command.upgrade(configuration(None, buffer), "head", sql=True)
    return buffer.getvalue()


def new(message: str) -> Path | None:
    """Write a migration from what the models have and the migrations have not; None if there is nothing."""
    name = re.sub(r"\W+", "_", message.lower()).strip("_")[:LONGEST_NAME].strip("_")
    revision = f"{datetime.now(UTC):%Y_%m_%d_%H%M}_{name}"
    with temporary_postgres() as postgres:
        url = postgres.urls().migration
        upgrade(url)
        with explained():
            command.revision(configuration(url), message, autogenerate=True, rev_id=revision)
    path = revisions.folder() / "versions" / f"{revision}.py"
    if not path.exists():
        return None
    path.write_text(re.sub(r"\n    # ### .*", "", path.read_text(encoding="utf-8")), encoding="utf-8")
    for tidy in (["check", "--fix", "--exit-zero"], ["format"]):
        subprocess.run([sys.executable, "-m", "ruff", *tidy, "--quiet", str(path)], check=True, capture_output=True)
    return path


def configuration(url: str | None, output: io.StringIO | None = None, *, scripts: Path | None = None) -> Config:
    if url is not None and not url.startswith(SCHEMES):
        raise MigrationFailed(f"{URL} is no address of a database: write postgresql://{MIGRATOR}:…@host/crm.")
    options = Config(output_buffer=output, attributes={"url": url}, cmd_opts=argparse.Namespace(quiet=True))
    # ConfigParser would read a percent sign in the path as the beginning of a reference.
    options.set_main_option("script_location", str(scripts or revisions.folder()).replace("%", "%%"))
    options.set_main_option("file_template", "%%(rev)s")
    options.set_main_option("path_separator", "os")
    return options


async def read_current(url: str) -> str | None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"SET ROLE {OWNER}")
        return await revisions.applied(connection)
    finally:
        await connection.close()


@contextmanager
def explained() -> Iterator[None]:
    """Turn what an operator can repair into one sentence; anything else is a bug and keeps its stack."""
    try:
        yield
    except (OSError, asyncpg.PostgresError, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, OSError):
            raise MigrationFailed(f"The database does not answer ({cause}): start it, or correct {URL}.") from error
        text = str(cause).rpartition("Error'>: ")[2].splitlines()[0].rstrip(".")
        advice = ADVICE.get(getattr(cause, "sqlstate", None) or "")
        if advice is None or text.startswith(REFUSED_BACK_FILL):
            raise
        raise MigrationFailed(f"The database refuses to be migrated ({text}): {advice}.") from error
    except CommandError as error:
        raise MigrationFailed(f"{str(error).rstrip('.')}: is this program older than the database?") from error


def main(arguments: list[str] | None = None) -> int:
    """`python -m api.db.migrations new "index cases by account"`."""
    parser = argparse.ArgumentParser(prog="python -m api.db.migrations")
    parser.add_argument("action", choices=["new"])
    parser.add_argument("message", help="what the migration does, in a few words")
    path = new(parser.parse_args(arguments).message)
    if path is not None:
        print(f"migrations/versions/{path.name}: answer its four questions, read it, commit it.")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
