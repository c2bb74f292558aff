"""Queues and their members."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from api.domain.kernel import EnumText, Part, Record, as_its_record, column, unique_live

from . import policy
from .states import QueueRouting


class Queue(Record):
    """Where cases wait for somebody of a group of agents."""

    __tablename__ = "queues"
    __table_args__ = (
        unique_live("name_sort", name="uq_queues_name", object="queue", path="name"),
        CheckConstraint("capacity_per_agent BETWEEN 1 AND 10000", name="capacity_per_agent"),
    )
    prefix = "que"
    object = "queue"
    visible = staticmethod(policy.visible)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)
    description: Mapped[str | None] = column()
    routing: Mapped[QueueRouting] = column(EnumText(QueueRouting), filter=True)
    capacity_per_agent: Mapped[int | None] = column(Integer())


class QueueMember(Part):
    """An agent who works on the cases of a queue."""

    __tablename__ = "queue_members"
    whole: ClassVar[str] = "queue_id"
    field: ClassVar[str] = "members"
    visible = staticmethod(as_its_record)

    queue_id: Mapped[UUID] = column(references="queues", primary_key=True)
    user_id: Mapped[UUID] = column(references="users", primary_key=True)
    skills: Mapped[list[str]] = column(ARRAY(Text(collation="C")))  # folded, sorted
    is_paused: Mapped[bool] = column(default=False)
