"""Who is asking: the bearer token of the Authorization header, as a Viewer."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from api.db.pool import Fetching
from api.domain import access, tokens
from api.domain.kernel import Capability, PrincipalKind, Viewer
from api.http.envelope import Headers
from api.http.errors import Refused

LONGEST_HEADER = 200
KNOWN_SECONDS = 5.0  # how long a revoked token may still open the API
UNKNOWN_SECONDS = 1.0
MOST_REMEMBERED = 10_000
SCHEME = b"bearer "
# One text, and `null` rather than no row, so that the read pool can serve it as bytes.
AUTHENTICATE = "SELECT coalesce((SELECT row_to_json(found)::text FROM crm_authenticate($1) AS found LIMIT 1), 'null')"


@dataclass(frozen=True, slots=True)
class Remembered:
    viewer: Viewer | None
    until: float  # of the monotonic clock
    expires: datetime | None


def utc_now() -> datetime:
    return datetime.now(UTC)


class Authenticator:
    """Viewers by token. Answers are remembered for seconds, by a hash of the header, in bounded memory."""

    def __init__(self, pool: Fetching, secret_key: bytes, *, now: Callable[[], datetime] = utc_now) -> None:
        self.pool = pool
        self._peppers = {version: tokens.pepper(secret_key, version) for version in range(1, tokens.PEPPER_VERSION + 1)}
        self._now = now
        self._remembered: OrderedDict[bytes, Remembered] = OrderedDict()

    async def viewer(self, headers: Headers) -> Viewer:
        """The principal behind the token.

        Raises:
            Refused: UNAUTHENTICATED, in the same words whatever is wrong.
            DatabaseUnavailable: nobody can say.
        """
        given = [value for name, value in headers if name == b"authorization"]
        if len(given) != 1 or len(given[0]) > LONGEST_HEADER or given[0][: len(SCHEME)].lower() != SCHEME:
            raise unauthenticated()
        key = hashlib.sha256(given[0]).digest()
        known = self._remembered.get(key)
        if known is None or known.until <= time.monotonic():
            known = await self._look_up(given[0][len(SCHEME) :])
            self._remember(key, known)
        if known.viewer is None or (known.expires is not None and known.expires <= self._now()):
            raise unauthenticated()
        return known.viewer

    def forget(self) -> None:
        """Ask the database again for every token."""
        self._remembered.clear()

    async def _look_up(self, text: bytes) -> Remembered:
        viewer, expires = None, None
        credential = tokens.parse_credential(text.decode("latin-1"))
        if credential is not None:
            row = orjson.loads(await self.pool.fetch(AUTHENTICATE, [credential.key]))
            if row is not None and self._opens(row, credential):
                viewer = viewer_of(row)
                expires = datetime.fromisoformat(row["expires_at"]) if row["expires_at"] else None
        return Remembered(viewer, time.monotonic() + (KNOWN_SECONDS if viewer else UNKNOWN_SECONDS), expires)

    def _opens(self, row: dict[str, Any], credential: tokens.Credential) -> bool:
        pepper = self._peppers.get(row["pepper_version"])
        digest = bytes.fromhex(row["digest"].removeprefix("\\x"))
        return (
            pepper is not None
            and tokens.matches(credential, digest, pepper)
            and row["kind"] == credential.kind
            and row["revoked_at"] is None
            and not row["archived"]
        )

    def _remember(self, key: bytes, answer: Remembered) -> None:
        self._remembered[key] = answer
        self._remembered.move_to_end(key)
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)


def viewer_of(row: dict[str, Any]) -> Viewer:
    user = UUID(row["user_id"]) if row["user_id"] else None
    token = UUID(row["token_id"])
    return Viewer(
        tenant=UUID(row["tenant_id"]),
        principal=user or token,
        kind=PrincipalKind(row["kind"]),
        name=row["user_name"] or row["name"],
        capability=capability_of(row),
        user=user,
        token=token,
        team=(user, *(UUID(one) for one in row["team"])) if user and row["team"] is not None else (),
        documents=tokens.DocumentMode(row["documents"]),
    )


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


def unauthenticated() -> Refused:
    message = "Send a valid token: Authorization: Bearer crm_… Make one with `crm token create`."
    return Refused("UNAUTHENTICATED", message, headers=[(b"www-authenticate", b"Bearer")])
