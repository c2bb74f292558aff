"""`/metrics` for Prometheus: requests, their time and that of the database, cost, the pool, sockets and streams.

A label never holds what a caller wrote: documents are told apart only if they are registered, all others are `open`.
"""

from __future__ import annotations

import hmac
import os
from functools import partial

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import Response

from api.db.pool import ReadPool
from api.db.roles import APP, PARTNER
from api.http.errors import Refused
from api.http.exchange import Exchange

SEVERAL_PROCESSES = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own variable: where processes share their figures
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
NO_STORE = {"cache-control": "no-store"}


class Metrics:
    """The figures of one application. Without a token nobody may read them."""

    def __init__(self, token: str | None) -> None:
        self._token = token
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            "crm_requests",
            "Requests by kind of operation, registered document and code.",
            ["operation", "document", "code"],
            registry=registry,
        )
        self._seconds = Histogram(
            "crm_request_seconds",
            "Seconds from the first byte to the answer.",
            ["operation", "document"],
            registry=registry,
            buckets=SECONDS,
        )
        self._database = Histogram(
            "crm_database_seconds", "Seconds a request spent in SQL.", ["operation"], registry=registry, buckets=SECONDS
        )
        self._statements = Counter("crm_statements", "SQL statements sent.", ["operation"], registry=registry)
        self._cost = Counter("crm_cost_points", "Points charged for operations.", ["operation"], registry=registry)
        pools = {"labelnames": ["login"], "registry": registry, "multiprocess_mode": "livesum"}
        self._busy = Gauge("crm_pool_busy", "Read connections at work.", **pools)  # type: ignore[arg-type]
        self._waiting = Gauge("crm_pool_waiting", "Reads that wait for a connection.", **pools)  # type: ignore[arg-type]
        self.connections = Gauge(
            "crm_connections", "Open sockets and streams.", ["kind"], registry=registry, multiprocess_mode="livesum"
        )
        self.subscriptions = Gauge(
            "crm_subscriptions", "Subscriptions.", registry=registry, multiprocess_mode="livesum"
        )
        self.events = Counter("crm_events_sent", "Events sent to subscriptions.", registry=registry)
        self.closes = Counter("crm_socket_closes", "Sockets closed, by code.", ["code"], registry=registry)
        self._pools: dict[str, ReadPool] = {}  # only where their figures are shared
        self._several = SEVERAL_PROCESSES in os.environ
        self._children: dict[tuple[str, ...], tuple[Counter, Histogram, Histogram, Counter, Counter]] = {}

    def watch(self, pool: ReadPool, outside: ReadPool | None) -> None:
        """Show how busy the pools are: at the moment of asking, or, in several processes, after the last request."""
        pools = {APP: pool} | ({PARTNER: outside} if outside else {})
        if self._several:
            self._pools = pools
            return
        for login, one in pools.items():
            self._busy.labels(login).set_function(partial(getattr, one, "busy"))
            self._waiting.labels(login).set_function(partial(getattr, one, "waiting"))

    def record(self, exchange: Exchange) -> None:
        facts = exchange.facts
        operation = facts.get("operation_type", "none")
        labels = (operation, facts.get("registered", "open"), facts.get("code", "OK"))
        children = self._children.get(labels)
        if children is None:
            children = self._children[labels] = (
                self._requests.labels(*labels),
                self._seconds.labels(*labels[:2]),
                self._database.labels(operation),
                self._statements.labels(operation),
                self._cost.labels(operation),
            )
        requests, seconds, database, statements, cost = children
        requests.inc()
        seconds.observe(exchange.timings.total_ms / 1000)
        if exchange.statements:
            database.observe(exchange.database_seconds)
            statements.inc(len(exchange.statements))
        if "cost" in facts:
            cost.inc(facts["cost"])
        for login, pool in self._pools.items():
            self._busy.labels(login).set(pool.busy)
            self._waiting.labels(login).set(pool.waiting)

    async def answer(self, request: Request) -> Response:
        """`GET /metrics` with the operator's token."""
        given = request.headers.get("authorization", "").encode("latin-1", "replace")
        if self._token is None or not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            message = "Send the operator's token, CRM_METRICS_TOKEN: Authorization: Bearer …"
            raise Refused("UNAUTHENTICATED", message, headers=[(b"www-authenticate", b"Bearer")])
        registry = self.registry
        if self._several:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry), headers=NO_STORE | {"content-type": CONTENT_TYPE_LATEST})
