"""Who may see leads: all of them, or one's own."""

from typing import Any

from sqlalchemy import ColumnElement

from api.domain.kernel import Context


def visible(t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("lead", t, "owner_id")
