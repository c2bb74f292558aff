"""When work is done: business hours, holidays, and the arithmetic of business time.

The arithmetic is `clock`, which is pure: `add`, `between`, `paused`, `due`, `is_open` on a `Calendar`. Other slices get
theirs with `calendar_of(work, id)`.
"""

from .clock import Calendar, Interval, Span, add, between, due, is_open, paused, round_the_clock
from .holiday_calendars import (
    HolidayCalendarRow,
    HolidayCalendarValues,
    HolidayValues,
    archive_calendar,
    create_calendar,
    fill_calendar,
    restore_calendar,
    update_calendar,
    upsert_calendars,
)
from .models import BusinessHours, Holiday, HolidayCalendar, OpenInterval
from .service import (
    DAYS,
    BusinessHoursRow,
    BusinessHoursValues,
    IntervalValues,
    Weekday,
    archive,
    calendar_of,
    calendars_of,
    create,
    restore,
    update,
    upsert_many,
)

__all__ = [
    "DAYS",
    "BusinessHours",
    "BusinessHoursRow",
    "BusinessHoursValues",
    "Calendar",
    "Holiday",
    "HolidayCalendar",
    "HolidayCalendarRow",
    "HolidayCalendarValues",
    "HolidayValues",
    "Interval",
    "IntervalValues",
    "OpenInterval",
    "Span",
    "Weekday",
    "add",
    "archive",
    "archive_calendar",
    "between",
    "calendar_of",
    "calendars_of",
    "create",
    "create_calendar",
    "due",
    "fill_calendar",
    "is_open",
    "paused",
    "restore",
    "restore_calendar",
    "round_the_clock",
    "update",
    "update_calendar",
    "upsert_calendars",
    "upsert_many",
]
