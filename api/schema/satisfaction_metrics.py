"""Figures about how content customers are, and the answers that each is made of."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Select, and_, literal_column, or_
from sqlalchemy import case as when

from api.compiler import Root, Scope
from api.domain import cases
from api.domain import satisfaction as domain
from api.domain.satisfaction import RequestStatus, SatisfactionKind

from .accounts import Account
from .binding import computed, readable, to_one
from .connections import argument, rooted
from .enums import described_enum
from .metrics import Metric, MetricUnit, metric, text_of
from .satisfaction import SatisfactionRequest
from .service_figures import GROUPING, NARROWING, ONE, PAGING, ZERO, Figures, Kind, fact, shown
from .users import User

CONTENT: ColumnElement[Any] = literal_column("4")
PROMOTER: ColumnElement[Any] = literal_column("9")
PASSIVE: ColumnElement[Any] = literal_column("7")
HUNDRED: ColumnElement[Any] = literal_column("100")


class SatisfactionMetric(StrEnum):
    CSAT = "CSAT"
    NPS = "NPS"
    RESPONSE_RATE = "RESPONSE_RATE"


described_enum(
    SatisfactionMetric,
    "SatisfactionMetric",
    "A figure about how content customers are, named as the field of SatisfactionMetrics.",
    CSAT="`csat`.",
    NPS="`nps`.",
    RESPONSE_RATE="`responseRate`.",
)
M = SatisfactionMetric


def of_requests(scope: Scope, figure: SatisfactionMetric) -> Select[Any]:
    """Answers, or what was asked and is answered or over; the keys are those of the case, if it is about one."""
    asked, case = domain.SatisfactionRequest.__table__.alias("asked"), cases.Case.__table__.alias("about")
    same = and_(case.c.tenant_id == asked.c.tenant_id, case.c.id == asked.c.case_id, scope.visible("Case", case))
    answered = asked.c.status == text_of(RequestStatus.ANSWERED)
    points: dict[SatisfactionMetric, ColumnElement[Any]] = {
        M.CSAT: when((asked.c.score >= CONTENT, ONE), else_=ZERO),
        M.NPS: when((asked.c.score >= PROMOTER, HUNDRED), (asked.c.score >= PASSIVE, ZERO), else_=ZERO - HUNDRED),
        M.RESPONSE_RATE: when((answered, ONE), else_=ZERO),
    }
    at = asked.c.created_at if figure is M.RESPONSE_RATE else asked.c.answered_at
    made = (
        fact(figure, asked.c.id, case, day=scope.day_of(at), numerator=points[figure])
        .select_from(asked.outerjoin(case, same))
        .where(scope.visible("SatisfactionRequest", asked), asked.c.archived_at.is_(None))
    )
    if figure is M.RESPONSE_RATE:
        return made.where(or_(asked.c.answered_at.is_not(None), asked.c.expires_at <= scope.now))
    kind = SatisfactionKind.CSAT if figure is M.CSAT else SatisfactionKind.NPS
    return made.where(answered, asked.c.kind == text_of(kind))


FIGURES = Figures(
    dict.fromkeys(SatisfactionMetric, Kind.QUOTIENT),
    of_requests,
    "request_id",
)


@readable(
    build=FIGURES.rows,
    description="Figures about how content customers are; archived requests never count. Days are the tenant's.",
)
class SatisfactionMetrics:
    owner: User | None = to_one("owner_id", "users.User", "Who works on the cases, if it is grouped by that.")
    account: Account | None = to_one("account_id", "accounts.Account", "Whose they are, if it is grouped by that.")
    priority: cases.CasePriority | None = computed(
        lambda row, _scope: row.priority, "Their priority, if it is grouped by that."
    )
    type: cases.CaseType | None = computed(lambda row, _scope: row.type, "Their type, if it is grouped by that.")
    csat: Metric = metric("csat", MetricUnit.RATIO, "Answers of 4 or 5 / answers, of CSAT answered in the period.")
    nps: Metric = metric(
        "nps",
        MetricUnit.POINTS,
        "100 × (answers of 9 or 10 − answers of 0 to 6) / answers, of NPS answered in the period.",
    )
    response_rate: Metric = metric(
        "response_rate",
        MetricUnit.RATIO,
        "Answered / answered, declined or too old, of what was asked in the period.",
    )


@readable(build=FIGURES.facts_of_one, description="A request that counts in a figure.")
class SatisfactionMetricRow:
    place: int = computed(lambda row, _scope: row.place, "Where it stands, from 1; give the last as `after`.")
    request: SatisfactionRequest | None = to_one(
        "request_id", "satisfaction.SatisfactionRequest", "The request with its answer."
    )
    day: date = computed(lambda row, _scope: row.day, "The day that puts it into a period.")
    numerator: Decimal = computed(shown("numerator"), "What it adds to the numerator.")


@strawberry.type
class Query:
    satisfaction_metrics: list[SatisfactionMetrics] = rooted(
        list[SatisfactionMetrics],
        "Figures about how content customers are, of the requests that you may see. The period is [from, to) in days "
        "of the tenant's time zone, on what each figure says; without it, all time.",
        Root("rows", "SatisfactionMetrics"),
        [GROUPING, *NARROWING],
    )
    satisfaction_metric_rows: list[SatisfactionMetricRow] = rooted(
        list[SatisfactionMetricRow],
        "The requests that a figure is made of, the latest first: as many as its sampleSize, and their numerators add "
        "up to its own.",
        Root("rows", "SatisfactionMetricRow"),
        [argument("metric", SatisfactionMetric, "Which figure."), *NARROWING, *PAGING],
    )
