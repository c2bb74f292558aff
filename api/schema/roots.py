"""What belongs to no slice: `node`, `nodes`, the viewer and its tenant."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import Select, Text, Uuid, cast, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import ARRAY, JSON

from api.compiler import Request, Root, Scope, Tree
from api.domain import tokens as domain
from api.domain.kernel import Level, PrincipalKind, Viewer, records, wire
from api.domain.kernel import Tenant as TenantRow

from .binding import computed, described, listed, readable, to_one, unnested_one
from .connections import argument, rooted
from .interfaces import Node
from .rights import CapabilityType, capability_json
from .scalars import CurrencyCode, TimeZone
from .tokens import Token
from .users import User
from .wire import id_text


@readable(TenantRow, description="The company whose CRM this is.", visible=lambda _t, _context: true())
class Tenant:
    id: strawberry.ID = computed(lambda row, _scope: id_text("ten", row.id), "Id of the tenant.")
    name: str = described("Its name.")
    currency: CurrencyCode = described("Reporting currency: figures are in it.")
    zone: TimeZone = described("Where its days begin and end.")
    fiscal_year_start: int = described("First month of its fiscal year, 1 to 12.")
    created_at: datetime = described("Since when it uses this CRM.")


def of_viewer(get: Callable[[Viewer], Any]) -> Callable[[Request], Any]:
    return lambda request: get(request.facts["viewer"])


def principal_id(viewer: Viewer) -> str:
    """The user's id for staff, the token's for an integration, the contact's for an outsider."""
    prefix = "con" if viewer.outside else "usr" if viewer.kind is PrincipalKind.STAFF else "tok"
    return wire(prefix, viewer.principal)


def roles(viewer: Viewer) -> list[str]:
    return list(viewer.capability.roles)


def permissions(viewer: Viewer) -> list[str]:
    """`object:right:level`, for all kinds of records, as in `opportunity:write:own`."""
    found = []
    for record in sorted(records().values(), key=lambda record: record.object):
        right = viewer.capability.on(record.object)
        levels = {"read": right.read, "write": right.write}
        found += [
            f"{record.object}:{verb}:{level.lower()}" for verb, level in levels.items() if level is not Level.NONE
        ]
        whole = {"create": right.create, "delete": right.delete, "export": right.export}
        found += [f"{record.object}:{verb}:all" for verb, allowed in whole.items() if allowed]
    return found


def capability(viewer: Viewer) -> str:
    return capability_json(viewer.capability)


def viewer_row(scope: Scope, _arguments: Mapping[str, Tree], _matching: Any) -> Select[Any]:
    return select(
        cast(scope.bind(of_viewer(principal_id), Text()), Text).label("id"),
        cast(scope.bind(of_viewer(lambda viewer: viewer.kind.value), Text()), Text).label("kind"),
        cast(scope.bind(of_viewer(lambda viewer: viewer.name), Text()), Text).label("name"),
        cast(scope.bind(of_viewer(lambda viewer: viewer.user), Uuid()), Uuid).label("user_id"),
        cast(scope.bind(of_viewer(lambda viewer: viewer.tenant), Uuid()), Uuid).label("tenant_id"),
        cast(scope.bind(of_viewer(roles), ARRAY(Text())), ARRAY(Text)).label("roles"),
        cast(scope.bind(of_viewer(permissions), ARRAY(Text())), ARRAY(Text)).label("permissions"),
        cast(scope.bind(of_viewer(capability), Text()), JSON).label("capability"),
        cast(scope.bind(of_viewer(lambda viewer: viewer.principal), Uuid()), Uuid).label("principal"),
    )


@readable(
    domain.DeprecatedUse,
    description="Something that is going away and that you have used; forgotten 90 days after the last use.",
    visible=lambda _t, _context: true(),  # only one's own lead here
    default_order=(),
)
class DeprecatedUse:
    coordinate: str = described("What it is, as a coordinate of the schema, where its reason says what to use instead.")
    document_id: str | None = computed(
        lambda row, _scope: func.nullif(row.document, literal_column("''")),
        "The registered document that uses it; null for documents that are not registered, all together.",
    )
    token: Token | None = to_one("client_id", "tokens.Token", "The token; null if you may not see it, or had none.")
    uses: int = described("How often an operation with it was sent.")
    first_used_at: datetime = described("When that was first seen.")
    last_used_at: datetime = described("When that was last seen; it takes some seconds to show here.")


@readable(build=viewer_row, name="Viewer", description="Who is asking.", outside=("id", "kind", "name", "tenant"))
class ViewerType:
    id: strawberry.ID = computed(lambda row, _scope: row.id, "Id of the user or token.")
    kind: PrincipalKind = computed(lambda row, _scope: row.kind, "What kind of principal it is.")
    name: str = computed(lambda row, _scope: row.name, "Name of the user or token.")
    user: User | None = to_one("user_id", "users.User", "The user; null for an integration.")
    tenant: Tenant = to_one("tenant_id", "roots.Tenant", "The company whose CRM this is.")
    roles: list[str] = computed(lambda row, _scope: func.array_to_json(row.roles), "Names of its roles.")
    permissions: list[str] = computed(
        lambda row, _scope: func.array_to_json(row.permissions),
        "What it may do, as `object:right:level`: `opportunity:write:own`.",
    )
    capability: CapabilityType = unnested_one("capability", "All that it may do, in rows.")
    deprecated_usage: list[DeprecatedUse] = listed(
        "principal_id",
        "What it has used lately of what is going away, at most 250 entries.",
        order=("coordinate", "client_id", "document"),
        key="principal",
    )


@strawberry.type
class Query:
    node: Node | None = rooted(
        Node | None,
        "Any record by its id; null if there is none or you may not see it.",
        Root("node"),
        [argument("id", strawberry.ID, "Id of a record of any type.")],
    )
    nodes: list[Node | None] = rooted(
        list[Node | None],
        "Records by their ids, in the order asked; null where there is none or you may not see it.",
        Root("nodes"),
        [argument("ids", list[strawberry.ID], "At most 250 ids, of any types.")],
    )
    viewer: ViewerType = rooted(ViewerType, "Who is asking.", Root("row", "Viewer"), [])
