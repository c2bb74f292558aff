"""`shareReport`: what an outsider sees, row by row and field by field, and by what."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
    values,
)
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import aggregate_order_by

from api.compiler import Leaf, RequestError, Root, Scope, Tree, converted, wire_uuid
from api.domain import sharing
from api.domain.accounts import Account
from api.domain.contacts import Contact
from api.domain.kernel import DEFAULT_FIELDS, FieldAccess, Outside, ShareLevel, camel, shown_columns

from .binding import computed, readable, to_any, to_one
from .connections import argument, rooted
from .interfaces import Record
from .outside_grants import COMPANY, CONTACT
from .sharing import OutsiderKind, RecordShare

PARTNER = literal_column("'PARTNER'", Text())
COMMON = ("id", "version", "created_at", "updated_at")


def asked(arguments: Mapping[str, Tree], scope: Scope) -> tuple[Any, ColumnElement[str]]:
    """The contact that is asked about, and as what."""
    principal, kind = arguments["principal"], arguments["as"]
    if not isinstance(principal, Leaf) or not isinstance(kind, Leaf):
        raise RequestError("BAD_USER_INPUT", "a report is about a contact", ("principal",))

    def id_of(text: Any) -> UUID:
        return wire_uuid("con", text)

    return scope.bind(converted(principal.get, id_of), Uuid()), cast(scope.bind(kind.get, Text()), Text)


def company(scope: Scope, contact: Any, kind: ColumnElement[str]) -> Any:
    """The account that the contact acts for; null for a customer."""
    people, companies = Contact.__table__.alias("person"), Account.__table__.alias("company")
    live = and_(companies.c.tenant_id == people.c.tenant_id, companies.c.archived_at.is_(None))
    mine = select(companies.c.id).select_from(people.join(companies, and_(companies.c.id == people.c.account_id, live)))
    return mine.where(scope.visible("Contact", people), people.c.id == contact, kind == PARTNER).scalar_subquery()


def rows_of(scope: Scope, object: str, who: Any) -> Select[Any]:
    """What the outsider of `who` sees of one kind of record."""
    outside = Outside(scope.tenant, CONTACT, COMPANY, scope.now)
    record = sharing.shareable()[object]
    table = record.__table__.alias(f"of_{object}")
    shares = sharing.RecordShare.__table__.alias(f"share_of_{object}")
    nothing = select(literal_column("NULL::uuid", Uuid())).where(false())
    own = outside.with_own(object, nothing) if object in {"contact", "account"} else None
    mine = table.c.id.in_(own) if own is not None else literal_column("false")
    if record.asked_by is not None:
        mine = outside.asks(table.c[record.asked_by])
    shown = and_(shares.c.object_id == table.c.id, *outside.live(shares, object))
    return (
        select(
            literal_column(f"'{object}'", Text()).label("object_type"),
            table.c.id.label("record_id"),
            shares.c.id.label("share_id"),
            shares.c.level,
            shares.c.field_profile_id,
            mine.label("is_own"),
        )
        .select_from(who.join(table, table.c.tenant_id == scope.tenant).outerjoin(shares, shown))
        .where(
            table.c.tenant_id == scope.tenant,
            table.c.archived_at.is_(None),
            or_(shares.c.id.is_not(None), mine),
        )
    )


def report(scope: Scope, arguments: Mapping[str, Tree], _matching: Any) -> Select[Any]:
    contact, kind = asked(arguments, scope)
    account = company(scope, contact, kind)
    who = select(cast(contact, Uuid).label("contact_id"), account.label("company_id")).subquery("who")
    people = Contact.__table__.alias("principal")
    known = exists(
        select(literal_column("1")).where(
            scope.visible("Contact", people), people.c.id == contact, people.c.archived_at.is_(None)
        )
    )
    found = union_all(*(rows_of(scope, object, who) for object in sorted(sharing.shareable()))).subquery("found")
    place = func.row_number().over(order_by=(found.c.object_type, found.c.record_id, found.c.share_id))
    return (
        select(*found.c, fields_of(scope, found).label("fields"), place.label("place"))
        .where(known, scope.context.reads("record_share"), or_(kind != PARTNER, account.is_not(None)))
        .order_by(literal_column("place"))
        .limit(literal_column("1000"))
    )


def fields_of(scope: Scope, found: Any) -> ColumnElement[Any]:
    """The names of the fields that a row shows, as a JSON array."""
    columns = [sql_column(name, Text()) for name in ("object", "field_set", "name")]
    shown = values(*columns, name="shown", literal_binds=True).data(visible_fields()).alias("shown")
    sets = sharing.FieldProfileSet.__table__.alias("opened")
    by_profile = exists(
        select(literal_column("1"))
        .where(
            sets.c.tenant_id == scope.tenant,
            sets.c.profile_id == found.c.field_profile_id,
            sets.c.object == shown.c.object,
            sets.c.field_set == shown.c.field_set,
        )
        .correlate(found, shown)
    )
    default = shown.c.field_set == literal_column(f"'{DEFAULT_FIELDS}'", Text())
    named = func.json_agg(aggregate_order_by(shown.c.name, shown.c.name))
    rule = and_(shown.c.object == found.c.object_type, or_(default, found.c.is_own, by_profile))
    return select(named).where(rule).correlate(found).scalar_subquery()


def visible_fields() -> list[tuple[str, str, str]]:
    """(kind of record, set of fields, field) of all that outsiders can be shown."""
    rows = []
    for object, record in sorted(sharing.shareable().items()):
        columns = record.__table__.c
        names = {shown.key: shown.name for shown in shown_columns(record)} | {name: camel(name) for name in COMMON}
        rows += [
            (object, columns[key].info["field_set"], name)
            for key, name in names.items()
            if columns[key].info["partner"] is not FieldAccess.HIDDEN
        ]
    return rows


@readable(build=report, description="A record that an outsider sees, and by what.")
class SharedRecord:
    object_type: str = computed(lambda row, _scope: row.object_type, "Kind of record, as in events: `opportunity`.")
    record: Record | None = to_any("object_type", "record_id", "The record; null if you may not see it yourself.")
    share: RecordShare | None = to_one(
        "share_id", "sharing.RecordShare", "The share that shows it; null for what is the outsider's own."
    )
    level: ShareLevel | None = computed(
        lambda row, _scope: case((row.share_id.is_(None), null()), else_=row.level),
        "What the outsider may do with it; null for what is its own.",
    )
    fields: list[str] = computed(lambda row, _scope: row.fields, "The fields that it shows, by their names here.")


@strawberry.type
class Query:
    share_report: list[SharedRecord] = rooted(
        list[SharedRecord],
        "Exactly what an outsider sees, at most 1,000 rows; one for each share, and for what is its own.",
        Root("rows", "SharedRecord"),
        [
            argument("principal", strawberry.ID, "Id of the contact."),
            argument("as_", OutsiderKind, "What he is to us.", default=OutsiderKind.PARTNER),
        ],
    )
