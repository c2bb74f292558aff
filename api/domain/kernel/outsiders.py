"""What an outsider may write: the records that are shared with it for editing, and of them the fields named so."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import DateTime, Uuid, any_, bindparam, null, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from .changes import shown_columns
from .lookups import IDS, TENANT, Lookup, compiled
from .model import Model, Record, columns_of
from .policy import SHARES, Context, Outside
from .viewer import NOBODY, FieldAccess, ShareLevel, Viewer

if TYPE_CHECKING:
    from .work import Work

PRINCIPAL: Any = bindparam("principal", type_=Uuid())
ACCOUNT: Any = bindparam("account", type_=Uuid())
NOW: Any = bindparam("now", type_=DateTime(timezone=True))
ASKING = Outside(TENANT, PRINCIPAL, ACCOUNT, NOW)
CONTEXT = Context(NOBODY, null(), null(), ASKING)  # type: ignore[arg-type] # no user, no team


@cache
def selection_outside(entity: type[Record], *, lock: bool) -> Lookup:
    """All columns of the rows with the `ids` that the outsider sees, in the order of their ids."""
    query = select(*columns_of(entity).values()).where(
        entity.tenant_id == TENANT, entity.id == any_(IDS), entity.visible(entity, CONTEXT)
    )
    return compiled((query.with_for_update(key_share=True) if lock else query).order_by(entity.id))


@cache
def shared_for(object: str, levels: tuple[ShareLevel, ...]) -> Lookup:
    """Which of the `ids` are shared with the outsider at one of these levels."""
    shares = SHARES.alias("share")
    query = select(shares.c.object_id).where(
        *ASKING.live(shares, object),
        shares.c.object_id == any_(bindparam("ids", type_=ARRAY(Uuid()))),
        or_(*(shares.c.level == level.value for level in levels)),
    )
    return compiled(query)


async def shared_at(work: "Work", entity: type[Record], ids: Sequence[UUID], *levels: ShareLevel) -> set[UUID]:
    """Which of these rows are shared with the outsider who acts, at one of these levels."""
    asking = values_of(work.viewer, work.now)
    return {id for (id,) in await work.rows(shared_for(entity.object, levels), ids=ids, **asking)}


def values_of(viewer: Viewer, now: Any) -> Mapping[str, Any]:
    """What the statements above take besides tenant and ids."""
    return {"principal": viewer.principal, "account": viewer.account, "now": now}


@cache
def writable(model: type[Model]) -> frozenset[str]:
    """The fields that outsiders may write, by their public names."""
    columns = model.__table__.c
    return frozenset(
        shown.name for shown in shown_columns(model) if columns[shown.key].info["partner"] is FieldAccess.WRITE
    )


def own(viewer: Viewer, rows: Sequence[Record]) -> set[UUID]:
    """The outsider itself, which it may edit without a share."""
    return {row.id for row in rows if row.object == "contact" and row.id == viewer.principal}
