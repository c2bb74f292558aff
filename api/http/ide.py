"""GraphiQL at `/`: the files that `make ide` builds, or a page that says how to build them.

The files know nothing of any tenant; a token reaches the page in the fragment of the address, which browsers keep to
themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from api.http.page import not_built, page

BUNDLE = Path(__file__).resolve().parent / "ide_bundle"
FOLDER = "ide"  # of the addresses inside the built page
TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
        ".ttf": "font/ttf",
        ".woff2": "font/woff2",
    }
)
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; "  # the editor writes its rules into the page while one types
    "font-src 'self' data:; img-src 'self' data:; "  # the style sheets bring them along
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "content-security-policy": POLICY,
        "cross-origin-opener-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
    }
)
YEAR = 31_536_000


class Ide:
    """Looks for the files at each request, so that they are served as soon as they are built."""

    def __init__(self, bundle: Path = BUNDLE) -> None:
        self._bundle = bundle

    def routes(self) -> list[Route]:
        return [
            Route("/", self.home),
            Route(f"/{FOLDER}/{{name}}", self.asset),
            Route("/errors", page),  # what codes mean, also where GraphiQL has taken the first page
        ]

    async def home(self, request: Request) -> Response:
        index = self._bundle / "index.html"
        if not index.is_file():
            return await not_built(request)
        return FileResponse(index, headers={**HEADERS, "cache-control": "no-cache"}, media_type="text/html")

    async def asset(self, request: Request) -> Response:
        """One file; its name has a hash of its content, so it never changes."""
        file = self._bundle / FOLDER / request.path_params["name"]
        kind = TYPES.get(file.suffix)
        if kind is None or not file.is_file():
            request.scope.pop("endpoint")  # the log repeats no name that the caller made up
            raise HTTPException(404)
        kept = f"public, max-age={YEAR}, immutable"
        return FileResponse(file, headers={**HEADERS, "cache-control": kept}, media_type=kind)
