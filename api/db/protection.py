"""What each table allows to whom, as DDL: row-level security, grants, triggers, and the functions that cross it.

Rendered from the kind of the model (`Record`, `Part`, `Entry`; the layers forbid importing them here) and written as
text into migrations. Whoever may do more than the rule of the kind says is named in the constants below, one by one.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase

from api.db.roles import APP, PARTNER, READER, SERVING_ROLES, WORKER, hand_to_reader

TENANTS = "tenants"
TENANT = "NULLIF(current_setting('crm.tenant', true), '')::uuid"

# Columns of ledgers that are filled in later, once; everything else in a ledger stays as it was written.
COMPLETED_LATER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "idempotency_keys": ("result",),
        "stage_history": ("left_at",),
        "stored_documents": ("retired_at",),
    }
)
# What counts, and so changes with every request.
COUNTERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"rate_buckets": ("millipoints", "filled_at"), "deprecated_uses": ("uses", "last_used_at")}
)
FORGOTTEN = ("deprecated_uses",)  # entries that are taken away when they are old
# Whose a credential is and what opens with it.
OF_A_TOKEN = (
    "key",
    "digest",
    "pepper_version",
    "kind",
    "role_id",
    "documents",
    "user_id",
    "contact_id",
    "account_id",
)
# A credential is never pointed at another person or role, nor a share at another record; a new one is made.
NEVER_CHANGED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "tokens": OF_A_TOKEN,
        "record_shares": ("object_type", "object_id", "account_id", "contact_id"),
        "identities": ("user_id", "issuer", "subject"),
        "invitations": ("user_id", "key", "digest", "pepper_version", "expires_at"),
    }
)
# Nobody changes these, not even the owner of the tables.
SEALED = ("change_events", "change_values")
# What `crm_reader` reads for its functions, across all tenants.
READER_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "tenants": ("id", "name", "currency", "zone", "created_at", "archived_at"),
        "users": ("tenant_id", "id", "name", "team_id", "is_active", "archived_at"),
        "accounts": ("tenant_id", "id", "archived_at"),
        "contacts": ("tenant_id", "id", "name", "account_id", "archived_at"),
        "teams": ("tenant_id", "id", "parent_id", "manager_id", "archived_at"),
        "roles": ("tenant_id", "id", "name", "archived_at"),
        "role_rights": ("tenant_id", "role_id", "object", "read", "write", "create", "delete", "export"),
        "role_field_rights": ("tenant_id", "role_id", "object", "field_set", "access"),
        "user_roles": ("tenant_id", "user_id", "role_id"),
        "tokens": ("tenant_id", "id", "name", *OF_A_TOKEN, "expires_at", "revoked_at", "archived_at"),
        "identities": ("tenant_id", "user_id", "issuer", "subject", "archived_at"),
        "invitations": ("tenant_id", "id", "user_id", "key", "digest", "pepper_version"),
    }
)
# What the rules for outsiders look up: each sees of it what is about itself.
# A subquery: PostgreSQL reads the setting once, and not for each row.
OUTSIDER = "(SELECT NULLIF(current_setting('crm.{}', true), '')::uuid)"
PARTNER_LOOKS: Mapping[str, tuple[tuple[str, ...], str]] = MappingProxyType(
    {
        "record_shares": (
            (
                "tenant_id",
                "object_type",
                "object_id",
                "account_id",
                "contact_id",
                "field_profile_id",
                "expires_at",
                "revoked_at",
            ),
            f"contact_id = {OUTSIDER.format('principal')} OR account_id = {OUTSIDER.format('account')}",
        ),
        "field_profile_sets": (("tenant_id", "profile_id", "object", "field_set"), "true"),
    }
)
# What `crm_worker` reads, and the columns it fills, across all tenants.
WORKER_TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType({"outbox": ("position",)})

quote = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]


class Kind(StrEnum):
    """What a row is. A record is archived, a part goes and comes with its record, an entry is there for ever."""

    TENANT = "Tenant"
    RECORD = "Record"
    PART = "Part"
    ENTRY = "Entry"


class Unprotectable(TypeError):
    """A model of which nobody has said what may be done with its rows."""


def kind_of(model: type[DeclarativeBase]) -> Kind:
    """Raise `Unprotectable` for a table that is neither the tenants' nor of one of the three kinds."""
    if model.__tablename__ == TENANTS:
        return Kind.TENANT
    for base in model.__mro__[1:]:
        if base.__name__ in {Kind.RECORD, Kind.PART, Kind.ENTRY} and base.__dict__.get("__abstract__"):
            return Kind(base.__name__)
    raise Unprotectable(f"{model.__name__}: make it a Record, a Part or an Entry, so that its grants are known")


def protection(model: type[DeclarativeBase]) -> str:
    """The statements that protect a new, empty table."""
    table: Table = model.__table__  # type: ignore[assignment]
    name = quote(table.name)
    own = f"{'id' if table.name == TENANTS else 'tenant_id'} = {TENANT}"
    statements = [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {name} FOR ALL TO {APP}\n    USING ({own})\n    WITH CHECK ({own})",
        *grants(table, kind_of(model)),
    ]
    if table.name in READER_COLUMNS:
        statements += [
            f"CREATE POLICY reader ON {name} FOR SELECT TO {READER} USING (true)",
            grant("SELECT", READER_COLUMNS[table.name], name, READER),
        ]
    if table.name in WORKER_TABLES:
        statements += [
            f"CREATE POLICY worker ON {name} FOR ALL TO {WORKER} USING (true) WITH CHECK (true)",
            f"GRANT SELECT ON {name} TO {WORKER}",
            grant("UPDATE", WORKER_TABLES[table.name], name, WORKER),
        ]
    statements += partner_grants(model)
    if table.name in SEALED:
        statements.append(
            f"CREATE TRIGGER sealed BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}\n"
            "    FOR EACH STATEMENT EXECUTE FUNCTION crm_refuse_change()"
        )
    return script(statements)


def partner_grants(model: type[DeclarativeBase]) -> list[str]:
    """What outsiders may read: columns that are declared so, of rows that are theirs."""
    table: Table = model.__table__  # type: ignore[assignment]
    name = quote(table.name)
    tenant = f"{'id' if table.name == TENANTS else 'tenant_id'} = {OUTSIDER.format('tenant')}"
    if table.name in PARTNER_LOOKS:
        columns, rule = PARTNER_LOOKS[table.name]
    else:
        columns, rule = model.partner_columns(), model.partner_rule()  # type: ignore[attr-defined]
    if not columns:
        return []
    policy = f"CREATE POLICY outside ON {name} FOR SELECT TO {PARTNER} USING ({tenant} AND ({rule}))"
    return [wrapped(policy), grant("SELECT", columns, name, PARTNER)]


def grants(table: Table, kind: Kind) -> list[str]:
    """What the application may do with the rows of its tenant."""
    name = quote(table.name)
    verbs = "SELECT, INSERT, DELETE" if kind is Kind.PART or table.name in FORGOTTEN else "SELECT, INSERT"
    statements = [f"GRANT {verbs} ON {name} TO {APP}"]
    changing = [column.name for column in table.columns if may_change(table, kind, column.name)]
    if changing:
        statements.append(grant("UPDATE", changing, name, APP))
    return statements


def may_change(table: Table, kind: Kind, column: str) -> bool:
    """Whether the application may change this column of an existing row. What a row *is* never changes."""
    if kind is Kind.ENTRY:
        return column in (*COMPLETED_LATER.get(table.name, ()), *COUNTERS.get(table.name, ()))
    fixed = ("created_at", *NEVER_CHANGED.get(table.name, ()))
    declared = table.columns[column]
    return not declared.primary_key and declared.computed is None and column not in fixed


def column_protection(model: type[DeclarativeBase], column: str) -> str:
    """The statements that a column added to a protected table needs; empty for none."""
    table: Table = model.__table__  # type: ignore[assignment]
    if not may_change(table, kind_of(model), column):
        return ""
    return script([grant("UPDATE", [column], quote(table.name), APP)])


def whole_protection(models: Iterable[type[DeclarativeBase]]) -> str:
    """Everything that `create_all` does not make: with it, an empty database equals a migrated one."""
    return "\n".join([REFUSE_CHANGE, *(protection(model) for model in models), *FUNCTIONS.values()])


def grant(verb: str, columns: Iterable[str], table: str, role: str) -> str:
    return wrapped(f"GRANT {verb} ({', '.join(quote(column) for column in columns)}) ON {table} TO {role}")


def wrapped(statement: str) -> str:
    lines = textwrap.wrap(statement, 100, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


def script(statements: Iterable[str]) -> str:
    return "".join(f"{statement};\n" for statement in statements)


REFUSE_CHANGE = """\
CREATE FUNCTION crm_refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = ''
    AS $$ BEGIN RAISE EXCEPTION '% is sealed: it is only ever added to', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege'; END $$;
REVOKE ALL ON FUNCTION crm_refuse_change() FROM PUBLIC;
"""


def rights_of(whose: str, narrowed: str) -> str:
    """The joins that say what the user of a row may do, `whose` is its alias: `person` and `given`.

    `narrowed` is the role that limits it, as SQL; its rights are among those given.
    """
    return f"""\
          JOIN public.tenants AS tenant ON tenant.id = {whose}.tenant_id
          LEFT JOIN public.users AS person ON person.tenant_id = {whose}.tenant_id AND person.id = {whose}.user_id
          CROSS JOIN LATERAL (
              SELECT coalesce(json_agg(json_build_object(
                         'id', role.id, 'name', role.name, 'held', held.role_id IS NOT NULL,
                         'rights', cells.rights, 'fields', cells.fields) ORDER BY role.name), '[]') AS roles,
                     bool_or(cells.reaches_team) AS reaches_team
                FROM public.roles AS role
                LEFT JOIN public.user_roles AS held
                  ON held.tenant_id = role.tenant_id AND held.role_id = role.id AND held.user_id = {whose}.user_id
               CROSS JOIN LATERAL (
                   SELECT (SELECT coalesce(json_agg(cell), '[]') FROM (
                               SELECT object, read, write, "create", "delete", export FROM public.role_rights
                                WHERE tenant_id = role.tenant_id AND role_id = role.id) AS cell) AS rights,
                          (SELECT coalesce(json_agg(cell), '[]') FROM (
                               SELECT object, field_set, access FROM public.role_field_rights
                                WHERE tenant_id = role.tenant_id AND role_id = role.id) AS cell) AS fields,
                          EXISTS (SELECT FROM public.role_rights
                                   WHERE tenant_id = role.tenant_id AND role_id = role.id
                                     AND 'TEAM' IN (read, write)) AS reaches_team
               ) AS cells
               WHERE role.tenant_id = {whose}.tenant_id AND role.archived_at IS NULL
                 AND (held.role_id IS NOT NULL OR role.id = {narrowed})
          ) AS given"""


def team_of(whose: str) -> str:
    """The users below the teams of `person`, if a right of his reaches that far."""
    return f"""\
               CASE WHEN given.reaches_team THEN ARRAY(
                   WITH RECURSIVE below AS (
                       SELECT team.id FROM public.teams AS team
                        WHERE team.tenant_id = {whose}.tenant_id AND team.archived_at IS NULL
                          AND (team.id = person.team_id OR team.manager_id = person.id)
                       UNION
                       SELECT team.id FROM public.teams AS team JOIN below ON team.parent_id = below.id
                        WHERE team.tenant_id = {whose}.tenant_id AND team.archived_at IS NULL
                   )
                   SELECT mate.id FROM public.users AS mate JOIN below ON mate.team_id = below.id
                    WHERE mate.tenant_id = {whose}.tenant_id AND mate.id <> person.id
                    ORDER BY 1
               ) END"""


def crossing(declared: str, answer: str, body: str, caller: str) -> str:
    """A function that reads across tenants, for one role: as DDL.

    Migrations run with row_security = off and would refuse its body where it reads such a table; hence its own.
    """
    signature = re.sub(r"\w+ (\w+)(?=[,)])", r"\1", declared)
    return f"""\
CREATE FUNCTION {declared}
    RETURNS TABLE (
{textwrap.indent(answer, " " * 8)}
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
{body}
    $$;
REVOKE ALL ON FUNCTION {signature} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {signature} TO {caller};
{hand_to_reader(signature)}"""


PRINCIPAL = """\
tenant_id uuid, tenant_name text, token_id uuid, digest bytea, pepper_version integer, kind text,
documents text, name text, user_id uuid, user_name text, expires_at timestamptz, revoked_at timestamptz,
archived boolean, role_id uuid, roles json, team uuid[], contact_id uuid, contact_name text, account_id uuid"""

INVITATION = """\
tenant_id uuid, id uuid, user_id uuid, user_name text, digest bytea, pepper_version integer,
archived boolean"""

# Owned by crm_reader, whom the policies let see every tenant: these answers are all that anybody gets of it.
FUNCTIONS: Mapping[str, str] = MappingProxyType(
    {
        "crm_authenticate(text)": crossing(
            "crm_authenticate(token_key text)",
            PRINCIPAL,
            f"""\
        SELECT token.tenant_id, tenant.name, token.id, token.digest, token.pepper_version, token.kind,
               token.documents, token.name, token.user_id, person.name, token.expires_at, token.revoked_at,
               tenant.archived_at IS NOT NULL OR token.archived_at IS NOT NULL OR person.archived_at IS NOT NULL
               OR NOT coalesce(person.is_active, true) OR outsider.archived_at IS NOT NULL
               OR token.kind = 'PARTNER' AND company.id IS NULL,
               token.role_id, given.roles,
{team_of("token")},
               token.contact_id, outsider.name, company.id
          FROM public.tokens AS token
          LEFT JOIN public.contacts AS outsider
            ON outsider.tenant_id = token.tenant_id AND outsider.id = token.contact_id
          LEFT JOIN public.accounts AS company
            ON company.tenant_id = token.tenant_id AND company.id = outsider.account_id
           AND company.id = token.account_id AND company.archived_at IS NULL
{rights_of("token", "token.role_id")}
         WHERE token.key = token_key""",
            APP,
        ),
        # As crm_authenticate, for whom an issuer has identified: there is no token, and nothing narrows the user.
        "crm_identify(text,text)": crossing(
            "crm_identify(by_issuer text, as_subject text)",
            PRINCIPAL,
            f"""\
        SELECT identity.tenant_id, tenant.name, NULL::uuid, NULL::bytea, NULL::integer, 'STAFF', 'OPEN',
               person.name, identity.user_id, person.name, NULL::timestamptz, NULL::timestamptz,
               tenant.archived_at IS NOT NULL OR person.archived_at IS NOT NULL
               OR NOT coalesce(person.is_active, false),
               NULL::uuid, given.roles,
{team_of("identity")},
               NULL::uuid, NULL::text, NULL::uuid
          FROM public.identities AS identity
{rights_of("identity", "NULL::uuid")}
         WHERE identity.issuer = by_issuer AND identity.subject = as_subject AND identity.archived_at IS NULL""",
            APP,
        ),
        "crm_invitation(text)": crossing(
            "crm_invitation(invitation_key text)",
            INVITATION,
            """\
        SELECT invitation.tenant_id, invitation.id, invitation.user_id, person.name, invitation.digest,
               invitation.pepper_version, tenant.archived_at IS NOT NULL
          FROM public.invitations AS invitation
          JOIN public.tenants AS tenant ON tenant.id = invitation.tenant_id
          JOIN public.users AS person
            ON person.tenant_id = invitation.tenant_id AND person.id = invitation.user_id
         WHERE invitation.key = invitation_key""",
            APP,
        ),
        "crm_tenants()": crossing(
            "crm_tenants()",
            "id uuid, name text, currency text, zone text, created_at timestamptz, archived_at timestamptz",
            """\
        SELECT tenant.id, tenant.name, tenant.currency, tenant.zone, tenant.created_at, tenant.archived_at
          FROM public.tenants AS tenant
         ORDER BY tenant.created_at, tenant.id""",
            WORKER,
        ),
    }
)

# The serving roles compare the database with the program at boot; only the owner writes it.
REVISION_READABLE = f"GRANT SELECT ON alembic_version TO {', '.join(SERVING_ROLES)};\n"
