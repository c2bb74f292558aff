"""Possible sales: pipelines, stages, opportunities, their lines and the history of their stages."""

from .models import Opportunity, OpportunityLine, Pipeline, Stage, StageHistory
from .stages import CLOSED_FIGURES, TRANSITIONS, ForecastCategory, OpportunityType, Status

__all__ = [
    "CLOSED_FIGURES",
    "TRANSITIONS",
    "ForecastCategory",
    "Opportunity",
    "OpportunityLine",
    "OpportunityType",
    "Pipeline",
    "Stage",
    "StageHistory",
    "Status",
]
