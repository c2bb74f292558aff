"""What a refused row says of the constraint that minded, and the columns that it is about."""

import re
from typing import Any

from sqlalchemy import CheckConstraint, Table
from sqlalchemy.exc import IntegrityError


class Unmakeable(AssertionError):
    """No combination of values satisfies the constraints of a table: teach `values.pool` what it takes."""


def constraint_of(error: IntegrityError) -> str:
    cause: Any = getattr(error.orig, "__cause__", None)
    name = getattr(cause, "constraint_name", None) or getattr(cause, "column_name", None)
    return str(name)


def named_in(table: Table, name: str) -> list[Any]:
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint) and constraint.name is not None and str(constraint.name) == name:
            words = set(re.findall(r"[a-z0-9_]+", str(constraint.sqltext)))
            return [column for column in table.columns if column.name in words]
    for index in table.indexes:
        if index.name == name:
            condition = str(index.dialect_options["postgresql"]["where"])
            words = {column.name for column in index.columns} | set(re.findall(r"[a-z0-9_]+", condition))
            return [column for column in table.columns if column.name in words]
    if name in table.c:
        return [table.c[name]]
    raise Unmakeable(f"{table.name} has no constraint {name}")
