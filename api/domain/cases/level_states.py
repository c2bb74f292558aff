"""What service levels promise, and how far a promise is, as data."""

from enum import StrEnum


class MilestoneType(StrEnum):
    FIRST_RESPONSE = "FIRST_RESPONSE"
    NEXT_RESPONSE = "NEXT_RESPONSE"
    UPDATE = "UPDATE"
    RESOLUTION = "RESOLUTION"


class MilestoneStatus(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    PAUSED = "PAUSED"
    MET = "MET"
    MISSED = "MISSED"
    CANCELLED = "CANCELLED"


class EntitlementStatus(StrEnum):
    PLANNED = "PLANNED"
    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    EXHAUSTED = "EXHAUSTED"


# Those that stand still while somebody else has to act. An answer is owed at any time.
PAUSABLE = frozenset({MilestoneType.UPDATE, MilestoneType.RESOLUTION})
FROM_THE_START = (MilestoneType.FIRST_RESPONSE, MilestoneType.UPDATE, MilestoneType.RESOLUTION)
