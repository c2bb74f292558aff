"""Who may see leads: staff all of them, or one's own; partner users those that their partner has accepted."""

from typing import Any

from sqlalchemy import ColumnElement, and_

from api.domain.kernel import Context


def visible(t: Any, context: Context) -> ColumnElement[bool]:
    if context.outside is None:
        return context.reads("lead", t, "owner_id")
    return and_(t.archived_at.is_(None), context.outside.acts_for(t.partner_id))
