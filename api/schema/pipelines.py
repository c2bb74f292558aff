"""Pipelines and their stages."""

from collections.abc import Mapping
from typing import Any

import strawberry
from sqlalchemy import literal_column, select

from api.domain import opportunities as domain
from api.domain.kernel import Work, fold

from .aggregates import Aggregate, column_key
from .binding import Natural, described, readable, to_one
from .commands import Service, Writes
from .connections import Connection, extend, many, one
from .enums import described_enum
from .inputs import Extra, Ids
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


def stages_of(value: list[PipelineStageInput] | None, _ids: Ids) -> list[dict[str, Any]]:
    return [given(one) for one in value or ()]


async def create_pipeline(work: Work, values: dict[str, Any], *, external_ids: Any) -> domain.Pipeline:
    row = domain.PipelineRow(values=values, external_ids=external_ids)  # type: ignore[arg-type] # checked by the command
    return (await domain.upsert_pipelines(work, [row], create=True))[0].unwrap()


async def create_stage(work: Work, values: dict[str, Any], *, external_ids: Any) -> domain.Stage:
    row = domain.StageRow(values=values, external_ids=external_ids)  # type: ignore[arg-type] # checked by the command
    return (await domain.upsert_stages(work, [row], create=True))[0].unwrap()


PIPELINES = Writes(
    Pipeline,
    "pipeline",
    Service(
        create_pipeline, domain.upsert_pipelines, domain.PipelineRow, domain.archive_pipeline, domain.restore_pipeline
    ),
    fields=("name", "currency", "strict_order"),
    required=("name",),
    natural={"name": lambda name: {"name": name}},
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
    Service(create_stage, domain.upsert_stages, domain.StageRow, domain.archive_stage, domain.restore_stage),
    fields=("pipeline", "name", "position", "kind", "probability", "forecast_category", "max_days"),
    required=("pipeline", "name"),
    natural={"by_name": lambda names: {"pipeline_name": names.pipeline, "name": names.name}},
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
    pipeline_upsert = PIPELINES.upsert("Change the pipeline that a key names, or make it.")
    pipeline_bulk_upsert = PIPELINES.bulk_upsert("Upsert up to 250 pipelines.")
    pipeline_archive = PIPELINES.archive("Archive a pipeline in which nothing is open.")
    pipeline_restore = PIPELINES.restore("Make an archived pipeline live again.")
    stage_create = STAGES.create("Add a stage to a pipeline; those from its position on move by one.")
    stage_update = STAGES.update("Change a stage; open opportunities keep the probability they have.")
    stage_upsert = STAGES.upsert("Change the stage that a key names, or make it.")
    stage_bulk_upsert = STAGES.bulk_upsert("Upsert up to 250 stages.")
    stage_archive = STAGES.archive("Archive a stage in which nothing is open.")
    stage_restore = STAGES.restore("Make an archived stage live again.")
