"""Business hours, and calendars of holidays."""

from datetime import date
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement, Integer, Text, case, cast, func, literal_column

from api.domain import business_hours as domain
from api.domain.kernel import Work, fold

from .aggregates import Aggregate, column_key
from .binding import Natural, computed, described, listed, readable, to_one
from .commands import Service, Writes
from .connections import Connection, about, extend, many, one
from .enums import described_enum
from .inputs import Extra, Ids
from .interfaces import Node, Record
from .records import complete
from .references import given
from .scalars import CountryCode, TimeZone

described_enum(
    domain.Weekday,
    "Weekday",
    "A day of the week.",
    MONDAY="Monday.",
    TUESDAY="Tuesday.",
    WEDNESDAY="Wednesday.",
    THURSDAY="Thursday.",
    FRIDAY="Friday.",
    SATURDAY="Saturday.",
    SUNDAY="Sunday.",
)


SIXTY: ColumnElement[int] = literal_column("60", Integer())
DAYS = tuple(domain.DAYS.items())


def weekday_text(row: Any, _scope: Any) -> Any:
    days = ((row.weekday == literal_column(str(number)), literal_column(f"'{day}'")) for number, day in DAYS)
    return case(*days)


def time_text(minutes: Any) -> Any:
    """SQL: minutes of the day as `09:30`."""
    hour, minute = minutes // SIXTY, func.mod(minutes, SIXTY)
    digits = [func.lpad(cast(part, Text), literal_column("2"), literal_column("'0'")) for part in (hour, minute)]
    return digits[0].op("||")(literal_column("':'")).op("||")(digits[1])


@readable(domain.Holiday, description="A day on which nobody works.")
class Holiday:
    day: date = described("The day, where the business hours are.")
    name: str = described("What it is called.")


@readable(
    domain.HolidayCalendar,
    description="Days on which nobody works, for any number of business hours.",
    naturals={"name": Natural(str, "Its name.", lambda t, _tenant, name: t.c.name_sort == name, fold)},
)
class HolidayCalendar(Record, Node):
    name: str = described("Unique among live calendars.")
    holidays: list[Holiday] = listed("calendar_id", "Its days, in order.", order=("day",))


@readable(domain.OpenInterval, description="A part of a day of the week in which work is done.")
class BusinessInterval:
    day: domain.Weekday = computed(weekday_text, "The day of the week.")
    opens: str = computed(lambda row, _scope: time_text(row.opens), "When it begins, such as `09:00`.")
    closes: str = computed(lambda row, _scope: time_text(row.closes), "When it ends; `24:00` is the end of the day.")


@readable(
    domain.BusinessHours,
    description="When work is done. Clocks that are measured by them stand still at any other time.",
    naturals={"name": Natural(str, "Their name.", lambda t, _tenant, name: t.c.name_sort == name, fold)},
)
class BusinessHours(Record, Node):
    name: str = described("Unique among live business hours.")
    zone: TimeZone = described("The time zone of intervals and holidays.")
    holiday_calendar: HolidayCalendar | None = to_one(
        "holiday_calendar_id", "business_hours.HolidayCalendar", "Days on which nothing is open."
    )
    intervals: list[BusinessInterval] = listed(
        "business_hours_id", "The week, Monday first.", order=("weekday", "opens")
    )


for record_type in (HolidayCalendar, BusinessHours):
    complete(record_type)
extend(HolidayCalendar, "business_hours", BusinessHours, "holiday_calendar_id", "Business hours that use it.")


@strawberry.input(description="A day on which nobody works.")
class HolidayInput:
    day: date = strawberry.field(description="The day.")
    name: str = strawberry.field(description="What it is called.")


@strawberry.input(description="A part of a day of the week in which work is done.")
class BusinessIntervalInput:
    day: domain.Weekday = strawberry.field(description="The day of the week.")
    opens: str = strawberry.field(description="When it begins, such as `09:00`.")
    closes: str = strawberry.field(description="When it ends; `24:00` is the end of the day.")


def rows_of(value: list[Any] | None, _ids: Ids) -> list[dict[str, Any]] | None:
    return None if value is None else [given(one) for one in value]


async def fill(
    work: Work,
    id: UUID,
    *,
    country: str,
    first_year: int,
    last_year: int,
    region: str | None = None,
    if_version: int | None,
) -> Any:
    return await domain.fill_calendar(work, id, country, first_year, last_year, region=region, if_version=if_version)


BUSINESS_HOURS = Writes(
    BusinessHours,
    "business_hours",
    Service(domain.create, domain.upsert_many, domain.BusinessHoursRow, domain.archive, domain.restore),
    fields=("name", "zone", "holiday_calendar"),
    required=("name",),
    natural={"name": lambda name: {"name": name}},
    extras={"intervals": Extra(list[BusinessIntervalInput], "The whole week; those of a day do not overlap.", rows_of)},
)
HOLIDAY_CALENDARS = Writes(
    HolidayCalendar,
    "holiday_calendar",
    Service(
        domain.create_calendar,
        domain.upsert_calendars,
        domain.HolidayCalendarRow,
        domain.archive_calendar,
        domain.restore_calendar,
    ),
    fields=("name",),
    required=("name",),
    natural={"name": lambda name: {"name": name}},
    extras={"holidays": Extra(list[HolidayInput], "All its days; at most 1,000.", rows_of)},
)
BUSINESS_HOURS_AGGREGATE = Aggregate(
    BusinessHours,
    {
        "ZONE": column_key("zone", None, "By time zone."),
        "HOLIDAY_CALENDAR": column_key("holiday_calendar_id", ("HolidayCalendar", "hol"), "By calendar of holidays."),
    },
)


@strawberry.type
class Query:
    business_hours: BusinessHours | None = one(BusinessHours, "Business hours; null if there are no such.")
    all_business_hours: Connection[BusinessHours] = many(BusinessHours, "Business hours.")
    business_hours_aggregate = BUSINESS_HOURS_AGGREGATE.query()
    holiday_calendar: HolidayCalendar | None = one(HolidayCalendar, "One calendar of holidays; null if there is none.")
    holiday_calendars: Connection[HolidayCalendar] = many(HolidayCalendar, "Calendars of holidays.")


@strawberry.type
class Mutation:
    business_hours_create = BUSINESS_HOURS.create("Make business hours; their zone is the tenant's unless given.")
    business_hours_update = BUSINESS_HOURS.update("Change business hours; due instants known already stay.")
    business_hours_upsert = BUSINESS_HOURS.upsert("Change the business hours that a key names, or make them.")
    business_hours_bulk_upsert = BUSINESS_HOURS.bulk_upsert("Upsert up to 250 business hours.")
    business_hours_archive = BUSINESS_HOURS.archive("Archive business hours; what is measured by them goes on.")
    business_hours_restore = BUSINESS_HOURS.restore("Make archived business hours live again.")
    holiday_calendar_create = HOLIDAY_CALENDARS.create("Make a calendar of holidays.")
    holiday_calendar_update = HOLIDAY_CALENDARS.update("Change a calendar of holidays.")
    holiday_calendar_upsert = HOLIDAY_CALENDARS.upsert("Change the calendar that a key names, or make it.")
    holiday_calendar_bulk_upsert = HOLIDAY_CALENDARS.bulk_upsert("Upsert up to 250 calendars of holidays.")
    holiday_calendar_archive = HOLIDAY_CALENDARS.archive("Archive a calendar; business hours that use it go on.")
    holiday_calendar_restore = HOLIDAY_CALENDARS.restore("Make an archived calendar live again.")
    holiday_calendar_fill = HOLIDAY_CALENDARS.verb(
        fill,
        "Add the public holidays of a country; days that are there keep their names.",
        country=about(CountryCode, "The country."),
        region=about(str | None, "A part of it with holidays of its own, by its ISO 3166-2 code without the country."),
        first_year=about(int, "The first year."),
        last_year=about(int, "The last year; at most 20 in one call."),
    )
