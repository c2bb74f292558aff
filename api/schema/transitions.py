"""What can be done with an opportunity now, as rows, so that it is read with everything else."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    and_,
    case,
    column,
    exists,
    false,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
    tuple_,
    values,
)

from api.domain.kernel import Context
from api.domain.opportunities import TRANSITIONS as MACHINE
from api.domain.opportunities import Opportunity, Pipeline, Stage

from .enums import described_enum


class OpportunityVerb(StrEnum):
    ADVANCE = "ADVANCE"
    MOVE_PIPELINE = "MOVE_PIPELINE"
    WIN = "WIN"
    LOSE = "LOSE"
    REOPEN = "REOPEN"


described_enum(
    OpportunityVerb,
    "OpportunityVerb",
    "A step in the life of an opportunity, named as the mutation that makes it.",
    ADVANCE="`opportunityAdvance`: to another open stage of the pipeline.",
    MOVE_PIPELINE="`opportunityMovePipeline`: to an open stage of another pipeline.",
    WIN="`opportunityWin`: closed as won.",
    LOSE="`opportunityLose`: closed as lost.",
    REOPEN="`opportunityReopen`: open again.",
)


def machine() -> Any:
    """The state machine as a VALUES list: status, verb, place in the list, kind of the stage it leads to."""
    rows = [
        (status.value, verb.upper(), place, leads_to.value)
        for status, verbs in MACHINE.items()
        for place, (verb, leads_to) in enumerate(verbs.items())
    ]
    columns = (column("status", Text), column("verb", Text), column("place", Integer), column("kind", Text))
    return values(*columns, name="machine", literal_binds=True).data(rows)


def possible() -> Any:
    """One row for each opportunity, verb and stage: what `opportunities.available_transitions` says, in SQL."""
    deals, steps = Opportunity.__table__.alias("deal"), machine()
    stages, here = Stage.__table__.alias("next"), Stage.__table__.alias("here")
    pipelines, own = Pipeline.__table__.alias("of"), Pipeline.__table__.alias("own")
    moving, advancing = steps.c.verb == literal("MOVE_PIPELINE"), steps.c.verb == literal("ADVANCE")
    near = or_(own.c.strict_order.is_(false()), not_(between(here, stages)))
    fits = and_(
        stages.c.tenant_id == deals.c.tenant_id,
        stages.c.kind == steps.c.kind,
        stages.c.archived_at.is_(None),
        case((moving, stages.c.pipeline_id != deals.c.pipeline_id), else_=stages.c.pipeline_id == deals.c.pipeline_id),
        case((advancing, and_(stages.c.id != deals.c.stage_id, near)), else_=true()),
    )
    rows = (
        deals.join(steps, steps.c.status == deals.c.status)
        .join(here, and_(here.c.tenant_id == deals.c.tenant_id, here.c.id == deals.c.stage_id))
        .join(own, and_(own.c.tenant_id == deals.c.tenant_id, own.c.id == deals.c.pipeline_id))
        .join(stages, fits)
        .join(
            pipelines,
            and_(
                pipelines.c.tenant_id == stages.c.tenant_id,
                pipelines.c.id == stages.c.pipeline_id,
                pipelines.c.archived_at.is_(None),
            ),
        )
    )
    return (
        select(
            deals.c.tenant_id,
            deals.c.id.label("opportunity_id"),
            deals.c.owner_id,
            steps.c.verb,
            steps.c.place,
            stages.c.id.label("stage_id"),
            stages.c.position,
        )
        .select_from(rows)
        .where(deals.c.archived_at.is_(None))
        .subquery("transitions")
    )


def between(here: Any, there: Any) -> ColumnElement[bool]:
    """Whether an open stage lies behind the one and ahead of the other; archived and closed ones leave gaps."""
    one = Stage.__table__.alias("between")
    return exists(
        select(literal_column("1"))
        .where(
            one.c.tenant_id == here.c.tenant_id,
            one.c.pipeline_id == here.c.pipeline_id,
            one.c.archived_at.is_(None),
            one.c.kind == literal("OPEN"),
            one.c.position > here.c.position,
            tuple_(one.c.position, one.c.id) < tuple_(there.c.position, there.c.id),
        )
        .correlate_except(one)
    )


TRANSITIONS = possible()


def may_write(t: Any, context: Context) -> ColumnElement[bool]:
    """A step is possible only for those who may change the opportunity."""
    return context.reach(context.capability.on("opportunity").write, t.owner_id)
