"""Everything the server answers at, and what surrounds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from api.db.pool import DatabaseUnavailable
from api.http import exchange
from api.http.envelope import ID_PREFIX, SHA256
from api.http.errors import Refused
from api.http.exchange import Exchange, Observed
from api.http.front import Services
from api.http.graphql import GraphQL
from api.http.health import Problems, Readiness, livez
from api.http.ide import Ide
from api.http.metrics import Metrics
from api.http.satisfaction import Satisfaction
from api.http.sdl import Sdl
from api.http.sign_in import SignIn
from api.http.subscriptions.following import Subscriptions
from api.http.subscriptions.hub import Hub
from api.http.subscriptions.sockets import Sockets
from api.http.subscriptions.streams import Streams

ACCEPTED = [
    "Authorization",
    "Content-Type",
    "Accept",
    "Idempotency-Key",
    "If-None-Match",
    "Last-Event-ID",
    "X-Request-Id",
    "X-Explain-Cost",
    "Api-Preview",
]
EXPOSED = [
    "Deprecation",
    "X-Deprecated-Fields",
    "ETag",
    "X-Request-Id",
    "Server-Timing",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "Idempotent-Replayed",
]
CORS_SECONDS = 600
PATH = "/graphql"


class Application(Starlette):
    """Takes the one address that nearly all requests go to past Starlette's own layers."""

    straight: ASGIApp
    endpoint: ASGIApp
    sockets: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            scope["endpoint"], scope["path_params"] = self.endpoint, {}
            await self.straight(scope, receive, send)
        elif scope["type"] == "websocket" and scope["path"] == PATH:
            await self.sockets(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class DocumentId(Convertor[str]):
    """A registered document as part of the address; anything else is no address of ours."""

    regex = ID_PREFIX + SHA256.pattern

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("document", DocumentId())


def application(  # noqa: PLR0913 - everything but the first may be left out, or is one of a kind
    services: Services,
    *,
    problems: Problems,
    subscriptions: Subscriptions | None = None,
    sign_in: SignIn | None = None,
    satisfaction: Satisfaction | None = None,
    metrics: Metrics | None = None,
    after: Sequence[Callable[[Exchange], None]] = (),
    cors_origins: Sequence[str] = (),
    lifespan: Lifespan[Starlette] | None = None,
) -> Starlette:
    """Everything but the services has its place here: `metrics` is shown, `after` is told of each request.

    `sign_in` is for where there is an issuer, `satisfaction` for whom links are sent to. Whoever makes
    the `subscriptions` runs them.
    """
    metrics = metrics or Metrics(None)
    subscriptions = subscriptions or Subscriptions(services, Hub(None, services.authenticator.pool), metrics)
    graphql = GraphQL(services, Streams(subscriptions), straight=not cors_origins)
    told = (metrics.record, *after)
    middleware = [Middleware(Observed, after=told)]
    straight = Observed(graphql, told, straight=True)
    if cors_origins:
        options: dict[str, Any] = {
            "allow_origins": list(cors_origins),
            "allow_methods": ["GET", "POST"],
            "allow_headers": ACCEPTED,
            "expose_headers": EXPOSED,
            "max_age": CORS_SECONDS,
        }
        middleware.append(Middleware(CORSMiddleware, **options))
        straight = Observed(CORSMiddleware(graphql, **options), told)
    people = [Route("/sign-in/accept", sign_in)] if sign_in else []
    people += [Route("/satisfaction/{signed}", satisfaction)] if satisfaction else []
    routes = [
        *people,
        Route(PATH + "/{document_id:document}", graphql),
        Route("/schema.graphql", endpoint=Sdl(services).answer, methods=["GET"]),
        Route("/metrics", metrics.answer),
        Route("/livez", livez),
        Route("/readyz", Readiness(problems).answer),
        *Ide().routes(),
    ]
    made = Application(
        routes=routes,
        middleware=middleware,
        exception_handlers={HTTPException: misplaced, Refused: failed, DatabaseUnavailable: failed},
        lifespan=lifespan,
    )
    made.straight, made.endpoint = straight, graphql
    made.sockets = Sockets(subscriptions, cors_origins)
    made.router.redirect_slashes = False  # an address with a slash too many is no address of ours
    return made


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
