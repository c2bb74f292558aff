"""What commands on opportunities work with, and the one way an opportunity changes its stage."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Text, select

from api.domain.accounts import Account, AccountType
from api.domain.kernel import IllegalTransition, Invalid, Required, Tenant, Work, among, assign, new_id, wire

from .board import Board, load_board
from .events import OpportunityLost, OpportunityWon, StageChanged
from .models import Opportunity, OpportunityLine, Pipeline, Stage, StageHistory
from .stages import CLOSED_FIGURES, TRANSITIONS, Status

FIGURES = ("amount_minor", "currency", "close_date", "probability", "forecast_category")  # as they were at entry


@dataclass
class Desk:
    """The tenant's calendar and stages, and what belongs to the opportunities of one command."""

    work: Work
    tenant: Tenant
    today: date
    board: Board
    stays: dict[UUID, StageHistory] = field(default_factory=dict)  # the current one of each opportunity
    lines: dict[UUID, list[OpportunityLine]] = field(default_factory=dict)
    won_from: set[UUID] = field(default_factory=set)

    def instant_of(self, day: date) -> datetime:
        """Now for today, the beginning of any other day."""
        return self.work.now if day == self.today else self.tenant.start_of(day)

    def enter(self, opportunity: Opportunity, stage: Stage, at: datetime, *, reason: str | None = None) -> None:
        """Put an opportunity into a stage: status, figures that nobody overrode, history, event."""
        before = self.stays.get(opportunity.id)
        if before is not None:
            at = max(at, before.entered_at)  # a day in the past begins before the stage was entered on that day
            before.left_at = at
            emit = StageChanged(opportunity.id, wire("stg", before.stage_id), wire("stg", stage.id))
            self.work.emit(emit)
        columns = {"pipeline_id": stage.pipeline_id, "stage_id": stage.id, "status": stage.kind, "stage_entered_at": at}
        if not opportunity.is_probability_overridden:
            columns["probability"] = stage.probability
        if not opportunity.is_forecast_category_overridden:
            columns["forecast_category"] = stage.forecast_category
        assign(opportunity, columns)
        self.stay(opportunity, at, before.stage_id if before else None, reason)

    def stay(
        self, opportunity: Opportunity, at: datetime, from_stage: UUID | None = None, reason: str | None = None
    ) -> None:
        """Begin the history of an opportunity's stay in its present stage."""
        known = opportunity.__dict__
        self.stays[opportunity.id] = self.work.add(
            StageHistory.quickly(
                id=new_id(),
                opportunity_id=opportunity.id,
                from_stage_id=from_stage,
                stage_id=opportunity.stage_id,
                entered_at=at,
                reason=reason,
                actor_id=self.work.actor,
                **{name: known[name] for name in FIGURES},
            )
        )

    def check_closing(self, kind: Status, account: UUID | None, opened_on: date | None, closed_on: date) -> None:
        """Whether an opportunity can be closed on a day.

        Raises:
            Required: it would be won from nobody.
            Invalid: the day is in the future, or before it was opened.
        """
        if kind is Status.WON and account is None:
            raise Required(("account",), "an opportunity is won from an account; give it one first")
        if closed_on > self.today:
            raise Invalid(("closed_on",), f"the day of closing cannot be after today, {self.today}", "future")
        if opened_on is not None and closed_on < opened_on:
            raise Invalid(("closed_on",), f"this opportunity was opened later, on {opened_on}", "before_opened")

    def close(self, opportunity: Opportunity, stage: Stage, closed_on: date) -> None:
        """Put an open opportunity, for which `check_closing` has passed, into a closed stage."""
        probability, category = CLOSED_FIGURES[stage.kind]
        figures = {"probability": probability, "forecast_category": category, "close_date": closed_on}
        flags = {"is_probability_overridden": False, "is_forecast_category_overridden": False, "closed_on": closed_on}
        assign(opportunity, {**figures, **flags})
        self.enter(opportunity, stage, self.instant_of(closed_on))
        if stage.kind is Status.WON and opportunity.account_id is not None:
            account = wire("acc", opportunity.account_id)
            amount = opportunity.amount_minor
            self.work.emit(OpportunityWon(opportunity.id, account, closed_on, amount, opportunity.currency))
            self.won_from.add(opportunity.account_id)
        else:
            lost = OpportunityLost(opportunity.id, closed_on, opportunity.loss_reason, opportunity.competitor)
            self.work.emit(lost)

    async def make_customers(self) -> None:
        """The first opportunity won from a prospect makes it a customer, whoever owns the account."""
        if not self.won_from:
            return
        await self.work.flush()
        query = select(Account.id).where(
            Account.tenant_id == self.work.tenant,
            among(Account.id, self.won_from),
            among(Account.type, [AccountType.PROSPECT.value], Text()),
        )
        prospects = (await self.work.session.scalars(query)).all()
        for account in await self.work.affect(Account, prospects):
            account.type = AccountType.CUSTOMER


async def open_desk(work: Work, opportunities: Collection[UUID] = ()) -> Desk:
    """A desk for these opportunities; the number of statements does not depend on theirs."""
    tenant, board = await work.tenant_settings(), await load_board(work)
    desk = Desk(work, tenant, tenant.day_of(work.now), board)
    if opportunities:
        stays = select(StageHistory).where(
            StageHistory.tenant_id == work.tenant,
            among(StageHistory.opportunity_id, opportunities),
            StageHistory.left_at.is_(None),
        )
        desk.stays = {stay.opportunity_id: stay for stay in await work.session.scalars(stays)}
        lines = select(OpportunityLine).where(
            OpportunityLine.tenant_id == work.tenant, among(OpportunityLine.opportunity_id, opportunities)
        )
        for line in await work.session.scalars(lines.order_by(OpportunityLine.position, OpportunityLine.id)):
            desk.lines.setdefault(line.opportunity_id, []).append(line)
    return desk


def check_verb(opportunity: Opportunity, verb: str) -> None:
    """Raises IllegalTransition if the machine has no such step from the status."""
    verbs = TRANSITIONS[opportunity.status]
    if verb not in verbs:
        raise IllegalTransition(opportunity.status.value, verb, tuple(verbs))


def check_open(opportunity: Opportunity, verb: str) -> None:
    """Raises IllegalTransition for a closed opportunity: it is read-only until it is reopened."""
    if opportunity.status is not Status.OPEN:
        raise IllegalTransition(opportunity.status.value, verb, tuple(TRANSITIONS[opportunity.status]))


def not_reachable(board: Board, opportunity: Opportunity, stage: Stage) -> IllegalTransition:
    allowed = tuple(other.name for other in board.reachable(opportunity))
    return IllegalTransition(board.stages[opportunity.stage_id].name, stage.name, allowed)


def currency_of_new(pipeline: Pipeline, tenant: Tenant) -> str:
    return pipeline.currency or tenant.currency
