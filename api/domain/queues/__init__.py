"""Queues: who works on what comes in, how many cases each has at most, and how the next one is chosen."""

from .choosing import Agent, Choice, choose
from .models import Queue, QueueMember
from .service import (
    WAITING,
    MemberValues,
    QueueRow,
    QueueValues,
    archive,
    create,
    look_again,
    members_of,
    restore,
    skill_names,
    update,
    upsert_many,
)
from .states import AgentStanding, QueueRouting

__all__ = [
    "WAITING",
    "Agent",
    "AgentStanding",
    "Choice",
    "MemberValues",
    "Queue",
    "QueueMember",
    "QueueRouting",
    "QueueRow",
    "QueueValues",
    "archive",
    "choose",
    "create",
    "look_again",
    "members_of",
    "restore",
    "skill_names",
    "update",
    "upsert_many",
]
