"""What happens to leads, beyond created, updated, archived and restored. Ids are in their wire form."""

from dataclasses import dataclass
from typing import ClassVar

from api.domain.kernel import Event


@dataclass(frozen=True)
class LeadAssigned(Event):
    type: ClassVar[str] = "lead.assigned"
    from_owner: str | None
    to_owner: str | None


@dataclass(frozen=True)
class LeadStarted(Event):
    type: ClassVar[str] = "lead.started"


@dataclass(frozen=True)
class LeadQualified(Event):
    type: ClassVar[str] = "lead.qualified"


@dataclass(frozen=True)
class LeadNurtured(Event):
    type: ClassVar[str] = "lead.nurtured"


@dataclass(frozen=True)
class LeadDisqualified(Event):
    type: ClassVar[str] = "lead.disqualified"
    reason: str
    detail: str | None


@dataclass(frozen=True)
class LeadReopened(Event):
    type: ClassVar[str] = "lead.reopened"
    from_status: str


@dataclass(frozen=True)
class LeadConverted(Event):
    type: ClassVar[str] = "lead.converted"
    account: str
    contact: str | None
    opportunity: str | None
