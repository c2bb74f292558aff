"""What happens to opportunities, beyond created, updated, archived and restored. Ids are in their wire form."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from api.domain.kernel import Event


@dataclass(frozen=True)
class StageChanged(Event):
    type: ClassVar[str] = "opportunity.stage_changed"
    tells: ClassVar[tuple[str, ...]] = ("stage",)
    from_stage: str
    to_stage: str


@dataclass(frozen=True)
class OpportunityWon(Event):
    """`amount` in minor units of `currency`, None if it was never known."""

    type: ClassVar[str] = "opportunity.won"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    account: str
    closed_on: date
    amount_minor: int | None
    currency: str


@dataclass(frozen=True)
class OpportunityLost(Event):
    type: ClassVar[str] = "opportunity.lost"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    closed_on: date
    reason: str | None
    competitor: str | None


@dataclass(frozen=True)
class OpportunityReopened(Event):
    type: ClassVar[str] = "opportunity.reopened"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    reason: str


@dataclass(frozen=True)
class PipelineMoved(Event):
    type: ClassVar[str] = "opportunity.pipeline_moved"
    tells: ClassVar[tuple[str, ...]] = ("pipeline",)
    from_pipeline: str
    to_pipeline: str


@dataclass(frozen=True)
class OpportunityPushed(Event):
    """The expected day of closing moved to a later month."""

    type: ClassVar[str] = "opportunity.pushed"
    tells: ClassVar[tuple[str, ...]] = ("closeDate",)
    from_date: date
    to_date: date
    push_count: int
