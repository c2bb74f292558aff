"""Who may see users and teams: everybody of the tenant whose role reads them."""

from typing import Any

from sqlalchemy import ColumnElement

from api.domain.kernel import Context


def visible_users(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("user")


def visible_teams(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("team")
