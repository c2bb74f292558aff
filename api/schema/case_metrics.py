"""Figures about cases, and the cases that each is made of."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select
from sqlalchemy import case as when

from api.compiler import Root, Scope
from api.domain import cases as domain
from api.domain.cases import CaseStatus, MilestoneStatus, MilestoneType

from .accounts import Account
from .binding import computed, readable, to_one
from .cases import Case
from .connections import argument, rooted
from .enums import described_enum
from .metrics import Metric, MetricUnit, metric, text_of
from .service_figures import (
    GROUPING,
    NARROWING,
    ONE,
    PAGING,
    ZERO,
    Figures,
    Kind,
    fact,
    minutes_between,
    minutes_of,
    same_case,
    shown,
)
from .users import User

SECONDS_OF_A_DAY: ColumnElement[Any] = literal_column("86400")
UNFINISHED = (CaseStatus.NEW, CaseStatus.OPEN, CaseStatus.WAITING_CUSTOMER, CaseStatus.WAITING_THIRD_PARTY)
NO_CONCERN = (CaseStatus.CANCELLED, CaseStatus.DUPLICATE)


class CaseMetric(StrEnum):
    FIRST_RESPONSE_MEDIAN = "FIRST_RESPONSE_MEDIAN"
    FIRST_RESPONSE_NINETIETH = "FIRST_RESPONSE_NINETIETH"
    FIRST_RESPONSE_CALENDAR_MEDIAN = "FIRST_RESPONSE_CALENDAR_MEDIAN"
    FIRST_RESPONSE_CALENDAR_NINETIETH = "FIRST_RESPONSE_CALENDAR_NINETIETH"
    FIRST_RESPONSE_ATTAINMENT = "FIRST_RESPONSE_ATTAINMENT"
    NEXT_RESPONSE_ATTAINMENT = "NEXT_RESPONSE_ATTAINMENT"
    UPDATE_ATTAINMENT = "UPDATE_ATTAINMENT"
    RESOLUTION_ATTAINMENT = "RESOLUTION_ATTAINMENT"
    RESOLUTION_MEAN = "RESOLUTION_MEAN"
    RESOLUTION_MEDIAN = "RESOLUTION_MEDIAN"
    RESOLUTION_NINETIETH = "RESOLUTION_NINETIETH"
    REOPEN_RATE = "REOPEN_RATE"
    FIRST_CONTACT_RESOLUTION = "FIRST_CONTACT_RESOLUTION"
    BACKLOG = "BACKLOG"
    BACKLOG_UNDER_ONE_DAY = "BACKLOG_UNDER_ONE_DAY"
    BACKLOG_UNDER_SEVEN_DAYS = "BACKLOG_UNDER_SEVEN_DAYS"
    BACKLOG_UNDER_THIRTY_DAYS = "BACKLOG_UNDER_THIRTY_DAYS"
    BACKLOG_OLDER = "BACKLOG_OLDER"


M = CaseMetric


def camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(word.title() for word in rest)


described_enum(
    CaseMetric,
    "CaseMetric",
    "A figure about cases, named as the field of CaseMetrics.",
    **{one.name: f"`{camel(one.name)}`." for one in CaseMetric},
)
ATTAINMENT = {
    M.FIRST_RESPONSE_ATTAINMENT: MilestoneType.FIRST_RESPONSE,
    M.NEXT_RESPONSE_ATTAINMENT: MilestoneType.NEXT_RESPONSE,
    M.UPDATE_ATTAINMENT: MilestoneType.UPDATE,
    M.RESOLUTION_ATTAINMENT: MilestoneType.RESOLUTION,
}
AGES = {  # days, from and to
    M.BACKLOG: ("0", None),
    M.BACKLOG_UNDER_ONE_DAY: ("0", "1"),
    M.BACKLOG_UNDER_SEVEN_DAYS: ("1", "7"),
    M.BACKLOG_UNDER_THIRTY_DAYS: ("7", "30"),
    M.BACKLOG_OLDER: ("30", None),
}


def among(case: Any, statuses: Sequence[CaseStatus]) -> ColumnElement[bool]:
    return or_(*(case.c.status == text_of(status) for status in statuses))


def counted(scope: Scope, case: Any) -> tuple[ColumnElement[bool], ...]:
    """Cases that count at all: archived, cancelled and doubled ones never do."""
    return scope.visible("Case", case), case.c.archived_at.is_(None), ~among(case, NO_CONCERN)


def share(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return when((condition, ONE), else_=ZERO)


def of_responses(scope: Scope, figure: CaseMetric) -> Select[Any]:
    case = domain.Case.__table__.alias("answered")
    at = case.c.first_response_at
    on_the_wall = figure is M.FIRST_RESPONSE_CALENDAR_MEDIAN
    waited = minutes_between(case.c.created_at, at) if on_the_wall else minutes_of(case.c.first_response_us)
    made = fact(figure, case.c.id, case, day=scope.day_of(at), numerator=waited)
    return made.where(*counted(scope, case), at.is_not(None), case.c.first_response_us.is_not(None))


def of_milestones(scope: Scope, figure: CaseMetric) -> Select[Any]:
    """Promises that are kept or broken; each counts on the day on which that was decided, and moves no more."""
    case, one = domain.Case.__table__.alias("promised"), domain.Milestone.__table__.alias("one")
    is_overdue = and_(one.c.status == text_of(MilestoneStatus.IN_PROGRESS), one.c.target_at < scope.now)
    kept = one.c.status == text_of(MilestoneStatus.MET)
    decided = func.least(one.c.target_at, one.c.completed_at)
    made = fact(figure, case.c.id, case, day=scope.day_of(decided), numerator=share(kept))
    return made.select_from(case.join(one, same_case(one, case))).where(
        *counted(scope, case),
        scope.visible("CaseMilestone", one),
        one.c.type == text_of(ATTAINMENT[figure]),
        or_(kept, one.c.status == text_of(MilestoneStatus.MISSED), is_overdue),
    )


def of_resolutions(scope: Scope, figure: CaseMetric) -> Select[Any]:
    case = domain.Case.__table__.alias("settled")
    at, took = case.c.resolved_at, case.c.resolution_us
    made = fact(figure, case.c.id, case, day=scope.day_of(at), numerator=minutes_of(took))
    return made.where(*counted(scope, case), at.is_not(None), took.is_not(None))


def of_first_resolutions(scope: Scope, figure: CaseMetric) -> Select[Any]:
    """Cases that were ever resolved, on the day of the first time."""
    case, stay = domain.Case.__table__.alias("settled"), domain.CaseStay.__table__.alias("stay")
    first = (
        select(stay.c.tenant_id, stay.c.case_id, func.min(stay.c.entered_at).label("at"))
        .where(
            scope.visible("CaseStatusHistoryEntry", stay),
            stay.c.status == text_of(CaseStatus.RESOLVED),
        )
        .group_by(stay.c.tenant_id, stay.c.case_id)
        .subquery("first_time")
    )
    reopened = case.c.reopen_count > literal_column("0")
    counts = reopened if figure is M.REOPEN_RATE else and_(~reopened, replies(scope, case, first) == ONE)
    made = fact(figure, case.c.id, case, day=scope.day_of(first.c.at), numerator=share(counts))
    return made.select_from(case.join(first, same_case(first, case))).where(*counted(scope, case))


def replies(scope: Scope, case: Any, first: Any) -> ColumnElement[Any]:
    """How often people of ours said something in public before the case was first resolved."""
    said = domain.CaseComment.__table__.alias("said")
    return (
        select(func.count())
        .select_from(said)
        .where(
            scope.visible("CaseComment", said),
            said.c.case_id == case.c.id,
            said.c.user_id.is_not(None),
            said.c.is_public,
            ~said.c.is_automated,
            said.c.created_at <= first.c.at,
        )
        .correlate(case, first)
        .scalar_subquery()
    )


def of_backlog(scope: Scope, figure: CaseMetric) -> Select[Any]:
    """Cases that are not resolved, by their age now; the period is that in which they were opened."""
    case = domain.Case.__table__.alias("waiting")
    age = func.extract("epoch", scope.now - case.c.created_at) / SECONDS_OF_A_DAY
    least, most = AGES[figure]
    conditions = [age >= literal_column(least)] if least != "0" else []
    conditions += [age < literal_column(most)] if most else []
    made = fact(figure, case.c.id, case, day=scope.day_of(case.c.created_at), numerator=ONE)
    return made.where(*counted(scope, case), among(case, UNFINISHED), *conditions)


def facts(scope: Scope, figure: CaseMetric) -> Select[Any]:
    made = {
        **dict.fromkeys(ATTAINMENT, of_milestones),
        M.FIRST_RESPONSE_MEDIAN: of_responses,
        M.FIRST_RESPONSE_CALENDAR_MEDIAN: of_responses,
        M.RESOLUTION_MEAN: of_resolutions,
        M.REOPEN_RATE: of_first_resolutions,
        M.FIRST_CONTACT_RESOLUTION: of_first_resolutions,
        **dict.fromkeys(AGES, of_backlog),
    }
    return made[figure](scope, figure)


SAME = {
    M.FIRST_RESPONSE_NINETIETH: M.FIRST_RESPONSE_MEDIAN,
    M.FIRST_RESPONSE_CALENDAR_NINETIETH: M.FIRST_RESPONSE_CALENDAR_MEDIAN,
    M.RESOLUTION_MEDIAN: M.RESOLUTION_MEAN,
    M.RESOLUTION_NINETIETH: M.RESOLUTION_MEAN,
}
MEDIANS = (M.FIRST_RESPONSE_MEDIAN, M.FIRST_RESPONSE_CALENDAR_MEDIAN, M.RESOLUTION_MEDIAN)
DECILES = (M.FIRST_RESPONSE_NINETIETH, M.FIRST_RESPONSE_CALENDAR_NINETIETH, M.RESOLUTION_NINETIETH)
FIGURES = Figures(
    {
        **dict.fromkeys(CaseMetric, Kind.QUOTIENT),
        **dict.fromkeys(MEDIANS, Kind.MEDIAN),
        **dict.fromkeys(DECILES, Kind.NINTH_DECILE),
        **dict.fromkeys(AGES, Kind.COUNT),
    },
    facts,
    "case_id",
    SAME,
)
HALF, NINE = "Half of them took at most so long", "Nine of ten took at most so long"
ANSWERED = "Cases whose firstResponseAt is in the period"


def attained(name: str, promised: str) -> Any:
    return metric(
        name,
        MetricUnit.RATIO,
        f"MET / (MET or MISSED), of promises {promised}; on the day each was kept or its target passed. One that runs "
        "past its target is missed; CANCELLED and PAUSED ones do not count.",
    )


def waiting(name: str, how_old: str) -> Any:
    return metric(name, MetricUnit.COUNT, f"Cases that are not resolved now{how_old}; the period is when they came in.")


@readable(
    build=FIGURES.rows,
    description="Figures about cases; archived ones, CANCELLED ones and duplicates never count. Days are the tenant's. "
    "A median or 90th percentile (`…Ninetieth`) is its own numerator, divided by 1; interpolated between two cases.",
)
class CaseMetrics:
    owner: User | None = to_one("owner_id", "users.User", "Who works on the cases, if it is grouped by that.")
    account: Account | None = to_one("account_id", "accounts.Account", "Whose they are, if it is grouped by that.")
    priority: domain.CasePriority | None = computed(
        lambda row, _scope: row.priority, "Their priority, if it is grouped by that."
    )
    type: domain.CaseType | None = computed(lambda row, _scope: row.type, "Their type, if it is grouped by that.")
    first_response_median: Metric = metric(
        "first_response_median", MetricUnit.MINUTES, f"{HALF} to be answered, in business time. {ANSWERED}."
    )
    first_response_ninetieth: Metric = metric(
        "first_response_ninetieth", MetricUnit.MINUTES, f"{NINE} to be answered, in business time. {ANSWERED}."
    )
    first_response_calendar_median: Metric = metric(
        "first_response_calendar_median", MetricUnit.MINUTES, f"{HALF} by the clock on the wall. {ANSWERED}."
    )
    first_response_calendar_ninetieth: Metric = metric(
        "first_response_calendar_ninetieth", MetricUnit.MINUTES, f"{NINE} by the clock on the wall. {ANSWERED}."
    )
    first_response_attainment: Metric = attained("first_response_attainment", "of a first answer")
    next_response_attainment: Metric = attained("next_response_attainment", "of an answer to a later question")
    update_attainment: Metric = attained("update_attainment", "to tell how things are")
    resolution_attainment: Metric = attained("resolution_attainment", "to resolve the case")
    resolution_mean: Metric = metric(
        "resolution_mean",
        MetricUnit.MINUTES,
        "Σ business time from beginning to resolvedAt without pauses / cases, of those whose resolvedAt is in the "
        "period. While a case was resolved counts as a pause if it was reopened.",
    )
    resolution_median: Metric = metric("resolution_median", MetricUnit.MINUTES, f"{HALF}, of the same.")
    resolution_ninetieth: Metric = metric("resolution_ninetieth", MetricUnit.MINUTES, f"{NINE}, of the same.")
    reopen_rate: Metric = metric(
        "reopen_rate", MetricUnit.RATIO, "Reopened until now / all, of cases first resolved in the period."
    )
    first_contact_resolution: Metric = metric(
        "first_contact_resolution",
        MetricUnit.RATIO,
        "With exactly one public answer of a person before they were resolved, and not reopened until now, for which "
        "there are seven days / all, of cases first resolved in the period.",
    )
    backlog: Metric = waiting("backlog", "")
    backlog_under_one_day: Metric = waiting("backlog_under_one_day", ", less than a day old")
    backlog_under_seven_days: Metric = waiting("backlog_under_seven_days", ", from 1 to less than 7 days old")
    backlog_under_thirty_days: Metric = waiting("backlog_under_thirty_days", ", from 7 to less than 30 days old")
    backlog_older: Metric = waiting("backlog_older", ", 30 days old or older")


@readable(build=FIGURES.facts_of_one, description="A case that counts in a figure; once for each promise that does.")
class CaseMetricRow:
    place: int = computed(lambda row, _scope: row.place, "Where it stands, from 1; give the last as `after`.")
    case: Case | None = to_one("case_id", "cases.Case", "The case.")
    day: date = computed(lambda row, _scope: row.day, "The day that puts it into a period.")
    numerator: Decimal = computed(shown("numerator"), "What it adds to the numerator; its own time, if it is a time.")


@strawberry.type
class Query:
    case_metrics: list[CaseMetrics] = rooted(
        list[CaseMetrics],
        "Figures about the cases that you may see. The period is [from, to) in days of the tenant's time zone, on what "
        "each figure says; without it, all time.",
        Root("rows", "CaseMetrics"),
        [GROUPING, *NARROWING],
    )
    case_metric_rows: list[CaseMetricRow] = rooted(
        list[CaseMetricRow],
        "The cases that a figure is made of, the latest first: as many as its sampleSize, and their numerators add up "
        "to its own, except where that is a median or 90th percentile.",
        Root("rows", "CaseMetricRow"),
        [argument("metric", CaseMetric, "Which figure."), *NARROWING, *PAGING],
    )
