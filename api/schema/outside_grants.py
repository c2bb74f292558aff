"""What lets an outsider see or change a record: that it is his own, or a share. Part of `explaining.explanation`.

The rules are those of `Outside.sees`, `Outside.shown`, `own` and `editable`, once more, with each share by itself.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Uuid,
    case,
    exists,
    false,
    func,
    literal_column,
    null,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from api.compiler import Scope
from api.domain import sharing
from api.domain.kernel import NOBODY, Context, FieldAccess, Outside, Record, ShareLevel
from api.domain.kernel.viewer import FIELD_ACCESSES

from .grant_paths import NOTHING, fields_json, text

HIDDEN, READ, WRITE = (literal_column(str(FIELD_ACCESSES.index(one)), Integer) for one in FieldAccess)
CONTACT: ColumnElement[Any] = literal_column("who.contact_id", Uuid())
COMPANY: ColumnElement[Any] = literal_column("who.company_id", Uuid())
RECORD = literal_column("rec.id", Uuid())
NO_ID = literal_column("NULL::uuid", Uuid())
OWN = frozenset({"contact", "account"})
SELF_WRITTEN = frozenset({"contact"})  # the outsider itself, not the account it acts for


def opened(record: type[Record], field_set: str, *, writing: bool) -> ColumnElement[int]:
    """What outsiders may do at most with a set of fields, as a rank."""
    declared = [one.info["partner"] for one in record.__table__.c.values() if one.info["field_set"] == field_set]
    best = max(declared, key=FIELD_ACCESSES.index, default=FieldAccess.HIDDEN)
    if best is FieldAccess.HIDDEN:
        return HIDDEN
    return WRITE if best is FieldAccess.WRITE and writing else READ


def is_written(record: type[Record]) -> bool:
    """Whether outsiders may write any field of such records that are shared with them for editing."""
    return record.amended and any(one.info["partner"] is FieldAccess.WRITE for one in record.__table__.c.values())


def grants_outside(scope: Scope, record: type[Record], sets: list[str]) -> Any:
    """One row: what lets the outsider of `who` read and change `rec`, as JSON, and what that opens of the sets."""
    rows = by_reach(scope, record, sets) if record.reached else through_shares(scope, record, sets)
    if record.object in OWN:
        rows = rows.union_all(its_own(scope, record, sets))
    if record.asked_by is not None:
        rows = rows.union_all(asked_for(scope, record, sets))
    one = rows.subquery("one")
    grant = func.json_build_object(
        *(text("kind"), one.c.kind, text("because"), one.c.because, text("share_id"), one.c.share_id),
        *(text("teams"), literal_column("'[]'::json"), text("field_rights")),
        fields_json(record.object, sets, lambda at: one.c[f"set_{at}"]),
    )
    every = func.json_agg(aggregate_order_by(grant, one.c.kind, one.c.share_id))
    none: ColumnElement[Any] = literal_column("'[]'::json")
    best = [func.coalesce(func.max(one.c[f"set_{at}"]), NOTHING) for at in range(len(sets))]
    columns = [
        func.coalesce(every, none).label("read"),
        func.coalesce(every.filter(one.c.writes), none).label("write"),
        (func.count() > NOTHING).label("read_reaches"),
        func.coalesce(func.bool_or(one.c.writes), false()).label("write_reaches"),
        fields_json(record.object, sets, lambda at: best[at]).label("field_rights"),
    ]
    return select(*columns).select_from(one).lateral("outside")


def its_own(scope: Scope, record: type[Record], sets: list[str]) -> Any:
    """One row if the record is the outsider itself, or an account that it acts for."""
    nothing = select(NO_ID).where(false())
    own = Outside(scope.tenant, CONTACT, COMPANY, scope.now).with_own(record.object, nothing)
    writing = record.object in SELF_WRITTEN and is_written(record)
    granted = ground("OWN_RECORD", "SELF", record, sets, writing=writing)
    return granted.where(literal_column("rec.is_live"), RECORD.in_(own))


def ground(kind: str, because: str, record: type[Record], sets: list[str], *, writing: bool = False) -> Any:
    """The columns of a ground that is no share."""
    return select(
        text(kind).label("kind"),
        text(because).label("because"),
        NO_ID.label("share_id"),
        (true() if writing else false()).label("writes"),
        *(opened(record, name, writing=writing).label(f"set_{at}") for at, name in enumerate(sets)),
    )


def asked_for(scope: Scope, record: type[Record], sets: list[str]) -> Any:
    """One row if the outsider is the customer who asks for the record."""
    asked = record.__table__.alias("asked")
    return (
        ground("OWN_RECORD", "SELF", record, sets)
        .select_from(asked)
        .where(
            asked.c.tenant_id == scope.tenant,
            asked.c.id == RECORD,
            literal_column("rec.is_live"),
            Outside(scope.tenant, CONTACT, COMPANY, scope.now).asks(asked.c[record.asked_by or ""]),
        )
    )


def by_reach(scope: Scope, record: type[Record], sets: list[str]) -> Any:
    """One row if the record is of those that partner users see by their scope, and the outsider is one who does."""
    seen = record.__table__.alias("reached")
    outside = Outside(scope.tenant, CONTACT, COMPANY, scope.now)
    rule = record.visible(seen.c, Context(NOBODY, null(), null(), outside))  # type: ignore[arg-type] # no user
    return (
        ground("PARTNER", "PARTNER", record, sets)
        .select_from(seen)
        .where(seen.c.tenant_id == scope.tenant, seen.c.id == RECORD, rule)
    )


def through_shares(scope: Scope, record: type[Record], sets: list[str]) -> Any:
    """A row for each share of the record that counts for the outsider now."""
    shares, shown = sharing.RecordShare.__table__.alias("through"), sharing.FieldProfileSet.__table__.alias("opened")
    outside = Outside(scope.tenant, CONTACT, COMPANY, scope.now)
    edits: ColumnElement[bool] = shares.c.level == text(ShareLevel.EDIT.value)

    def access(field_set: str) -> ColumnElement[int]:
        by_profile = exists(
            select(literal_column("1"))
            .select_from(shown)
            .where(
                shown.c.tenant_id == scope.tenant,
                shown.c.profile_id == shares.c.field_profile_id,
                shown.c.object == text(record.object),
                shown.c.field_set == text(field_set),
            )
            .correlate_except(shown)
        )
        most = case((edits, opened(record, field_set, writing=True)), else_=opened(record, field_set, writing=False))
        return case((by_profile, most), else_=HIDDEN)

    return (
        select(
            text("SHARE").label("kind"),
            text("SHARED").label("because"),
            shares.c.id.label("share_id"),
            (edits if is_written(record) else false()).label("writes"),
            *(access(name).label(f"set_{at}") for at, name in enumerate(sets)),
        )
        .select_from(shares)
        .where(literal_column("rec.is_live"), shares.c.object_id == RECORD, *outside.live(shares, record.object))
    )
