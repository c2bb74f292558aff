"""Figures about cases and about how content customers are, from their facts: what the descriptions of the SDL say."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.figures import metric
from tests.oracle.memory import Row
from tests.oracle.rules import named
from tests.oracle.seeing import World
from tests.oracle.wire import half_away, trimmed

MICROSECOND, DAY = timedelta(microseconds=1), timedelta(days=1)
MINUTE = 60 * 1_000_000
KEYS: Mapping[str, tuple[str, str | None]] = {  # column of the case, type of record
    "OWNER": ("owner_id", "User"),
    "ACCOUNT": ("account_id", "Account"),
    "PRIORITY": ("priority", None),
    "TYPE": ("type", None),
}


@dataclass
class Fact:
    """A record that counts in a figure; `case` has the keys of its group."""

    record: Row
    case: Row | None
    day: date
    numerator: Fraction

    def key(self, dimension: str, world: World) -> Any:
        """A record that the asker may not see is none."""
        column, type_ = KEYS[dimension]
        value = getattr(self.case, column) if self.case is not None else None
        return world.one(type_, value) if type_ is not None else value


Facts = Callable[[World], Iterator[Fact]]


@dataclass(frozen=True)
class Figure:
    """`quantile`: the figure stands between two facts; `is_count`: it is not divided."""

    facts: Facts
    unit: str
    digits: int
    quantile: float | None = None
    is_count: bool = False

    def of(self, facts: Sequence[Fact]) -> dict[str, Any]:
        numerator, denominator = sum((one.numerator for one in facts), Fraction(0)), len(facts)
        if self.quantile is not None:
            numerator, denominator = between([one.numerator for one in facts], self.quantile), min(len(facts), 1)
        return metric(numerator, 1 if self.is_count else denominator, len(facts), self.unit, self.digits)


def between(values: Sequence[Fraction], quantile: float) -> Fraction:
    """Interpolated between two values, in floating-point numbers of 15 digits."""
    if not values:
        return Fraction(0)
    ordered, place = sorted(float(one) for one in values), quantile * (len(values) - 1)
    low = ordered[int(place)]
    high = ordered[min(int(place) + 1, len(ordered) - 1)]
    return Fraction(Decimal(f"{low + (place - int(place)) * (high - low):.15g}"))


# -- cases ---------------------------------------------------------------------------------------------------------


def counted(world: World) -> list[Row]:
    return [
        one for one in world.all("Case") if one.archived_at is None and one.status not in {"CANCELLED", "DUPLICATE"}
    ]


def minutes(microseconds: int) -> Fraction:
    return half_away(Fraction(microseconds, MINUTE), 10)


def responses(*, on_the_wall: bool) -> Facts:
    def found(world: World) -> Iterator[Fact]:
        for case in counted(world):
            at = case.first_response_at
            if at is not None and case.first_response_us is not None:
                took = (at - case.created_at) // MICROSECOND if on_the_wall else case.first_response_us
                yield Fact(case, case, world.day(at), minutes(took))

    return found


def promises(kind: str) -> Facts:
    """Kept or broken ones, on the day on which that was decided."""

    def found(world: World) -> Iterator[Fact]:
        for case in counted(world):
            for one in world.all("CaseMilestone"):
                is_overdue = one.status == "IN_PROGRESS" and one.target_at <= world.now
                if one.case_id == case.id and one.type == kind and (one.status in {"MET", "MISSED"} or is_overdue):
                    decided = min(one.target_at, one.completed_at or one.target_at)
                    yield Fact(case, case, world.day(decided), Fraction(one.status == "MET"))

    return found


def resolutions(world: World) -> Iterator[Fact]:
    for case in counted(world):
        if case.resolved_at is not None and case.resolution_us is not None:
            yield Fact(case, case, world.day(case.resolved_at), minutes(case.resolution_us))


def first_resolutions(counts: Callable[[Row, datetime, World], bool]) -> Facts:
    """Cases that were ever resolved, on the day of the first time."""

    def found(world: World) -> Iterator[Fact]:
        for case in counted(world):
            stays = [one for one in world.all("CaseStatusHistoryEntry") if one.case_id == case.id]
            at = min((one.entered_at for one in stays if one.status == "RESOLVED"), default=None)
            if at is not None:
                yield Fact(case, case, world.day(at), Fraction(counts(case, at, world)))

    return found


def was_reopened(case: Row, _at: datetime, _world: World) -> bool:
    return bool(case.reopen_count)


def was_answered_once(case: Row, at: datetime, world: World) -> bool:
    said = [one for one in world.all("CaseComment") if one.case_id == case.id and one.created_at <= at]
    ours = [one for one in said if one.user_id is not None and one.is_public and not one.is_automated]
    return len(ours) == 1 and not case.reopen_count


def waiting(least: int = 0, most: int | None = None) -> Facts:
    """Cases that are not settled, so many days old."""

    def found(world: World) -> Iterator[Fact]:
        for case in counted(world):
            age = world.now - case.created_at
            fits = (least == 0 or age >= least * DAY) and (most is None or age < most * DAY)
            if fits and case.status not in {"RESOLVED", "CLOSED"}:
                yield Fact(case, case, world.day(case.created_at), Fraction(1))

    return found


def count_of(facts: Facts) -> Figure:
    return Figure(facts, "COUNT", 0, is_count=True)


ANSWERED, ON_THE_WALL = responses(on_the_wall=False), responses(on_the_wall=True)
CASES: Mapping[str, Figure] = {
    "firstResponseMedian": Figure(ANSWERED, "MINUTES", 2, 0.5),
    "firstResponseNinetieth": Figure(ANSWERED, "MINUTES", 2, 0.9),
    "firstResponseCalendarMedian": Figure(ON_THE_WALL, "MINUTES", 2, 0.5),
    "firstResponseCalendarNinetieth": Figure(ON_THE_WALL, "MINUTES", 2, 0.9),
    "firstResponseAttainment": Figure(promises("FIRST_RESPONSE"), "RATIO", 6),
    "nextResponseAttainment": Figure(promises("NEXT_RESPONSE"), "RATIO", 6),
    "updateAttainment": Figure(promises("UPDATE"), "RATIO", 6),
    "resolutionAttainment": Figure(promises("RESOLUTION"), "RATIO", 6),
    "resolutionMean": Figure(resolutions, "MINUTES", 2),
    "resolutionMedian": Figure(resolutions, "MINUTES", 2, 0.5),
    "resolutionNinetieth": Figure(resolutions, "MINUTES", 2, 0.9),
    "reopenRate": Figure(first_resolutions(was_reopened), "RATIO", 6),
    "firstContactResolution": Figure(first_resolutions(was_answered_once), "RATIO", 6),
    "backlog": count_of(waiting()),
    "backlogUnderOneDay": count_of(waiting(0, 1)),
    "backlogUnderSevenDays": count_of(waiting(1, 7)),
    "backlogUnderThirtyDays": count_of(waiting(7, 30)),
    "backlogOlder": count_of(waiting(30)),
}


# -- satisfaction --------------------------------------------------------------------------------------------------


def requests(world: World) -> list[Row]:
    return [one for one in world.all("SatisfactionRequest") if one.archived_at is None]


def answers(kind: str, points: Callable[[int], int]) -> Facts:
    def found(world: World) -> Iterator[Fact]:
        for one in requests(world):
            if one.kind == kind and one.status == "ANSWERED":
                yield Fact(one, world.one("Case", one.case_id), world.day(one.answered_at), Fraction(points(one.score)))

    return found


def asked(world: World) -> Iterator[Fact]:
    """What is answered, declined or over, on the day on which it was asked."""
    for one in requests(world):
        if one.answered_at is not None or one.expires_at <= world.now:
            answered = Fraction(one.status == "ANSWERED")
            yield Fact(one, world.one("Case", one.case_id), world.day(one.created_at), answered)


SATISFACTION: Mapping[str, Figure] = {
    "csat": Figure(answers("CSAT", lambda score: score >= 4), "RATIO", 6),
    "nps": Figure(answers("NPS", lambda score: 100 if score >= 9 else 0 if score >= 7 else -100), "POINTS", 2),
    "responseRate": Figure(asked, "RATIO", 6),
}


# -- what is asked for ---------------------------------------------------------------------------------------------


def narrowed(figure: Figure, world: World, given: Mapping[str, Any]) -> list[Fact]:
    """The facts of a period, an account, a user."""
    facts = list(figure.facts(world))
    first, last = (date.fromisoformat(given[name]) if given.get(name) else None for name in ("from", "to"))
    facts = [one for one in facts if (first is None or one.day >= first) and (last is None or one.day < last)]
    for name, type_, column in (("account", "Account", "account_id"), ("owner", "User", "owner_id")):
        if given.get(name) is not None:
            wanted = named(world, type_, given[name])
            facts = [one for one in facts if wanted and one.case and getattr(one.case, column) == wanted.id]
    return facts


def metrics_of(figures: Mapping[str, Figure]) -> Callable[[World, Mapping[str, Any]], list[dict[str, Any]]]:
    """One row for each group that has facts, in the order of the keys; without dimensions one row of all."""

    def rows(world: World, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        facts = {name: narrowed(figure, world, given) for name, figure in figures.items()}
        by: Sequence[str] = given["by"]
        groups: dict[tuple[Any, ...], list[Any]] = {} if by else {(): []}
        for one in (one for several in facts.values() for one in several):
            keys = [one.key(dimension, world) for dimension in by]
            groups[tuple(sorting(key) for key in keys)] = keys
        found = []
        for place, keys in sorted(groups.items(), key=lambda group: group[0]):
            own = {
                name: figure.of([one for one in facts[name] if place_of(one, by, world) == place])
                for name, figure in figures.items()
            }
            shown = dict(zip(by, keys, strict=True))
            found.append({**{name.lower(): shown.get(name) for name in KEYS}, **own})
        return found

    return rows


def place_of(fact: Fact, by: Sequence[str], world: World) -> tuple[Any, ...]:
    return tuple(sorting(fact.key(dimension, world)) for dimension in by)


def sorting(key: Any) -> tuple[bool, Any]:
    """None stands last."""
    return (True, "") if key is None else (False, key.id if isinstance(key, Row) else key)


def rows_of(figures: Mapping[str, Figure], record: str) -> Callable[[World, Mapping[str, Any]], list[dict[str, Any]]]:
    """The facts of one figure, the latest first, behind a place. `record`: the field that has the record."""

    def rows(world: World, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        first, *rest = given["metric"].lower().split("_")
        facts = narrowed(figures[first + "".join(word.title() for word in rest)], world, given)
        facts.sort(key=lambda one: (-one.day.toordinal(), one.record.id))
        after = given.get("after") or 0
        return [
            {"place": place, record: one.record, "day": one.day.isoformat(), "numerator": trimmed(one.numerator)}
            for place, one in enumerate(facts, 1)
            if place > after
        ][: given["first"]]

    return rows
