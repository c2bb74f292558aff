"""Which refusal is behind a unique key or an exclusion that PostgreSQL found broken."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.exc import IntegrityError

from .errors import Duplicate
from .model import Entry, Model

TAKEN = frozenset({"23505", "23P01"})  # unique violation, exclusion violation


def refusal_of(error: IntegrityError) -> Exception:
    """The refusal; the error itself for anything but a unique key or an exclusion of records and their parts."""
    cause: Any = getattr(error.orig, "__cause__", None) or error.orig  # SQLAlchemy wraps the driver's own
    if getattr(cause, "sqlstate", None) not in TAKEN:
        return error
    named = unique_keys().get(cause.constraint_name)
    return error if named is None else Duplicate((named[0],), named[1], None, named[2])


@cache
def unique_keys() -> Mapping[str, tuple[str, str, str | None]]:
    """Name of an index → the argument that gave the value, the kind of record that has it, what to say if not that."""
    found: dict[str, tuple[str, str, str | None]] = {"pk_external_ids": ("external_ids", "record", None)}
    for mapper in Model.registry.mappers:
        table: Any = mapper.local_table
        for index in () if issubclass(mapper.class_, Entry) else table.indexes:
            field = list(index.columns)[-1].name
            info = index.info
            found[index.name] = (info.get("path", field), info.get("object", table.name), info.get("reason"))
        for exclusion in table.constraints:
            if isinstance(exclusion, ExcludeConstraint):
                info = exclusion.info
                found[str(exclusion.name)] = (info["path"], info["object"], info["reason"])
    return found
