"""Properties of one milestone: what pauses and changes of the target make of its due instant."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as some

from api.domain.business_hours import Calendar, Interval, add, between
from api.domain.cases import MilestoneStatus
from api.domain.cases.levels import Milestone
from api.domain.cases.milestones import aim, go_on, hold

DAY = (Interval(9 * 60, 12 * 60 + 30), Interval(13 * 60 + 30, 18 * 60))
BERLIN = Calendar("Europe/Berlin", ((DAY,) * 5 + ((),) * 2), frozenset({date(2026, 3, 30), date(2026, 12, 25)}))
QUICKLY = settings(max_examples=60, database=None, deadline=None)
STARTS = some.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=some.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
MINUTES = some.integers(1, 4_800)
# How long it runs, and then stands still, on the wall.
TURNS = some.lists(some.tuples(*[some.timedeltas(timedelta(seconds=1), timedelta(days=3))] * 2), min_size=1, max_size=4)
WARN = 80


@QUICKLY
@given(STARTS, MINUTES, MINUTES, TURNS)
def test_another_target_keeps_the_start_and_what_was_paused(
    start: datetime, minutes: int, other: int, turns: list[tuple[timedelta, timedelta]]
):
    milestone = Milestone(status=MilestoneStatus.IN_PROGRESS, start_at=start, paused_us=0, minutes=minutes)
    aim(milestone, BERLIN, minutes, WARN)
    now, paused = start, timedelta()
    for runs, stands in turns:
        now += runs
        hold(milestone, now)
        if milestone.status is MilestoneStatus.PAUSED:
            paused += between(BERLIN, now, now + stands)
        now += stands
        go_on(milestone, BERLIN, now, WARN)

    aim(milestone, BERLIN, other, WARN)

    assert timedelta(microseconds=milestone.paused_us) == paused
    assert milestone.target_at == add(BERLIN, start, timedelta(minutes=other) + paused)
    assert between(BERLIN, start, milestone.target_at) - paused == timedelta(minutes=other)
