"""Webhooks: where events are sent to, what is sent, how it went."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import (
    ColumnElement,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    column,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from api.compiler import Request, ToOne
from api.domain import webhooks as domain
from api.domain.access import hidden_names
from api.domain.kernel import Context, as_its_record

from .access import Role
from .binding import SOURCE, computed, described, listed, readable, to_one
from .connections import Connection, extend, many, one
from .enums import described_enum
from .events import OUTBOX, is_seen, kind_text
from .interfaces import Node, Record
from .jobs import Job
from .records import complete, texts
from .tokens import Token
from .users import User
from .wire import id_text

described_enum(
    domain.WebhookState,
    "WebhookState",
    "Whether anything is sent.",
    ACTIVE="What happens is sent.",
    DISABLED="Nothing is sent; what happens meanwhile is not sent later, either: read `events` for it.",
)
described_enum(
    domain.DisabledReason,
    "WebhookDisabledReason",
    "Why nothing is sent.",
    BY_HAND="Somebody disabled it.",
    GONE="The receiver answered 410.",
    FAILING="Nothing has arrived for five days.",
    OWNER="Its owner may not use this API any more: make it yours with `webhookEndpointTakeOver`.",
    DOCUMENT="Its document asks for something that its owner may not see any more, or that is gone.",
)
described_enum(
    domain.Ordering,
    "WebhookOrdering",
    "In which order events are sent.",
    NONE="As soon as possible; several at a time.",
    PER_RECORD="Those of one record one after the other: the next when the one before has arrived or was given up.",
)
described_enum(
    domain.DeliveryState,
    "WebhookDeliveryState",
    "How far the delivery of an event is.",
    WAITING="It is being sent, or waits for its next attempt.",
    DELIVERED="The receiver answered 2xx.",
    FAILED="It was tried ten times, or cannot be sent.",
    SKIPPED="The owner may not see the event, or the document does not ask for it.",
)


@readable(domain.WebhookSecret, description="A secret that requests are signed with; never its text.")
class WebhookSecret:
    made_at: datetime = described("When it was made.")
    expires_at: datetime | None = described("When nothing is signed with it any more; null for the present one.")


@readable(domain.WebhookHealth, description="How an endpoint does.", visible=as_its_record)
class WebhookHealth:
    failures: int = described("Attempts that failed since the last that did not.")
    failing_since: datetime | None = described("Since when nothing has arrived; null while it does.")
    closed_until: datetime | None = described("Until then nothing is sent, then one event as a trial; else null.")
    succeeded_at: datetime | None = described("When the last event arrived.")


def may_see_excerpt(row: Any, scope: Any) -> Any:
    """The answer of a receiver is between him and the owner: it may say anything."""
    owners = domain.WebhookEndpoint.__table__.alias("of_delivery")
    mine = (
        owners.c.tenant_id == scope.tenant,
        owners.c.id == row.endpoint_id,
        func.coalesce(owners.c.owner_id, owners.c.token_id) == scope.bind(principal_of, Uuid()),
    )
    return case((exists(select(literal_column("1")).where(*mine).correlate_except(owners)), row.excerpt))


def principal_of(request: Request) -> UUID:
    return request.principal


def may_be_told(t: Any, context: Context) -> ColumnElement[bool]:
    """Whether the reader of the log could know of the event: rows are made before anybody's rights are asked for."""
    event = and_(is_seen(t.tenant_id, t.object, t.subject, context), was_asked_for(t, context))
    return and_(as_its_record(t, context), or_(t.event_id.is_(None), event))


def was_asked_for(t: Any, context: Context) -> ColumnElement[bool]:
    """Whether an event is one of those that the endpoint asks for even if no hidden field had changed."""
    hidden = hidden_names(context.capability)
    if not hidden:
        return true()
    asking, event = domain.WebhookEndpoint.__table__.alias("asking"), OUTBOX.alias("told")
    name = func.unnest(event.c.changed).table_valued(column("name", Text)).render_derived(name="changed")
    shown = [(t.object == kind_text(kind), not_(name.c.name == any_(texts(gone)))) for kind, gone in hidden.items()]
    changed: Any = (
        select(literal_column("1"))
        .select_from(event.join(name, true()))
        .where(event.c.tenant_id == t.tenant_id, event.c.event_id == t.event_id)
        .where(name.c.name == any_(asking.c.changed_fields), case(*shown, else_=true()))
        .correlate_except(event, name)
    )
    found: Any = (
        select(literal_column("1"))
        .select_from(asking)
        .where(asking.c.tenant_id == t.tenant_id, asking.c.id == t.endpoint_id)
        .where(or_(func.cardinality(asking.c.changed_fields) == literal_column("0"), exists(changed)))
        .correlate_except(asking)
    )
    return exists(found)


@readable(
    domain.WebhookDelivery,
    description="One event on its way to one endpoint; those of events that you may not see are left out.",
    visible=may_be_told,
    default_order=(("created_at", True), ("id", True)),
)
class WebhookDelivery:
    id: strawberry.ID = computed(
        lambda row, _scope: id_text(domain.PREFIX, row.id), "Its id, and the `webhook-id` of all its attempts."
    )
    event_id: strawberry.ID | None = computed(
        lambda row, _scope: case((row.event_id.is_not(None), id_text("evt", row.event_id))),
        "Id of the event; null for a test.",
    )
    position: str | None = computed(
        lambda row, _scope: cast(row.position, Text), "Place of the event in the feed; null for a test."
    )
    types: list[str] = described("What happened, the most specific first.")
    occurred_at: datetime = described("When it happened.")
    created_at: datetime = described("When it was first to be sent.")
    state: domain.DeliveryState = described("How far it is.")
    attempts: int = described("How often it was sent since it was last begun.")
    due_at: datetime = described("When it is, or was, sent next.")
    status: int | None = described("HTTP status of the last answer; null if none came.")
    error: str | None = described("Why the last attempt failed; null if it did not.")
    duration_ms: int | None = described("Milliseconds that the last attempt took.")
    excerpt: str | None = computed(
        may_see_excerpt, "The beginning of the last answer, for the owner of the endpoint; null for others."
    )
    finished_at: datetime | None = described("When it arrived, or was given up.")


@readable(domain.WebhookEndpoint, description="A URL that events are sent to, as Standard Webhooks says.")
class WebhookEndpoint(Record, Node):
    name: str = described("What it is for.")
    url: str = described("Where it is sent to: https, port 443 or 8443, a host on the public internet.")
    document: str = described(
        "A subscription to `events`, without variables: its `data` is what is sent, read with the owner's rights."
    )
    types: list[str] = described("Only events with one of these types; all if there is none.")
    objects: list[str] = described("Only events of these kinds of records, such as `contact`; all if there is none.")
    changed_fields: list[str] = described("Only events that changed one of these fields; all if there is none.")
    ordering: domain.Ordering = described("In which order events are sent.")
    state: domain.WebhookState = described("Whether anything is sent.")
    disabled_reason: domain.DisabledReason | None = described("Why nothing is sent; null while it is.")
    disabled_at: datetime | None = described("Since when nothing is sent; null while it is.")
    owner: User | None = to_one("owner_id", "users.User", "The person with whose rights is sent; null for a program.")
    token: Token | None = to_one("token_id", "tokens.Token", "The program with whose rights is sent; null for people.")
    role: Role | None = to_one("role_id", "access.Role", "What the rights of the owner are narrowed to.")
    health: WebhookHealth | None = strawberry.field(
        description="How it does.", metadata={SOURCE: ToOne("id", "endpoint_id")}
    )
    secrets: list[WebhookSecret] = listed("endpoint_id", "The secrets that sign, the newest last.", order=("id",))


complete(WebhookEndpoint, synced=False)
extend(WebhookEndpoint, "deliveries", WebhookDelivery, "endpoint_id", "What was and is to be sent, the newest first.")
extend(
    WebhookEndpoint,
    "failed_deliveries",
    WebhookDelivery,
    "endpoint_id",
    "What was given up, the newest first.",
    state=domain.DeliveryState.FAILED.value,
)
extend(
    WebhookEndpoint,
    "replays",
    Job,
    "subject_id",
    "Ranges of events that were or are to be sent again, the newest first; kept for 30 days.",
    kind=domain.REPLAY_JOB,
)


@strawberry.type
class Query:
    webhook_endpoint: WebhookEndpoint | None = one(
        WebhookEndpoint, "One webhook endpoint; null if there is none or you may not see it."
    )
    webhook_endpoints: Connection[WebhookEndpoint] = many(WebhookEndpoint, "Webhook endpoints.")
