"""What happens to cases, beyond created, updated, archived and restored. Ids are in their wire form."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.domain.kernel import Event


@dataclass(frozen=True)
class CaseStatusChanged(Event):
    type: ClassVar[str] = "case.status_changed"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    from_status: str
    to_status: str
    reason: str | None


@dataclass(frozen=True)
class CaseResolved(Event):
    type: ClassVar[str] = "case.resolved"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    code: str
    closes_at: datetime


@dataclass(frozen=True)
class CaseReopened(Event):
    type: ClassVar[str] = "case.reopened"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    reason: str
    count: int


@dataclass(frozen=True)
class CaseClosed(Event):
    """`is_automatic`: nobody objected to the resolution in time."""

    type: ClassVar[str] = "case.closed"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    is_automatic: bool


@dataclass(frozen=True)
class CaseCancelled(Event):
    type: ClassVar[str] = "case.cancelled"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    reason: str


@dataclass(frozen=True)
class CaseMarkedDuplicate(Event):
    type: ClassVar[str] = "case.marked_duplicate"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    of: str


@dataclass(frozen=True)
class CaseEscalated(Event):
    """`rule`: which one did; None for what a person did."""

    type: ClassVar[str] = "case.escalated"
    tells: ClassVar[tuple[str, ...]] = ("escalationLevel",)
    level: int
    reason: str
    rule: str | None


@dataclass(frozen=True)
class CaseQueued(Event):
    """It waits in the queue until an agent has room or takes it."""

    type: ClassVar[str] = "case.queued"
    tells: ClassVar[tuple[str, ...]] = ("queue",)
    queue: str


@dataclass(frozen=True)
class CaseAssigned(Event):
    type: ClassVar[str] = "case.assigned"
    tells: ClassVar[tuple[str, ...]] = ("owner",)
    owner: str
    way: str


@dataclass(frozen=True)
class CaseReleased(Event):
    type: ClassVar[str] = "case.released"
    tells: ClassVar[tuple[str, ...]] = ("owner",)
    owner: str
    reason: str


@dataclass(frozen=True)
class CaseCommented(Event):
    """`contact`: who wrote to us; None for what colleagues and programs write."""

    type: ClassVar[str] = "case.commented"
    tells: ClassVar[tuple[str, ...]] = ("comments",)
    comment: str
    is_public: bool
    is_automated: bool
    contact: str | None


@dataclass(frozen=True)
class CaseResponded(Event):
    """The first public answer that a person gave."""

    type: ClassVar[str] = "case.responded"
    tells: ClassVar[tuple[str, ...]] = ("firstResponseAt",)
    at: datetime


@dataclass(frozen=True)
class CaseMilestoneWarned(Event):
    """A milestone has used up most of its time."""

    type: ClassVar[str] = "case.milestone_warned"
    tells: ClassVar[tuple[str, ...]] = ("milestones",)
    milestone: str
    kind: str
    target_at: datetime


@dataclass(frozen=True)
class CaseMilestoneViolated(Event):
    type: ClassVar[str] = "case.milestone_violated"
    tells: ClassVar[tuple[str, ...]] = ("milestones",)
    milestone: str
    kind: str
    target_at: datetime


@dataclass(frozen=True)
class CaseFollowedUp(Event):
    """The case begins where a finished one, `follows`, was answered once more."""

    type: ClassVar[str] = "case.followed_up"
    tells: ClassVar[tuple[str, ...]] = ("follows",)
    follows: str
