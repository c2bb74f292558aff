"""Who may read articles: staff by their rights, outsiders what is published for them.

`crm_search_ids` says the same once more, for what it finds.
"""

from typing import Any

from sqlalchemy import ColumnElement, Uuid, and_, cast, literal_column, or_

from api.domain.kernel import Context

PUBLISHED: ColumnElement[Any] = literal_column("'PUBLISHED'")
PUBLIC: ColumnElement[Any] = literal_column("'PUBLIC'")
PARTNER: ColumnElement[Any] = literal_column("'PARTNER'")


def visible(t: Any, context: Context) -> ColumnElement[bool]:
    outside = context.outside
    if outside is None:
        return context.reads("knowledge_article", t, "owner_id")
    for_partners = and_(t.visibility == PARTNER, cast(outside.account, Uuid()).is_not(None))
    return and_(t.archived_at.is_(None), t.status == PUBLISHED, or_(t.visibility == PUBLIC, for_partners))
