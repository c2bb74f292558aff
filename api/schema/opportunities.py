"""Opportunities: possible sales, their lines, their way through the stages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement, Integer, case, cast, extract, func, literal_column, select

from api.compiler import wire_uuid
from api.domain import opportunities as domain
from api.domain.kernel import DomainError, Work
from api.domain.users import User as DomainUser

from .accounts import Account
from .aggregates import Aggregate, Key, column_key, month_key
from .binding import computed, described, listed, money, readable, to_one
from .commands import Service, Writes
from .connections import Connection, about, extend, many, one
from .enums import described_enum
from .inputs import Extra, Ids, MoneyInput, ids_of
from .interfaces import Money, Node, Record
from .mutations import for_outsiders_too
from .pipelines import Pipeline, Stage
from .products import Product
from .records import complete
from .references import Asked, given
from .scalars import CurrencyCode
from .transitions import TRANSITIONS, OpportunityVerb, may_write
from .users import User
from .wire import id_text

described_enum(
    domain.OpportunityType,
    "OpportunityType",
    "What kind of sale it is.",
    NEW_BUSINESS="To a new customer.",
    EXPANSION="More to a customer.",
    RENEWAL="The same again.",
    WIN_BACK="To a former customer.",
)
DAY_SECONDS: ColumnElement[int] = literal_column("86400")


def whole_days(start: Any, end: Any) -> Any:
    """SQL: full days of 24 hours between two instants."""
    return cast(func.floor(extract("epoch", end - start) / DAY_SECONDS), Integer)


def days_in_stage(row: Any, scope: Any) -> Any:
    days = func.greatest(whole_days(row.stage_entered_at, scope.now), literal_column("0"))
    return case((row.status == literal_column("'OPEN'"), days))


def age_days(row: Any, scope: Any) -> Any:
    """Days from the opening to the closing, or to now."""
    opened = func.coalesce(row.opened_on, cast(func.timezone(literal_column("'UTC'"), row.created_at), date_type()))
    today = cast(func.timezone(literal_column("'UTC'"), scope.now), date_type())
    return func.coalesce(row.closed_on, today) - opened


def date_type() -> Any:
    return domain.Opportunity.__table__.c.closed_on.type


def is_rotting(row: Any, scope: Any) -> Any:
    stages = domain.Stage.__table__.alias("rots")
    most = select(stages.c.max_days).where(scope.visible("Stage", stages), stages.c.id == row.stage_id)
    return func.coalesce(
        days_in_stage(row, scope) > most.correlate_except(stages).scalar_subquery(), literal_column("false")
    )


@readable(
    domain.OpportunityLine, description="A product, or a thing described in words, that the opportunity would sell."
)
class OpportunityLine:
    id: strawberry.ID = computed(lambda row, _scope: id_text("opl", row.id), "Id of the line.")
    position: int = described("Place of the line, from 1.")
    product: Product | None = to_one("product_id", "products.Product", "The product, if it is one of ours.")
    name: str = described("What is sold.")
    quantity: Decimal = described("How many; up to 3 decimal digits.")
    list_price: Money | None = money("list_price_minor", "The product's price when the line was made.")
    unit_price: Money = money("unit_price_minor", "Price of one.")
    discount_percent: Decimal = described("Discount in percent, 0 to 100.")
    total: Money = money("total_minor", "Quantity × unit price less discount, rounded half away from zero.")


@readable(
    domain.StageHistory,
    description="One stay of an opportunity in a stage, with the figures it came with.",
    default_order=(("entered_at", True),),
)
class StageHistoryEntry:
    id: strawberry.ID = computed(lambda row, _scope: id_text("sth", row.id), "Id of the stay.")
    from_stage: Stage | None = to_one("from_stage_id", "pipelines.Stage", "The stage before; null for the first.")
    stage: Stage = to_one("stage_id", "pipelines.Stage", "The stage.")
    entered_at: datetime = described("When it came.")
    left_at: datetime | None = described("When it left; null while it is there.")
    days: int = computed(
        lambda row, scope: whole_days(row.entered_at, func.coalesce(row.left_at, scope.now)),
        "Full days of the stay, until now if it lasts.",
    )
    amount: Money | None = money("amount_minor", "Amount when it came.")
    close_date: date | None = described("Expected close date when it came.")
    probability: int = described("Probability it came with, in whole percent.")
    forecast_category: domain.ForecastCategory = described("Forecast category it came with.")
    reason: str | None = described("Why it was reopened.")


@readable(TRANSITIONS, description="A step that is possible now.", visible=may_write)
class OpportunityTransition:
    verb: OpportunityVerb = described("The mutation that makes the step.")
    stage: Stage = to_one("stage_id", "pipelines.Stage", "The stage it leads to.")


@readable(domain.Opportunity, description="A possible sale, from first talk to won or lost.")
class Opportunity(Record, Node):
    name: str = described("What it is about.")
    account: Account | None = to_one("account_id", "accounts.Account", "Who would buy; needed to win.")
    owner: User | None = to_one("owner_id", "users.User", "Who works on it.")
    pipeline: Pipeline = to_one("pipeline_id", "pipelines.Pipeline", "The pipeline it is in.")
    stage: Stage = to_one("stage_id", "pipelines.Stage", "The stage it is in.")
    status: domain.Status = described("Open, won or lost, as its stage says.")
    amount: Money | None = money("amount_minor", "What it is worth; the sum of its lines if it has any.")
    currency: CurrencyCode = described("Currency of amount and lines.")
    close_date: date | None = described("Day it is expected to close; the day it closed once it has.")
    opened_on: date | None = described("Day the customer was engaged.")
    closed_on: date | None = described("Day it was won or lost; null while open.")
    probability: int = described("Chance of winning in whole percent, 0 to 100.")
    is_probability_overridden: bool = described("Whether the probability is not that of the stage.")
    forecast_category: domain.ForecastCategory = described("How much a forecast may count on it.")
    is_forecast_category_overridden: bool = described("Whether the forecast category is not that of the stage.")
    type: domain.OpportunityType | None = described("What kind of sale it is.")
    next_step: str | None = described("What happens next.")
    notes: str | None = described("Free text, for colleagues only.")
    loss_reason: str | None = described("Why it was lost.")
    competitor: str | None = described("Who won instead, or competes.")
    stage_entered_at: datetime = described("Since when it is in its stage.")
    push_count: int = described("How often the close date moved to a later month.")
    expected_revenue: Money | None = money(
        "expected_revenue_minor", "Amount × probability in its currency, rounded half away from zero."
    )
    age_days: int = computed(age_days, "Days since it was opened, until it closed or now; days begin in UTC.")
    days_in_stage: int | None = computed(days_in_stage, "Full days of 24 hours in its stage; null once closed.")
    is_rotting: bool = computed(is_rotting, "Whether it is longer in its stage than the stage allows.")
    lines: list[OpportunityLine] = listed("opportunity_id", "What would be sold.", order=("position",))
    available_transitions: list[OpportunityTransition] = listed(
        "opportunity_id",
        "The steps you can take now, each with a stage it leads to.",
        order=("place", "position", "stage_id"),
    )


complete(Opportunity)
extend(Opportunity, "stage_history", StageHistoryEntry, "opportunity_id", "Its stays in stages, newest first.")
for owner, name, by, text in (
    (Account, "opportunities", "account_id", "Possible sales to it."),
    (User, "opportunities", "owner_id", "Possible sales the user works on."),
    (Pipeline, "opportunities", "pipeline_id", "Possible sales in it."),
    (Stage, "opportunities", "stage_id", "Possible sales in it."),
):
    extend(owner, name, Opportunity, by, text)

PRODUCT = "Names the product; name and price come from it unless given."


@strawberry.input(description="A line of an opportunity.")
class OpportunityLineInput:
    product: Annotated["ProductRef", strawberry.lazy("api.schema.products")] | None = strawberry.field(  # type: ignore[name-defined] # noqa: F821
        description=PRODUCT, default=strawberry.UNSET
    )
    name: str | None = strawberry.field(description="What is sold.", default=strawberry.UNSET)
    quantity: Decimal | None = strawberry.field(description="How many; 1 when left out.", default=strawberry.UNSET)
    unit_price: MoneyInput | None = strawberry.field(description="Price of one.", default=strawberry.UNSET)
    discount_percent: Decimal | None = strawberry.field(description="0 to 100.", default=strawberry.UNSET)


def line_references(line: OpportunityLineInput) -> list[Asked]:
    product = given(line).get("product")
    return [Asked(product, ("product",))] if product is not None else []


def line_values(line: OpportunityLineInput, ids: Ids) -> dict[str, Any]:
    values = given(line)
    if "product" in values:
        values["product_id"] = ids.of(values.pop("product"), "product")
    if values.get("unit_price") is not None:
        values["unit_price"] = values["unit_price"].money("unit_price")
    return values


def lines_of(lines: list[OpportunityLineInput] | None, ids: Ids) -> list[dict[str, Any]]:
    return [line_values(line, ids) for line in lines or ()]


def lines_references(lines: list[OpportunityLineInput]) -> list[Asked]:
    return [asked for line in lines for asked in line_references(line)]


def row(*, values: dict[str, Any], **facts: Any) -> domain.OpportunityRow:
    lines = values.pop("lines", None)
    return domain.OpportunityRow(values=values, lines=lines, **facts)  # type: ignore[arg-type] # checked by the command


async def create(work: Work, values: dict[str, Any], *, external_ids: Any) -> domain.Opportunity:
    lines = values.pop("lines", None)
    return await domain.create(work, values, external_ids=external_ids, lines=lines)  # type: ignore[arg-type]


@contextmanager
def renamed(name: str, argument: str) -> Iterator[None]:
    """Refusals of what the command calls `name` are about the mutation's argument."""
    try:
        yield
    except DomainError as refusal:
        if refusal.path[:1] == (name,):
            refusal.path = (argument, *refusal.path[1:])
        raise


async def line_add(work: Work, id: UUID, *, line: OpportunityLineInput, if_version: int | None) -> Any:
    values = line_values(line, await ids_of(work, line_references(line)))
    return await domain.add_line(work, id, values, if_version=if_version)  # type: ignore[arg-type]


async def line_update(work: Work, id: UUID, *, line_id: str, line: OpportunityLineInput, if_version: int | None) -> Any:
    values = line_values(line, await ids_of(work, line_references(line)))
    with renamed("line", "line_id"):
        return await domain.update_line(work, id, wire_uuid("opl", line_id), values, if_version=if_version)  # type: ignore[arg-type]


async def line_remove(work: Work, id: UUID, *, line_id: str, if_version: int | None) -> Any:
    with renamed("line", "line_id"):
        return await domain.remove_line(work, id, wire_uuid("opl", line_id), if_version=if_version)


async def advance(work: Work, id: UUID, *, to: UUID, if_version: int | None) -> Any:
    with renamed("stage", "to"):
        return await domain.advance(work, id, to, if_version=if_version)


async def reopen(work: Work, id: UUID, *, to: UUID, reason: str, if_version: int | None) -> Any:
    with renamed("stage", "to"):
        return await domain.reopen(work, id, to, reason, if_version=if_version)


async def lose(work: Work, id: UUID, *, reason: str, if_version: int | None, **facts: Any) -> Any:
    return await domain.lose(work, id, reason, if_version=if_version, **facts)


async def move_pipeline(work: Work, id: UUID, *, to: UUID, if_version: int | None) -> Any:
    with renamed("stage", "to"):
        return await domain.move_pipeline(work, id, to, if_version=if_version)


OPPORTUNITIES = Writes(
    Opportunity,
    "opportunity",
    Service(create, domain.upsert_many, row, domain.archive, domain.restore),
    fields=(
        "name",
        "account",
        "owner",
        "pipeline",
        "stage",
        "amount",
        "currency",
        "close_date",
        "opened_on",
        "probability",
        "forecast_category",
        "type",
        "next_step",
        "notes",
        "competitor",
    ),
    required=("name",),
    extras={"lines": Extra(list[OpportunityLineInput], "All its lines, matched by place.", lines_of, lines_references)},
)
STAGE = Annotated["StageRef", strawberry.lazy("api.schema.pipelines")]  # type: ignore[name-defined] # noqa: F821
CLOSED_ON = about(date | None, "Day it closed, today when left out; not in the future.")
LINE = about(OpportunityLineInput, "The line.")
LINE_ID = about(strawberry.ID, "Id of the line.")


def join_team(rows: Any, row: Any, scope: Any) -> tuple[Any, Any]:
    owner = DomainUser.__table__.alias("owner")
    return rows.outerjoin(owner, (owner.c.tenant_id == scope.tenant) & (owner.c.id == row.c.owner_id)), owner


def join_products(rows: Any, row: Any, scope: Any) -> tuple[Any, Any]:
    lines = domain.OpportunityLine.__table__.alias("line")
    sold = (
        select(lines.c.opportunity_id, lines.c.product_id, func.sum(lines.c.total_minor).label("total_minor"))
        .where(lines.c.tenant_id == scope.tenant)
        .group_by(lines.c.opportunity_id, lines.c.product_id)
        .subquery("sold")
    )
    return rows.outerjoin(sold, sold.c.opportunity_id == row.c.id), sold


AGGREGATE = Aggregate(
    Opportunity,
    {
        "PIPELINE": column_key("pipeline_id", ("Pipeline", "pip"), "By pipeline."),
        "STAGE": column_key("stage_id", ("Stage", "stg"), "By stage."),
        "STATUS": column_key("status", None, "By open, won, lost."),
        "OWNER": column_key("owner_id", ("User", "usr"), "By owner."),
        "TEAM": Key("By the team of the owner.", lambda owner: owner.c.team_id, ("Team", "tea"), join_team),
        "ACCOUNT": column_key("account_id", ("Account", "acc"), "By account."),
        "PRODUCT": Key(
            "By product of the lines: an opportunity counts for each of its products, with the sum of those lines.",
            lambda sold: sold.c.product_id,
            ("Product", "prd"),
            join_products,
            lambda row, sold: case((sold.c.opportunity_id.is_(None), row.c.amount_minor), else_=sold.c.total_minor),
        ),
        "CLOSED_MONTH": month_key("closed_on", "By the month it closed, as `2026-03`."),
    },
    money="amount_minor",
    day=lambda row, as_of: func.coalesce(row.c.closed_on, as_of),
)


@strawberry.type
class Query:
    opportunity: Opportunity | None = one(Opportunity, "One opportunity; null if there is none or you may not see it.")
    opportunities: Connection[Opportunity] = many(Opportunity, "Opportunities.")
    opportunities_aggregate = AGGREGATE.query()


@strawberry.type
class Mutation:
    opportunity_create = OPPORTUNITIES.create("Make an open opportunity; it is yours unless you name an owner.")
    opportunity_update = for_outsiders_too(
        OPPORTUNITIES.update("Change an opportunity; stages change by their own mutations.")
    )
    opportunity_upsert = OPPORTUNITIES.upsert("Change the opportunity that a key names, or make it.")
    opportunity_bulk_upsert = OPPORTUNITIES.bulk_upsert("Upsert up to 250 opportunities.")
    opportunity_archive = OPPORTUNITIES.archive("Archive an opportunity; figures no longer count it.")
    opportunity_restore = OPPORTUNITIES.restore("Make an archived opportunity live again.")
    opportunity_advance = OPPORTUNITIES.verb(
        advance, "Move to another open stage of its pipeline.", to=about(STAGE, "The stage to move to.")
    )
    opportunity_win = OPPORTUNITIES.verb(domain.win, "Close as won; needs an account.", closed_on=CLOSED_ON)
    opportunity_lose = OPPORTUNITIES.verb(
        lose,
        "Close as lost.",
        reason=about(str, "Why it was lost; at most 500 characters."),
        competitor=about(str | None, "Who won instead."),
        closed_on=CLOSED_ON,
    )
    opportunity_reopen = OPPORTUNITIES.verb(
        reopen,
        "Open a closed opportunity again.",
        to=about(STAGE, "An open stage of its pipeline."),
        reason=about(str, "Why; at most 500 characters."),
    )
    opportunity_move_pipeline = OPPORTUNITIES.verb(
        move_pipeline, "Move to an open stage of another pipeline.", to=about(STAGE, "The stage there.")
    )
    opportunity_line_add = OPPORTUNITIES.verb(
        line_add, "Add a line; the amount becomes the sum of the lines.", holder="line", line=LINE
    )
    opportunity_line_update = OPPORTUNITIES.verb(
        line_update, "Change a line; what is left out stays.", holder="line", line_id=LINE_ID, line=LINE
    )
    opportunity_line_remove = OPPORTUNITIES.verb(line_remove, "Remove a line.", line_id=LINE_ID)
