"""WebSocket frames: uvicorn's protocol, less patient.

uvicorn lets a message have any number of fragments, answers any number of pings, and waits for ever for a caller who
does not read.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.protocol import OPEN

from api.http.subscriptions.closes import MEANINGS, Close

MESSAGE_BYTES = 65_536
PING_SECONDS = 20.0
PONG_SECONDS = 10.0
SLOW_SECONDS = 5.0  # without any progress
CLOSE_SECONDS = 5.0  # for the caller to take what is left and to close, too
AT_ONCE, PER_SECOND = 256, 64  # frames, fragments and pings among them
TOO_MANY = "Too many messages at once; send at most 64 a second."


class ImpatientSocket(WebSocketsSansIOProtocol):
    """Closes a connection that sends too many frames, or whose caller does not read."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._slow_timer: asyncio.TimerHandle | None = None
        self._allowance = float(AT_ONCE)
        self._counted_at = self.loop.time()
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._progress()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        if self.handshake_complete and not self.close_sent and not self._allowed(len(self.conn.events)):
            self.conn.events_received()
            self.frames = []
            self._close(Close.TOO_MANY, TOO_MANY)
        else:
            super().handle_events()

    def handle_cont(self, event: Frame) -> None:
        if not self.close_sent:
            super().handle_cont(event)

    def handle_ping(self) -> None:
        if not self.close_sent:
            super().handle_ping()

    def _allowed(self, frames: int) -> bool:
        now = self.loop.time()
        self._allowance = min(AT_ONCE, self._allowance + (now - self._counted_at) * PER_SECOND) - frames
        self._counted_at = now
        return self._allowance >= 0

    # -- a caller who does not read -----------------------------------------------------------------------------------

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._slow_timer is None:
            self._slow_timer = self.loop.call_later(SLOW_SECONDS, self._slow)

    def resume_writing(self) -> None:
        self._progress()
        super().resume_writing()

    def _progress(self) -> None:
        if self._slow_timer is not None:
            self._slow_timer.cancel()
            self._slow_timer = None

    def _slow(self) -> None:
        self._slow_timer = None
        if self.close_sent:
            self.transport.abort()
        else:
            self._close(Close.SLOW, MEANINGS[Close.SLOW])

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._abort_later()

    def shutdown(self) -> None:
        super().shutdown()
        self._abort_later()

    # -- closing ------------------------------------------------------------------------------------------------------

    async def send(self, message: Any) -> None:
        """As ASGI's, but a close does not wait for a caller who does not read, and what comes after one is dropped.

        Raises:
            ClientDisconnected: nobody gets it any more.
        """
        closing = message["type"] == "websocket.close"
        if closing and self.handshake_complete:
            self._close(message.get("code", 1000), message.get("reason") or "")
            return
        await self.writable.wait()
        if self.close_sent or self.disconnected:
            raise ClientDisconnected
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True  # else uvicorn reports every refusal as an error of ours

    def _close(self, code: int, reason: str) -> None:
        if self.close_sent or self.disconnected or self.conn.state is not OPEN:
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.writable.set()  # for those who wait to send, and now need not
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self._abort_later()

    def _abort_later(self) -> None:
        if self.close_timer is not None:
            self.close_timer.cancel()
        if not self.disconnected:
            self.close_timer = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)
