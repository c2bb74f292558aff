"""Which document a request means, and whether its token may send it.

That a document is registered is remembered for seconds, as tokens are, and then asked again: another process may have
retired it. Nothing of one tenant is known to another.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from api.db.pool import Fetching
from api.domain.kernel import Viewer
from api.domain.tokens import DocumentMode
from api.http.documents import Document, Documents
from api.http.envelope import SHA256, Envelope
from api.http.errors import Refused
from api.http.limits import registered as registered_limits

V = TypeVar("V")
KNOWN_SECONDS = 5.0  # how long a retired document may still be sent
UNKNOWN_SECONDS = 1.0
MOST_REMEMBERED = 10_000
# Apollo's clients look for exactly these texts, and for the first send the document then.
MISS = "PersistedQueryNotFound"
MISMATCH = "provided sha does not match query"
# The text only if it is wanted: mostly the document is here already, and the question is whether it may be used.
LOOK_UP = """
SELECT CASE WHEN set_config('crm.tenant', ($1::uuid)::text, true) IS NOT NULL THEN coalesce((
    SELECT CASE WHEN $3 THEN document.text ELSE 'registered' END FROM stored_documents AS document
     WHERE document.tenant_id = $1 AND document.sha256 = $2 AND document.retired_at IS NULL), '') END
"""


@dataclass(frozen=True, slots=True)
class Remembered:
    registered: bool
    until: float  # of the monotonic clock


@dataclass(frozen=True, slots=True)
class Found:
    """`registered`: the operator of the tenant knows the document; anything else is free text of a client."""

    document: Document
    registered: bool


class DocumentAccess:
    """Documents by text or hash, for the tokens that may send them."""

    def __init__(self, documents: Documents, pool: Fetching) -> None:
        self._documents = documents
        self._limits = registered_limits(documents.limits)
        self._pool = pool
        self._remembered: OrderedDict[tuple[UUID, bytes], Remembered] = OrderedDict()
        self._automatic: OrderedDict[tuple[UUID, bytes], None] = OrderedDict()

    async def find(self, envelope: Envelope, viewer: Viewer, method: str) -> Found:
        """The document of a request.

        Raises:
            Refused: PERSISTED_DOCUMENT_NOT_FOUND, DOCUMENT_NOT_TRUSTED, BAD_REQUEST for a hash of something else, or
                because the document cannot be run.
        """
        if envelope.query is None:
            return await self._by_hash(envelope.sha256 or "", viewer)
        trusted = viewer.documents == DocumentMode.TRUSTED
        if trusted and method == "GET":
            raise Refused("DOCUMENT_NOT_TRUSTED", "With this token GET takes registered documents by documentId only.")
        key = self._documents.key(envelope.query)
        if envelope.sha256 is not None and envelope.sha256 != key.hex():
            raise Refused("BAD_REQUEST", MISMATCH)
        if trusted:
            registered = await self._registered(viewer.tenant, key)
            if registered is None:
                raise not_trusted()
            return Found(registered, registered=True)
        document = self._documents.get(envelope.query, key=key)
        if envelope.sha256 is not None and viewer.documents == DocumentMode.APQ:
            keep(self._automatic, (viewer.tenant, key), None)
        return Found(document, registered=False)

    async def _by_hash(self, sha256: str, viewer: Viewer) -> Found:
        if not SHA256.fullmatch(sha256):
            raise missing()
        key = bytes.fromhex(sha256)
        if viewer.documents == DocumentMode.APQ and (viewer.tenant, key) in self._automatic:
            held = self._documents.held(key)
            if held is not None:
                self._automatic.move_to_end((viewer.tenant, key))
                return Found(held, registered=False)
        registered = await self._registered(viewer.tenant, key)
        if registered is None:
            raise missing()
        return Found(registered, registered=True)

    async def _registered(self, tenant: UUID, key: bytes) -> Document | None:
        """The document, if this tenant has registered and not retired it."""
        held, known = self._documents.held(key), self._remembered.get((tenant, key))
        if known is not None and known.until > time.monotonic():
            if not known.registered:
                return None
            if held is not None:
                return held
        text = await self._pool.fetch(LOOK_UP, [tenant, key.hex(), held is None])
        seconds = KNOWN_SECONDS if text else UNKNOWN_SECONDS
        keep(self._remembered, (tenant, key), Remembered(bool(text), time.monotonic() + seconds))
        if not text:
            return None
        return held or self._documents.get(text.decode(), limits=self._limits)


def keep(remembered: OrderedDict[tuple[UUID, bytes], V], key: tuple[UUID, bytes], value: V) -> None:
    remembered[key] = value
    remembered.move_to_end(key)
    if len(remembered) > MOST_REMEMBERED:
        remembered.popitem(last=False)


def missing() -> Refused:
    return Refused("PERSISTED_DOCUMENT_NOT_FOUND", MISS)


def not_trusted() -> Refused:
    message = "This token may send registered documents only; register this one with `crm documents push`."
    return Refused("DOCUMENT_NOT_TRUSTED", message)
