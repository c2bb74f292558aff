"""Business time: arithmetic over the open hours of a calendar. Pure; nothing here knows a database or the time of day.

An instant is open if the wall clock of the calendar's zone then shows a time within one of the intervals of that day
of the week, and that date is no holiday. So an hour that the clock skips in spring is nobody's, one that it shows
twice in autumn counts twice, and a calendar that never closes measures plain seconds.

What others call, all with aware datetimes and answers in UTC:

* `Calendar(zone, week, holidays)`, or `round_the_clock(zone)`; from the tenant's rows: `business_hours.calendar_of`
* `add(calendar, start, duration)`: when so much business time will have passed
* `between(calendar, start, end)`: how much business time passes
* `paused(calendar, pauses, start, end)`: how much of it falls into pauses, which may overlap each other
* `due(calendar, start, duration, pauses)`: when a clock with this much time on it runs out, if pauses stop it
* `is_open(calendar, at)`
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.domain.kernel import Invalid

DAY, INSTANT, NOTHING = timedelta(days=1), timedelta(microseconds=1), timedelta()
MIDNIGHT = time()
MINUTES = 24 * 60  # of a day; the latest time to close
HORIZON = timedelta(days=10 * 366)  # how far ahead a due instant is looked for
Span = tuple[datetime, datetime]


@dataclass(frozen=True, order=True)
class Interval:
    """Open from one minute of the day until another, which is not part of it; 1440 is the end of the day."""

    opens: int
    closes: int


@dataclass(frozen=True)
class Calendar:
    """Open hours in an IANA zone. `week` has the intervals of seven days, Monday first, in order and apart."""

    zone: str
    week: tuple[tuple[Interval, ...], ...]
    holidays: frozenset[date] = frozenset()

    def on(self, day: date) -> tuple[Interval, ...]:
        return () if day in self.holidays else self.week[day.weekday()]


def round_the_clock(zone: str = "UTC") -> Calendar:
    return Calendar(zone, ((Interval(0, MINUTES),),) * 7)


def add(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """The first instant at which this much business time has passed since `start`: for none, `start` itself.

    Raises:
        Invalid: that is more than ten years away.
    """
    left = duration
    if left <= NOTHING:
        return start.astimezone(UTC)
    for opens, closes in windows(calendar, start, start + HORIZON):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise Invalid(("business_hours",), "so much business time does not pass in ten years; open longer", "horizon")


def between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The business time from `start` to `end`; none if that is not later."""
    return sum((closes - opens for opens, closes in windows(calendar, start, end)), NOTHING)


def paused(calendar: Calendar, pauses: Iterable[Span], start: datetime, end: datetime) -> timedelta:
    """The business time of the pauses between two instants, each moment once."""
    clipped = ((max(begin, start), min(finish, end)) for begin, finish in joined(pauses))
    return sum((between(calendar, begin, finish) for begin, finish in clipped), NOTHING)


def due(calendar: Calendar, start: datetime, duration: timedelta, pauses: Iterable[Span] = ()) -> datetime:
    """When `duration` of business time outside the pauses has passed; a pause that begins then is too late to matter.

    Raises:
        Invalid: as `add`.
    """
    held, found = NOTHING, add(calendar, start, duration)
    for begin, finish in joined(pauses):
        if begin >= found:
            break
        held += between(calendar, max(begin, start), finish)
        found = add(calendar, start, duration + held)
    return found


def is_open(calendar: Calendar, at: datetime) -> bool:
    return between(calendar, at, at + INSTANT) == INSTANT


def windows(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Span]:
    """The open stretches between two instants, in order; where days or offsets meet, one follows at once."""
    zone = ZoneInfo(calendar.zone)
    for begin, finish, offset in stretches(zone, start.astimezone(UTC), end.astimezone(UTC)):
        day = (begin + offset).date()
        while (midnight := datetime.combine(day, MIDNIGHT, UTC) - offset) < finish:
            for one in calendar.on(day):
                opens = max(midnight + timedelta(minutes=one.opens), begin)
                closes = min(midnight + timedelta(minutes=one.closes), finish)
                if opens < closes:
                    yield opens, closes
            day += DAY


def stretches(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Cut the time between two instants where the zone's offset changes, and after a day; each with its offset."""
    begin, offset = start, offset_at(zone, start)
    while begin < end:
        finish = min(begin + DAY, end)
        after = offset_at(zone, finish)
        if after != offset:
            finish = change_between(zone, begin, finish)
        yield begin, finish, offset
        begin, offset = finish, after


def change_between(zone: ZoneInfo, begin: datetime, finish: datetime) -> datetime:
    """The first instant with another offset than `begin`; `finish` has one."""
    before = offset_at(zone, begin)
    while finish - begin > INSTANT:
        middle = begin + (finish - begin) // 2
        if offset_at(zone, middle) == before:
            begin = middle
        else:
            finish = middle
    return finish


def offset_at(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or NOTHING


def joined(spans: Iterable[Span]) -> Sequence[Span]:
    """The same time as spans in order that do not touch each other."""
    found: list[Span] = []
    for begin, finish in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], finish))
        elif begin < finish:
            found.append((begin, finish))
    return found
