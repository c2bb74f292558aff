"""Pipelines and their stages."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import literal_column, select

from api.domain import opportunities as domain
from api.domain.kernel import Invalid, Required, Work, fold
from api.domain.kernel.external_ids import attach

from .aggregates import Aggregate, column_key
from .binding import Natural, described, readable, to_one
from .commands import Extra, Service, Writes
from .connections import Connection, extend, many, one
from .enums import described_enum
from .interfaces import Node, Record
from .records import complete
from .references import given
from .scalars import CurrencyCode

described_enum(
    domain.Status,
    "OpportunityStatus",
    "Whether an opportunity is open, won or lost; the kind of its stage says so.",
    OPEN="Still being worked on.",
    WON="Sold.",
    LOST="Not sold.",
)
described_enum(
    domain.ForecastCategory,
    "ForecastCategory",
    "How much a forecast may count on an opportunity. Each category contains the ones after it but OMITTED.",
    PIPELINE="Everything open.",
    BEST_CASE="If things go well.",
    COMMIT="Promised.",
    CLOSED="Won.",
    OMITTED="Not counted.",
)


@readable(
    domain.Pipeline,
    description="A way of selling: an ordered list of stages.",
    naturals={"name": Natural(str, "Its name.", lambda t, _tenant, name: t.c.name_sort == name, fold)},
)
class Pipeline(Record, Node):
    name: str = described("Unique among live pipelines.")
    currency: CurrencyCode | None = described("Currency of new opportunities; null for the tenant's.")
    strict_order: bool = described("Whether stages may not be skipped: one forward, or any back.")


@strawberry.input(description="Names a stage by its pipeline's name and its own.")
class StageNameInput:
    pipeline: str = strawberry.field(description="Name of the pipeline.")
    name: str = strawberry.field(description="Name of the stage.")


def named_stage(t: Any, tenant: Any, names: Mapping[str, Any]) -> Any:
    pipelines = domain.Pipeline.__table__.alias("of")
    own = (pipelines.c.tenant_id == tenant, pipelines.c.id == t.c.pipeline_id, pipelines.c.archived_at.is_(None))
    same: Any = (
        select(literal_column("1")).select_from(pipelines).where(*own, pipelines.c.name_sort == names["pipeline"])
    )
    return (t.c.name_sort == names["name"]) & same.correlate_except(pipelines).exists()


@readable(
    domain.Stage,
    description="A step of a pipeline.",
    naturals={"by_name": Natural(StageNameInput, "Its pipeline and name.", named_stage, fold)},
)
class Stage(Record, Node):
    pipeline: Pipeline = to_one("pipeline_id", "pipelines.Pipeline", "The pipeline it belongs to.")
    name: str = described("Unique among the live stages of the pipeline.")
    position: int = described("Place in the pipeline, from 1.")
    kind: domain.Status = described("What an opportunity in it is.")
    probability: int = described("Chance of winning in whole percent, 0 to 100; 100 when won, 0 when lost.")
    forecast_category: domain.ForecastCategory = described("Forecast category of opportunities that enter it.")
    max_days: int | None = described("After so many days in it an open opportunity is rotting.")


for record_type in (Pipeline, Stage):
    complete(record_type)
extend(Pipeline, "stages", Stage, "pipeline_id", "Its stages; sort by POSITION for their order.")


@strawberry.input(description="A stage of a new pipeline; the stages stand in the order given.")
class PipelineStageInput:
    name: str = strawberry.field(description="Name of the stage.")
    kind: domain.Status = strawberry.field(description="What it means.", default=domain.Status.OPEN)
    probability: int | None = strawberry.field(description="Whole percent, for open stages.", default=strawberry.UNSET)
    forecast_category: domain.ForecastCategory | None = strawberry.field(
        description="For open stages; PIPELINE when left out.", default=strawberry.UNSET
    )
    max_days: int | None = strawberry.field(description="For open stages.", default=strawberry.UNSET)


async def stages_of(_work: Work, value: list[PipelineStageInput] | None) -> list[dict[str, Any]]:
    return [given(one) for one in value or ()]


async def create_pipeline(work: Work, values: dict[str, Any], *, external_ids: Any) -> domain.Pipeline:
    stages = values.pop("stages", None) or list(domain.DEFAULT_STAGES)
    pipeline = await domain.create_pipeline(work, values, stages)  # type: ignore[arg-type] # checked by the command
    await attach(work, pipeline, external_ids)
    return pipeline


async def update_pipeline(
    work: Work, id: UUID, values: Any, *, external_ids: Any, if_version: int | None
) -> domain.Pipeline:
    if "stages" in values:
        raise Invalid(("stages",), "change stages one by one, with stageCreate, stageUpdate and stageArchive", "stages")
    pipeline = await domain.update_pipeline(work, id, values, if_version=if_version)
    await attach(work, pipeline, external_ids)
    return pipeline


async def create_stage(work: Work, values: dict[str, Any], *, external_ids: Any) -> domain.Stage:
    pipeline = values.pop("pipeline_id", None)
    if pipeline is None:
        raise Required(("pipeline_id",))
    stage = await domain.add_stage(work, pipeline, values)  # type: ignore[arg-type] # checked by the command
    await attach(work, stage, external_ids)
    return stage


async def update_stage(work: Work, id: UUID, values: Any, *, external_ids: Any, if_version: int | None) -> domain.Stage:
    if "pipeline_id" in values:
        raise Invalid(("pipeline_id",), "a stage stays in its pipeline", "pipeline")
    stage = await domain.update_stage(work, id, values, if_version=if_version)
    await attach(work, stage, external_ids)
    return stage


PIPELINES = Writes(
    Pipeline,
    "pipeline",
    Service(create_pipeline, update_pipeline, domain.archive_pipeline, domain.restore_pipeline),
    fields=("name", "currency", "strict_order"),
    required=("name",),
    extras={
        "stages": Extra(
            list[PipelineStageInput],
            "Stages of a new pipeline, one of each kind at least; six usual ones when left out.",
            stages_of,
        )
    },
)
STAGES = Writes(
    Stage,
    "stage",
    Service(create_stage, update_stage, domain.archive_stage, domain.restore_stage),
    fields=("pipeline", "name", "position", "kind", "probability", "forecast_category", "max_days"),
    required=("pipeline", "name"),
)


STAGES_AGGREGATE = Aggregate(
    Stage,
    {
        "PIPELINE": column_key("pipeline_id", ("Pipeline", "pip"), "By pipeline."),
        "KIND": column_key("kind", None, "By kind."),
    },
)
PIPELINES_AGGREGATE = Aggregate(
    Pipeline, {"STRICT_ORDER": column_key("strict_order", None, "By whether stages may be skipped.")}
)


@strawberry.type
class Query:
    pipeline: Pipeline | None = one(Pipeline, "One pipeline; null if there is none.")
    pipelines: Connection[Pipeline] = many(Pipeline, "Pipelines.")
    stage: Stage | None = one(Stage, "One stage; null if there is none.")
    stages: Connection[Stage] = many(Stage, "Stages of all pipelines.")
    pipelines_aggregate = PIPELINES_AGGREGATE.query()
    stages_aggregate = STAGES_AGGREGATE.query()


@strawberry.type
class Mutation:
    pipeline_create = PIPELINES.create("Make a pipeline with its stages.")
    pipeline_update = PIPELINES.update("Change a pipeline.")
    pipeline_archive = PIPELINES.archive("Archive a pipeline in which nothing is open.")
    pipeline_restore = PIPELINES.restore("Make an archived pipeline live again.")
    stage_create = STAGES.create("Add a stage to a pipeline; those from its position on move by one.")
    stage_update = STAGES.update("Change a stage; open opportunities keep the probability they have.")
    stage_archive = STAGES.archive("Archive a stage in which nothing is open.")
    stage_restore = STAGES.restore("Make an archived stage live again.")
