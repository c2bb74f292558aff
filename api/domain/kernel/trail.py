"""What a change leaves behind: the audit row, its values and the outbox row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from .changes import Change, lifecycle
from .ids import new_id
from .outbox import Event, facts
from .viewer import Viewer

Row = dict[str, Any]


def trail_of(  # noqa: PLR0913 - who, when and why
    change: Change, events: Sequence[Event], *, viewer: Viewer, now: datetime, request_id: str, operation: str
) -> tuple[Row, Row, Row]:
    """The rows of `ChangeEvent`, `ChangeValues` and `OutboxEntry`."""
    record, event_id = change.record, new_id()
    changed, tenant = change.changed, viewer.tenant
    if change.created:
        previous, after = {}, change.after
    else:
        previous = {name: value for name, value in change.before.items() if name in changed}
        after = {name: value for name, value in change.after.items() if name in changed}
    key = {"tenant_id": tenant, "version": record.version, "changed": changed}
    audit = {
        **key,
        "id": event_id,
        "object_type": record.object,
        "object_id": record.id,
        "at": now,
        "actor_kind": viewer.kind,
        "actor_id": viewer.principal,
        "actor_name": viewer.name,
        "token_id": viewer.token,
        "request_id": request_id,
        "operation": operation,
    }
    values = {"tenant_id": tenant, "id": event_id, "before": previous, "after": after}
    outbox = {
        **key,
        "event_id": event_id,
        "aggregate_type": record.object,
        "aggregate_id": record.id,
        "types": [event.type for event in events] + [f"{record.object}.{lifecycle(change)}"],
        "schema_version": 1,
        "actor": {"kind": viewer.kind.value, "id": str(viewer.principal), "name": viewer.name},
        "payload": {"previous": previous, "events": [facts(event) for event in events]},
        "occurred_at": now,
    }
    return audit, values, outbox


def by_subject(events: Sequence[Event]) -> dict[UUID, list[Event]]:
    found: dict[UUID, list[Event]] = {}
    for event in events:
        found.setdefault(event.subject, []).append(event)
    return found
