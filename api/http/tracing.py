"""OpenTelemetry: one span per operation, its SQL statements as children, sent where the variables `OTEL_…` say.

Loaded only when they say something. Spans are made when the request is over, from the times that were taken anyway:
a request that is not sampled costs one decision. Neither variables nor literals are in a span: a document is named by
its hash, SQL has parameters only.
"""

from __future__ import annotations

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

import api
from api.http.exchange import EXPECTED, Exchange

NANOSECONDS = 1_000_000_000
W3C = TraceContextTextMapPropagator()


def from_environment() -> Tracing:
    """Spans go out in batches, the last when the process ends; all variables `OTEL_…` count."""
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "headless-crm"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)


class Tracing:
    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("headless-crm", api.__version__)

    def record(self, exchange: Exchange) -> None:
        facts, began = exchange.facts, exchange.timings.began_ns
        if "operation_type" not in facts:
            return  # no operation: a page, a probe, or a request that was refused before its document
        parent = W3C.extract({"traceparent": exchange.parent}) if exchange.parent else None
        attributes = {
            "graphql.operation.type": facts["operation_type"],
            "graphql.document.id": facts["document"],
            "crm.request_id": exchange.id,
            "crm.tenant": str(facts["tenant"]),
            "crm.cost": facts.get("cost", 0),
            "http.response.status_code": exchange.status or 0,
        }
        span = self._tracer.start_span(
            facts["operation_type"], parent, SpanKind.SERVER, attributes=attributes, start_time=began
        )
        if span.is_recording():
            if exchange.status is not None and exchange.status >= EXPECTED:
                span.set_status(Status(StatusCode.ERROR))
            if "code" in facts:
                span.set_attribute("crm.error_code", facts["code"])
            inside = set_span_in_context(span)
            for statement in exchange.statements:
                start = began + int((statement.began - exchange.timings.started) * NANOSECONDS)
                child = self._tracer.start_span(
                    statement.text.split(None, 1)[0].upper(),
                    inside,
                    SpanKind.CLIENT,
                    attributes={"db.system.name": "postgresql", "db.query.text": statement.text},
                    start_time=start,
                )
                child.end(start + int(statement.seconds * NANOSECONDS))
        span.end(began + int(exchange.timings.total_ms * 1_000_000))
