"""How queues find an agent, and how each of their members stood when they did."""

from enum import StrEnum


class QueueRouting(StrEnum):
    MANUAL = "MANUAL"
    ROUND_ROBIN = "ROUND_ROBIN"
    LEAST_LOADED = "LEAST_LOADED"
    SKILL = "SKILL"


class AgentStanding(StrEnum):
    CHOSEN = "CHOSEN"
    NEXT_LATER = "NEXT_LATER"
    RELEASED = "RELEASED"
    PAUSED = "PAUSED"
    INACTIVE = "INACTIVE"
    NO_SKILLS = "NO_SKILLS"
    FULL = "FULL"
