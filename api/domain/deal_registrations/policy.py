"""Who may see deal registrations: staff by their rights, partner users those of their partner, by their scope."""

from typing import Any

from sqlalchemy import ColumnElement, and_

from api.domain.kernel import Context


def visible(t: Any, context: Context) -> ColumnElement[bool]:
    if context.outside is None:
        return context.reads("deal_registration", t, "owner_id")
    return and_(t.archived_at.is_(None), context.outside.works_on(t.partner_id, t.registered_by_id))
