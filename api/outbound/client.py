"""One POST to a stranger: bounded in time, in what is read and in what is believed.

Redirects are answers like any other, no proxy is asked, no cookie is kept, no connection is used twice.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import httpcore

from .destinations import Destination, Unusable
from .guard import NOT_PUBLIC, Guard, Guarded

CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 15.0
MOST_OF_BODY, BODY_SECONDS = 4_096, 1.0  # bytes that are read of an answer, and for how long


class Failed(Exception):
    """No answer came; the text is one of a few, so that it tells nothing of the network behind us."""


@dataclass(frozen=True)
class Answer:
    """`body` is its beginning; `retry_after` the header as it was sent."""

    status: int
    body: bytes
    retry_after: str | None
    seconds: float


class Client:
    """Sends what it is given.

    `context` says whom TLS believes, by default the authorities browsers do; `network` is what the guard guards.
    """

    def __init__(
        self,
        guard: Guard,
        context: ssl.SSLContext | None = None,
        *,
        seconds: float = TOTAL_SECONDS,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._guard, self._seconds, self._network = guard, seconds, network
        self._context = context or httpcore.default_ssl_context()

    def destination(self, url: str) -> Destination:
        """Raises Unusable."""
        return self._guard.destination(url)

    async def post(
        self, where: Destination, headers: Sequence[tuple[str, str]], body: bytes, *, tenant: UUID
    ) -> Answer:
        """Raises Failed: no answer within the seconds, no connection, no TLS, or no HTTP."""
        began = time.monotonic()
        scheme, host, target = (one.encode() for one in (where.scheme, where.host, where.target))
        url = httpcore.URL(scheme=scheme, host=host, port=where.port, target=target)
        network = Guarded(self._guard, where, tenant, self._network)
        connection = httpcore.AsyncHTTPConnection(url.origin, self._context, network_backend=network)
        request = httpcore.Request(
            "POST",
            url,
            headers=[
                (b"host", where.authority.encode()),
                (b"content-length", str(len(body)).encode()),
                (b"accept-encoding", b"identity"),
                (b"connection", b"close"),
                *((name.encode(), value.encode()) for name, value in headers),
            ],
            content=body,
            extensions={"timeout": {"connect": CONNECT_SECONDS}},
        )
        try:
            async with asyncio.timeout(self._seconds):
                return await self._exchanged(connection, request, began)
        except Unusable as error:
            raise Failed(NOT_PUBLIC) from error
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise Failed(f"no answer within {self._seconds:g} seconds") from error
        except ssl.SSLError as error:
            raise Failed("TLS failed: the certificate is not valid for the host, or the protocol is too old") from error
        except httpcore.ConnectError as error:
            raise Failed("no connection, or no TLS with a valid certificate") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise Failed("the connection broke before an answer in HTTP came") from error
        finally:
            await connection.aclose()
            await network.aclose()

    async def _exchanged(
        self, connection: httpcore.AsyncHTTPConnection, request: httpcore.Request, began: float
    ) -> Answer:
        response = await connection.handle_async_request(request)
        try:
            found = {name.lower(): value for name, value in response.headers}
            body = await beginning(response)
        finally:
            await response.aclose()
        retry_after = found.get(b"retry-after")
        told = None if retry_after is None else retry_after.decode("latin-1")
        return Answer(response.status, body, told, time.monotonic() - began)


async def beginning(response: httpcore.Response) -> bytes:
    """The first bytes of the body. An answer whose head has come is an answer, however its body ends."""
    found = b""
    with suppress(TimeoutError, httpcore.NetworkError, httpcore.ProtocolError):
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in response.aiter_stream():
                found += chunk[: MOST_OF_BODY - len(found)]
                if len(found) >= MOST_OF_BODY:
                    break
    return found
