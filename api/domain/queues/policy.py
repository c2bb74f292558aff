"""Who may see queues."""

from typing import Any

from sqlalchemy import ColumnElement

from api.domain.kernel import Context


def visible(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("queue")
