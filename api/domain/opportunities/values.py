"""The values of an opportunity as commands take them, and what of them becomes columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from api.domain.accounts import Account
from api.domain.kernel import (
    IllegalTransition,
    Invalid,
    Money,
    Row,
    TextField,
    argument,
    checked_currency,
    checked_day,
    checked_money,
    checked_number,
    checked_references,
    checked_texts,
    refuse_null,
    require,
)
from api.domain.users import User

from .desk import Desk, currency_of_new
from .lines import LineValues, checked_lines, differ
from .models import Opportunity, OpportunityLine, Stage
from .stages import TRANSITIONS, ForecastCategory, OpportunityType, Status

TEXTS = {
    "name": TextField(255, required=True, folded="name_sort"),
    "next_step": TextField(1000),
    "notes": TextField(20_000),
    "competitor": TextField(255),
    "loss_reason": TextField(500),
}
REFERENCES = {"account_id": Account, "owner_id": User}
DAYS = ("close_date", "opened_on")
OF_VERBS = ("stage_id", "pipeline_id", "closed_on", "loss_reason")
OF_CLOSED = frozenset({"notes", "next_step"})  # what a closed opportunity may still change


class OpportunityValues(TypedDict, total=False):
    """What is known of an opportunity; a missing key leaves the value alone, None clears it.

    `probability` (0–100) and `forecast_category` override those of the stage; None returns to them. Stage and
    pipeline are for new and recorded opportunities, `closed_on` and `loss_reason` for recorded ones.
    """

    name: str
    account_id: UUID | None
    owner_id: UUID | None
    pipeline_id: UUID | None
    stage_id: UUID | None
    amount: Money | None
    currency: str
    close_date: date | None
    opened_on: date | None
    closed_on: date | None
    probability: int | None
    forecast_category: ForecastCategory | None
    type: OpportunityType | None
    next_step: str | None
    notes: str | None
    loss_reason: str | None
    competitor: str | None


@dataclass(frozen=True, kw_only=True)
class OpportunityRow(Row[OpportunityValues]):
    """One opportunity of a bulk command; `lines`, if given, become all the lines it has, matched by their place."""

    lines: Sequence[LineValues] | None = None


@dataclass(frozen=True)
class Draft:
    """A row after all checks: the columns it sets, its lines, the stage it asks for, the day it was closed."""

    columns: dict[str, Any]
    lines: list[dict[str, Any]] | None
    stage: Stage
    closed_on: date | None


def draft_of(desk: Desk, row: OpportunityRow, opportunity: Opportunity | None) -> Draft:
    """Check everything about a row before anything changes.

    Raises:
        Required, TooLong, Invalid, NotFound, Archived: a value is wrong.
        IllegalTransition: it asks for a step the machine does not have, or changes a closed opportunity.
    """
    values = row.values
    if opportunity is None:
        require(values, "name")
    refuse_null(values, "currency")
    stage = stage_asked_for(desk, values, opportunity)
    columns = checked_texts(values, TEXTS) | checked_references(desk.work, values, REFERENCES, opportunity)
    if "type" in values:
        columns["type"] = values["type"]
    for name in DAYS:
        if name in values:
            columns[name] = checked_day(values[name], name)  # type: ignore[literal-required]
    closed_on = checked_day(values.get("closed_on"), "closed_on")
    if stage.kind is Status.OPEN:
        refuse_closing_values(values)
        columns |= open_figures(values, stage, opportunity)
    columns |= money_columns(desk, row, stage, opportunity)
    lines = None
    if row.lines is not None:
        known = desk.lines.get(opportunity.id, []) if opportunity else []
        lines = checked_lines(desk.work, columns["currency"], row.lines, known)
        columns |= amount_of_lines(lines, columns, had_lines=bool(known))
    draft = Draft(columns, lines, stage, closed_on)
    check_step(desk, draft, opportunity)
    return draft


def stage_asked_for(desk: Desk, values: OpportunityValues, opportunity: Opportunity | None) -> Stage:
    """The stage in the values, else the present one, else the first open one of the pipeline."""
    board, id, pipeline_id = desk.board, values.get("stage_id"), values.get("pipeline_id")
    if id is None:
        if opportunity is not None and pipeline_id in {None, opportunity.pipeline_id}:
            return board.stages[opportunity.stage_id]
        return board.first(board.pipeline(pipeline_id).id, Status.OPEN)
    if opportunity is not None and id == opportunity.stage_id:
        return board.stages[id]  # archived perhaps, but it is there already
    stage = board.stage(id)
    if pipeline_id not in {None, stage.pipeline_id}:
        raise Invalid(("stage",), "this stage belongs to another pipeline", "pipeline")
    return stage


def refuse_closing_values(values: OpportunityValues) -> None:
    for name in ("closed_on", "loss_reason"):
        if values.get(name) is not None:
            raise Invalid((name,), "this is for opportunities in a won or lost stage", "closed")


def open_figures(values: OpportunityValues, stage: Stage, opportunity: Opportunity | None) -> dict[str, Any]:
    """Probability and forecast category: a value overrides the stage, None goes back to it."""
    columns: dict[str, Any] = {}
    if "probability" in values or opportunity is None:
        given = checked_number(values.get("probability"), "probability", 0, 100)
        columns["probability"] = stage.probability if given is None else given
        columns["is_probability_overridden"] = given is not None
    if "forecast_category" in values or opportunity is None:
        category = values.get("forecast_category")
        if category is ForecastCategory.CLOSED:
            raise Invalid(("forecast_category",), "only won opportunities are forecast as CLOSED", "closed")
        columns["forecast_category"] = category or stage.forecast_category
        columns["is_forecast_category_overridden"] = category is not None
    return columns


def money_columns(desk: Desk, row: OpportunityRow, stage: Stage, opportunity: Opportunity | None) -> dict[str, Any]:
    """Amount and currency, which belong together; with lines both follow from them.

    Raises:
        Invalid: two currencies, another amount than the sum of the lines, or another currency than theirs.
    """
    values = row.values
    amount = checked_money(values.get("amount"), "amount")
    known = (
        opportunity.currency if opportunity else currency_of_new(desk.board.pipelines[stage.pipeline_id], desk.tenant)
    )
    currency = values.get("currency") or (amount.currency if amount else known)
    columns: dict[str, Any] = {"currency": checked_currency(currency)}
    if amount is not None and amount.currency != currency:
        raise Invalid(("amount",), f"amount and currency differ; give the amount in {currency}", "currency")
    if "amount" in values:
        columns["amount_minor"] = amount and amount.minor
    if opportunity is None:
        return columns
    lines = desk.lines.get(opportunity.id, [])
    if (
        currency != opportunity.currency
        or columns.get("amount_minor", opportunity.amount_minor) != opportunity.amount_minor
    ):
        desk.work.check_fields(opportunity, Opportunity, ("amount",))  # or the refusal would tell whether there is one
    if currency != opportunity.currency:
        if lines:
            raise Invalid(("currency",), f"the lines are in {opportunity.currency}; remove them first", "lines")
        if "amount" not in values and opportunity.amount_minor is not None:
            raise Invalid(("amount",), f"give the amount in {currency} together with the currency", "currency")
    if (
        lines
        and row.lines is None
        and columns.get("amount_minor", opportunity.amount_minor) != opportunity.amount_minor
    ):
        raise Invalid(("amount",), "the amount is the sum of the lines; change the lines", "lines")
    return columns


def amount_of_lines(lines: list[dict[str, Any]], columns: dict[str, Any], *, had_lines: bool) -> dict[str, Any]:
    """The sum of the lines; of no lines the given amount, which is unknown after the last line has gone."""
    given = columns.get("amount_minor")
    if not lines:
        return {"amount_minor": given} if had_lines else {}
    total = sum(line["total_minor"] for line in lines)
    if given not in {None, total}:
        raise Invalid(("amount",), "the amount is the sum of the lines; leave it out", "lines")
    return {"amount_minor": total}


def check_step(desk: Desk, draft: Draft, opportunity: Opportunity | None) -> None:
    """Whether the machine leads from where the opportunity is to where the draft wants it."""
    stage, columns = draft.stage, draft.columns
    if opportunity is not None and opportunity.status is not Status.OPEN:
        refuse_change_of_closed(draft, opportunity, desk.lines.get(opportunity.id, []))
        return
    if stage.kind is not Status.OPEN:
        account = columns.get("account_id", opportunity and opportunity.account_id)
        opened_on = columns.get("opened_on", opportunity and opportunity.opened_on)
        desk.check_closing(stage.kind, account, opened_on, draft.closed_on or desk.today)
        return
    if opportunity is None or stage.id == opportunity.stage_id or stage.pipeline_id != opportunity.pipeline_id:
        return
    if stage not in desk.board.reachable(opportunity):
        now = desk.board.stages[opportunity.stage_id].name
        allowed = tuple(other.name for other in desk.board.reachable(opportunity))
        raise IllegalTransition(now, stage.name, allowed)


def refuse_change_of_closed(draft: Draft, opportunity: Opportunity, lines: Sequence[OpportunityLine]) -> None:
    changed = {name for name, value in draft.columns.items() if getattr(opportunity, name) != value}
    changed -= {"close_date"} if draft.closed_on is not None else set()  # closing has set it to the day of closing
    other_day = draft.closed_on not in {None, opportunity.closed_on}
    other_lines = draft.lines is not None and differ(lines, draft.lines)
    if changed - OF_CLOSED or other_day or other_lines or draft.stage.id != opportunity.stage_id:
        raise IllegalTransition(opportunity.status.value, "update", tuple(TRANSITIONS[opportunity.status]))


def refuse_values_of_verbs(values: Mapping[str, Any], allowed: Sequence[str] = ()) -> None:
    for name in OF_VERBS:
        if name in values and name not in allowed:
            verbs = "advance, win, lose, reopen or record"
            raise Invalid((argument(name),), f"this changes with the stage only; use {verbs}", "verb")
