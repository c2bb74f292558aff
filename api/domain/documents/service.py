"""Registering, retiring and listing documents."""

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import Text

from api.domain.kernel import NotAllowed, NotFound, Work, among, checked

from .models import StoredDocument

OBJECT = "document"
CLIENT_LIMIT = 100


class Registration(StrEnum):
    """What registering did to one document."""

    CREATED = "CREATED"
    UNCHANGED = "UNCHANGED"
    RESTORED = "RESTORED"  # it was retired


async def register(work: Work, texts: Sequence[str], client: str | None = None) -> Mapping[str, Registration]:
    """Store the documents; by their SHA-256, what was done. A known one keeps its client and its instant.

    That they fit the schema is for the caller to see to: the domain does not know GraphQL.

    Raises:
        NotAllowed: the viewer may not register documents.
        Required, TooLong, Invalid: about the client.
    """
    check_allowed(work, "register")
    if client is not None:
        client = checked(client, "client", limit=CLIENT_LIMIT)
    by_hash = {hashlib.sha256(text.encode()).hexdigest(): text for text in texts}
    hashes = sorted(by_hash)  # two works insert in the same order, so that they never wait for each other in a circle
    mine = (StoredDocument.tenant_id == work.tenant, among(StoredDocument.sha256, hashes, Text()))
    known = (await work.session.execute(select(StoredDocument.sha256, StoredDocument.retired_at).where(*mine))).all()
    retired = [row.sha256 for row in known if row.retired_at is not None]
    done = dict.fromkeys(hashes, Registration.CREATED) | {row.sha256: Registration.UNCHANGED for row in known}
    done |= dict.fromkeys(retired, Registration.RESTORED)
    rows = [
        {
            "tenant_id": work.tenant,
            "sha256": sha256,
            "text": by_hash[sha256],
            "client": client,
            "registered_by": work.actor,
            "registered_at": work.now,
        }
        for sha256, outcome in done.items()
        if outcome is Registration.CREATED
    ]
    if rows:
        await work.session.execute(insert(StoredDocument).on_conflict_do_nothing(), rows)
    if retired:
        again = update(StoredDocument).where(
            StoredDocument.tenant_id == work.tenant, among(StoredDocument.sha256, retired, Text())
        )
        await work.session.execute(again.values(retired_at=None).execution_options(synchronize_session=False))
    return done


async def retire(work: Work, sha256: str) -> None:
    """Let the document be sent no more; one that is retired already stays as it is.

    Raises:
        NotAllowed: the viewer may not register documents.
        NotFound: the tenant has no document of this hash.
    """
    check_allowed(work, "retire")
    mine = (StoredDocument.tenant_id == work.tenant, StoredDocument.sha256 == sha256)
    if (await work.session.execute(select(StoredDocument.sha256).where(*mine))).first() is None:
        raise NotFound(OBJECT)
    change = update(StoredDocument).where(*mine, StoredDocument.retired_at.is_(None)).values(retired_at=work.now)
    await work.session.execute(change.execution_options(synchronize_session=False))


async def documents(work: Work) -> Sequence[StoredDocument]:
    """All documents of the tenant, the newest first.

    Raises:
        NotAllowed: the viewer may not register documents.
    """
    check_allowed(work, "list")
    order = (StoredDocument.registered_at.desc(), StoredDocument.sha256)
    found = select(StoredDocument).where(StoredDocument.tenant_id == work.tenant).order_by(*order)
    return (await work.session.execute(found)).scalars().all()


def check_allowed(work: Work, action: str) -> None:
    if not work.viewer.capability.on(OBJECT).create:
        raise NotAllowed(OBJECT, action)
