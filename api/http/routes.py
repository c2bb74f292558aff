"""Everything the server answers at, and what surrounds it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Lifespan

from api.db.pool import DatabaseUnavailable
from api.http import exchange
from api.http.errors import Refused
from api.http.exchange import Observed
from api.http.graphql import GraphQL, Services
from api.http.health import Problems, Readiness, livez
from api.http.ide import Ide
from api.http.sdl import Sdl

ACCEPTED = ["Authorization", "Content-Type", "Accept", "Idempotency-Key", "X-Request-Id"]
EXPOSED = ["X-Request-Id", "Server-Timing", "Retry-After", "Idempotent-Replayed"]
CORS_SECONDS = 600


def application(
    services: Services,
    *,
    sdl: str,
    problems: Problems,
    cors_origins: Sequence[str] = (),
    lifespan: Lifespan[Starlette] | None = None,
) -> Starlette:
    middleware = [Middleware(Observed)]
    if cors_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(cors_origins),
                allow_methods=["GET", "POST"],
                allow_headers=ACCEPTED,
                expose_headers=EXPOSED,
                max_age=CORS_SECONDS,
            )
        )
    routes = [
        Route("/graphql", GraphQL(services)),
        Route("/schema.graphql", endpoint=Sdl(sdl, services.authenticator).answer, methods=["GET"]),
        Route("/livez", livez),
        Route("/readyz", Readiness(problems).answer),
        *Ide().routes(),
    ]
    return Starlette(
        routes=routes,
        middleware=middleware,
        exception_handlers={HTTPException: misplaced, Refused: failed, DatabaseUnavailable: failed},
        lifespan=lifespan,
    )


async def misplaced(request: Request, error: Exception) -> Response:
    """Starlette's own refusals, a wrong path or method, in the form of ours."""
    headers = dict(getattr(error, "headers", None) or {})
    allow = [(b"allow", headers["Allow"].encode())] if "Allow" in headers else []
    if allow:
        return shown(request, Refused("METHOD_NOT_ALLOWED", "This address takes other methods.", headers=allow))
    status = getattr(error, "status_code", None)
    return shown(request, Refused("BAD_REQUEST", "Nothing is at this address; GraphQL is at /graphql.", status=status))


async def failed(request: Request, error: Exception) -> Response:
    return shown(request, exchange.of(request.scope).unexpected(error))


def shown(request: Request, refused: Refused) -> Response:
    answer = exchange.of(request.scope).refuse(refused)
    response = Response(answer["body"], answer["status"])
    response.raw_headers += answer["headers"]
    return response
