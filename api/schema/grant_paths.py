"""Why somebody may do something to a record, as one statement.

The rules are those of `Context.reach`, `Work.check_write` and `crm_authenticate`, once more, over the rows of any
principal instead of the rights of the one who asks. `tests/access/test_explaining.py` holds them together.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    Uuid,
    and_,
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from api.compiler import Scope
from api.domain import access
from api.domain.kernel import Level
from api.domain.kernel.viewer import FIELD_ACCESSES, LEVELS
from api.domain.tokens import Token
from api.domain.users import Team, User

MOST_TEAMS = 10  # levels of a tree
OWN, TEAM, ALL = (literal_column(str(LEVELS.index(level)), Integer) for level in (Level.OWN, Level.TEAM, Level.ALL))
NOTHING: ColumnElement[Any] = literal_column("0", Integer)
UNEXPLAINED = frozenset({Token.object})  # who sees which of them does not depend on rights on the record alone


def rank(names: tuple[Any, ...], value: ColumnElement[Any]) -> ColumnElement[int]:
    """The place of a level or access among all of them; 0 for none."""
    places = [(value == text(str(name)), literal_column(str(at), Integer)) for at, name in enumerate(names) if at]
    return case(*places, else_=NOTHING)


def named(names: tuple[Any, ...], place: ColumnElement[Any]) -> ColumnElement[str]:
    """The level or access at a place."""
    texts = [(place == literal_column(str(at), Integer), text(str(name))) for at, name in enumerate(names) if at]
    return case(*texts, else_=text(str(names[0])))


def text(value: str) -> ColumnElement[str]:
    return literal_column(f"'{value}'", Text())


# -- the parts of the statement; what lies outside of a part is written as text ---------------------------------------


def chain(scope: Scope) -> Any:
    """One row if the owner of `rec` is in a team of `who`: the teams from that one down to the owner's own."""
    owner = User.__table__.alias("owner")
    teams = [Team.__table__.alias(f"team_{at}") for at in range(MOST_TEAMS)]
    rows: Any = owner
    below: Any = owner.c.team_id
    mine, paths = [], []
    for at, team in enumerate(teams):
        live = and_(team.c.tenant_id == scope.tenant, team.c.id == below, team.c.archived_at.is_(None))
        rows = rows.outerjoin(team, live)
        below = team.c.parent_id
        member = team.c.id == literal_column("who.team_id", Uuid())
        mine.append(or_(member, team.c.manager_id == literal_column("who.user_id", Uuid())))
        steps = [func.json_build_object(text("team_id"), one.c.id) for one in reversed(teams[: at + 1])]
        paths.append(func.json_build_array(*steps))
    path = case(*zip(mine, paths, strict=True))
    own = (owner.c.tenant_id == scope.tenant, owner.c.id == literal_column("rec.owner_id", Uuid()))
    return select(path.label("path")).select_from(rows).where(*own, or_(*mine)).lateral("chain")


def distance(scope: Scope) -> Any:
    """One row: the rank that a right of `who` needs to reach `rec`, and the teams that lead there."""
    path = chain(scope)
    owns: ColumnElement[bool] = literal_column("rec.owner_id = who.user_id")
    needed = case((owns, OWN), (path.c.path.is_not(None), TEAM), else_=ALL)
    one = select(literal_column("1").label("one")).subquery("one")
    return select(needed.label("needed"), path.c.path).select_from(one.outerjoin(path, true())).lateral("teams")


def cells(scope: Scope, name: str, object: str, role: str) -> Any:
    """One row: what a role may do with a kind of record, as ranks; `role` is the text of its id."""
    cell = access.RoleRight.__table__.alias(f"{name}_cell")
    columns = [func.coalesce(func.max(rank(LEVELS, cell.c[verb])), NOTHING).label(verb) for verb in ("read", "write")]
    columns.append(func.coalesce(func.bool_or(cell.c.delete), false()).label("delete"))
    return (
        select(*columns)
        .where(
            cell.c.tenant_id == scope.tenant,
            cell.c.role_id == literal_column(role, Uuid()),
            or_(cell.c.object == text(object), cell.c.object == text(access.EVERY)),
        )
        .lateral(name)
    )


def field_cells(scope: Scope, name: str, object: str, role: str, sets: list[str]) -> Any:
    """One row: what a role may do with each set of fields, as ranks `set_<n>`."""
    cell = access.RoleFieldRight.__table__.alias(f"{name}_cell")
    place = rank(FIELD_ACCESSES, cell.c.access)
    columns = [
        func.coalesce(func.max(place).filter(of_set(cell, field_set)), NOTHING).label(f"set_{at}")
        for at, field_set in enumerate(sets)
    ]
    return (
        select(*columns)
        .where(
            cell.c.tenant_id == scope.tenant,
            cell.c.role_id == literal_column(role, Uuid()),
            or_(cell.c.object == text(access.decided_by(object)), cell.c.object == text(access.EVERY)),
        )
        .lateral(name)
    )


def of_set(cell: Any, field_set: str) -> ColumnElement[bool]:
    return or_(cell.c.field_set == text(field_set), cell.c.field_set == text(access.EVERY))


def held(scope: Scope, object: str, sets: list[str]) -> Any:
    """One row for each role of `who`: its name and ranks, narrowed to those of the token's role if there is one."""
    role, holding = access.Role.__table__.alias("role"), access.UserRole.__table__.alias("holding")
    user, narrow = literal_column("who.user_id", Uuid()), literal_column("who.role_id", Uuid())
    same = (holding.c.tenant_id == scope.tenant, holding.c.user_id == user, holding.c.role_id == role.c.id)
    has = exists(select(literal_column("1")).select_from(holding).where(*same).correlate_except(holding))
    own = cells(scope, "own", object, "role.id")
    most = cells(scope, "most", object, "who.role_id")
    narrowed: ColumnElement[bool] = literal_column("who.is_narrowed")
    rows: Any = role.join(own, true()).join(most, true())

    def least(one: Any, other: Any) -> Any:
        return case((narrowed, func.least(one, other)), else_=one)

    ranks = {verb: least(own.c[verb], most.c[verb]) for verb in ("read", "write")}
    columns = [value.label(verb) for verb, value in ranks.items()]
    columns.append(case((narrowed, and_(own.c.delete, most.c.delete)), else_=own.c.delete).label("delete"))
    columns.append(func.max(ranks["write"]).over().label("widest"))
    if sets:
        fields = field_cells(scope, "own_fields", object, "role.id", sets)
        most_fields = field_cells(scope, "most_fields", object, "who.role_id", sets)
        rows = rows.join(fields, true()).join(most_fields, true())
        columns += [
            least(fields.c[f"set_{at}"], most_fields.c[f"set_{at}"]).label(f"set_{at}") for at in range(len(sets))
        ]
    return (
        select(role.c.id, role.c.name, *columns)
        .select_from(rows)
        .where(
            role.c.tenant_id == scope.tenant,
            role.c.archived_at.is_(None),
            case((user.is_(None), role.c.id == narrow), else_=has),
        )
        .subquery("held")
    )


def fields_json(object: str, sets: list[str], place: Any) -> ColumnElement[Any]:
    """Rows of `CapabilityFieldRight`; `place(n)` is the rank of the n-th set."""
    if not sets:
        return literal_column("'[]'::json")
    rows = [
        func.json_build_object(
            *(text("object"), text(object), text("field_set"), text(name)),
            *(text("access"), named(FIELD_ACCESSES, place(at))),
        )
        for at, name in enumerate(sets)
    ]
    return func.json_build_array(*rows)


def grants(scope: Scope, object: str, sets: list[str], needed: ColumnElement[int]) -> Any:
    """One row: the grants of each verb that reach the record, and the ranks of the sets of fields."""
    role = held(scope, object, sets)
    reach = {"read": role.c.read, "write": role.c.write, "delete": case((role.c.delete, role.c.widest), else_=NOTHING)}
    fields = fields_json(object, sets, lambda at: role.c[f"set_{at}"])
    columns: list[Any] = []
    for verb, place in reach.items():
        because = case((place == ALL, text("ALL")), (needed == OWN, text("OWN")), else_=text("TEAM"))
        path = case(
            (and_(place != ALL, needed == TEAM), literal_column("teams.path")), else_=literal_column("NULL::json")
        )
        grant = func.json_build_object(
            *(text("kind"), text("ROLE"), text("role_id"), role.c.id, text("role_name"), role.c.name),
            *(text("level"), named(LEVELS, place), text("because"), because),
            *(text("teams"), func.coalesce(path, literal_column("'[]'::json")), text("field_rights"), fields),
        )
        every = func.json_agg(aggregate_order_by(grant, role.c.name)).filter(place >= needed)
        columns.append(func.coalesce(every, literal_column("'[]'::json")).label(verb))
        columns.append(func.coalesce(func.bool_or(place >= needed), false()).label(f"{verb}_reaches"))
    best = [func.coalesce(func.max(role.c[f"set_{at}"]), NOTHING) for at in range(len(sets))]
    columns.append(fields_json(object, sets, lambda at: best[at]).label("field_rights"))
    return select(*columns).select_from(role).lateral("grants")
