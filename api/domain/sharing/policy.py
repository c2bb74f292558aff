"""Who may see what is shared with outsiders, and by which profiles. Outsiders themselves do not see that."""

from typing import Any

from sqlalchemy import ColumnElement

from api.domain.kernel import Context


def visible_shares(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("record_share")


def visible_profiles(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("field_profile")
