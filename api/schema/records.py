"""What every record type has besides its own fields: external ids, history, list inputs, a reference input."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import (
    ColumnElement,
    Select,
    all_,
    and_,
    any_,
    case,
    column,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import ARRAY

from api.compiler import Leaf, RequestError, Root, Scope, ToMany, Tree
from api.domain.access import hidden_names
from api.domain.kernel import OUTSIDE, ChangeValues, Context, ExternalId, PrincipalKind, records
from api.domain.kernel import ChangeEvent as ChangeEventRow
from api.domain.kernel import Record as RecordRow

from .binding import composed, computed, definition_of, described, listed, readable, readable_of, to_any
from .connections import argument, bound_field, extend, rooted
from .enums import described_enum
from .filters import list_inputs
from .interfaces import Record
from .references import reference
from .wire import id_text

described_enum(
    PrincipalKind,
    "PrincipalKind",
    "What kind of principal acts.",
    STAFF="A user of the tenant.",
    INTEGRATION="Another program, by its token.",
    SYSTEM="The CRM itself, such as an import by the operator.",
    PARTNER="A contact of a partner's account, who sees what is shared with him or with that account.",
    CUSTOMER="A contact who sees what is shared with him.",
)


@readable(ExternalId, name="ExternalId", description="The key of a record in another system.")
class ExternalKey:
    source: str = described("Name of the other system.")
    value: str = described("The key there.")


@strawberry.type(description="Who did something.")
class Actor:
    kind: PrincipalKind = strawberry.field(description="What kind of principal it was.")
    id: strawberry.ID | None = strawberry.field(description="Id of the user, token or contact; null for the system.")
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


def may_be_told(t: Any, context: Context) -> ColumnElement[bool]:
    """Whether a change is of a field that is not hidden."""
    hidden = hidden_names(context.capability)
    if not hidden:
        return true()
    events = ChangeEventRow.__table__.alias("told")
    one_of = [
        and_(events.c.object_type == literal(object), t.field == any_(texts(names))) for object, names in hidden.items()
    ]
    same = (events.c.tenant_id == t.tenant_id, events.c.id == t.change_id, or_(*one_of))
    return ~exists(select(literal_column("1")).select_from(events).where(*same).correlate_except(events))


def changed_names(row: Any, scope: Scope) -> ColumnElement[Any]:
    """The names of the changed fields as a JSON array, without hidden ones."""
    every = func.array_to_json(row.changed)
    cases = []
    for object, names in hidden_names(scope.context.capability).items():
        changed = func.unnest(row.changed).table_valued(column("name", SqlText)).render_derived(name="changed")
        shown = select(func.json_agg(changed.c.name)).where(changed.c.name != all_(texts(names)))
        told = func.coalesce(shown.scalar_subquery(), literal_column("'[]'::json"))
        cases.append((row.object_type == literal(object), told))
    return case(*cases, else_=every) if cases else every


@readable(FIELD_CHANGES, description="One field of a change.", visible=may_be_told)
class FieldChange:
    field: str = described("The field's name in this API.")
    before: str | None = described("Its value before, as text; null if it was empty.")
    after: str | None = described("Its value after, as text; null if it is empty now.")


def texts(names: Iterable[str]) -> ColumnElement[Any]:
    """SQL: an array of names of ours."""
    return literal_column("ARRAY[" + ", ".join(f"'{name}'" for name in sorted(names)) + "]", ARRAY(SqlText()))


def actor_id(row: Any) -> Any:
    return case(
        (row.actor_kind == literal_column("'STAFF'"), id_text("usr", row.actor_id)),
        (row.actor_kind == literal_column("'INTEGRATION'"), id_text("tok", row.actor_id)),
        (row.actor_kind == any_(texts(OUTSIDE)), id_text("con", row.actor_id)),
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
    changed_fields: list[str] = computed(changed_names, "Names of the changed fields, sorted.")
    changes: list[FieldChange] = listed("change_id", "Values of the changed fields.", order=("field",))


def seen(scope: Scope, keys: Any, record: type[RecordRow]) -> ColumnElement[bool]:
    """Whether a key is that of a record of this kind which the viewer may see."""
    table = record.__table__.alias(f"of_{record.object}")
    mine = (scope.visible(scope.objects[record.object], table), table.c.id == keys.c.record_id)
    found = exists(select(literal_column("1")).select_from(table).where(*mine).correlate_except(table))
    return and_(keys.c.type == literal_column(f"'{record.object}'", SqlText()), found)


def key_rows(scope: Scope, arguments: Mapping[str, Tree], _matching: Any) -> Select[Any]:
    keys, (source, value) = ExternalId.__table__.alias("key"), (arguments["source"], arguments["value"])
    if not isinstance(source, Leaf) or not isinstance(value, Leaf):
        raise RequestError("BAD_USER_INPUT", "an external id has a source and a value", ("source",))
    return (
        select(keys.c.type, keys.c.record_id, func.row_number().over(order_by=keys.c.type).label("place"))
        .where(
            keys.c.tenant_id == scope.tenant,
            keys.c.source == scope.bind(source.get, SqlText()),
            keys.c.value == scope.bind(value.get, SqlText()),
            or_(*(seen(scope, keys, record) for record in records().values() if record.object in scope.objects)),
        )
        .order_by(keys.c.type)
    )


@readable(
    build=key_rows,
    description="A record that another system knows by a key.",
)
class ExternalIdHolder:
    type: str = computed(lambda row, _scope: row.type, "What kind of record it is, as in events: `account`.")
    record: Record | None = to_any("type", "record_id", "The record; null if you may not see it.")


@strawberry.type
class Query:
    external_id_holders: list[ExternalIdHolder] = rooted(
        list[ExternalIdHolder],
        "The records of all types that have a key in another system, at most one of each type.",
        Root("rows", "ExternalIdHolder"),
        [
            argument("source", str, "Name of the other system."),
            argument("value", str, "The key there."),
        ],
    )


def complete(cls: type[Any], *, synced: bool = True) -> None:
    """Give a record type its external ids and history, and make its filter, sort and reference inputs.

    One that is not `synced` exists in this CRM only, and has no keys in other systems.
    """
    record, definition = readable_of(cls).record, definition_of(cls)
    if synced:
        keys = ToMany("record_id", constants={"type": record.object}, paged=False, order=("source", "value"), bound=50)
        made = bound_field("external_ids", list[ExternalKey], "Its keys in other systems.", keys, [])
        definition.fields.append(made)
        readable_of(cls).sources["external_ids"] = keys
    extend(cls, "history", ChangeEvent, "object_id", "What happened to it, newest first.", object_type=record.object)
    list_inputs(cls)
    reference(cls, synced=synced)
