"""Bulk commands of pipelines and stages, as every slice has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Text, select

from api.domain.kernel import (
    Invalid,
    LimitExceeded,
    Matching,
    NotFound,
    Required,
    Row,
    Work,
    Written,
    among,
    assign,
    fold,
    require,
    write_rows,
)

from .board import Board, load_board
from .models import Pipeline, Stage
from .pipelines import (
    DEFAULT_STAGES,
    MOST_STAGES,
    PipelineValues,
    StageValues,
    holders_of_name,
    pipeline_columns,
    put_in_order,
    refuse_taken_stage_name,
    stage_columns,
    stages_of_new,
)

BETWEEN = "\x1f"  # between the names of a pipeline and its stage in a natural key; no name can contain it


class PipelineRowValues(PipelineValues, total=False):
    """As `PipelineValues`; `stages` are those of a new pipeline, the six usual ones without them."""

    stages: Sequence[StageValues]


class StageRowValues(StageValues, total=False):
    """As `StageValues`; the pipeline by its id or its name. A stage stays in its pipeline."""

    pipeline_id: UUID
    pipeline_name: str


@dataclass(frozen=True, kw_only=True)
class PipelineRow(Row[PipelineRowValues]):
    """One pipeline of a bulk command."""


@dataclass(frozen=True, kw_only=True)
class StageRow(Row[StageRowValues]):
    """One stage of a bulk command."""


async def upsert_pipelines(work: Work, rows: Sequence[PipelineRow], *, create: bool = False) -> list[Written[Pipeline]]:
    """Create or update pipelines; a row means the pipeline with its id, external id or name."""
    return await write_rows(work, PIPELINES, rows, prepare_pipelines, create=create)


async def prepare_pipelines(work: Work, _rows: Sequence[PipelineRow], _records: Mapping[UUID, Pipeline]) -> Any:
    def write(row: PipelineRow, pipeline: Pipeline | None) -> tuple[Pipeline, bool]:
        columns = pipeline_columns(row.values)
        if pipeline is not None:
            if "stages" in row.values:
                raise Invalid(("stages",), "change the stages of a pipeline one by one", "stages")
            return pipeline, assign(pipeline, columns)
        require(row.values, "name")
        stages = stages_of_new(row.values.get("stages") or DEFAULT_STAGES)
        made = work.add(Pipeline(**{"strict_order": False, **columns}))
        for stage in stages:
            work.add(Stage(pipeline_id=made.id, **stage))
        return made, True

    return write


async def upsert_stages(work: Work, rows: Sequence[StageRow], *, create: bool = False) -> list[Written[Stage]]:
    """Create or update stages; a row means the stage with its id, external id, or pipeline and name.

    A new stage comes at its position, by default the last; those from there on move by one.
    """
    results = await write_rows(work, STAGES, rows, prepare_stages, create=create)
    board = await load_board(work)
    for row, result in zip(rows, results, strict=True):
        position, stage = row.values.get("position"), result.record
        if position is not None and stage is not None:
            siblings = [other for other in board.order[stage.pipeline_id] if other is not stage]
            await put_in_order(work, siblings, stage, position)
    return results


async def prepare_stages(work: Work, _rows: Sequence[StageRow], _records: Mapping[UUID, Stage]) -> Any:
    board = await load_board(work)
    await work.load(Stage, board.stages, lock=True)
    await work.load(Pipeline, board.pipelines, lock=True)

    def write(row: StageRow, stage: Stage | None) -> tuple[Stage, bool]:
        columns = stage_columns(row.values, stage)
        position = columns.pop("position", None)
        pipeline = pipeline_meant(board, row.values, stage)
        siblings = board.order[pipeline.id]
        if "name_sort" in columns:
            refuse_taken_stage_name(siblings, columns["name_sort"], stage)
        if stage is not None:
            return stage, assign(stage, columns) or position not in {None, stage.position}
        if len(siblings) >= MOST_STAGES:
            raise LimitExceeded((), MOST_STAGES, "stages in one pipeline")
        work.check_write(pipeline)
        made = work.add(Stage(pipeline_id=pipeline.id, position=len(siblings) + 1, **columns))
        siblings.append(made)
        board.stages[made.id] = made
        return made, True

    return write


def pipeline_meant(board: Board, values: StageRowValues, stage: Stage | None) -> Pipeline:
    """The pipeline of the stage.

    Raises:
        Required, NotFound, Archived: a new stage names none, an unknown or an archived one.
        Invalid: a known stage would change its pipeline.
    """
    id, name = values.get("pipeline_id"), values.get("pipeline_name")
    if id is None and name is not None:
        live = (one for one in board.pipelines.values() if one.archived_at is None and one.name_sort == fold(name))
        id = next((one.id for one in live), None)
        if id is None:
            raise NotFound("pipeline", ("pipeline",))
    if stage is not None:
        if id not in {None, stage.pipeline_id}:
            raise Invalid(("pipeline",), "a stage stays in its pipeline", "pipeline")
        return board.pipelines[stage.pipeline_id]
    if id is None:
        raise Required(("pipeline",))
    return board.pipeline(id)


def names_of(values: Mapping[str, Any]) -> Sequence[str]:
    return (fold(values["name"]),) if values.get("name") else ()


def stage_names_of(values: Mapping[str, Any]) -> Sequence[str]:
    if not values.get("name") or not values.get("pipeline_name"):
        return ()
    return (fold(values["pipeline_name"]) + BETWEEN + fold(values["name"]),)


async def holders_of_stage(work: Work, keys: Sequence[str]) -> Mapping[str, UUID]:
    """The live stages of these pipeline and stage names."""
    await work.flush()
    key = Pipeline.name_sort + BETWEEN + Stage.name_sort
    query = (
        select(key, Stage.id)
        .join(Pipeline, (Pipeline.tenant_id == Stage.tenant_id) & (Pipeline.id == Stage.pipeline_id))
        .where(
            Stage.tenant_id == work.tenant,
            among(key, keys, Text()),
            Stage.archived_at.is_(None),
            Pipeline.archived_at.is_(None),
        )
    )
    return {name: id for name, id in await work.session.execute(query)}  # noqa: C416 - rows are not pairs to mypy


PIPELINES = Matching(Pipeline, "name", names_of, holders_of_name)
STAGES = Matching(Stage, "name", stage_names_of, holders_of_stage)
