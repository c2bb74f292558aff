"""Who may see tokens."""

from typing import Any

from sqlalchemy import ColumnElement, false, true

from api.domain.kernel import Context


def visible(_t: Any, context: Context) -> ColumnElement[bool]:
    """Tokens exist only for those who may make them: names and keys help an attacker choose."""
    return true() if context.capability.on("token").create else false()
