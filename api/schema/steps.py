"""What can be done with a record now, as rows: for machines that are status → verb → status."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, and_, column, select, values

from api.domain.kernel import Context, Record


def steps_of(model: type[Record], transitions: Mapping[Any, Mapping[str, StrEnum]], whole: str) -> Any:
    """One row for each live record and possible verb, with the status that it leads to; `whole` names the record."""
    rows = [
        (status.value, verb.upper(), place, after.value)
        for status, verbs in transitions.items()
        for place, (verb, after) in enumerate(verbs.items())
    ]
    columns = (column("status", Text), column("verb", Text), column("place", Integer), column("leads_to", Text))
    machine: Any = values(*columns, name="machine", literal_binds=True).data(rows)
    records = model.__table__.alias("stepping")
    owner = [records.c[model.owner].label("owner_id")] if model.owner else []
    return (
        select(
            records.c.tenant_id,
            records.c.id.label(whole),
            *owner,
            machine.c.verb,
            machine.c.place,
            machine.c.leads_to,
        )
        .select_from(records.join(machine, and_(machine.c.status == records.c.status)))
        .where(records.c.archived_at.is_(None))
        .subquery(f"steps_of_{model.object}")
    )


def writable(model: type[Record]) -> Callable[[Any, Context], ColumnElement[bool]]:
    """A step is possible only for those who may change the record."""

    def rule(t: Any, context: Context) -> ColumnElement[bool]:
        owner = t.owner_id if model.owner else None
        return context.reach(context.capability.on(model.object).write, owner)

    return rule
