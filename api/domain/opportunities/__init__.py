"""Possible sales: pipelines, stages, opportunities, their lines and the history of their stages."""

from .board import Board, load_board
from .events import (
    OpportunityLost,
    OpportunityPushed,
    OpportunityReopened,
    OpportunityWon,
    PipelineMoved,
    StageChanged,
)
from .lines import LineValues, add_line, remove_line, total_of, update_line
from .models import Opportunity, OpportunityLine, Pipeline, Stage, StageHistory
from .moves import Transition, advance, available_transitions, lose, move_pipeline, reopen, win
from .pipelines import (
    DEFAULT_STAGES,
    PipelineValues,
    StageValues,
    add_stage,
    archive_pipeline,
    archive_stage,
    create_default_pipeline,
    create_pipeline,
    restore_pipeline,
    restore_stage,
    update_pipeline,
    update_stage,
)
from .service import archive, create, record, record_many, restore, update
from .stages import CLOSED_FIGURES, TRANSITIONS, ForecastCategory, OpportunityType, Status
from .values import OpportunityRow, OpportunityValues

__all__ = [
    "CLOSED_FIGURES",
    "DEFAULT_STAGES",
    "TRANSITIONS",
    "Board",
    "ForecastCategory",
    "LineValues",
    "Opportunity",
    "OpportunityLine",
    "OpportunityLost",
    "OpportunityPushed",
    "OpportunityReopened",
    "OpportunityRow",
    "OpportunityType",
    "OpportunityValues",
    "OpportunityWon",
    "Pipeline",
    "PipelineMoved",
    "PipelineValues",
    "Stage",
    "StageChanged",
    "StageHistory",
    "StageValues",
    "Status",
    "Transition",
    "add_line",
    "add_stage",
    "advance",
    "archive",
    "archive_pipeline",
    "archive_stage",
    "available_transitions",
    "create",
    "create_default_pipeline",
    "create_pipeline",
    "load_board",
    "lose",
    "move_pipeline",
    "record",
    "record_many",
    "remove_line",
    "reopen",
    "restore",
    "restore_pipeline",
    "restore_stage",
    "total_of",
    "update",
    "update_line",
    "update_pipeline",
    "update_stage",
    "win",
]
