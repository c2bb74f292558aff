"""Random clocks, each compared with two libraries of others, and whatever they disagree about explained.

A case is in whole minutes. `businesstimedelta` tells when the clock runs out, unless it never closes: an interval that
ends at midnight cannot be told to it, it takes it for a night shift and never ends. `business-duration`, which knows
one interval, the same on each day, and no zone, tells how much business time there is until our answer. Where one of
them differs, a third opinion counts the minutes one by one by the definition in `api/domain/business_hours/clock.py`;
the difference is explained if that agrees with us and one of the known limits of the library, below, is met.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytz
from business_duration import businessDuration
from businesstimedelta import BusinessTimeDelta, HolidayRule, Rules, WorkDayRule

from api.domain.business_hours.clock import DAY, MINUTES, NOTHING, Calendar, Interval, Span, due, joined

MINUTE = timedelta(minutes=1)
FIRST = datetime(2023, 1, 1, tzinfo=UTC)
DAYS = 3 * 365
ALWAYS = ((Interval(0, MINUTES),),) * 7
FAR = range(40, 800, 40)  # days after the start that are holidays, as businesstimedelta cannot do without a next one
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/St_Johns",
)


@dataclass(frozen=True)
class Case:
    calendar: Calendar
    start: datetime
    duration: timedelta
    pauses: tuple[Span, ...]

    def in_zone(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.calendar.zone))


def cases(seed: int, number: int) -> Iterator[Case]:
    """Half of them open one interval on each working day, which both libraries know; a tenth never close."""
    chance = random.Random(seed)
    for _ in range(number):
        start = FIRST + timedelta(minutes=chance.randrange(DAYS * MINUTES))
        kind = chance.random()
        week = ALWAYS if kind < 0.1 else same_hours(chance) if kind < 0.6 else mixed_hours(chance)
        days = [*(chance.randrange(-3, 40) for _ in range(chance.randrange(4))), *FAR]
        holidays = frozenset(start.date() + timedelta(days=day) for day in days)
        calendar = Calendar(chance.choice(ZONES), week, holidays)
        duration = timedelta(minutes=chance.choice((chance.randrange(1, 600), chance.randrange(1, 4_000))))
        yield Case(calendar, start, duration, pauses_of(chance, start))


def same_hours(chance: random.Random) -> tuple[tuple[Interval, ...], ...]:
    """One interval on the same days of each week, a fifth of them at night."""
    opens = chance.randrange(0, 5 * 60) if chance.random() < 0.2 else chance.randrange(5 * 60, 12 * 60)
    hours = (Interval(opens, chance.randrange(opens + 60, MINUTES)),)
    working = set(chance.sample(range(7), chance.randrange(2, 8)))
    return tuple(hours if day in working else () for day in range(7))


def mixed_hours(chance: random.Random) -> tuple[tuple[Interval, ...], ...]:
    """Up to three intervals a day, each day of its own; a tenth begin at night."""
    week = [some_intervals(chance) for _ in range(7)]
    for day in chance.sample(range(7), chance.randrange(3)):
        week[day] = ()
    return tuple(week)


def some_intervals(chance: random.Random) -> tuple[Interval, ...]:
    number = chance.randrange(1, 4)
    low = 0 if chance.random() < 0.1 else 4 * 60
    edges = sorted(chance.sample(range(low, MINUTES, 15), 2 * number))
    return tuple(Interval(opens, closes) for opens, closes in zip(edges[::2], edges[1::2], strict=True))


def pauses_of(chance: random.Random, start: datetime) -> tuple[Span, ...]:
    """Up to three, some of which begin before the clock does; they may overlap."""
    begins = [start + timedelta(minutes=chance.randrange(-1_000, 6_000)) for _ in range(chance.randrange(4))]
    return tuple((begin, begin + timedelta(minutes=chance.randrange(1, 4_000))) for begin in begins)


# The other opinions


def by_businesstimedelta(case: Case) -> datetime:
    """When the clock runs out, by the formula of the domain on its sums and differences."""
    zone = pytz.timezone(case.calendar.zone)
    days_of: dict[Interval, list[int]] = {}
    for day, hours in enumerate(case.calendar.week):
        for one in hours:
            days_of.setdefault(one, []).append(day)
    open_ = [WorkDayRule(clock_time(one.opens), clock_time(one.closes), days, tz=zone) for one, days in days_of.items()]
    rules = Rules([*open_, HolidayRule(case.calendar.holidays, tz=zone)])
    held, found = timedelta(), case.start + BusinessTimeDelta(rules, timedelta=case.duration)
    for begin, finish in joined(case.pauses):
        begun = max(begin, case.start)
        if begin >= found:
            break
        held += rules.difference(begun, finish).timedelta if begun < finish else NOTHING
        found = case.start + BusinessTimeDelta(rules, timedelta=case.duration + held)
    return found.astimezone(UTC)  # type: ignore[no-any-return] # the library has no types


def clock_time(minute: int) -> time:
    return time(minute // 60, minute % 60)


def by_business_duration(case: Case, until: datetime) -> timedelta:
    """The business time between start and `until` outside the pauses."""
    (hours,) = {one for one in case.calendar.week if one}
    times = (None, None) if hours == ALWAYS[0] else (clock_time(hours[0].opens), clock_time(hours[0].closes))
    closed = [day for day in range(7) if not case.calendar.week[day]]

    def measured(begin: datetime, finish: datetime) -> timedelta:
        begun, ended = (case.in_zone(at).replace(tzinfo=None) for at in (begin, finish))
        seconds = businessDuration(begun, ended, *times, closed, case.calendar.holidays, unit="sec")
        return timedelta(seconds=float(seconds))

    clipped = [(max(begin, case.start), min(finish, until)) for begin, finish in joined(case.pauses)]
    return measured(case.start, until) - sum((measured(*one) for one in clipped if one[0] < one[1]), NOTHING)


def minute_by_minute(case: Case, until: datetime) -> timedelta:
    """As `by_business_duration`, by looking at the wall clock of each minute."""
    minutes, at = 0, case.start
    while at < until:
        there = case.in_zone(at)
        minute = there.hour * 60 + there.minute
        if there.date() not in case.calendar.holidays and not any(begin <= at < end for begin, end in case.pauses):
            minutes += any(one.opens <= minute < one.closes for one in case.calendar.week[there.weekday()])
        at += MINUTE
    return minutes * MINUTE


# What they cannot do


def clock_changes(case: Case, until: datetime) -> bool:
    """Whether the zone changes its offset on a day that the clock runs through."""
    days = range((until - case.start).days + 3)
    offsets = {case.in_zone(case.start + (day - 1) * DAY).utcoffset() for day in days}
    return len(offsets) > 1


Limit = Callable[[Case, datetime], bool]
BUSINESSTIMEDELTA: Mapping[str, Limit] = MappingProxyType(
    {
        # Wall times that do not exist, or exist twice, are read with the standard offset; a holiday lasts 24 hours.
        "the clock changes": clock_changes,
    }
)
BUSINESS_DURATION: Mapping[str, Limit] = MappingProxyType(
    {
        # It has no zones: an hour that is skipped counts, one that comes twice counts once.
        "the clock changes": clock_changes,
    }
)


@dataclass
class Compared:
    """`explained` counts by library and limit; `unexplained` are the cases themselves."""

    cases: int = 0
    opinions: Counter[str] = field(default_factory=Counter)
    explained: Counter[str] = field(default_factory=Counter)
    unexplained: list[tuple[str, Case]] = field(default_factory=list)

    def compare(self, case: Case) -> None:
        self.cases += 1
        ours = due(case.calendar, case.start, case.duration, case.pauses)
        if case.calendar.week != ALWAYS:
            self.judge("businesstimedelta", by_businesstimedelta(case) == ours, BUSINESSTIMEDELTA, case, ours)
        if is_plain(case.calendar):
            same = by_business_duration(case, ours) == case.duration
            self.judge("business-duration", same, BUSINESS_DURATION, case, ours)

    def judge(self, library: str, agrees: bool, limits: Mapping[str, Limit], case: Case, ours: datetime) -> None:
        self.opinions[library] += 1
        if agrees:
            return
        known = [name for name, applies in limits.items() if applies(case, ours)]
        last_minute_counts = minute_by_minute(case, ours - MINUTE) == case.duration - MINUTE
        if known and last_minute_counts and minute_by_minute(case, ours) == case.duration:
            self.explained[f"{library}: {known[0]}"] += 1
        else:
            self.unexplained.append((library, case))


def is_plain(calendar: Calendar) -> bool:
    """Whether each working day has the same one interval."""
    hours = {one for one in calendar.week if one}
    return len(hours) == 1 and all(len(one) == 1 for one in hours)


def compared(seed: int, number: int) -> Compared:
    found = Compared()
    for case in cases(seed, number):
        found.compare(case)
    return found


def told(found: Compared) -> Sequence[str]:
    """What a reader of the proof sees; the last line is its result."""
    lines = [f"unexplained, {library}: {case}" for library, case in found.unexplained[:5]]
    lines += [f"explained {number} times, {reason}" for reason, number in sorted(found.explained.items())]
    lines += [f"{number} answers of {library}" for library, number in sorted(found.opinions.items())]
    return [*lines, f"clocks: {found.cases} compared, {len(found.unexplained)} unexplained"]
