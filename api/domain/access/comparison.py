"""Whether the rights of a role are beyond those of somebody, in SQL; `Capability.within` says it of data."""

from typing import Any

from sqlalchemy import ColumnElement, and_, literal_column, or_

from api.domain.kernel import Capability
from api.domain.kernel.viewer import FIELD_ACCESSES, LEVELS

from .capabilities import EVERY, field_sets, objects
from .models import RoleFieldRight, RoleRight

FLAGS = ("create", "delete", "export")


def beyond_in_sql(model: type[RoleRight | RoleFieldRight], cell: Any, held: Capability) -> ColumnElement[bool] | None:
    """The condition that a cell allows more than `held` does; None if none can."""
    conditions = right_beyond(cell, held) if model is RoleRight else field_beyond(cell, held)
    return or_(*conditions) if conditions else None


def right_beyond(cell: Any, held: Capability) -> list[ColumnElement[bool]]:
    by_limit: dict[Any, list[str]] = {}
    for object in sorted({*objects(), EVERY}):
        by_limit.setdefault(held.on(object), []).append(object)
    found = []
    for limit, names in by_limit.items():
        over = [
            among(cell[verb], [str(level) for level in LEVELS if LEVELS.index(level) > LEVELS.index(most)])
            for verb, most in (("read", limit.read), ("write", limit.write))
            if most is not LEVELS[-1]
        ]
        over += [cell[verb].is_(literal_column("true")) for verb in FLAGS if not getattr(limit, verb)]
        if over:
            found.append(and_(among(cell.object, [*names, *({EVERY} - {*names})]), or_(*over)))
    return found


def field_beyond(cell: Any, held: Capability) -> list[ColumnElement[bool]]:
    found = []
    for object, field_set in sorted({*field_sets(), (EVERY, EVERY)}):
        most = held.field(object, field_set)
        if most is not FIELD_ACCESSES[-1]:
            over = [str(one) for one in FIELD_ACCESSES if FIELD_ACCESSES.index(one) > FIELD_ACCESSES.index(most)]
            named = (among(cell.object, sorted({object, EVERY})), among(cell.field_set, sorted({field_set, EVERY})))
            found.append(and_(*named, among(cell.access, over)))
    return found


def among(column: Any, values: list[str]) -> ColumnElement[bool]:
    return or_(*(column == literal_column(f"'{value}'") for value in values))
