"""`/satisfaction/<signed>`: whoever has the link of a request reads what is asked, by GET, and answers it, by POST.

Programs that look at every link in a mail before a person does send GETs: those change nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import async_sessionmaker

from api.db.writes import WriteSession
from api.domain import satisfaction
from api.domain.kernel import DomainError, open_work
from api.domain.satisfaction import SCORES, RequestStatus, SatisfactionRequest
from api.http import exchange as exchanges
from api.http import strict_json
from api.http.attempts import Attempts
from api.http.auth import utc_now
from api.http.deadlines import Deadlines
from api.http.envelope import Disconnected, check_media_type, read_body
from api.http.errors import OK, Refused
from api.http.exchange import Exchange, Message, Scope, Send

MOST_BYTES = 32_000
SECONDS = 10.0
PRIVATE = [(b"cache-control", b"no-store"), (b"referrer-policy", b"no-referrer"), (b"x-robots-tag", b"noindex")]
OPERATION = "satisfaction answer"
REFUSAL = "This link takes no answer: it is unknown, used or too old."
SHAPE = 'Send a JSON object: {"score": 5, "comment": "…"}, the comment if you like, or {"decline": true}.'


class Satisfaction:
    """The endpoint. It is for people without a token, so it counts what fails by their address."""

    def __init__(
        self,
        sessions: async_sessionmaker[WriteSession],
        secret_key: bytes,
        *,
        attempts: Attempts | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._sessions, self._secret, self._now = sessions, secret_key, now
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
        message["headers"] = [*message["headers"], *PRIVATE]
        await exchanges.answer(send, message)

    async def _respond(self, scope: Scope, receive: Any, exchange: Exchange) -> Message:
        """What is asked, or what became of it.

        Raises:
            Refused: FORBIDDEN about the link, RATE_LIMITED after too many such; BAD_REQUEST about the answer;
                METHOD_NOT_ALLOWED, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE about the request.
        """
        if scope["method"] not in {"GET", "POST"}:
            headers = [(b"allow", b"GET, POST")]
            raise Refused("METHOD_NOT_ALLOWED", "Read what is asked by GET, answer by POST.", headers=headers)
        said: dict[str, Any] | None = None
        if scope["method"] == "POST":
            check_media_type(exchange.head)
            said = answer_in(await read_body(exchange.head, receive, MOST_BYTES, self._deadlines))
        with self._attempts.counted(exchanges.address_of(scope)):
            async with asyncio.timeout(SECONDS):
                request = await self._answered(scope["path_params"]["signed"], said, exchange)
        return {"status": OK, "headers": [(b"content-type", exchanges.JSON)], "body": orjson.dumps(shown(request))}

    async def _answered(self, signed: str, said: dict[str, Any] | None, exchange: Exchange) -> SatisfactionRequest:
        opened = satisfaction.opened(self._secret, signed)
        if opened is None:
            raise refused("not signed by us")
        tenant, id = opened
        exchange.facts |= {"tenant": str(tenant), "principal": str(id)}
        viewer = satisfaction.answering(tenant, id)
        about: Any = {"now": self._now(), "request_id": exchange.id, "operation": OPERATION}
        try:
            async with open_work(self._sessions, viewer, dry_run=said is None, **about) as work:
                if said is None:
                    return await satisfaction.open_request(work, id, lock=False)
                if "decline" in said:
                    return await satisfaction.decline_by_link(work, id)
                return await satisfaction.answer(work, id, said["score"], comment=said.get("comment"))
        except satisfaction.AnswerRefused as refusal:
            raise refused(refusal.reason) from refusal
        except DomainError as refusal:
            raise strict_json.bad(f"{'.'.join(refusal.path)}: {refusal}. {SHAPE}") from refusal


def answer_in(body: bytes) -> dict[str, Any]:
    said = strict_json.loads(body)
    if said == {"decline": True}:
        return said  # type: ignore[no-any-return] # what it is equal to
    if not isinstance(said, dict) or not {"score"} <= set(said) <= {"score", "comment"}:
        raise strict_json.bad(SHAPE)
    if type(said["score"]) is not int or not isinstance(said.get("comment"), str | None):
        raise strict_json.bad(SHAPE)
    return said


def shown(request: SatisfactionRequest) -> dict[str, Any]:
    lowest, highest = SCORES[request.kind]
    facts = {"kind": request.kind.value, "lowest": lowest, "highest": highest, "status": request.status.value}
    if request.status is RequestStatus.ASKED:
        facts["expiresAt"] = request.expires_at.isoformat()
    return facts | ({"score": request.score} if request.score is not None else {})


def refused(reason: str) -> Refused:
    """In the same words whatever is wrong, so that nobody learns of requests that are not his."""
    return Refused("FORBIDDEN", REFUSAL, reason=reason)
