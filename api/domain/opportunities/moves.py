"""The verbs that change the stage of an opportunity."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.domain.kernel import Invalid, Work, checked, checked_day, wire

from .desk import check_verb, not_reachable, open_desk
from .events import OpportunityReopened, PipelineMoved
from .models import Opportunity, Stage
from .stages import TRANSITIONS, Status

REASON = 500
COMPETITOR = 255


@dataclass(frozen=True)
class Transition:
    """A verb that is possible now, and the stages it can lead to; the first is what it does when none is named."""

    verb: str
    stages: tuple[Stage, ...]


async def advance(work: Work, id: UUID, to_stage_id: UUID, *, if_version: int | None = None) -> Opportunity:
    """Move to another open stage of the pipeline; where the order is strict, to the next or any before.

    Raises:
        IllegalTransition: the opportunity is closed, or the stage cannot be reached from here.
    """
    opportunity = await work.edit(Opportunity, id, if_version=if_version)
    check_verb(opportunity, "advance")
    desk = await open_desk(work, [id])
    stage = desk.board.stage(to_stage_id)
    if stage.id == opportunity.stage_id:
        return opportunity
    if stage not in desk.board.reachable(opportunity):
        raise not_reachable(desk.board, opportunity, stage)
    desk.enter(opportunity, stage, work.now)
    return opportunity


async def win(work: Work, id: UUID, *, closed_on: date | None = None, if_version: int | None = None) -> Opportunity:
    """Close as won, today or on an earlier day; a prospect becomes a customer.

    Raises:
        IllegalTransition: it is closed already.
        Required: it has no account.
        Invalid: the day is in the future or before it was opened.
    """
    opportunity = await work.edit(Opportunity, id, if_version=if_version)
    check_verb(opportunity, "win")
    desk = await open_desk(work, [id])
    day = checked_day(closed_on, "closed_on") or desk.today
    desk.check_closing(Status.WON, opportunity.account_id, opportunity.opened_on, day)
    desk.close(opportunity, desk.board.first(opportunity.pipeline_id, Status.WON), day)
    await desk.make_customers()
    return opportunity


async def lose(  # noqa: PLR0913 - the facts of a loss
    work: Work,
    id: UUID,
    reason: str,
    *,
    competitor: str | None = None,
    closed_on: date | None = None,
    if_version: int | None = None,
) -> Opportunity:
    """Close as lost, today or on an earlier day.

    Raises:
        IllegalTransition: it is closed already.
        Required: the reason is blank.
        Invalid: the day is in the future or before it was opened.
    """
    opportunity = await work.edit(Opportunity, id, if_version=if_version)
    check_verb(opportunity, "lose")
    reason = checked(reason, "reason", limit=REASON)
    rival = checked(competitor or "", "competitor", limit=COMPETITOR, required=False)
    desk = await open_desk(work, [id])
    day = checked_day(closed_on, "closed_on") or desk.today
    desk.check_closing(Status.LOST, opportunity.account_id, opportunity.opened_on, day)
    opportunity.loss_reason, opportunity.competitor = reason, rival or opportunity.competitor
    desk.close(opportunity, desk.board.first(opportunity.pipeline_id, Status.LOST), day)
    return opportunity


async def reopen(work: Work, id: UUID, stage_id: UUID, reason: str, *, if_version: int | None = None) -> Opportunity:
    """Open a closed opportunity again, in an open stage of its pipeline and with that stage's figures.

    Raises:
        IllegalTransition: it is open, or the stage is closed or of another pipeline.
        Required: the reason is blank.
    """
    opportunity = await work.edit(Opportunity, id, if_version=if_version)
    check_verb(opportunity, "reopen")
    reason = checked(reason, "reason", limit=REASON)
    desk = await open_desk(work, [id])
    stage = desk.board.stage(stage_id)
    if stage not in desk.board.reachable(opportunity):
        raise not_reachable(desk.board, opportunity, stage)
    opportunity.closed_on = opportunity.loss_reason = None
    opportunity.is_probability_overridden = opportunity.is_forecast_category_overridden = False
    desk.enter(opportunity, stage, work.now, reason=reason)
    work.emit(OpportunityReopened(id, reason))
    return opportunity


async def move_pipeline(work: Work, id: UUID, stage_id: UUID, *, if_version: int | None = None) -> Opportunity:
    """Move an open opportunity to an open stage of another pipeline.

    Raises:
        IllegalTransition: it is closed.
        Invalid: the stage is closed or of the same pipeline.
    """
    opportunity = await work.edit(Opportunity, id, if_version=if_version)
    check_verb(opportunity, "move_pipeline")
    desk = await open_desk(work, [id])
    stage = desk.board.stage(stage_id)
    if stage.kind is not Status.OPEN or stage.pipeline_id == opportunity.pipeline_id:
        raise Invalid(("stage",), "name an open stage of another pipeline", "other_pipeline")
    work.emit(PipelineMoved(id, wire("pip", opportunity.pipeline_id), wire("pip", stage.pipeline_id)))
    desk.enter(opportunity, stage, work.now)
    return opportunity


async def available_transitions(work: Work, id: UUID) -> list[Transition]:
    """What can be done with an opportunity now. A verb that leads nowhere is left out."""
    opportunity = await work.get(Opportunity, id)
    board = (await open_desk(work)).board
    elsewhere = [
        stage
        for pipeline, stages in board.order.items()
        if pipeline != opportunity.pipeline_id and board.pipelines[pipeline].archived_at is None
        for stage in stages
        if stage.kind is Status.OPEN
    ]
    stages = {
        "advance": board.reachable(opportunity),
        "reopen": board.reachable(opportunity),
        "move_pipeline": elsewhere,
        "win": [stage for stage in board.order[opportunity.pipeline_id] if stage.kind is Status.WON],
        "lose": [stage for stage in board.order[opportunity.pipeline_id] if stage.kind is Status.LOST],
    }
    return [Transition(verb, tuple(stages[verb])) for verb in TRANSITIONS[opportunity.status] if stages[verb]]
