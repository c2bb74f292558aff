"""`explainAccess` as one statement: who is asked about, about which record, and what the grants come to.

The rules are those of `Context.reach`, `Work.check_write` and `crm_authenticate`, once more, over the rows of any
principal instead of the rights of the one who asks. `tests/access/test_explaining.py` and
`tests/sharing/test_explaining.py` hold them together.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    False_,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    case,
    cast,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from api.compiler import Leaf, Request, RequestError, Scope, Tree, wire_uuid
from api.compiler.arguments import PREFIX
from api.domain import access, sharing
from api.domain.accounts import Account
from api.domain.contacts import Contact
from api.domain.kernel import Level, Record, Viewer, records
from api.domain.tokens import Token, TokenKind
from api.domain.users import User

from .grant_paths import distance, grants, text
from .outside_grants import NO_ID, grants_outside

UNEXPLAINED = frozenset({Token.object})  # who sees which of them does not depend on rights on the record alone
OUTSIDERS = frozenset({Token.prefix, Contact.prefix})  # what may be, or is, one

# -- what was asked for ---------------------------------------------------------------------------------------------


def record_of(arguments: Mapping[str, Tree]) -> type[Record]:
    """The kind of record that the id is of.

    Raises:
        RequestError: BAD_USER_INPUT for an id of something that has no access of its own.
    """
    tree = arguments["id"]
    match = PREFIX.fullmatch(str(tree.value)) if isinstance(tree, Leaf) else None
    found = records().get(match[1]) if match else None
    if found is None or found.object in UNEXPLAINED:
        known = ", ".join(f"{prefix}_…" for prefix, one in records().items() if one.object not in UNEXPLAINED)
        raise RequestError("BAD_USER_INPUT", f"access is explained for the ids of records: {known}", ("id",))
    return found


def kind_asked(arguments: Mapping[str, Tree]) -> str | None:
    """The prefix of the principal's id; None if it is the one who asks."""
    tree = arguments.get("principal")
    if not isinstance(tree, Leaf):
        return None
    match = PREFIX.fullmatch(str(tree.value))
    if match is None or match[1] not in {User.prefix, *OUTSIDERS}:
        message = "a principal is a user, a token or a contact: usr_…, tok_… or con_…"
        raise RequestError("BAD_USER_INPUT", message, ("principal",))
    return match[1]


def principal_of(arguments: Mapping[str, Tree], wanted: str) -> Any:
    """A getter of the id that is asked about, None if it is not of the kind `wanted` (`usr`, `tok`, `con`).

    Without a `principal` it is the viewer's. The getter raises FORBIDDEN for who asks about others without the right.
    """
    asked, tree = kind_asked(arguments), arguments.get("principal")
    if asked is None or not isinstance(tree, Leaf):
        own = {User.prefix: "user", Token.prefix: "token"}.get(wanted)
        return lambda request: None if own is None else getattr(viewer_of(request), own)

    def get(request: Request) -> UUID | None:
        id = wire_uuid(asked, tree.get(request))
        check_asking(viewer_of(request), asked, id)
        return id if wanted == asked else None

    return get


def check_asking(viewer: Viewer, asked: str, id: UUID) -> None:
    """Raises RequestError FORBIDDEN for who may not know what others may do, or what is shared with outsiders."""
    about = viewer.capability.on
    if asked == Contact.prefix:
        if about(sharing.RecordShare.object).read is not Level.ALL:
            message = "who asks about an outsider needs the right to read shares (`record_share`)"
            raise RequestError("FORBIDDEN", message, ("principal",))
        return
    may = about(access.Role.object).read is Level.ALL and about(User.object).read is Level.ALL
    if not may and id not in {viewer.user, viewer.token}:
        message = "who asks about others needs the right to read roles and users; leave `principal` out to ask for you"
        raise RequestError("FORBIDDEN", message, ("principal",))


def viewer_of(request: Request) -> Viewer:
    viewer: Viewer = request.facts["viewer"]
    return viewer


# -- the statement; what lies outside of a part of it is written as text ----------------------------------------------


def who(scope: Scope, arguments: Mapping[str, Tree]) -> Any:
    """One row: the principal, as `crm_authenticate` would find it."""
    asked = select(
        *(
            cast(scope.bind(principal_of(arguments, prefix), Uuid()), Uuid).label(name)
            for prefix, name in ((User.prefix, "user_id"), (Token.prefix, "token_id"), (Contact.prefix, "contact_id"))
        )
    ).subquery("asked")
    key, person = Token.__table__.alias("key"), User.__table__.alias("person")
    narrow = access.Role.__table__.alias("narrow")
    own = key.c.id == cast(scope.bind(lambda request: viewer_of(request).token, Uuid()), Uuid)
    seen = and_(key.c.tenant_id == scope.tenant, or_(own, scope.visible("Token", key)))
    valid = or_(
        key.c.id.is_(None),
        and_(
            key.c.revoked_at.is_(None),
            key.c.archived_at.is_(None),
            or_(key.c.expires_at.is_(None), key.c.expires_at > scope.now),
        ),
    )
    employed = or_(person.c.id.is_(None), and_(person.c.is_active, person.c.archived_at.is_(None)))
    live = and_(narrow.c.tenant_id == scope.tenant, narrow.c.id == key.c.role_id, narrow.c.archived_at.is_(None))
    of_key = and_(person.c.tenant_id == scope.tenant, person.c.id == func.coalesce(asked.c.user_id, key.c.user_id))
    rows: Any = (
        asked.outerjoin(key, and_(seen, key.c.id == asked.c.token_id)).outerjoin(person, of_key).outerjoin(narrow, live)
    )
    known = or_(person.c.id.is_not(None), key.c.id.is_not(None))
    outsider = None
    if kind_asked(arguments) in OUTSIDERS:
        # Of a token of a contact whom the viewer may not know of, nothing is told.
        known = or_(person.c.id.is_not(None), and_(key.c.id.is_not(None), key.c.contact_id.is_(None)))
        if not isinstance(scope.context.reads(sharing.RecordShare.object), False_):
            outsider = outsiders(scope, arguments, asked, key)
            rows = rows.outerjoin(outsider, true())
            employed = and_(employed, or_(outsider.c.contact_id.is_(None), outsider.c.is_active))
            known = or_(known, outsider.c.contact_id.is_not(None))
    return (
        select(
            person.c.id.label("user_id"),
            key.c.id.label("token_id"),
            (NO_ID if outsider is None else outsider.c.contact_id).label("contact_id"),
            (NO_ID if outsider is None else outsider.c.company_id).label("company_id"),
            person.c.team_id,
            narrow.c.id.label("role_id"),
            and_(person.c.id.is_not(None), key.c.role_id.is_not(None)).label("is_narrowed"),
            and_(valid, employed).label("is_active"),
        )
        .select_from(rows)
        .where(known)
        .subquery("who")
    )


def outsiders(scope: Scope, arguments: Mapping[str, Tree], asked: Any, key: Any) -> Any:
    """One row if the principal is a contact, or a token of one: who it is, and the account that it acts for."""
    people, companies = Contact.__table__.alias("ally"), Account.__table__.alias("company")
    kind = arguments["as"]
    if not isinstance(kind, Leaf):
        raise RequestError("BAD_USER_INPUT", "a contact is PARTNER or CUSTOMER", ("as",))
    named = asked.c.contact_id.is_not(None)
    partner = cast(scope.bind(kind.get, Text()), Text) == text(TokenKind.PARTNER.value)
    acts = case((named, partner), else_=key.c.kind == text(TokenKind.PARTNER.value))
    its = or_(named, companies.c.id == key.c.account_id)
    same = (companies.c.tenant_id == scope.tenant, companies.c.id == people.c.account_id, its, acts)
    return (
        select(
            people.c.id.label("contact_id"),
            companies.c.id.label("company_id"),
            and_(people.c.archived_at.is_(None), or_(not_(acts), companies.c.id.is_not(None))).label("is_active"),
        )
        .select_from(people.outerjoin(companies, and_(*same, companies.c.archived_at.is_(None))))
        .where(
            scope.visible("Contact", people),
            people.c.id == func.coalesce(asked.c.contact_id, key.c.contact_id),
        )
        .lateral("outsider")
    )


def decision(allowed: ColumnElement[bool], rows: ColumnElement[Any]) -> ColumnElement[Any]:
    """The only row of an `AccessDecision`."""
    return func.json_build_array(func.json_build_object(text("allowed"), allowed, text("grants"), rows))


def record_row(scope: Scope, arguments: Mapping[str, Tree], record: type[Record]) -> Any:
    """The record, if the viewer sees it: its id, its owner, whether it is live."""
    table, tree = record.__table__.alias("of"), arguments["id"]
    if not isinstance(tree, Leaf):
        raise RequestError("BAD_USER_INPUT", "an id is a text", ("id",))
    owner = table.c[record.owner] if record.owner else literal_column("NULL::uuid", Uuid())
    id = scope.bind(lambda request: wire_uuid(record.prefix, tree.get(request)), Uuid())
    return (
        select(table.c.id, owner.label("owner_id"), table.c.archived_at.is_(None).label("is_live"))
        .where(scope.visible(scope.objects[record.object], table), table.c.id == id)
        .subquery("rec")
    )


def explanation(scope: Scope, arguments: Mapping[str, Tree], _matching: Any) -> Select[Any]:
    """One row, or none if the viewer does not see the record, or there is no such principal for him."""
    record = record_of(arguments)
    sets = sorted(name for object, name in access.field_sets() if object == record.object)
    rec, asking, teams = record_row(scope, arguments, record), who(scope, arguments), distance(scope)
    found = grants(scope, record.object, sets, literal_column("teams.needed", Integer))
    rows: Any = rec.join(asking, true()).join(teams, true()).join(found, true())
    reach = {verb: (found.c[f"{verb}_reaches"], found.c[verb]) for verb in ("read", "write", "delete")}
    fields = found.c.field_rights
    if kind_asked(arguments) in OUTSIDERS and record.is_shareable():
        shared, outside = grants_outside(scope, record, sets), asking.c.contact_id.is_not(None)
        rows = rows.join(shared, true())
        for verb in ("read", "write"):
            allowed, by = reach[verb]
            mine = shared.c[f"{verb}_reaches"], shared.c[verb]
            reach[verb] = case((outside, mine[0]), else_=allowed), case((outside, mine[1]), else_=by)
        fields = case((outside, shared.c.field_rights), else_=fields)
    reads = and_(asking.c.is_active, reach["read"][0])
    writes = and_(reads, reach["write"][0])
    return select(
        text(record.object).label("record_type"),
        rec.c.id.label("record_id"),
        asking.c.user_id,
        asking.c.token_id,
        asking.c.contact_id,
        asking.c.is_active,
        decision(reads, reach["read"][1]).label("reading"),
        decision(writes, reach["write"][1]).label("writing"),
        decision(and_(writes, reach["delete"][0]), reach["delete"][1]).label("deleting"),
        fields.label("field_rights"),
    ).select_from(rows)
