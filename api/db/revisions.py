"""The migrations this program carries, read from their files: a serving process does not import Alembic."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import asyncpg

PACKAGE = Path(__file__).resolve().parents[1]
REVISION = re.compile(r'^revision\b[^=\n]*= "(\w+)"$', re.MULTILINE)
PRECEDING = re.compile(r'^down_revision\b[^=\n]*= "(\w+)"$', re.MULTILINE)


class MigrationsMissing(Exception):
    """The installation is not whole."""


def folder() -> Path:
    """In the released wheel the migrations lie inside the package, in a checkout beside it."""
    for place in (PACKAGE / "migrations", PACKAGE.parent / "migrations"):
        if (place / "env.py").is_file():
            return place
    raise MigrationsMissing("The migrations are not beside the program: install headless-crm again.")


def known() -> dict[str, str | None]:
    """Each revision and the one before it."""
    found: dict[str, str | None] = {}
    for path in sorted((folder() / "versions").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        revision, preceding = REVISION.search(text), PRECEDING.search(text)
        if revision is None:
            raise MigrationsMissing(f"{path.name} names no revision: it is damaged; install headless-crm again.")
        found[revision[1]] = preceding[1] if preceding else None
    return found


def head() -> str:
    """The newest revision; `MigrationsMissing` unless there is exactly one."""
    revisions = known()
    heads = sorted(revisions.keys() - set(revisions.values()))
    if len(heads) != 1:
        raise MigrationsMissing(f"There must be one newest migration, not {len(heads)}: {', '.join(heads)}.")
    return heads[0]


async def applied(connection: asyncpg.Connection) -> str | None:
    """The revision of the database; None if it was never migrated."""
    if await connection.fetchval("SELECT to_regclass('alembic_version') IS NULL"):
        return None
    return cast(str | None, await connection.fetchval("SELECT version_num FROM alembic_version"))
