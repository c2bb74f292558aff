"""Who may see offers and what partners take: staff by their rights, partner users those of their partner."""

from typing import Any

from sqlalchemy import ColumnElement, and_

from api.domain.kernel import Context


def visible_offers(t: Any, context: Context) -> ColumnElement[bool]:
    if context.outside is None:
        return context.reads("partner_lead_offer")
    return and_(t.archived_at.is_(None), context.outside.acts_for(t.partner_id))


def visible_profiles(t: Any, context: Context) -> ColumnElement[bool]:
    if context.outside is None:
        return context.reads("partner_lead_profile")
    return and_(t.archived_at.is_(None), context.outside.acts_for(t.partner_id))
