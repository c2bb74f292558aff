"""What the worker waits out, and what it calls a bug."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from api.worker.supervisor import is_loss

LOST = (
    ConnectionResetError("reset"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.InternalClientError("got result for unknown protocol state 3"),  # the last message came, its end did not
    asyncpg.AdminShutdownError("terminating connection due to administrator command"),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    asyncpg.TooManyConnectionsError("too many clients"),
    DBAPIError("COMMIT", None, OSError(), connection_invalidated=True),
)
BUGS = (
    asyncpg.UndefinedTableError("no such table"),
    asyncpg.UniqueViolationError("twice"),
    DBAPIError("SELECT", None, ValueError()),
    KeyError("id"),
)


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
def test_a_database_that_goes_away_is_waited_for(error: Exception):
    assert is_loss(error)


@pytest.mark.parametrize("error", BUGS, ids=lambda error: type(error).__name__)
def test_whatever_else_goes_wrong_is_told_as_an_error(error: Exception):
    assert not is_loss(error)
