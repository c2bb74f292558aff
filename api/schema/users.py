"""Users and teams."""

import strawberry

from api.domain import users as domain
from api.domain.kernel import fold

from .aggregates import Aggregate, column_key
from .binding import Natural, described, readable, to_one
from .commands import Service, Writes
from .connections import Connection, extend, many, one
from .interfaces import Node, Record
from .records import complete
from .scalars import TimeZone


@readable(
    domain.Team,
    description="A group of users under a manager; teams form trees.",
    naturals={
        "name": Natural(str, "Its name.", lambda t, _tenant, name: t.c.name_sort == name, fold),
    },
)
class Team(Record, Node):
    name: str = described("Unique among live teams, without regard to case and accents.")
    parent: "Team | None" = to_one("parent_id", "users.Team", "The team it is part of.")
    manager: "User | None" = to_one("manager_id", "users.User", "Who leads it.")


@readable(
    domain.User,
    description="A person of the tenant, who owns records and acts on them.",
    naturals={
        "email": Natural(str, "The e-mail address.", lambda t, _tenant, email: t.c.email_norm == email, fold),
    },
)
class User(Record, Node):
    name: str = described("Full name.")
    email: str | None = described("Unique among live users; some have none.")
    title: str | None = described("Position in the company.")
    team: Team | None = to_one("team_id", "users.Team", "The team the user belongs to.")
    reports_to: "User | None" = to_one("reports_to_id", "users.User", "Who the user answers to; at most 10 levels.")
    zone: TimeZone | None = described("The user's time zone; null for the tenant's.")
    is_active: bool = described("Whether the user still works here.")


for record_type in (Team, User):
    complete(record_type)
extend(Team, "members", User, "team_id", "Users of the team itself, not of teams below it.")
extend(User, "reports", User, "reports_to_id", "Users who answer to this one.")
extend(Team, "children", Team, "parent_id", "Teams directly below.")

TEAMS = Writes(
    Team,
    "team",
    Service(domain.create_team, domain.upsert_teams, domain.TeamRow, domain.archive_team, domain.restore_team),
    fields=("name", "parent", "manager"),
    required=("name",),
    natural={"name": lambda name: {"name": name}},
)
USERS = Writes(
    User,
    "user",
    Service(domain.create, domain.upsert_many, domain.UserRow, domain.archive, domain.restore),
    fields=("name", "email", "title", "team", "reports_to", "zone", "is_active"),
    required=("name",),
    natural={"email": lambda email: {"email": email}},
)


USERS_AGGREGATE = Aggregate(
    User,
    {
        "TEAM": column_key("team_id", ("Team", "tea"), "By team."),
        "IS_ACTIVE": column_key("is_active", None, "By whether the user still works here."),
    },
)
TEAMS_AGGREGATE = Aggregate(
    Team,
    {
        "PARENT": column_key("parent_id", ("Team", "tea"), "By the team above."),
        "MANAGER": column_key("manager_id", ("User", "usr"), "By manager."),
    },
)


@strawberry.type
class Query:
    team: Team | None = one(Team, "One team; null if there is none or you may not see it.")
    teams: Connection[Team] = many(Team, "Teams.")
    user: User | None = one(User, "One user; null if there is none or you may not see it.")
    users: Connection[User] = many(User, "Users.")
    teams_aggregate = TEAMS_AGGREGATE.query()
    users_aggregate = USERS_AGGREGATE.query()


@strawberry.type
class Mutation:
    team_create = TEAMS.create("Make a team.")
    team_update = TEAMS.update("Change a team.")
    team_upsert = TEAMS.upsert("Change the team that a key names, or make it.")
    team_bulk_upsert = TEAMS.bulk_upsert("Upsert up to 250 teams.")
    team_archive = TEAMS.archive("Archive a team.")
    team_restore = TEAMS.restore("Make an archived team live again.")
    user_create = USERS.create("Make a user.")
    user_update = USERS.update("Change a user.")
    user_upsert = USERS.upsert("Change the user that a key names, or make it.")
    user_bulk_upsert = USERS.bulk_upsert("Upsert up to 250 users.")
    user_archive = USERS.archive("Archive a user; the records keep their owner.")
    user_restore = USERS.restore("Make an archived user live again.")
