"""Commands for business hours, and the calendar of the arithmetic that they are."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypedDict
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import select

from api.domain.kernel import (
    ExternalKey,
    Invalid,
    LimitExceeded,
    Matching,
    Required,
    RestoreConflict,
    Row,
    TextField,
    Work,
    Written,
    among,
    assign,
    by_column,
    checked_references,
    checked_texts,
    fold,
    load_references,
    refuse_null,
    require,
    under,
    write_rows,
)

from .clock import MINUTES, Calendar, Interval
from .models import BusinessHours, Holiday, HolidayCalendar, OpenInterval

TEXTS = {"name": TextField(100, required=True, folded="name_sort"), "zone": TextField(64, required=True)}
REFERENCES = {"holiday_calendar_id": HolidayCalendar}
MOST_A_DAY, HOUR = 10, 60
ZONES = available_timezones()


class Weekday(StrEnum):
    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


NUMBERS = {day: number for number, day in enumerate(Weekday, 1)}
DAYS = {number: day for day, number in NUMBERS.items()}


class IntervalValues(TypedDict):
    """Open on a day of the week; times are `09:00`, and `24:00` is the end of the day."""

    day: Weekday
    opens: str
    closes: str


class BusinessHoursValues(TypedDict, total=False):
    """What is known of business hours; a missing key leaves the value alone. `intervals` are all they have then."""

    name: str
    zone: str
    holiday_calendar_id: UUID | None
    intervals: Sequence[IntervalValues]


BusinessHoursRow = Row[BusinessHoursValues]


async def create(work: Work, values: BusinessHoursValues, *, external_ids: Sequence[ExternalKey] = ()) -> BusinessHours:
    """New business hours, in the tenant's zone unless the values say otherwise.

    Raises:
        Required: no interval, or no name.
        Invalid: the zone is unknown, a time is none, or intervals of a day overlap.
    """
    row = BusinessHoursRow(values=values, external_ids=external_ids)
    return (await write_rows(work, MATCHING, [row], prepare, create=True))[0].unwrap()


async def update(work: Work, id: UUID, values: BusinessHoursValues, *, if_version: int | None = None) -> BusinessHours:
    """Due instants that are known already stay; what is measured from now on is measured by the new hours."""
    return (await upsert_many(work, [BusinessHoursRow(values=values, id=id, if_version=if_version)]))[0].unwrap()


async def upsert_many(work: Work, rows: Sequence[BusinessHoursRow]) -> list[Written[BusinessHours]]:
    """Create or update business hours; a row means those with its id, external id or name."""
    return await write_rows(work, MATCHING, rows, prepare)


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> BusinessHours:
    """What is measured by them goes on as it is."""
    hours = await work.edit(BusinessHours, id, if_version=if_version, archived=True)
    hours.archived_at = hours.archived_at or work.now
    return hours


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> BusinessHours:
    """Raises RestoreConflict if live business hours have the name."""
    hours = await work.edit(BusinessHours, id, if_version=if_version, archived=True)
    if hours.archived_at is not None:
        for holder in (await MATCHING.holders(work, [hours.name_sort])).values():
            raise RestoreConflict("business_hours", holder, ("name",))
    hours.archived_at = None
    return hours


async def calendar_of(work: Work, id: UUID) -> Calendar:
    """As `calendars_of`, for one."""
    return (await calendars_of(work, [id]))[id]


async def calendars_of(work: Work, ids: Iterable[UUID]) -> dict[UUID, Calendar]:
    """What business hours say, archived ones too and whoever asks; three statements however many there are."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    await work.flush()
    hours = BusinessHours
    query = select(hours.id, hours.zone, hours.holiday_calendar_id)
    rows = (await work.session.execute(query.where(hours.tenant_id == work.tenant, among(hours.id, wanted)))).all()
    known = await intervals_of(work, wanted)
    used = {calendar for _, _, calendar in rows if calendar is not None}
    days: dict[UUID, set[Any]] = {}
    if used:
        holidays = select(Holiday.calendar_id, Holiday.day)
        holidays = holidays.where(Holiday.tenant_id == work.tenant, among(Holiday.calendar_id, used))
        for calendar, day in await work.session.execute(holidays):
            days.setdefault(calendar, set()).add(day)
    return {
        id: Calendar(zone, week_of(known.get(id, {}).values()), frozenset(days.get(calendar, ())))
        for id, zone, calendar in rows
    }


def week_of(intervals: Iterable[OpenInterval]) -> tuple[tuple[Interval, ...], ...]:
    week: list[list[Interval]] = [[] for _ in NUMBERS]
    for one in intervals:
        week[one.weekday - 1].append(Interval(one.opens, one.closes))
    return tuple(tuple(sorted(day)) for day in week)


async def prepare(work: Work, rows: Sequence[BusinessHoursRow], records: Mapping[UUID, BusinessHours]) -> Any:
    await load_references(work, [row.values for row in rows], REFERENCES)
    known = await intervals_of(work, [id for id in records if any("intervals" in row.values for row in rows)])
    zone = (await work.tenant_settings()).zone

    def write(row: BusinessHoursRow, hours: BusinessHours | None) -> tuple[BusinessHours, bool]:
        values = row.values
        if hours is None:
            values = {"zone": zone, **values}
            require(values, "name", "intervals")
        refuse_null(values, "intervals")
        columns = checked_texts(values, TEXTS) | checked_references(work, values, REFERENCES, hours)
        if "zone" in columns and columns["zone"] not in ZONES:
            raise Invalid(("zone",), "this is not an IANA time zone, such as Europe/Berlin", "zone")
        week = checked_intervals(values["intervals"]) if "intervals" in values else None
        changed = hours is None or assign(hours, columns)
        hours = hours or work.add(BusinessHours(**columns))
        if week is not None and put(work, hours, known.setdefault(hours.id, {}), week):
            changed = True
        return hours, changed

    return write


def checked_intervals(given: Sequence[IntervalValues]) -> dict[tuple[int, int], int]:
    """(weekday, opens) → closes.

    Raises:
        Required: there is none.
        Invalid: a time is none, an interval ends before it begins, or two of a day overlap.
        LimitExceeded: more than ten on one day.
    """
    if not given:
        raise Required(("intervals",), "say when it is open; business hours that never open measure nothing")
    week: dict[int, list[Interval]] = {}
    for index, one in enumerate(given):
        with under("intervals", str(index)):
            interval = Interval(minute_of(one["opens"], "opens"), minute_of(one["closes"], "closes"))
            if interval.opens >= interval.closes:
                raise Invalid(("closes",), "closes after it opens; one over midnight is two intervals", "order")
            day = week.setdefault(NUMBERS[one["day"]], [])
            if any(interval.opens < other.closes and other.opens < interval.closes for other in day):
                raise Invalid(("opens",), f"this overlaps another interval of {one['day'].title()}", "overlap")
            day.append(interval)
            if len(day) > MOST_A_DAY:
                raise LimitExceeded((), MOST_A_DAY, "intervals on one day")
    return {(weekday, one.opens): one.closes for weekday, day in week.items() for one in day}


def minute_of(text: str, path: str) -> int:
    """`09:30` → 570.

    Raises:
        Invalid: it is no such time.
    """
    hour, colon, minute = text.partition(":")
    if colon and len(text) == len("09:30") and (hour + minute).isascii() and (hour + minute).isdigit():
        found = int(hour) * HOUR + int(minute)
        if int(minute) < HOUR and found <= MINUTES:
            return found
    raise Invalid((path,), "give a time from 00:00 to 24:00, such as 09:30", "time")


def put(
    work: Work, hours: BusinessHours, known: dict[tuple[int, int], OpenInterval], week: Mapping[tuple[int, int], int]
) -> bool:
    """Make these the intervals of the business hours. True if they were not."""
    changed = False
    for key in [key for key in known if key not in week]:
        work.remove(known.pop(key))
        changed = True
    for key, closes in week.items():
        if key in known:
            changed |= assign(known[key], {"closes": closes})
        else:
            made = OpenInterval(business_hours_id=hours.id, weekday=key[0], opens=key[1], closes=closes)
            known[key] = work.add(made)
            changed = True
    return changed


async def intervals_of(work: Work, ids: Sequence[UUID]) -> dict[UUID, dict[tuple[int, int], OpenInterval]]:
    """The intervals of these business hours, by weekday and opening."""
    found: dict[UUID, dict[tuple[int, int], OpenInterval]] = {}
    if not ids:
        return found
    await work.flush()
    query = select(OpenInterval).where(
        OpenInterval.tenant_id == work.tenant, among(OpenInterval.business_hours_id, ids)
    )
    for one in await work.session.scalars(query):
        found.setdefault(one.business_hours_id, {})[one.weekday, one.opens] = one
    return found


def names(values: Mapping[str, Any]) -> list[str]:
    return [fold(values["name"])] if values.get("name") else []


MATCHING = Matching(BusinessHours, "name", names, by_column(BusinessHours, "name_sort"))
