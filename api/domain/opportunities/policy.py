"""Who may see pipelines, stages and opportunities."""

from typing import Any

from sqlalchemy import ColumnElement

from api.domain.kernel import Context


def visible(t: Any, context: Context) -> ColumnElement[bool]:
    """All opportunities, or one's own."""
    return context.reads("opportunity", t, "owner_id")


def visible_pipelines(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("pipeline")


def visible_stages(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("stage")
