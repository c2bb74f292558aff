"""Business hours and holidays: what they take, what they refuse, and the calendar that they are."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.domain import business_hours
from api.domain.business_hours import Calendar, Interval, Weekday
from api.domain.kernel import DomainError, Invalid, LimitExceeded, NotAllowed, Required, RestoreConflict, Work
from tests.conftest import AsRole
from tests.factories import a_holiday_calendar, some_business_hours

MONDAY = {"day": Weekday.MONDAY, "opens": "09:00", "closes": "17:00"}


async def test_business_hours_are_a_calendar_of_the_arithmetic(work: Work):
    holidays = await a_holiday_calendar(work, days={date(2026, 3, 9): "Founders' day"})
    hours = await business_hours.create(
        work,
        {
            "name": "Support",
            "zone": "Europe/Berlin",
            "holiday_calendar_id": holidays.id,
            "intervals": [
                {"day": Weekday.MONDAY, "opens": "13:00", "closes": "24:00"},
                {"day": Weekday.MONDAY, "opens": "09:30", "closes": "12:00"},
                {"day": Weekday.SUNDAY, "opens": "00:00", "closes": "24:00"},
            ],
        },
    )

    monday, sunday = (Interval(570, 720), Interval(780, 1440)), (Interval(0, 1440),)
    week = (monday, (), (), (), (), (), sunday)
    assert await business_hours.calendar_of(work, hours.id) == Calendar(
        "Europe/Berlin", week, frozenset({date(2026, 3, 9)})
    )


async def test_they_are_in_the_zone_of_the_tenant_unless_they_say_otherwise(work: Work):
    hours = await business_hours.create(work, {"name": "Support", "intervals": [MONDAY]})

    assert hours.zone == "UTC"


async def test_intervals_are_replaced_as_a_whole_and_the_same_ones_are_no_change(work: Work):
    hours = await some_business_hours(work)
    week = [{"day": Weekday.FRIDAY, "opens": "08:00", "closes": "12:00"}]
    await work.finish()

    await business_hours.update(work, hours.id, {"intervals": week})
    (change,) = await work.finish()
    await business_hours.update(work, hours.id, {"intervals": week})

    assert (hours.version, list(change.changed)) == (2, ["intervals"])
    assert await work.finish() == []
    calendar = await business_hours.calendar_of(work, hours.id)
    assert calendar.week == ((), (), (), (), (Interval(480, 720),), (), ())


@pytest.mark.parametrize(
    ("values", "refusal", "path"),
    [
        ({"intervals": [MONDAY]}, Required, ("name",)),
        ({"name": "x"}, Required, ("intervals",)),
        ({"name": "x", "intervals": []}, Required, ("intervals",)),
        ({"name": "x", "intervals": None}, Required, ("intervals",)),
        ({"name": "x", "zone": "Europe/Atlantis", "intervals": [MONDAY]}, Invalid, ("zone",)),
        ({"name": "x", "intervals": [{**MONDAY, "opens": "9:00"}]}, Invalid, ("intervals", "0", "opens")),
        ({"name": "x", "intervals": [{**MONDAY, "opens": "09:60"}]}, Invalid, ("intervals", "0", "opens")),
        ({"name": "x", "intervals": [{**MONDAY, "closes": "24:01"}]}, Invalid, ("intervals", "0", "closes")),
        ({"name": "x", "intervals": [{**MONDAY, "opens": "٠٩:00"}]}, Invalid, ("intervals", "0", "opens")),
        ({"name": "x", "intervals": [{**MONDAY, "closes": "09:00"}]}, Invalid, ("intervals", "0", "closes")),
        ({"name": "x", "intervals": [MONDAY, {**MONDAY, "opens": "16:59"}]}, Invalid, ("intervals", "1", "opens")),
    ],
)
async def test_what_cannot_be_business_hours_is_refused(
    work: Work, values: Any, refusal: type[DomainError], path: tuple[str, ...]
):
    with pytest.raises(refusal) as refused:
        await business_hours.create(work, values)

    assert refused.value.path == path
    assert (await work.finish(), work.events) == ([], [])


async def test_a_day_has_at_most_ten_intervals(work: Work):
    many = [{"day": Weekday.MONDAY, "opens": f"{hour:02}:00", "closes": f"{hour:02}:30"} for hour in range(11)]

    with pytest.raises(LimitExceeded) as refused:
        await business_hours.create(work, {"name": "x", "intervals": many})  # type: ignore[typeddict-item]
    assert refused.value.limit == 10


async def test_archived_hours_measure_on_and_give_their_name_away(work: Work):
    hours = await some_business_hours(work)
    await business_hours.archive(work, hours.id)
    await some_business_hours(work)

    assert (await business_hours.calendar_of(work, hours.id)).zone == "UTC"
    with pytest.raises(RestoreConflict):
        await business_hours.restore(work, hours.id)


async def test_who_does_not_read_business_hours_is_measured_by_them_all_the_same(work: Work, as_role: AsRole):
    hours = await some_business_hours(work)
    seller = await as_role("sales_rep")

    assert (await business_hours.calendar_of(seller, hours.id)).zone == "UTC"
    with pytest.raises(NotAllowed):
        await business_hours.create(seller, {"name": "Mine", "intervals": [MONDAY]})  # type: ignore[typeddict-item]


# Holidays


async def test_a_calendar_is_filled_with_the_public_holidays_of_a_country_and_what_is_there_stays(work: Work):
    calendar = await a_holiday_calendar(work, days={date(2026, 1, 1): "New year", date(2026, 12, 24): "Half a day"})

    await business_hours.fill_calendar(work, calendar.id, "DE", 2026, 2026, region="BY")
    hours = await some_business_hours(work, holiday_calendar_id=calendar.id)
    days = sorted((await business_hours.calendar_of(work, hours.id)).holidays)

    assert [f"{day:%m-%d}" for day in days] == (
        "01-01 01-06 04-03 04-06 05-01 05-14 05-25 06-04 10-03 11-01 12-24 12-25 12-26".split()
    )


async def test_filling_twice_changes_nothing(work: Work):
    calendar = await a_holiday_calendar(work)
    await business_hours.fill_calendar(work, calendar.id, "US", 2026, 2027)
    await work.finish()
    await business_hours.fill_calendar(work, calendar.id, "US", 2026, 2027)

    assert await work.finish() == []


@pytest.mark.parametrize(
    ("country", "region", "years", "path"),
    [
        ("XX", None, (2026, 2026), ("country",)),
        ("DE", "TX", (2026, 2026), ("region",)),
        ("DE", None, (2027, 2026), ("last_year",)),
        ("DE", None, (2026, 2046), ("last_year",)),
        ("DE", None, (1900, 1901), ("last_year",)),
    ],
)
async def test_unknown_holidays_are_refused(
    work: Work, country: str, region: str | None, years: tuple[int, int], path: tuple[str, ...]
):
    calendar = await a_holiday_calendar(work)
    await work.finish()

    with pytest.raises(Invalid) as refused:
        await business_hours.fill_calendar(work, calendar.id, country, *years, region=region)
    assert refused.value.path == path
    assert (await work.finish(), work.events) == ([], [])


async def test_a_day_is_a_holiday_once(work: Work):
    twice = [{"day": date(2026, 1, 1), "name": "One"}, {"day": date(2026, 1, 1), "name": "Two"}]

    with pytest.raises(Invalid) as refused:
        await business_hours.create_calendar(work, {"name": "x", "holidays": twice})  # type: ignore[typeddict-item]
    assert refused.value.path == ("holidays", "1", "day")


async def test_hours_without_enough_time_in_ten_years_are_refused_when_they_are_used(work: Work):
    hours = await some_business_hours(work)
    calendar = await business_hours.calendar_of(work, hours.id)

    with pytest.raises(Invalid) as refused:
        business_hours.add(calendar, datetime(2026, 3, 2, tzinfo=UTC), timedelta(hours=30_000))
    assert refused.value.constraint == "horizon"
