"""Who may see business hours and holidays: everybody of the tenant whose role reads them."""

from typing import Any

from sqlalchemy import ColumnElement

from api.domain.kernel import Context


def visible(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("business_hours")


def visible_calendars(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("holiday_calendar")
