"""Where each role of the product logs in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

PORT = 5432
SQLALCHEMY_SCHEME = "postgresql+asyncpg://"


@dataclass(frozen=True)
class Urls:
    app: str
    partner: str
    worker: str
    migration: str

    def __repr__(self) -> str:
        """Passwords stay out of logs and of failed assertions."""
        return "Urls(…)"


def socket_url(user: str, password: str, database: str, folder: Path) -> str:
    # The port is written out because asyncpg would take it from PGPORT otherwise.
    return (
        f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@/{quote(database, safe='')}"
        f"?host={quote(str(folder), safe='/')}&port={PORT}"
    )


def for_sqlalchemy(url: str) -> str:
    """The same address in the spelling of SQLAlchemy's asyncpg dialect."""
    _, _, rest = url.partition("://")
    return SQLALCHEMY_SCHEME + rest
