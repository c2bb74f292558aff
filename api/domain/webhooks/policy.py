"""Who may see webhook endpoints."""

from typing import Any

from sqlalchemy import ColumnElement

from api.domain.kernel import Context


def visible(t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("webhook_endpoint", t, "owner_id")
