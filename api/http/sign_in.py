"""`POST /sign-in/accept`: whoever shows a JWT and the code of an invitation is linked to the user it was made for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import async_sessionmaker

from api.db.writes import WriteSession
from api.domain import identities, tokens
from api.domain.kernel import Duplicate, open_work, wire
from api.domain.users import User
from api.http import exchange as exchanges
from api.http import strict_json
from api.http.attempts import Attempts
from api.http.auth import Authenticator, utc_now
from api.http.claims import Claims
from api.http.deadlines import Deadlines
from api.http.envelope import Disconnected, check_media_type, read_body
from api.http.errors import OK, Refused
from api.http.exchange import Exchange, Message, Scope, Send

MOST_BYTES = 1_000
SECONDS = 10.0
NO_STORE = (b"cache-control", b"no-store")
OPERATION = "sign-in accept"
REFUSAL = "This invitation links nobody: it is unknown, used or too old, or your account is linked. Ask for a new one."
FIND = "SELECT coalesce((SELECT row_to_json(found)::text FROM crm_invitation($1) AS found LIMIT 1), 'null')"


@dataclass(frozen=True)
class Found:
    """An invitation whose code was shown."""

    tenant: UUID
    id: UUID
    user: UUID
    user_name: str


class SignIn:
    """The endpoint. It is for people without a token, so it counts what fails by their address."""

    def __init__(
        self,
        authenticator: Authenticator,
        sessions: async_sessionmaker[WriteSession],
        secret_key: bytes,
        *,
        attempts: Attempts | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._authenticator, self._sessions, self._now = authenticator, sessions, now
        self._peppers = tokens.peppers(secret_key)
        self._attempts = attempts or Attempts()
        self._deadlines = Deadlines()

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        exchange = exchanges.of(scope)
        try:
            message = await self._respond(scope, receive, exchange)
        except Disconnected:
            exchange.facts["reason"] = "the caller went away"
            return
        except Exception as error:  # noqa: BLE001 - the one place where every failure becomes an answer
            message = exchange.refuse(exchange.unexpected(error))
        message["headers"] = [*message["headers"], NO_STORE]
        await exchanges.answer(send, message)

    async def _respond(self, scope: Scope, receive: Any, exchange: Exchange) -> Message:
        """Who is linked now.

        Raises:
            Refused: UNAUTHENTICATED about the JWT, FORBIDDEN about the invitation, RATE_LIMITED after too many of
                either; METHOD_NOT_ALLOWED, BAD_REQUEST, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE about the request.
        """
        headers, address = scope["headers"], exchanges.address_of(scope)
        if scope["method"] != "POST":
            raise Refused("METHOD_NOT_ALLOWED", "Accept an invitation by POST.", headers=[(b"allow", b"POST")])
        check_media_type(exchange.head)
        with self._attempts.counted(address):
            claims = await self._authenticator.claims(headers)
            code = code_in(await read_body(exchange.head, receive, MOST_BYTES, self._deadlines))
            async with asyncio.timeout(SECONDS):
                user = await self._accept(code, claims, exchange)
        self._authenticator.forget_one(headers)
        body = orjson.dumps({"user": {"id": wire("usr", user.id), "name": user.name}})
        return {"status": OK, "headers": [(b"content-type", exchanges.JSON)], "body": body}

    async def _accept(self, code: str, claims: Claims, exchange: Exchange) -> User:
        found = await self._find(code)
        exchange.facts |= {"tenant": str(found.tenant), "principal": str(found.user)}
        viewer = identities.invited(found.tenant, found.user, found.user_name)
        opened = open_work(self._sessions, viewer, now=self._now(), request_id=exchange.id, operation=OPERATION)
        try:
            async with opened as work:
                return await identities.accept(work, found.id, claims.issuer, claims.subject)
        except identities.InvitationRefused as refusal:
            raise refused(refusal.reason) from refusal
        except Duplicate as refusal:
            raise refused("linked at the same moment") from refusal

    async def _find(self, code: str) -> Found:
        credential = tokens.parse_credential(code)
        if credential is None or credential.kind != tokens.INVITATION:
            raise refused("no code of an invitation")
        row = orjson.loads(await self._authenticator.pool.fetch(FIND, [credential.key]))
        if row is None or not self._opens(row, credential):
            raise refused("unknown")
        return Found(UUID(row["tenant_id"]), UUID(row["id"]), UUID(row["user_id"]), row["user_name"])

    def _opens(self, row: dict[str, Any], credential: tokens.Credential) -> bool:
        peppers = self._peppers.get(row["pepper_version"], ())
        digest = bytes.fromhex(row["digest"].removeprefix("\\x"))
        return tokens.matches(credential, digest, *peppers) and not row["archived"]


def code_in(body: bytes) -> str:
    members = strict_json.loads(body)
    if not isinstance(members, dict) or set(members) != {"code"} or not isinstance(members["code"], str):
        raise strict_json.bad('Send a JSON object with the one member code: {"code": "crm_inv_…"}.')
    return members["code"]


def refused(reason: str) -> Refused:
    """In the same words whatever is wrong, so that nobody learns of invitations that are not his."""
    return Refused("FORBIDDEN", REFUSAL, reason=reason)
