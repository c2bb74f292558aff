"""Commands for calendars of holidays."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import select

from api.domain.kernel import (
    ExternalKey,
    Invalid,
    LimitExceeded,
    Matching,
    RestoreConflict,
    Row,
    TextField,
    Work,
    Written,
    among,
    assign,
    by_column,
    checked,
    checked_day,
    checked_texts,
    fold,
    refuse_null,
    require,
    under,
    write_rows,
)

from .models import Holiday, HolidayCalendar
from .public_holidays import public_holidays

TEXTS = {"name": TextField(100, required=True, folded="name_sort")}
NAME, MOST = 255, 1_000


class HolidayValues(TypedDict):
    day: date
    name: str


class HolidayCalendarValues(TypedDict, total=False):
    """What is known of a calendar; a missing key leaves the value alone. `holidays` are all it has then."""

    name: str
    holidays: Sequence[HolidayValues]


HolidayCalendarRow = Row[HolidayCalendarValues]


async def create_calendar(
    work: Work, values: HolidayCalendarValues, *, external_ids: Sequence[ExternalKey] = ()
) -> HolidayCalendar:
    row = HolidayCalendarRow(values=values, external_ids=external_ids)
    return (await write_rows(work, MATCHING, [row], prepare, create=True))[0].unwrap()


async def update_calendar(
    work: Work, id: UUID, values: HolidayCalendarValues, *, if_version: int | None = None
) -> HolidayCalendar:
    row = HolidayCalendarRow(values=values, id=id, if_version=if_version)
    return (await upsert_calendars(work, [row]))[0].unwrap()


async def upsert_calendars(work: Work, rows: Sequence[HolidayCalendarRow]) -> list[Written[HolidayCalendar]]:
    """Create or update calendars; a row means the one with its id, external id or name."""
    return await write_rows(work, MATCHING, rows, prepare)


async def archive_calendar(work: Work, id: UUID, *, if_version: int | None = None) -> HolidayCalendar:
    """Business hours that use it go on as they do."""
    calendar = await work.edit(HolidayCalendar, id, if_version=if_version, archived=True)
    calendar.archived_at = calendar.archived_at or work.now
    return calendar


async def restore_calendar(work: Work, id: UUID, *, if_version: int | None = None) -> HolidayCalendar:
    """Raises RestoreConflict if a live calendar has the name."""
    calendar = await work.edit(HolidayCalendar, id, if_version=if_version, archived=True)
    if calendar.archived_at is not None:
        for holder in (await MATCHING.holders(work, [calendar.name_sort])).values():
            raise RestoreConflict("holiday_calendar", holder, ("name",))
    calendar.archived_at = None
    return calendar


async def fill_calendar(  # noqa: PLR0913 - whose holidays, and of which years
    work: Work,
    id: UUID,
    country: str,
    first_year: int,
    last_year: int,
    *,
    region: str | None = None,
    if_version: int | None = None,
) -> HolidayCalendar:
    """Add the public holidays of a country or a part of it; days that are there already keep their names.

    Raises:
        Invalid: the country, the region or the years are not known.
        LimitExceeded: the calendar would have more than 1,000 days.
    """
    calendar = await work.edit(HolidayCalendar, id, if_version=if_version)
    known = (await holidays_of(work, [id])).get(id, {})
    new = public_holidays(country, region, first_year, last_year)
    refuse_too_many(len({*known, *new}))
    for day in sorted(new.keys() - known.keys()):
        work.add(Holiday(calendar_id=id, day=day, name=new[day][:NAME]))
    return calendar


async def prepare(work: Work, rows: Sequence[HolidayCalendarRow], records: Mapping[UUID, HolidayCalendar]) -> Any:
    known = await holidays_of(work, [id for id in records if any("holidays" in row.values for row in rows)])

    def write(row: HolidayCalendarRow, calendar: HolidayCalendar | None) -> tuple[HolidayCalendar, bool]:
        if calendar is None:
            require(row.values, "name")
        refuse_null(row.values, "holidays")
        columns = checked_texts(row.values, TEXTS)
        days = checked_holidays(row.values["holidays"]) if "holidays" in row.values else None
        changed = calendar is None or assign(calendar, columns)
        calendar = calendar or work.add(HolidayCalendar(**columns))
        if days is not None and put(work, calendar, known.setdefault(calendar.id, {}), days):
            changed = True
        return calendar, changed

    return write


def checked_holidays(given: Sequence[HolidayValues]) -> dict[date, str]:
    refuse_too_many(len(given))
    days: dict[date, str] = {}
    for index, one in enumerate(given):
        with under("holidays", str(index)):
            day = checked_day(one["day"], "day") or one["day"]
            if day in days:
                raise Invalid(("day",), f"{day} is there twice; leave one of them out", "unique")
            days[day] = checked(one["name"], "name", limit=NAME)
    return days


def refuse_too_many(number: int) -> None:
    if number > MOST:
        raise LimitExceeded(("holidays",), MOST, "holidays in one calendar")


def put(work: Work, calendar: HolidayCalendar, known: dict[date, Holiday], days: Mapping[date, str]) -> bool:
    """Make these the holidays of the calendar. True if they were not."""
    changed = False
    for day in [day for day in known if day not in days]:
        work.remove(known.pop(day))
        changed = True
    for day, name in days.items():
        if day in known:
            changed |= assign(known[day], {"name": name})
        else:
            known[day] = work.add(Holiday(calendar_id=calendar.id, day=day, name=name))
            changed = True
    return changed


async def holidays_of(work: Work, ids: Sequence[UUID]) -> dict[UUID, dict[date, Holiday]]:
    """The holidays of these calendars, by day."""
    found: dict[UUID, dict[date, Holiday]] = {}
    if not ids:
        return found
    await work.flush()
    query = select(Holiday).where(Holiday.tenant_id == work.tenant, among(Holiday.calendar_id, ids))
    for holiday in await work.session.scalars(query):
        found.setdefault(holiday.calendar_id, {})[holiday.day] = holiday
    return found


def names(values: Mapping[str, Any]) -> list[str]:
    return [fold(values["name"])] if values.get("name") else []


MATCHING = Matching(HolidayCalendar, "name", names, by_column(HolidayCalendar, "name_sort"))
