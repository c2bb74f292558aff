"""What every record type has besides its own fields: external ids, history, list inputs, a reference input."""

from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import Text as SqlText
from sqlalchemy import case, column, func, literal_column, select, true

from api.compiler import ToMany
from api.domain.kernel import ChangeEvent as ChangeEventRow
from api.domain.kernel import ChangeValues, ExternalId, PrincipalKind

from .binding import composed, computed, definition_of, described, listed, readable, readable_of
from .connections import bound_field, extend
from .enums import described_enum
from .filters import list_inputs
from .references import reference
from .wire import id_text

described_enum(
    PrincipalKind,
    "PrincipalKind",
    "What kind of principal acts.",
    STAFF="A user of the tenant.",
    INTEGRATION="Another program, by its token.",
    SYSTEM="The CRM itself, such as an import by the operator.",
)


@readable(ExternalId, name="ExternalId", description="The key of a record in another system.")
class ExternalKey:
    source: str = described("Name of the other system.")
    value: str = described("The key there.")


@strawberry.type(description="Who did something.")
class Actor:
    kind: PrincipalKind = strawberry.field(description="What kind of principal it was.")
    id: strawberry.ID | None = strawberry.field(description="Id of the user or token; null for the system.")
    name: str = strawberry.field(description="Its name at that time.")


values = ChangeValues.__table__
names = func.jsonb_object_keys(values.c.after).table_valued(column("field", SqlText)).render_derived(name="names")
FIELD_CHANGES = (
    select(
        values.c.tenant_id,
        values.c.id.label("change_id"),
        names.c.field,
        values.c.before.op("->>")(names.c.field).label("before"),
        values.c.after.op("->>")(names.c.field).label("after"),
    )
    .select_from(values.join(names, true()))
    .subquery("field_changes")
)


@readable(FIELD_CHANGES, description="One field of a change.")
class FieldChange:
    field: str = described("The field's name in this API.")
    before: str | None = described("Its value before, as text; null if it was empty.")
    after: str | None = described("Its value after, as text; null if it is empty now.")


def actor_id(row: Any) -> Any:
    return case(
        (row.actor_kind == literal_column("'STAFF'"), id_text("usr", row.actor_id)),
        (row.actor_kind == literal_column("'INTEGRATION'"), id_text("tok", row.actor_id)),
    )


@readable(
    ChangeEventRow,
    description="One committed change of a record: who, when, what.",
    default_order=(("version", True),),
)
class ChangeEvent:
    id: strawberry.ID = computed(lambda row, _scope: id_text("evt", row.id), "Id of the change, and of its event.")
    version: int = described("The record's version after the change.")
    at: datetime = described("When it was committed.")
    actor: Actor = composed(
        {
            "kind": lambda row, _scope: row.actor_kind,
            "id": lambda row, _scope: actor_id(row),
            "name": lambda row, _scope: row.actor_name,
        },
        "Who made the change.",
    )
    operation: str = described("The mutation or command that made it.")
    request_id: str = described("Id of the request, as in the server's log.")
    changed_fields: list[str] = computed(
        lambda row, _scope: func.array_to_json(row.changed), "Names of the changed fields, sorted."
    )
    changes: list[FieldChange] = listed("change_id", "Values of the changed fields.", order=("field",))


def complete(cls: type[Any]) -> None:
    """Give a record type its external ids and history, and make its filter, sort and reference inputs."""
    record, definition = readable_of(cls).record, definition_of(cls)
    keys = ToMany("record_id", constants={"type": record.object}, paged=False, order=("source", "value"), bound=50)
    made = bound_field("external_ids", list[ExternalKey], "Its keys in other systems.", keys, [])
    definition.fields.append(made)
    readable_of(cls).sources["external_ids"] = keys
    extend(cls, "history", ChangeEvent, "object_id", "What happened to it, newest first.", object_type=record.object)
    list_inputs(cls)
    reference(cls)
