"""Business time: the golden examples, daylight saving, and what holds for every calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from api.domain.business_hours.clock import (
    DAY,
    MINUTES,
    NOTHING,
    Calendar,
    Interval,
    Span,
    add,
    between,
    due,
    is_open,
    paused,
    round_the_clock,
)
from api.domain.kernel import Invalid

HOUR = timedelta(hours=1)
NINE_TO_FIVE = (Interval(9 * 60, 17 * 60),)
WITH_LUNCH = (Interval(9 * 60, 12 * 60), Interval(13 * 60, 17 * 60))
OFFICE = Calendar("UTC", (*(NINE_TO_FIVE,) * 5, (), ()))
FRIDAY, SATURDAY, MONDAY, TUESDAY = (date(2026, 3, day) for day in (6, 7, 9, 10))


def at(day: date, hour: int, minute: int = 0, zone: str = "UTC") -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))


# The golden examples (a) to (e)


def test_what_does_not_fit_into_friday_goes_on_on_monday():
    assert add(OFFICE, at(FRIDAY, 16), 4 * HOUR) == at(MONDAY, 12)


def test_a_pause_over_night_does_not_move_a_due_instant_at_the_end_of_the_day():
    night = (at(MONDAY, 17), at(TUESDAY, 9))

    assert due(OFFICE, at(MONDAY, 9), 8 * HOUR, [night]) == at(MONDAY, 17)
    assert paused(OFFICE, [night], at(MONDAY, 9), at(TUESDAY, 9)) == NOTHING


def test_a_clock_that_starts_on_saturday_begins_on_monday_morning():
    assert add(OFFICE, at(SATURDAY, 15), HOUR) == at(MONDAY, 10)


def test_a_holiday_on_monday_moves_it_to_tuesday():
    assert add(Calendar("UTC", OFFICE.week, frozenset({MONDAY})), at(SATURDAY, 15), HOUR) == at(TUESDAY, 10)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_round_the_clock_measures_seconds_also_when_the_clock_changes(day: date, hours: int):
    always = round_the_clock("Europe/Berlin")
    start, end = at(day, 0, zone="Europe/Berlin"), at(day + DAY, 0, zone="Europe/Berlin")

    assert between(always, start, end) == hours * HOUR
    assert add(always, start, hours * HOUR) == end


# Details


def test_lunch_is_not_business_time():
    calendar = Calendar("UTC", (*(WITH_LUNCH,) * 5, (), ()))

    assert add(calendar, at(MONDAY, 11), 2 * HOUR) == at(MONDAY, 14)
    assert between(calendar, at(MONDAY, 9), at(MONDAY, 17)) == 7 * HOUR
    assert [is_open(calendar, at(MONDAY, hour)) for hour in (8, 9, 12, 13, 17)] == [False, True, False, True, False]


def test_the_hours_are_those_of_the_zone():
    calendar = Calendar("America/New_York", OFFICE.week)

    assert add(calendar, datetime(2026, 3, 6, 21, tzinfo=UTC), 2 * HOUR) == datetime(2026, 3, 9, 14, tzinfo=UTC)


def test_an_hour_that_the_clock_skips_is_nobodys_and_one_that_it_repeats_counts_twice():
    night = Calendar("Europe/Berlin", ((Interval(60, 240),),) * 7)  # 01:00 to 04:00

    assert between(night, at(date(2026, 3, 29), 0), at(date(2026, 3, 29), 12)) == 2 * HOUR
    assert between(night, at(date(2026, 10, 24), 12), at(date(2026, 10, 25), 12)) == 4 * HOUR


def test_a_day_that_a_zone_leaves_out_has_no_business_time():
    apia = Calendar("Pacific/Apia", ((Interval(540, 1020),),) * 7)  # 30 December 2011 did not happen

    start, end = at(date(2011, 12, 29), 9, zone=apia.zone), at(date(2011, 12, 31), 17, zone=apia.zone)
    assert between(apia, start, end) == 2 * 8 * HOUR


def test_no_duration_is_over_at_once_even_when_closed():
    assert add(OFFICE, at(SATURDAY, 15), NOTHING) == at(SATURDAY, 15)


def test_a_pause_that_begins_when_the_clock_has_run_out_is_too_late():
    late = (at(MONDAY, 12), at(MONDAY, 16))

    assert due(OFFICE, at(MONDAY, 9), 3 * HOUR, [late]) == at(MONDAY, 12)
    assert due(OFFICE, at(MONDAY, 9), 4 * HOUR, [late]) == at(MONDAY, 17)


def test_pauses_at_the_same_time_count_once():
    pauses = [(at(MONDAY, 10), at(MONDAY, 12)), (at(MONDAY, 11), at(MONDAY, 13)), (at(MONDAY, 8), at(MONDAY, 9))]

    assert paused(OFFICE, pauses, at(MONDAY, 9), at(MONDAY, 17)) == 3 * HOUR


def test_a_calendar_that_hardly_ever_opens_is_refused():
    with pytest.raises(Invalid) as refusal:
        add(Calendar("UTC", ((),) * 7), at(MONDAY, 9), HOUR)

    assert (refusal.value.path, refusal.value.constraint) == (("business_hours",), "horizon")


# Properties

QUICKLY = settings(max_examples=40, database=None, deadline=None)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo")


@some.composite
def hours(draw: some.DrawFn) -> tuple[Interval, ...]:
    edges = sorted(draw(some.sets(some.integers(0, MINUTES // 15), max_size=6)))
    return tuple(Interval(15 * opens, 15 * closes) for opens, closes in zip(edges[::2], edges[1::2], strict=False))


CALENDARS = some.builds(
    Calendar,
    some.sampled_from(ZONES),
    some.tuples(*[hours()] * 7).filter(any),
    some.frozensets(some.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=8),
)
STARTS = some.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=some.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
DURATIONS = some.timedeltas(timedelta(seconds=1), timedelta(minutes=300))
PAUSES = some.lists(
    some.builds(
        lambda begin, length: (begin, begin + length), STARTS, some.timedeltas(timedelta(seconds=1), timedelta(days=5))
    ),
    max_size=4,
)


@QUICKLY
@given(CALENDARS, STARTS, DURATIONS)
def test_to_add_and_then_to_measure_gives_what_was_added(calendar: Calendar, start: datetime, duration: timedelta):
    assert between(calendar, start, add(calendar, start, duration)) == duration


@QUICKLY
@given(CALENDARS, STARTS, DURATIONS, DURATIONS)
def test_two_durations_after_each_other_are_their_sum(
    calendar: Calendar, start: datetime, one: timedelta, two: timedelta
):
    assert add(calendar, add(calendar, start, one), two) == add(calendar, start, one + two)


@QUICKLY
@given(CALENDARS, STARTS, DURATIONS, PAUSES)
def test_what_passes_until_it_is_due_is_the_duration_and_the_pauses(
    calendar: Calendar, start: datetime, duration: timedelta, pauses: list[Span]
):
    found = due(calendar, start, duration, pauses)

    assert between(calendar, start, found) - paused(calendar, pauses, start, found) == duration


@QUICKLY
@given(CALENDARS, STARTS, DURATIONS, PAUSES)
def test_a_pause_while_closed_changes_nothing(
    calendar: Calendar, start: datetime, duration: timedelta, pauses: list[Span]
):
    idle = [pause for pause in pauses if between(calendar, *pause) == NOTHING]

    assert due(calendar, start, duration, idle) == add(calendar, start, duration)


@QUICKLY
@given(CALENDARS, STARTS, DURATIONS, PAUSES)
def test_a_longer_target_with_the_same_pauses_is_never_due_earlier(
    calendar: Calendar, start: datetime, duration: timedelta, pauses: list[Span]
):
    assert due(calendar, start, duration, pauses) <= due(calendar, start, duration + HOUR, pauses)
