"""People of the tenant and their teams."""

from .models import Team, User
from .service import UserRow, UserValues, archive, create, restore, update, upsert_many
from .teams import TeamRow, TeamValues, archive_team, create_team, restore_team, update_team, upsert_teams

__all__ = [
    "Team",
    "TeamRow",
    "TeamValues",
    "User",
    "UserRow",
    "UserValues",
    "archive",
    "archive_team",
    "create",
    "create_team",
    "restore",
    "restore_team",
    "update",
    "update_team",
    "upsert_many",
    "upsert_teams",
]
