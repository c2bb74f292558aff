"""Commands for opportunities; the verbs that change their stage are in `moves`, those on lines in `lines`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from api.domain.kernel import (
    ExternalKey,
    Invalid,
    Matching,
    Work,
    Written,
    assign,
    load_references,
    wire,
    write_rows,
)
from api.domain.products import Product

from .desk import Desk, open_desk
from .events import OpportunityPushed, PipelineMoved
from .lines import LineValues, put_lines
from .models import Opportunity
from .stages import Status
from .values import (
    REFERENCES,
    Draft,
    OpportunityRow,
    OpportunityValues,
    draft_of,
    refuse_values_of_verbs,
)


async def create(
    work: Work,
    values: OpportunityValues,
    *,
    external_ids: Sequence[ExternalKey] = (),
    lines: Sequence[LineValues] | None = None,
) -> Opportunity:
    """A new opportunity in an open stage, by default the first of the oldest pipeline.

    It belongs to the acting user and was opened today unless the values say otherwise.

    Raises:
        Invalid: the stage is a closed one; win, lose or record closes an opportunity.
    """
    refuse_values_of_verbs(values, allowed=("stage_id", "pipeline_id"))
    today = (await work.tenant_settings()).day_of(work.now)
    row = OpportunityRow(values={"opened_on": today, **values}, external_ids=external_ids, lines=lines)
    return (await write_opportunities(work, [row], create=True))[0].unwrap()


async def update(work: Work, id: UUID, values: OpportunityValues, *, if_version: int | None = None) -> Opportunity:
    """Change what is known of an opportunity; of a closed one only its notes and next step.

    Raises:
        IllegalTransition: it is closed.
        Invalid: the values name a stage or a day of closing, which change by verbs.
    """
    refuse_values_of_verbs(values)
    row = OpportunityRow(values=values, id=id, if_version=if_version)
    return (await write_opportunities(work, [row]))[0].unwrap()


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> Opportunity:
    opportunity = await work.edit(Opportunity, id, if_version=if_version, archived=True)
    opportunity.archived_at = opportunity.archived_at or work.now
    return opportunity


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> Opportunity:
    opportunity = await work.edit(Opportunity, id, if_version=if_version, archived=True)
    opportunity.archived_at = None
    return opportunity


async def record(work: Work, row: OpportunityRow) -> Written[Opportunity]:
    """Write an opportunity as another system knows it, open or closed, with that system's dates.

    Unlike `create` it takes a closed stage, with `closed_on` (by default today); unlike `lose` it does not insist on
    a reason, which old files often lack. A known opportunity takes the step to the row's stage by the rules of the
    verbs; a closed one stays as it is.
    """
    return (await record_many(work, [row]))[0]


async def record_many(work: Work, rows: Sequence[OpportunityRow]) -> list[Written[Opportunity]]:
    """As `record`, for many rows; the number of statements does not depend on theirs."""
    return await write_opportunities(work, rows)


async def upsert_many(work: Work, rows: Sequence[OpportunityRow]) -> list[Written[Opportunity]]:
    """Make opportunities as `create`, change known ones as `update`: a step to another stage is a verb of its own."""
    return await write_opportunities(work, rows, by_verbs=True)


async def write_opportunities(
    work: Work, rows: Sequence[OpportunityRow], *, create: bool = False, by_verbs: bool = False
) -> list[Written[Opportunity]]:
    desks: list[Desk] = []

    async def prepare(work: Work, rows: Sequence[OpportunityRow], records: Mapping[UUID, Opportunity]) -> Any:
        await load_references(work, [row.values for row in rows], REFERENCES)
        lines = [line for row in rows for line in row.lines or ()]
        await load_references(work, lines, {"product_id": Product})
        desk = await open_desk(work, records)
        desks.append(desk)
        return lambda row, opportunity: write(desk, row, opportunity, by_verbs=create or by_verbs)

    results = await write_rows(work, MATCHING, rows, prepare, create=create)
    for desk in desks:
        await desk.make_customers()
    return results


def write(
    desk: Desk, row: OpportunityRow, opportunity: Opportunity | None, *, by_verbs: bool
) -> tuple[Opportunity, bool]:
    stage_id = row.values.get("stage_id")
    if by_verbs and opportunity is None and stage_id is not None and desk.board.stage(stage_id).kind is not Status.OPEN:
        raise Invalid(("stage",), "a new opportunity is open; win, lose or record closes one", "open")
    if by_verbs and opportunity is None and "opened_on" not in row.values:
        row = replace(row, values={"opened_on": desk.today, **row.values})
    draft = draft_of(desk, row, opportunity)
    if by_verbs and opportunity is not None and draft.stage.id != opportunity.stage_id:
        raise Invalid(("stage",), "the stage changes by advance, win, lose, reopen or movePipeline", "verb")
    if opportunity is None:
        return write_new(desk, draft), True
    changed = push(desk, opportunity, draft)
    changed |= assign(opportunity, draft.columns)
    if draft.lines is not None and put_lines(desk, opportunity, draft.lines):
        changed = True
    if draft.stage.id == opportunity.stage_id:
        return opportunity, changed
    if draft.stage.kind is not Status.OPEN:
        desk.close(opportunity, draft.stage, draft.closed_on or desk.today)
        return opportunity, True
    if draft.stage.pipeline_id != opportunity.pipeline_id:
        before, after = wire("pip", opportunity.pipeline_id), wire("pip", draft.stage.pipeline_id)
        desk.work.emit(PipelineMoved(opportunity.id, before, after))
    desk.enter(opportunity, draft.stage, desk.work.now)
    return opportunity, True


def write_new(desk: Desk, draft: Draft) -> Opportunity:
    """A new opportunity begins in an open stage, also when it was closed long ago."""
    work, columns = desk.work, draft.columns
    stage = draft.stage
    begun = stage if stage.kind is Status.OPEN else desk.board.first(stage.pipeline_id, Status.OPEN)
    entered_at = desk.instant_of(opened_on) if (opened_on := columns.get("opened_on")) else work.now
    if draft.closed_on is not None and not opened_on:
        entered_at = desk.instant_of(draft.closed_on)
    opportunity = work.add(
        Opportunity.quickly(
            **{
                "owner_id": work.viewer.user,
                "pipeline_id": begun.pipeline_id,
                "stage_id": begun.id,
                "status": Status.OPEN,
                "probability": begun.probability,
                "is_probability_overridden": False,
                "forecast_category": begun.forecast_category,
                "is_forecast_category_overridden": False,
                "stage_entered_at": entered_at,
                "push_count": 0,
                **columns,
            }
        )
    )
    if draft.lines:
        put_lines(desk, opportunity, draft.lines)
    desk.stay(opportunity, entered_at)
    if stage is not begun:
        desk.close(opportunity, stage, draft.closed_on or desk.today)
    return opportunity


def push(desk: Desk, opportunity: Opportunity, draft: Draft) -> bool:
    """Count it when an open opportunity is now expected in a later month. True if it is."""
    before, after = opportunity.close_date, draft.columns.get("close_date")
    if before is None or after is None or draft.stage.kind is not Status.OPEN:
        return False
    if (after.year, after.month) <= (before.year, before.month):
        return False
    opportunity.push_count += 1
    desk.work.emit(OpportunityPushed(opportunity.id, before, after, opportunity.push_count))
    return True


async def nobody(_work: Work, _keys: Sequence[str]) -> Mapping[str, UUID]:
    return {}


MATCHING = Matching(Opportunity, "external_ids", lambda _values: (), nobody)
