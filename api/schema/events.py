"""The feed: what happened to records, as a query. `api/schema/feed.py` reads it for subscriptions and webhooks.

One type for each kind of record is made from the types of the slices (`concrete`); nothing here names a kind. An event
is shown if its record can be seen by the reader now, whatever it was when the event was made; names and previous
values of fields that are hidden from him are left out.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import strawberry
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    False_,
    True_,
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
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import ARRAY

from api.compiler import Column as FilterColumn
from api.compiler import (
    Entity,
    Leaves,
    Numbered,
    RequestError,
    Root,
    Scope,
    ToMany,
    ToOne,
    Tree,
    Value,
    Variants,
    converted,
)
from api.domain.access import hidden_names
from api.domain.kernel import OUTSIDE, Context, FeedHead, OutboxEntry, parse, prefix_of
from api.domain.kernel import Record as RecordRow

from .binding import READABLE, composed, computed, definition_of, described, readable, readable_of
from .connections import PageInfo, argument, bound_field, rooted
from .filters import CodeFilter, IdFilter, input_type
from .records import Actor, texts
from .wire import id_text

OUTBOX = OutboxEntry.__table__
HEADS = FeedHead.__table__
MOST_NAMES = 250

previous = OUTBOX.c.payload.op("->")("previous")
names = func.jsonb_object_keys(previous).table_valued(column("field", SqlText)).render_derived(name="names")
PREVIOUS_VALUES = (
    select(
        OUTBOX.c.tenant_id,
        OUTBOX.c.event_id,
        OUTBOX.c.aggregate_type,
        names.c.field,
        previous.op("->>")(names.c.field).label("value"),
    )
    .select_from(OUTBOX.join(names, true()))
    .subquery("previous_values")
)


def may_be_told(t: Any, context: Context) -> ColumnElement[bool]:
    """Whether a previous value is of a field that is not hidden."""
    hidden = hidden_names(context.capability)
    one_of = [and_(t.aggregate_type == kind_text(kind), t.field == any_(texts(gone))) for kind, gone in hidden.items()]
    return not_(or_(*one_of)) if one_of else true()


def kind_text(kind: str) -> ColumnElement[str]:
    return literal_column(f"'{kind}'", SqlText())


@readable(PREVIOUS_VALUES, description="The value of a field before a change.", visible=may_be_told)
class PreviousValue:
    field: str = described("The field's name in this API.")
    value: str | None = described("Its value before the change, as text; null if it was empty.")


def actor_id(row: Any) -> ColumnElement[Any]:
    kind, id = row.actor.op("->>")("kind"), cast(row.actor.op("->>")("id"), Uuid)
    return case(
        (kind == kind_text("STAFF"), id_text("usr", id)),
        (kind == kind_text("INTEGRATION"), id_text("tok", id)),
        (kind == any_(texts(OUTSIDE)), id_text("con", id)),
    )


PREVIOUS = ToMany("event_id", "event_id", paged=False, order=("field",))


@strawberry.interface(description="Something that happened to a record; one for each committed change of it.")
class Event:
    id: strawberry.ID = computed(
        lambda row, _scope: id_text("evt", row.event_id), "Id of the event, and of the change in the record's history."
    )
    position: str = computed(
        lambda row, _scope: cast(row.position, SqlText), "Its place in the feed of your tenant; give it as `after`."
    )
    type: str = computed(lambda row, _scope: row.types[1], "What happened, most specific: `opportunity.won`.")
    types: list[str] = computed(
        lambda row, _scope: func.array_to_json(row.types), "All that happened at once, the most specific first."
    )
    object: str = computed(lambda row, _scope: row.aggregate_type, "What kind of record it happened to: `contact`.")
    record_id: strawberry.ID = strawberry.field(description="Id of the record.")
    version: int = described("The record's version after the change.")
    occurred_at: datetime = described("When it happened.")
    actor: Actor = composed(
        {
            "kind": lambda row, _scope: row.actor.op("->>")("kind"),
            "id": lambda row, _scope: actor_id(row),
            "name": lambda row, _scope: func.coalesce(row.actor.op("->>")("name"), literal_column("''")),
        },
        "Who did it.",
    )
    changed_fields: list[str] = strawberry.field(
        description="Names of the changed fields, sorted; of a new record all that have a value."
    )
    previous_values: list[PreviousValue] = strawberry.field(
        description="What the changed fields were before, by name; nothing for a new record."
    )


@cache
def concrete(cls: type[Any]) -> type[Any]:
    """The type of the events of a kind of record, made from the record's own type."""
    record, name = readable_of(cls).record, definition_of(cls).name
    made = type(f"{name}Changed", (Event,), {"__annotations__": {}, "__module__": __name__})
    text = f"Something that happened to a record of the type `{name}`."
    bound = readable(OutboxEntry, description=text, visible=may_be_seen)(type_of_own(made, record))
    source = ToOne("aggregate_id")
    fields = definition_of(bound).fields
    description = "The record as it is now; null if you may not see it any more."
    fields.append(bound_field(record.object, cls | None, description, source, []))
    readable_of(bound).sources[record.object] = source
    KINDS[record.object] = record
    TYPES[record.object] = f"{name}Changed"
    return bound


def type_of_own(made: type[Any], record: type[RecordRow]) -> type[Any]:
    """Give a concrete type the sources of what depends on the kind of record."""
    fields: dict[str, tuple[Any, Any]] = {
        "record_id": (strawberry.ID, Value(lambda row, _scope: id_text(record.prefix, row.aggregate_id))),
        "changed_fields": (list[str], Value(lambda row, scope: changed_names(row, scope, record.object))),
        "previous_values": (list[PreviousValue], PREVIOUS),
    }
    for name, (annotation, source) in fields.items():
        declared = next(one for one in definition_of(Event).fields if one.python_name == name)
        made.__annotations__[name] = annotation
        setattr(made, name, strawberry.field(description=declared.description, metadata={"crm.source": source}))
    return made


def changed_names(row: Any, scope: Scope, kind: str) -> ColumnElement[Any]:
    """The names of the changed fields as a JSON array, without hidden ones."""
    gone = hidden_names(scope.context.capability).get(kind)
    if not gone:
        return func.array_to_json(row.changed)
    changed = func.unnest(row.changed).table_valued(column("name", SqlText)).render_derived(name="changed")
    shown = select(func.json_agg(changed.c.name)).where(not_(changed.c.name == any_(texts(gone))))
    return func.coalesce(shown.scalar_subquery(), literal_column("'[]'::json"))


# Of all kinds of records that have a type: object name → record, and type of its events.
KINDS: dict[str, type[RecordRow]] = {}
TYPES: dict[str, str] = {}


def may_be_seen(t: Any, context: Context) -> ColumnElement[bool]:
    """Whether the record of an event is one that the principal sees now."""
    return is_seen(t.tenant_id, t.aggregate_type, t.aggregate_id, context)


def is_seen(
    tenant: ColumnElement[Any], object_: ColumnElement[str], id: ColumnElement[Any], context: Context
) -> ColumnElement[bool]:
    """Whether the principal sees the record of any kind that these name."""
    whole, looked = [], []
    for kind, record in sorted(KINDS.items()):
        other = record.__table__.alias(f"told_{kind}")
        rule = record.visible(other.c, context)
        if isinstance(rule, True_):
            whole.append(kind)
        elif not isinstance(rule, False_):
            same = (other.c.tenant_id == tenant, other.c.id == id, rule)
            found: Any = select(literal_column("1")).select_from(other).where(*same).correlate_except(other)
            looked.append(and_(object_ == kind_text(kind), exists(found)))
    if whole:
        looked.insert(0, object_ == any_(texts(whole)))
    return or_(*looked) if looked else literal_column("false")


def concrete_types(slices: Sequence[Any]) -> tuple[type[Any], ...]:
    """The types of the events of all kinds of records that the slices have types of."""
    found = {}
    for slice_ in slices:
        for cls in vars(slice_).values():
            rows = getattr(getattr(cls, READABLE, None), "rows", None)
            if isinstance(rows, type) and issubclass(rows, RecordRow):
                found[rows.object] = cls
    return tuple(concrete(cls) for _, cls in sorted(found.items()))


# -- Query and Subscription ------------------------------------------------------------------------------------------


@strawberry.type(description="An event and its position.")
class EventEdge:
    cursor: str = strawberry.field(description="The event's position.")
    node: Event = strawberry.field(description="The event.")


@strawberry.type(description="One page of the feed.")
class EventConnection:
    edges: list[EventEdge] = strawberry.field(description="The events with their positions.")
    nodes: list[Event] = strawberry.field(description="The events.")
    page_info: PageInfo = strawberry.field(description="Where this page stands; its cursors are positions.")
    position: str = strawberry.field(
        description="How far this page has looked: the `after` of the next one, even if no event of this one fits."
    )


EventFilter = input_type(
    "EventFilter",
    {
        "object": (CodeFilter, "Conditions on the kind of record."),
        "id": (IdFilter, "Conditions on the record that something happened to."),
    },
    "Which events; all of the given conditions hold.",
    module=__name__,
)


def narrowing() -> list[Any]:
    filter_: Any = EventFilter
    return [
        argument("types", list[str] | None, "Events of at least one of these types: `opportunity.won`; at most 250."),
        argument("changed_fields", list[str] | None, "Events that changed at least one of these fields; at most 250."),
        argument("filter", filter_ | None, "Which events; all of the given conditions hold."),
    ]


AFTER = "Only events after this position, the last that you have seen; "


@strawberry.type
class Query:
    events: EventConnection = rooted(
        EventConnection,
        "What happened to the records you may see, in the order of its positions; at least 30 days are kept.",
        Root("feed", "Event"),
        [
            argument("after", str | None, AFTER + "from the oldest that is kept when left out."),
            argument("first", int | None, "How many events at most; 25 when left out, at most 100."),
            *narrowing(),
        ],
    )


@strawberry.type
class Subscription:
    events: Event = rooted(
        Event,
        "What happens to the records you may see, as soon as it is committed.",
        Root("feed", "Event"),
        [argument("after", str | None, AFTER + "only new ones when left out."), *narrowing()],
    )


def feed_entity(names: Collection[str]) -> Entity:
    """The rows of the feed, for the compiler; `names`: the types of the schema."""
    filters = {
        "object": FilterColumn("object", "aggregate_type", "text"),
        "id": FilterColumn("id", "aggregate_id", "uuid", convert=uuid_of_record),
    }
    variants = Variants("aggregate_type", {kind: name for kind, name in TYPES.items() if name in names})
    numbered = Numbered("position", start, head, matching)
    table: Any = OUTBOX
    return Entity("Event", table, {}, {}, visible=may_be_seen, filters=filters, numbered=numbered, variants=variants)


def uuid_of_record(text: str) -> Any:
    """The id of a record of any kind."""
    prefix = prefix_of(text)
    if prefix is None:
        raise RequestError("BAD_USER_INPUT", f"{text[:100]!r} is not an id of this API", ("id",))
    return parse(prefix, text)


def heads(scope: Scope) -> Any:
    own = HEADS.alias("head")
    return own, own.c.tenant_id == scope.tenant


def start(scope: Scope, seen: ColumnElement[Any]) -> ColumnElement[Any]:
    own, mine = heads(scope)
    pruned, newest = (func.coalesce(func.max(one), literal_column("0")) for one in (own.c.pruned, own.c.position))
    begun = func.crm_feed_start(seen, pruned, newest, type_=BigInteger())
    return select(begun).select_from(own).where(mine).correlate_except(own).scalar_subquery()


def head(scope: Scope) -> ColumnElement[Any]:
    own, mine = heads(scope)
    newest = func.coalesce(func.max(own.c.position), literal_column("0"))
    return select(newest).select_from(own).where(mine).correlate_except(own).scalar_subquery()


def matching(t: Any, scope: Scope, arguments: Mapping[str, Tree]) -> list[ColumnElement[bool]]:
    """The conditions of `types` and `changedFields`; a field that is hidden has never changed."""
    found: list[ColumnElement[bool]] = []
    types, changed = arguments.get("types"), arguments.get("changedFields")
    if isinstance(types, Leaves):
        found.append(t.types.op("&&")(scope.bind(bounded(types, "types"), ARRAY(SqlText()))))
    if isinstance(changed, Leaves):
        get, hidden = bounded(changed, "changedFields"), hidden_names(scope.context.capability)
        cases = [
            (t.aggregate_type == kind_text(kind), t.changed.op("&&")(scope.bind(without(get, gone), ARRAY(SqlText()))))
            for kind, gone in hidden.items()
        ]
        every = t.changed.op("&&")(scope.bind(get, ARRAY(SqlText())))
        found.append(case(*cases, else_=every) if cases else every)
    return found


def without(get: Any, gone: frozenset[str]) -> Any:
    return converted(get, lambda given: [name for name in given if name not in gone])


def bounded(tree: Leaves, name: str) -> Any:
    def checked(given: Any) -> list[str]:
        if len(given) > MOST_NAMES:
            raise RequestError("BAD_USER_INPUT", f"{name} takes at most {MOST_NAMES} names", (name,))
        return list(given)

    return converted(tree.get, checked)
