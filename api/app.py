"""The composition root: settings, addresses and the secret key in; an application, or a running server, out."""

from __future__ import annotations

import asyncio
import base64
import gc
import importlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial

import asyncpg
from sqlalchemy.ext.asyncio import async_sessionmaker
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from api import telemetry
from api.compiler import Cache
from api.db import checks
from api.db.engine import write_engine, write_sessions
from api.db.outside_checks import partner_problems
from api.db.pool import CONNECT_SECONDS, DatabaseUnavailable, Fetching, ReadPool
from api.db.secret_files import secret_key
from api.db.urls import Urls
from api.db.writes import WriteSession
from api.domain.kernel import PrincipalKind, Viewer
from api.domain.webhooks import Sealer
from api.http import server
from api.http.attempts import Attempts
from api.http.auth import Authenticator, utc_now
from api.http.claims import Verifier
from api.http.deprecated_uses import DeprecatedUses
from api.http.document_access import DocumentAccess
from api.http.documents import Documents
from api.http.errors import Refused
from api.http.front import Front, Services
from api.http.introspection import Introspection
from api.http.limits import by_kind
from api.http.metrics import Metrics
from api.http.negotiation import PROFILES
from api.http.payloads import Payloads, Sending
from api.http.rates import Rates
from api.http.routes import application
from api.http.satisfaction import Satisfaction
from api.http.sign_in import SignIn
from api.http.slow import SlowLog
from api.http.subscriptions.feeds import READS, Feeds, Turns
from api.http.subscriptions.following import Subscriptions
from api.http.subscriptions.hub import Hub
from api.outbound.destinations import allowed_hosts
from api.outbound.guard import Guard
from api.outbound.resolving import Resolve
from api.schema import Schema, federation, sdl_of_edition
from api.schema import schema as served
from api.schema.editions import MOST_EDITIONS, Edition
from api.schema.outside import granted_columns
from api.schema.reading import Reads
from api.schema.writing import Writes
from api.settings import Settings, load

# Spans are made where one of these says who takes them; the libraries for it are loaded only then.
TRACED = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NO_OUTSIDERS = "This server does not serve outsiders: its operator has to set CRM_PARTNER_DATABASE_URL."
FACTORY = "api.app:from_environment"
Sessions = async_sessionmaker[WriteSession]


class CannotServe(Exception):
    """The database is not in a state to serve from; one sentence for each problem."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def create_app(settings: Settings, urls: Urls, secret: bytes) -> Starlette:
    """The application with pools of its own, opened and closed by its lifespan."""
    served.prepare()
    pool = ReadPool(urls.app, size=settings.pool_size)
    outside = ReadPool(urls.partner, size=settings.pool_size) if urls.partner else None
    engine = write_engine(urls.app, size=settings.pool_size)
    pools = [one for one in (pool, outside) if one is not None]

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        try:
            for one in pools:
                await one.open()
        except DatabaseUnavailable as error:
            # It may be starting at this moment, too: until it answers, `/readyz` and every request say 503.
            telemetry.log(logging.WARNING, "database", reason=str(error))
        running = [asyncio.create_task(wired.uses.keep_writing()), asyncio.create_task(subscriptions.run())]
        yield
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for one in pools:
            await one.close()
        await engine.dispose()

    async def problems() -> Sequence[str]:
        return await boot_problems(urls)

    metrics = Metrics(settings.metrics_token.get_secret_value() if settings.metrics_token else None)
    metrics.watch(pool, outside)
    after = [SlowLog(pool, settings.slow_operation_ms).record]
    if any(name in os.environ for name in TRACED):
        after.append(importlib.import_module("api.http.tracing").from_environment().record)
    sessions = write_sessions(engine)
    wired = services(settings, pool, sessions, secret, outside=outside)
    listening = partial(asyncpg.connect, urls.app, statement_cache_size=0, timeout=CONNECT_SECONDS)
    subscriptions = Subscriptions(wired, Hub(listening, pool), metrics)
    return application(
        wired,
        subscriptions=subscriptions,
        sign_in=SignIn(wired.authenticator, sessions, secret) if settings.oidc_issuer else None,
        satisfaction=Satisfaction(sessions, secret),
        problems=problems,
        metrics=metrics,
        after=after,
        cors_origins=settings.cors_origins,
        lifespan=lifespan,
    )


def services(  # noqa: PLR0913 - what differs between a server and a test
    settings: Settings,
    pool: Fetching,
    sessions: Sessions,
    secret: bytes,
    *,
    outside: Fetching | None,
    now: Callable[[], datetime] = utc_now,
    schema: Schema = served,
    resolve: Resolve | None = None,
) -> Services:
    """What the endpoint works with, on these connections and by this clock. `outside`: those of `crm_partner`.

    Without them no outsider is served. `resolve` finds the hosts of webhooks, by default as the system does.
    """
    attempts = Attempts(at_once=settings.failed_tokens, seconds_each=1.0)
    seconds, verify_jwt = settings.request_timeout_seconds, verifier(settings, now)
    authenticator = Authenticator(pool, secret, verifier=verify_jwt, attempts=attempts, now=now, seconds=seconds)
    limits = by_kind(settings)
    fronts: Cache[Front] = Cache(MOST_EDITIONS + 2)
    turns = Turns(max(1, min(READS, settings.pool_size // 2)))
    verify = None
    if settings.verify_sql:  # by name, because PostgreSQL's grammar takes long to load
        verify = importlib.import_module("api.schema.verifying").Verification(schema.core, schema.catalog)

    rates = Rates(pool, limits)
    payloads = Payloads(pool, secret, limits[PrincipalKind.STAFF], now=now, verify=verify)
    sending = Sending(payloads, Guard(allowed_hosts(settings.webhook_allowed_hosts), resolve), Sealer(secret), rates)

    def front(edition: Edition) -> Front:
        shared = edition is schema.outside
        asked = outside if shared else pool
        if asked is None:
            raise Refused("UNAVAILABLE", NO_OUTSIDERS)
        reads = Reads(edition.core, edition.catalog, asked, secret, now, verify)
        subgraph = federation.subgraph_of(edition) if settings.federation and not shared else None
        core = subgraph.core if subgraph else edition.core
        kind = PrincipalKind.PARTNER if shared else PrincipalKind.STAFF
        return Front(
            documents=DocumentAccess(Documents(core, limits[kind]), authenticator.pool),
            reads=federation.EntityReads(reads, subgraph) if subgraph else reads,
            writes=Writes(reads, sessions, sending),
            introspection=Introspection(core),
            sdl=partial(sdl_of_edition, edition),
            feed=Feeds(reads, turns, seconds),
        )

    def front_of(viewer: Viewer, features: frozenset[str] = frozenset()) -> Front:
        edition = schema.outside if viewer.outside else schema.editions.of(viewer.capability, features)
        return fronts.get(edition, lambda: front(edition))

    return Services(
        authenticator=authenticator,
        front=front_of,
        rates=rates,
        uses=DeprecatedUses(sessions, now),
        max_body_bytes=settings.max_body_bytes,
        timeout_seconds=seconds,
        profile=PROFILES[settings.http_profile],
    )


def verifier(settings: Settings, now: Callable[[], datetime]) -> Verifier | None:
    """What verifies JWTs, if there is an issuer; only then its libraries are loaded."""
    if settings.oidc_issuer is None:
        return None
    made: Verifier = importlib.import_module("api.http.oidc").verifier(settings, now=now)
    return made


def serve(
    settings: Settings,
    urls: Urls,
    secret: bytes,
    *,
    workers: int = 1,
    on_started: Callable[[str], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished first. `on_started` gets the URL.

    Raises:
        CannotServe: the database does not keep tenants apart, is not migrated, or does not answer.
        AddressTaken: something else listens there.
    """
    found = asyncio.run(boot_problems(urls))
    if found:
        raise CannotServe(found)
    telemetry.configure(settings.log_level)
    listening = server.listen(settings.host, settings.port)
    url = server.url_of(listening, settings.host)
    with listening:
        if workers == 1:
            tell = None if on_started is None else partial(on_started, url)
            application_ = settled(create_app(settings, urls, secret))
            with suppress(KeyboardInterrupt):  # uvicorn has stopped in good order and says so once more
                server.Server(server.configuration(application_), tell).run([listening])
            return
        hand_down(urls, secret)
        if on_started is not None:
            on_started(url)
        several = server.configuration(FACTORY, factory=True, workers=workers)
        Multiprocess(several, [listening]).run()


async def boot_problems(urls: Urls) -> list[str]:
    """What keeps this process from serving; outsiders are served only by a login that can do nothing else."""
    found = await checks.problems(urls.app)
    if urls.partner and not found:
        wrong = await partner_problems(urls.partner, granted_columns())
        found = [f"CRM_PARTNER_DATABASE_URL: {line}" for line in wrong]
    return found


def hand_down(urls: Urls, secret: bytes) -> None:
    """Give worker processes what this one has found out, by the same variables an operator would set."""
    os.environ |= {
        "CRM_DATABASE_URL": urls.app,
        "CRM_WORKER_DATABASE_URL": urls.worker,
        "CRM_SECRET_KEY": base64.b64encode(secret).decode(),
        **({"CRM_PARTNER_DATABASE_URL": urls.partner} if urls.partner else {}),
    }


def from_environment() -> Starlette:
    """The application of one worker process."""
    settings = load()
    telemetry.configure(settings.log_level)
    url = settings.database_url or ""
    urls = Urls(
        app=url, partner=settings.partner_database_url or "", worker=settings.worker_database_url or url, migration=""
    )
    return settled(create_app(settings, urls, secret_key(settings.data_dir, settings)))


def settled(made: Starlette) -> Starlette:
    """Spare what lives as long as the process from every later garbage collection: each would cost a request 0.1 s."""
    gc.collect()
    gc.freeze()
    return made
