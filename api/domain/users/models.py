"""Users and teams."""

from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from api.domain.kernel import Record, column, unique_live

from . import policy


class Team(Record):
    """A group of users under a manager; teams form trees."""

    __tablename__ = "teams"
    __table_args__ = (
        unique_live("name_sort", name="uq_teams_name", object="team", path="name"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    )
    prefix = "tea"
    object = "team"
    visible = staticmethod(policy.visible_teams)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)
    parent_id: Mapped[UUID | None] = column(references="teams", filter=True)
    manager_id: Mapped[UUID | None] = column(references="users", late=True, filter=True)


class User(Record):
    """A person of the tenant who owns records and acts on them."""

    __tablename__ = "users"
    __table_args__ = (
        unique_live("email_norm", name="uq_users_email", object="user", path="email"),
        CheckConstraint("reports_to_id <> id", name="reports_to_another"),
    )
    prefix = "usr"
    object = "user"
    visible = staticmethod(policy.visible_users)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort", pii=True)
    name_sort: Mapped[str] = column(internal=True, pii=True)
    email: Mapped[str | None] = column(filter=True, folded_in="email_norm", pii=True)
    email_norm: Mapped[str | None] = column(internal=True, pii=True)
    title: Mapped[str | None] = column()
    team_id: Mapped[UUID | None] = column(references="teams", filter=True)
    reports_to_id: Mapped[UUID | None] = column(references="users", filter=True)
    zone: Mapped[str | None] = column()
    is_active: Mapped[bool] = column(filter=True, default=True)
