"""Whether a transaction whose COMMIT was not answered was committed: the database is asked.

The row that is asked about is an audit row of that transaction. It is asked by inserting it once more: PostgreSQL
makes that wait until the transaction in doubt has ended, however late its COMMIT arrives, so the answer is final.
"""

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import async_sessionmaker

from api.db.commits import CommitUnanswered, NotCommitted, OutcomeUnknown

from .viewer import Viewer

if TYPE_CHECKING:
    from api.db.writes import WriteSession

SETTLE_SECONDS = 3.0  # a PostgreSQL that was restarted is back by then
PAUSE = 0.2
# Never committed; its other columns are there because they must be.
ASK = """
INSERT INTO change_events (tenant_id, id, object_type, object_id, version, at, actor_kind, actor_id, actor_name,
                           request_id, operation, changed)
VALUES ($1, $2, 'doubt', $2, 0, now(), 'SYSTEM', $2, '', '', '', '{}')
ON CONFLICT (tenant_id, id) DO NOTHING RETURNING id
"""


async def settle(
    sessions: "async_sessionmaker[WriteSession]", viewer: Viewer, witness: UUID | None, doubt: CommitUnanswered
) -> None:
    """Return if the transaction that wrote the witness was committed.

    Raises:
        NotCommitted: it was not, and never will be.
        OutcomeUnknown: nobody can say, or nobody waits any more.
    """
    if witness is None or doubt.interrupted:
        raise OutcomeUnknown from doubt
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            committed = await found(sessions, viewer, witness)
    except (TimeoutError, asyncio.CancelledError):
        raise OutcomeUnknown from doubt
    if not committed:
        raise NotCommitted from doubt


async def found(sessions: "async_sessionmaker[WriteSession]", viewer: Viewer, witness: UUID) -> bool:
    """Whether the row is there, asked until the database answers."""
    while True:
        try:
            async with sessions() as session:
                await session.begin_as({"crm.tenant": str(viewer.tenant), "crm.principal": str(viewer.principal)})
                inserted = await session.fetch(ASK, [viewer.tenant, witness])
                await session.rollback()
                return not inserted
        except (DBAPIError, SQLAlchemyError, OSError):
            await asyncio.sleep(PAUSE)
