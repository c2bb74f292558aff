"""The pipelines and stages of a tenant, as commands need them: all at once, in their order."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from api.domain.kernel import Archived, NotFound, Required, Work, fold

from .models import Opportunity, Pipeline, Stage
from .stages import Status


class Board:
    """All pipelines and stages of the tenant, archived ones included. They are few."""

    def __init__(self, pipelines: Sequence[Pipeline], stages: Sequence[Stage]) -> None:
        self.pipelines = {pipeline.id: pipeline for pipeline in pipelines}
        self.stages = {stage.id: stage for stage in stages}
        self.order: dict[UUID, list[Stage]] = {id: [] for id in self.pipelines}
        for stage in sorted(stages, key=lambda stage: (stage.position, stage.id)):
            if stage.archived_at is None:
                self.order[stage.pipeline_id].append(stage)

    def pipeline(self, id: UUID | None, path: str = "pipeline") -> Pipeline:
        """The live pipeline with the id; without an id the oldest."""
        if id is None:
            live = [pipeline for pipeline in self.pipelines.values() if pipeline.archived_at is None]
            if not live:
                raise Required((path,), "there is no pipeline yet; create one first")
            return min(live, key=lambda pipeline: (pipeline.created_at, pipeline.id))
        pipeline = self.pipelines.get(id)
        if pipeline is None:
            raise NotFound("pipeline", (path,))
        if pipeline.archived_at is not None:
            raise Archived("pipeline", id, (path,))
        return pipeline

    def stage(self, id: UUID, path: str = "stage") -> Stage:
        """The live stage with the id, of a live pipeline."""
        stage = self.stages.get(id)
        if stage is None:
            raise NotFound("stage", (path,))
        if stage.archived_at is not None:
            raise Archived("stage", id, (path,))
        self.pipeline(stage.pipeline_id, path)
        return stage

    def first(self, pipeline: UUID, kind: Status) -> Stage:
        """The first live stage of the kind.

        Raises:
            Required: there is none; its last two were archived at the same time.
        """
        found = next((stage for stage in self.order[pipeline] if stage.kind is kind), None)
        if found is None:
            raise Required(("stage",), f"the pipeline has no {kind} stage; add or restore one first")
        return found

    def reachable(self, opportunity: Opportunity) -> list[Stage]:
        """The open stages of its pipeline that an opportunity may go to.

        From a closed stage all of them; in strict order an open one leads only to the next or any before.
        """
        now = self.stages[opportunity.stage_id]
        others = [stage for stage in self.order[now.pipeline_id] if stage.kind is Status.OPEN and stage is not now]
        if now.kind is not Status.OPEN or not self.pipelines[now.pipeline_id].strict_order:
            return others
        before = [stage for stage in others if stage.position <= now.position]
        return [*before, *[stage for stage in others if stage.position > now.position][:1]]

    def named(self, name: str, pipeline: UUID | None = None) -> Stage | None:
        """The live stage of this name, in the oldest pipeline unless another is given."""
        stages = self.order[self.pipeline(pipeline).id]
        return next((stage for stage in stages if stage.name_sort == fold(name)), None)


async def load_board(work: Work) -> Board:
    """With two statements, after a flush."""
    await work.flush()
    pipelines = await work.session.scalars(select(Pipeline).where(Pipeline.tenant_id == work.tenant))
    stages = await work.session.scalars(select(Stage).where(Stage.tenant_id == work.tenant))
    return Board(pipelines.all(), stages.all())
