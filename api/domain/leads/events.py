"""What happens to leads, beyond created, updated, archived and restored. Ids are in their wire form."""

from dataclasses import dataclass
from typing import ClassVar

from api.domain.kernel import Event


@dataclass(frozen=True)
class LeadAssigned(Event):
    type: ClassVar[str] = "lead.assigned"
    tells: ClassVar[tuple[str, ...]] = ("owner",)
    from_owner: str | None
    to_owner: str | None


@dataclass(frozen=True)
class LeadStarted(Event):
    type: ClassVar[str] = "lead.started"
    tells: ClassVar[tuple[str, ...]] = ("status",)


@dataclass(frozen=True)
class LeadQualified(Event):
    type: ClassVar[str] = "lead.qualified"
    tells: ClassVar[tuple[str, ...]] = ("status",)


@dataclass(frozen=True)
class LeadNurtured(Event):
    type: ClassVar[str] = "lead.nurtured"
    tells: ClassVar[tuple[str, ...]] = ("status",)


@dataclass(frozen=True)
class LeadDisqualified(Event):
    type: ClassVar[str] = "lead.disqualified"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    reason: str
    detail: str | None


@dataclass(frozen=True)
class LeadReopened(Event):
    type: ClassVar[str] = "lead.reopened"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    from_status: str


@dataclass(frozen=True)
class LeadConverted(Event):
    type: ClassVar[str] = "lead.converted"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    account: str
    contact: str | None
    opportunity: str | None
