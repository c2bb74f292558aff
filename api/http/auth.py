"""Who is asking: the bearer token of the Authorization header, one of ours or a JWT of the issuer, as a Viewer."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from api.db.pool import DatabaseUnavailable, Fetching
from api.domain import access, tokens
from api.domain.kernel import NOBODY, OUTSIDE, Capability, PrincipalKind, Viewer
from api.http.attempts import Attempts
from api.http.claims import Claims, IssuerUnavailable, NotAccepted, Verifier
from api.http.envelope import Headers
from api.http.errors import Refused

LONGEST_HEADER = 200
LONGEST_JWT = 8_192  # the header with it
OURS = b"crm_"
KNOWN_SECONDS = 5.0  # how long a revoked token may still open the API
UNKNOWN_SECONDS = 1.0
LOOK_UP_SECONDS = 2.0  # checks of open connections have no other deadline
MOST_REMEMBERED = 10_000
SCHEME = b"bearer "
# One text, and `null` rather than no row, so that the read pool can serve it as bytes.
AUTHENTICATE = "SELECT coalesce((SELECT row_to_json(found)::text FROM crm_authenticate($1) AS found LIMIT 1), 'null')"
IDENTIFY = "SELECT coalesce((SELECT json_agg(found)::text FROM crm_identify($1, $2) AS found), '[]')"
NO_ISSUER = "The issuer of JWTs does not answer at the moment. Try again in a moment."


@dataclass(frozen=True, slots=True)
class Remembered:
    viewer: Viewer | None
    until: float  # of the monotonic clock
    expires: datetime | None
    reason: str | None  # why nobody, for the log


def utc_now() -> datetime:
    return datetime.now(UTC)


class Authenticator:
    """Viewers by token. Answers are remembered for seconds, by a hash of the header, in bounded memory."""

    def __init__(  # noqa: PLR0913 - each by its name
        self,
        pool: Fetching,
        secret_key: bytes,
        *,
        verifier: Verifier | None = None,
        attempts: Attempts | None = None,
        now: Callable[[], datetime] = utc_now,
        seconds: float = LOOK_UP_SECONDS,
    ) -> None:
        """`attempts`: how often an address may show what opens nothing; without it nobody counts.

        `seconds`: how long the database may take to say who it is, if that is less than two.
        """
        self.pool = pool
        self._seconds = min(seconds, LOOK_UP_SECONDS)
        self._attempts = attempts
        self._peppers = tokens.peppers(secret_key)
        self._verifier = verifier
        self._now = now
        self._remembered: OrderedDict[bytes, Remembered] = OrderedDict()

    async def viewer(self, headers: Headers, address: str | None = None) -> Viewer:
        """The principal behind the token; `address` is where it came from, if failures are to count there.

        Raises:
            Refused: UNAUTHENTICATED, in the same words whatever is wrong; UNAVAILABLE if the issuer cannot be asked;
                RATE_LIMITED for a token never seen, from an address that has shown too many that open nothing.
            DatabaseUnavailable: nobody can say.
        """
        given = self._bearer(headers)
        key = hashlib.sha256(given).digest()
        known = self._remembered.get(key)
        if known is None or known.until <= time.monotonic():
            attempts = self._attempts if address is not None else None
            if attempts is not None and (known is None or known.viewer is None):
                attempts.check(address or "")  # who was let in before is not shut out by his neighbours
            known = await self._look_up(given)
            self._remember(key, known)
            if attempts is not None and known.viewer is None:
                attempts.take(address or "")
        if known.viewer is None or (known.expires is not None and known.expires <= self._now()):
            raise unauthenticated(known.reason)
        return known.viewer

    async def claims(self, headers: Headers) -> Claims:
        """The account of the issuer behind a JWT, whether or not it is linked to anybody.

        Raises:
            Refused: as `viewer`.
        """
        given = self._bearer(headers)
        try:
            return await self._verified(given)
        except NotAccepted as error:
            raise unauthenticated(str(error)) from error

    def forget(self) -> None:
        """Ask the database again for every token."""
        self._remembered.clear()

    def forget_one(self, headers: Headers) -> None:
        """Ask again for this token: what it opens has just changed."""
        self._remembered.pop(hashlib.sha256(self._bearer(headers)).digest(), None)

    def _bearer(self, headers: Headers) -> bytes:
        """What stands behind the scheme; raises UNAUTHENTICATED if that is nothing, or too long to look at."""
        given = [value for name, value in headers if name == b"authorization"]
        if len(given) != 1 or given[0][: len(SCHEME)].lower() != SCHEME:
            raise unauthenticated()
        text = given[0][len(SCHEME) :]
        longest = LONGEST_HEADER if self._verifier is None or text.startswith(OURS) else LONGEST_JWT
        if len(given[0]) > longest:
            raise unauthenticated()
        return text

    async def _look_up(self, text: bytes) -> Remembered:
        if self._verifier is None or text.startswith(OURS):
            return await self._by_token(text)
        try:
            claims = await self._verified(text)
        except NotAccepted as error:
            return remembered(None, None, str(error))
        # More than one: two tenants linked the account at once, on two machines of a cluster. Neither may have it.
        rows = orjson.loads(await self._fetched(IDENTIFY, [claims.issuer, claims.subject]))
        viewer = viewer_of(rows[0]) if len(rows) == 1 and not rows[0]["archived"] else None
        return remembered(viewer, claims.until, "nobody is linked" if viewer is None else None)

    async def _verified(self, text: bytes) -> Claims:
        if self._verifier is None:
            raise NotAccepted("there is no issuer")
        try:
            return await self._verifier.verify(text.decode("latin-1"))
        except IssuerUnavailable as error:
            raise Refused("UNAVAILABLE", NO_ISSUER, reason=str(error)) from error

    async def _by_token(self, text: bytes) -> Remembered:
        viewer, expires = None, None
        credential = tokens.parse_credential(text.decode("latin-1"))
        if credential is not None:
            row = orjson.loads(await self._fetched(AUTHENTICATE, [credential.key]))
            if row is not None and self._opens(row, credential):
                viewer = viewer_of(row)
                expires = datetime.fromisoformat(row["expires_at"]) if row["expires_at"] else None
        return remembered(viewer, expires)

    async def _fetched(self, sql: str, arguments: Sequence[Any]) -> bytes:
        try:
            async with asyncio.timeout(self._seconds):
                return await self.pool.fetch(sql, arguments)
        except TimeoutError as error:
            raise DatabaseUnavailable("PostgreSQL does not say who it is") from error

    def _opens(self, row: dict[str, Any], credential: tokens.Credential) -> bool:
        peppers = self._peppers.get(row["pepper_version"], ())
        digest = bytes.fromhex(row["digest"].removeprefix("\\x"))
        return (
            tokens.matches(credential, digest, *peppers)
            and row["kind"] == credential.kind
            and row["revoked_at"] is None
            and not row["archived"]
        )

    def _remember(self, key: bytes, answer: Remembered) -> None:
        self._remembered[key] = answer
        self._remembered.move_to_end(key)
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)


def remembered(viewer: Viewer | None, expires: datetime | None, reason: str | None = None) -> Remembered:
    seconds = KNOWN_SECONDS if viewer else UNKNOWN_SECONDS
    return Remembered(viewer, time.monotonic() + seconds, expires, reason)


def viewer_of(row: dict[str, Any]) -> Viewer:
    """Of a token, or of an identity: then there is no token, but always a user."""
    kind, user = PrincipalKind(row["kind"]), id_or_none(row["user_id"])
    return Viewer(
        tenant=UUID(row["tenant_id"]),
        principal=UUID(row["user_id"] or row["contact_id"] or row["token_id"]),
        kind=kind,
        name=row["user_name"] or row["contact_name"] or row["name"],
        capability=NOBODY if kind in OUTSIDE else capability_of(row),
        user=user,
        token=id_or_none(row["token_id"]),
        team=(user, *(UUID(one) for one in row["team"])) if user and row["team"] is not None else (),
        documents=tokens.DocumentMode(row["documents"]),
        account=id_or_none(row["account_id"]),
    )


def id_or_none(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def capability_of(row: dict[str, Any]) -> Capability:
    """What an integration's role allows; of a person what its roles allow, narrowed to the token's if it has one."""
    scope = allowed([role for role in row["roles"] if role["id"] == row["role_id"]])
    if not row["user_id"]:
        return scope
    held = allowed([role for role in row["roles"] if role["held"]])
    return access.meet(held, scope) if row["role_id"] else held


def allowed(roles: list[dict[str, Any]]) -> Capability:
    cells = access.cells_of(
        [cell for role in roles for cell in role["rights"]], [cell for role in roles for cell in role["fields"]]
    )
    return access.capability([role["name"] for role in roles], cells)


def unauthenticated(reason: str | None = None) -> Refused:
    message = "Send a valid token: Authorization: Bearer crm_… Make one with `crm token create`."
    return Refused("UNAUTHENTICATED", message, headers=[(b"www-authenticate", b"Bearer")], reason=reason)
