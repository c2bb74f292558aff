"""What a state machine allows now, as rows, so that it is read with the record."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Text, column, select, values

from api.domain.kernel import Context, Machine, Record


def steps(record: type[Record], machine: Machine[Any], key: str) -> FromClause:
    """One row for each live record and step from its `status`: `verb`, `leads_to`, `place`; `key` is the record's id.

    The owner's column has its own name, for `may_take`.
    """
    rows = [
        (state.value, verb.upper(), leads_to.value, place)
        for state, verbs in machine.items()
        for place, (verb, leads_to) in enumerate(verbs.items())
    ]
    columns = (column("status", Text), column("verb", Text), column("leads_to", Text), column("place", Integer))
    made = values(*columns, name="machine", literal_binds=True).data(rows)
    table: Any = record.__table__.alias("stateful")
    owner = [table.c[record.owner]] if record.owner else []
    return (
        select(table.c.tenant_id, table.c.id.label(key), *owner, made.c.verb, made.c.leads_to, made.c.place)
        .select_from(table.join(made, made.c.status == table.c.status))
        .where(table.c.archived_at.is_(None))
        .subquery("steps")
    )


def may_take(record: type[Record]) -> Any:
    """The rule of those rows: a step is possible only for those who may change the record."""

    def visible(t: Any, context: Context) -> ColumnElement[bool]:
        owner = getattr(t, record.owner) if record.owner else None
        return context.reach(context.capability.on(record.object).write, owner)

    return visible
