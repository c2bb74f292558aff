"""Business hours with their intervals, and calendars of holidays."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Integer
from sqlalchemy.orm import Mapped

from api.domain.kernel import Part, Record, as_its_record, column, unique_live

from . import policy


class HolidayCalendar(Record):
    """Days on which nobody works, for any number of business hours."""

    __tablename__ = "holiday_calendars"
    __table_args__ = (
        unique_live("name_sort", name="uq_holiday_calendars_name", object="holiday_calendar", path="name"),
    )
    prefix = "hol"
    object = "holiday_calendar"
    visible = staticmethod(policy.visible_calendars)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)


class Holiday(Part):
    """A day in the zone of whoever uses the calendar."""

    __tablename__ = "holidays"
    whole = "calendar_id"
    field = "holidays"
    visible = staticmethod(as_its_record)

    calendar_id: Mapped[UUID] = column(references="holiday_calendars", primary_key=True)
    day: Mapped[date] = column(Date(), primary_key=True)
    name: Mapped[str] = column()


class BusinessHours(Record):
    """When work is done: intervals of each day of the week in one zone, less the holidays."""

    __tablename__ = "business_hours"
    __table_args__ = (unique_live("name_sort", name="uq_business_hours_name", object="business_hours", path="name"),)
    prefix = "bhr"
    object = "business_hours"
    visible = staticmethod(policy.visible)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)
    zone: Mapped[str] = column(filter=True)
    holiday_calendar_id: Mapped[UUID | None] = column(references="holiday_calendars", filter=True)


class OpenInterval(Part):
    """Open from one minute of the day until another; `weekday` is 1 for Monday to 7 for Sunday."""

    __tablename__ = "business_hours_intervals"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("0 <= opens AND opens < closes AND closes <= 1440", name="times"),
    )
    whole = "business_hours_id"
    field = "intervals"
    visible = staticmethod(as_its_record)

    business_hours_id: Mapped[UUID] = column(references="business_hours", primary_key=True)
    weekday: Mapped[int] = column(Integer(), primary_key=True)
    opens: Mapped[int] = column(Integer(), primary_key=True)
    closes: Mapped[int] = column(Integer())
