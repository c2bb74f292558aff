"""The schema as text, for tools and people with a token."""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from api.http import etag, exchange
from api.http.front import Services
from api.schema import previews


class Sdl:
    """`GET /schema.graphql`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def answer(self, request: Request) -> Response:
        """The schema as the caller has it."""
        viewer = await self._services.authenticator.viewer(request.headers.raw, exchange.address_of(request.scope))
        text = self._services.front(viewer, previews.asked(request.headers.get("api-preview", ""))).sdl()
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "Authorization, Api-Preview"}
        asked = (request.headers.get("if-none-match") or "").encode("latin-1")
        if etag.matches(asked, tag.encode()):
            return Response(status_code=304, headers=headers)
        return Response(text, media_type="text/plain", headers=headers)
