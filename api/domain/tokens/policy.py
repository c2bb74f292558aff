"""Who may see tokens."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, literal_column, not_, or_, select, true

from api.domain import access
from api.domain.kernel import Capability, Context, FieldAccess, Level, Right, records


def visible(t: Any, context: Context) -> ColumnElement[bool]:
    """Those who may make tokens see the ones that allow no more than they may do themselves.

    Names and hints help an attacker choose; who could revoke or rotate a stronger token could act as its holder.
    """
    if not context.capability.on("token").create:
        return false()
    found = [] if of_outsiders().within(context.capability) else [t.contact_id.is_(None)]
    for model in (access.RoleRight, access.RoleFieldRight):
        cells = model.__table__.alias(f"of_token_{model.__tablename__}")
        if (beyond := access.beyond_in_sql(model, cells.c, context.capability)) is not None:
            found.append(not_(exists_among_its(t, cells, beyond)))
    cells = access.RoleRight.__table__.alias("of_token_of_another")
    if (beyond := access.beyond_in_sql(access.RoleRight, cells.c, context.capability.over_others)) is not None:
        own = t.user_id.is_not_distinct_from(context.user)
        found.append(or_(t.user_id.is_(None), own, not_(exists_among_its(t, cells, beyond))))
    return and_(*found) if found else true()


@cache
def of_outsiders() -> Capability:
    """What a token of an outsider may come to open: whatever can be shared."""
    shared = {record.object: record.__table__.c.values() for record in records().values() if record.is_shareable()}
    fields = [
        (object, column.info["field_set"], FieldAccess.READ)
        for object, columns in shared.items()
        for column in columns
        if column.info["partner"] is not FieldAccess.HIDDEN
    ]
    return access.capability([], access.Cells([(object, Right(Level.ALL)) for object in shared], fields))


def exists_among_its(t: Any, cells: Any, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a cell of the token's role, or of the roles of its person if it has none, fits the condition."""
    held = access.UserRole.__table__.alias(f"held_{cells.name}")
    same = (held.c.tenant_id == t.tenant_id, held.c.user_id == t.user_id, held.c.role_id == cells.c.role_id)
    of_person = exists(select(literal_column("1")).select_from(held).where(*same).correlate_except(held))
    own = or_(cells.c.role_id == t.role_id, and_(t.role_id.is_(None), of_person))
    where = (cells.c.tenant_id == t.tenant_id, own, condition)
    return exists(select(literal_column("1")).select_from(cells).where(*where).correlate_except(cells))
