"""Commands for pipelines and their stages."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import func, select

from api.domain.kernel import (
    Duplicate,
    Invalid,
    LimitExceeded,
    Required,
    RestoreConflict,
    TextField,
    Work,
    assign,
    by_column,
    checked_currency,
    checked_number,
    checked_texts,
    refuse_null,
    require,
    under,
)

from .board import load_board
from .models import Opportunity, Pipeline, Stage
from .stages import CLOSED_FIGURES, ForecastCategory, Status

NAME = {"name": TextField(100, required=True, folded="name_sort")}
MOST_STAGES = 50
holders_of_name = by_column(Pipeline, "name_sort")


class PipelineValues(TypedDict, total=False):
    """What is known of a pipeline; `currency` is that of new opportunities, `strict_order` forbids to skip stages."""

    name: str
    currency: str | None
    strict_order: bool


class StageValues(TypedDict, total=False):
    """What is known of a stage; closed stages have fixed probabilities. `max_days` is when a deal begins to rot."""

    name: str
    kind: Status
    position: int
    probability: int
    forecast_category: ForecastCategory
    max_days: int | None


DEFAULT_STAGES: Sequence[StageValues] = (
    {"name": "Prospecting", "probability": 10},
    {"name": "Qualification", "probability": 25},
    {"name": "Proposal", "probability": 50, "forecast_category": ForecastCategory.BEST_CASE},
    {"name": "Negotiation", "probability": 75, "forecast_category": ForecastCategory.COMMIT},
    {"name": "Won", "kind": Status.WON},
    {"name": "Lost", "kind": Status.LOST},
)


async def create_default_pipeline(work: Work) -> Pipeline:
    """The pipeline that a new tenant begins with."""
    return await create_pipeline(work, {"name": "Sales"}, DEFAULT_STAGES)


async def create_pipeline(work: Work, values: PipelineValues, stages: Sequence[StageValues]) -> Pipeline:
    """A new pipeline with its stages in their order.

    Raises:
        NotAllowed: the role may not create pipelines.
        Required: it has no open, no won or no lost stage.
        Duplicate: the name is taken, or two stages have the same.
    """
    work.check_create(Pipeline)
    require(values, "name")
    columns = pipeline_columns(values)
    await refuse_taken_name(work, columns["name_sort"], None)
    all_columns = stages_of_new(stages)
    pipeline = work.add(Pipeline(**{"strict_order": False, **columns}))
    for stage in all_columns:
        work.add(Stage(pipeline_id=pipeline.id, **stage))
    return pipeline


def stages_of_new(stages: Sequence[StageValues]) -> list[dict[str, Any]]:
    """The columns of a new pipeline's stages, in their order."""
    if len(stages) > MOST_STAGES:
        raise LimitExceeded(("stages",), MOST_STAGES, "stages in one pipeline")
    all_columns = []
    for index, given in enumerate(stages):
        with under("stages", str(index)):
            all_columns.append({**stage_columns(given, None), "position": index + 1})
    missing = set(Status) - {columns["kind"] for columns in all_columns}
    if missing:
        raise Required(("stages",), f"a pipeline needs a stage of each kind; missing: {', '.join(sorted(missing))}")
    refuse_same_names(all_columns)
    return all_columns


async def update_pipeline(work: Work, id: UUID, values: PipelineValues, *, if_version: int | None = None) -> Pipeline:
    pipeline = await work.edit(Pipeline, id, if_version=if_version)
    columns = pipeline_columns(values)
    if "name_sort" in columns:
        await refuse_taken_name(work, columns["name_sort"], id)
    assign(pipeline, columns)
    return pipeline


async def archive_pipeline(work: Work, id: UUID, *, if_version: int | None = None) -> Pipeline:
    """Raises Invalid while open opportunities are in it."""
    pipeline = await work.edit(Pipeline, id, if_version=if_version, archived=True)
    if pipeline.archived_at is None:
        await refuse_in_use(work, Opportunity.pipeline_id == id, "pipeline")
        pipeline.archived_at = work.now
    return pipeline


async def restore_pipeline(work: Work, id: UUID, *, if_version: int | None = None) -> Pipeline:
    """Raises RestoreConflict if a live pipeline has the name."""
    pipeline = await work.edit(Pipeline, id, if_version=if_version, archived=True)
    if pipeline.archived_at is not None:
        for holder in (await holders_of_name(work, [pipeline.name_sort])).values():
            raise RestoreConflict("pipeline", holder, ("name",))
    pipeline.archived_at = None
    return pipeline


async def add_stage(work: Work, pipeline_id: UUID, values: StageValues) -> Stage:
    """A new stage at its position, by default the last; those from there on move by one."""
    pipeline = await work.edit(Pipeline, pipeline_id)
    columns = stage_columns(values, None)
    siblings = (await load_board(work)).order[pipeline.id]
    if len(siblings) >= MOST_STAGES:
        raise LimitExceeded((), MOST_STAGES, "stages in one pipeline")
    refuse_taken_stage_name(siblings, columns["name_sort"], None)
    position = columns.pop("position", len(siblings) + 1)
    stage = work.add(Stage(pipeline_id=pipeline.id, position=position, **columns))
    await put_in_order(work, siblings, stage, position)
    return stage


async def update_stage(work: Work, id: UUID, values: StageValues, *, if_version: int | None = None) -> Stage:
    """Change a stage. Opportunities in it keep the probability they came with.

    Raises:
        Invalid: another kind, or a probability or forecast category that the kind does not have.
    """
    stage = await work.edit(Stage, id, if_version=if_version)
    columns = stage_columns(values, stage)
    siblings = (await load_board(work)).order[stage.pipeline_id]
    if "name_sort" in columns:
        refuse_taken_stage_name(siblings, columns["name_sort"], stage)
    position = columns.pop("position", None)
    assign(stage, columns)
    if position is not None and position != stage.position:
        await put_in_order(work, [other for other in siblings if other is not stage], stage, position)
    return stage


async def archive_stage(work: Work, id: UUID, *, if_version: int | None = None) -> Stage:
    """Raises Invalid while open opportunities are in it, or if it is the last of its kind in the pipeline."""
    stage = await work.edit(Stage, id, if_version=if_version, archived=True)
    if stage.archived_at is None:
        await refuse_in_use(work, Opportunity.stage_id == id, "stage")
        siblings = (await load_board(work)).order[stage.pipeline_id]
        if not any(other.kind is stage.kind for other in siblings if other is not stage):
            raise Invalid((), f"this is the only {stage.kind} stage of the pipeline; add another first", "last_of_kind")
        stage.archived_at = work.now
    return stage


async def restore_stage(work: Work, id: UUID, *, if_version: int | None = None) -> Stage:
    """Raises RestoreConflict if a live stage of the pipeline has the name."""
    stage = await work.edit(Stage, id, if_version=if_version, archived=True)
    if stage.archived_at is not None:
        for other in (await load_board(work)).order[stage.pipeline_id]:
            if other.name_sort == stage.name_sort:
                raise RestoreConflict("stage", other.id, ("name",))
    stage.archived_at = None
    return stage


def pipeline_columns(values: PipelineValues) -> dict[str, Any]:
    refuse_null(values, "strict_order")
    columns = checked_texts(values, NAME)
    if "currency" in values:
        code = values["currency"]
        columns["currency"] = None if code is None else checked_currency(code)
    if "strict_order" in values:
        columns["strict_order"] = values["strict_order"]
    return columns


def stage_columns(values: StageValues, stage: Stage | None) -> dict[str, Any]:
    """The columns of a stage; closed kinds have one probability and one forecast category."""
    if stage is None:
        require(values, "name")
    refuse_null(values, "kind", "position", "probability", "forecast_category")
    kind = stage.kind if stage else values.get("kind", Status.OPEN)
    if "kind" in values and values["kind"] is not kind:
        raise Invalid(("kind",), "a stage keeps its kind; add another stage and archive this one", "kind")
    columns = checked_texts(values, NAME)
    if "position" in values:
        columns["position"] = checked_number(values["position"], "position", 1, MOST_STAGES)
    if "max_days" in values:
        columns["max_days"] = checked_number(values["max_days"], "max_days", 1, 3650)
    if stage is None:
        columns["kind"] = kind
    return columns | figures(values, kind, new=stage is None)


def figures(values: StageValues, kind: Status, *, new: bool) -> dict[str, Any]:
    given: dict[str, Any] = {name: values[name] for name in ("probability", "forecast_category") if name in values}
    if kind is Status.OPEN:
        checked_number(given.get("probability"), "probability", 0, 100)
        if given.get("forecast_category") is ForecastCategory.CLOSED:
            raise Invalid(("forecast_category",), "only won opportunities are forecast as CLOSED", "kind")
        if new:
            require(values, "probability")
        return {"forecast_category": ForecastCategory.PIPELINE, **given} if new else given
    if values.get("max_days") is not None:
        raise Invalid(("max_days",), "opportunities do not rot in a closed stage; leave this empty", "kind")
    probability, category = CLOSED_FIGURES[kind]
    if given.get("probability", probability) != probability:
        raise Invalid(("probability",), f"a stage of kind {kind} has probability {probability}", "kind", probability)
    if given.get("forecast_category", category) is not category:
        raise Invalid(("forecast_category",), f"a stage of kind {kind} is forecast as {category}", "kind")
    return {"probability": probability, "forecast_category": category}


async def put_in_order(work: Work, siblings: Sequence[Stage], stage: Stage, position: int) -> None:
    """Number the stages 1, 2, 3 … with this one at its position."""
    order = [*siblings]
    order.insert(position - 1, stage)
    others = await work.load(Stage, [other.id for other in siblings], lock=True)
    for number, other in enumerate(order, 1):
        assign(others.get(other.id, stage), {"position": number})


def refuse_same_names(stages: Sequence[Mapping[str, Any]]) -> None:
    seen: set[str] = set()
    for index, columns in enumerate(stages):
        if columns["name_sort"] in seen:
            raise Duplicate(("stages", str(index), "name"), "stage", None)
        seen.add(columns["name_sort"])


async def refuse_taken_name(work: Work, name: str, own: UUID | None) -> None:
    await work.flush()
    holder = (await holders_of_name(work, [name])).get(name)
    if holder is not None and holder != own:
        raise Duplicate(("name",), "pipeline", holder)


def refuse_taken_stage_name(siblings: Sequence[Stage], name: str, own: Stage | None) -> None:
    for other in siblings:
        if other.name_sort == name and other is not own:
            raise Duplicate(("name",), "stage", other.id)


async def refuse_in_use(work: Work, where: Any, what: str) -> None:
    await work.flush()
    query = select(func.count()).where(
        Opportunity.tenant_id == work.tenant,
        where,
        Opportunity.status == Status.OPEN,
        Opportunity.archived_at.is_(None),
    )
    if count := (await work.session.execute(query)).scalar_one():
        raise Invalid((), f"{count} open opportunities are in this {what}; move them first", "in_use", count)
