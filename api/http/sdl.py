"""The schema as text, for tools and people with a token."""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from api.http import etag
from api.http.auth import Authenticator


class Sdl:
    """`GET /schema.graphql`."""

    def __init__(self, text: str, authenticator: Authenticator) -> None:
        self._text = text
        self._tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        self._authenticator = authenticator

    async def answer(self, request: Request) -> Response:
        await self._authenticator.viewer(request.headers.raw)
        headers = {"etag": self._tag, "cache-control": "private, no-cache", "vary": "Authorization"}
        asked = (request.headers.get("if-none-match") or "").encode("latin-1")
        if etag.matches(asked, self._tag.encode()):
            return Response(status_code=304, headers=headers)
        return Response(self._text, media_type="text/plain", headers=headers)
