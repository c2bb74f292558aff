"""Whether the database keeps the tenants apart: asked at boot, by `/readyz` and by `crm doctor`.

A serving process trusts row-level security; what would silently switch it off makes the process refuse to start.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import asyncpg

from api.db import revisions
from api.db.pool import LOST
from api.db.roles import APP, READER, SERVING_ROLES

OLDEST = 150_000
CONNECT_SECONDS = 5.0
COMMAND_SECONDS = 5.0
NOT_OURS = "'pg_catalog', 'information_schema', 'pg_toast'"

# Functions that read across tenants. Whoever adds one shows in a test that it tells a tenant nothing of another.
CROSSING_FUNCTIONS = frozenset(
    {
        "public.crm_authenticate(text)",
        "public.crm_identify(text,text)",
        "public.crm_invitation(text)",
        "public.crm_partner_reach(uuid,uuid,boolean)",
        "public.crm_search_ids(text,text,boolean,integer)",
        "public.crm_search_ids_outside(text,text,boolean,integer)",
        "public.crm_tenants()",
        "public.crm_webhook_owner(uuid)",
    }
)
# Policies that let a serving role see every tenant.
CROSSING_POLICIES = frozenset(
    (table, "worker")
    for table in (
        "feed_heads",
        "idempotency_keys",
        "jobs",
        "outbox",
        "webhook_deliveries",
        "webhook_endpoints",
        "webhook_health",
        "webhook_secrets",
    )
)

ROLE = """
SELECT session_user::text AS name, rolsuper, rolbypassrls, rolcreaterole, rolreplication,
       NOT rolsuper AND has_schema_privilege('public', 'CREATE') AS creates
  FROM pg_roles WHERE rolname = session_user
"""
OWNED_TABLES = f"""
SELECT r.rolname::text AS owner, min(c.relname::text) AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
 WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ({NOT_OURS}) AND pg_has_role(session_user, c.relowner, 'MEMBER')
 GROUP BY r.rolname ORDER BY r.rolname
"""
# A table of tenants has the column, or is the list of them. crm_reader is bound by no setting, on purpose.
TENANT_TABLES = f"""
SELECT c.relname::text AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
       EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polqual IS NOT NULL
                  AND p.polwithcheck IS NOT NULL) AS policed
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ({NOT_OURS})
   AND (c.relname = 'tenants' OR EXISTS (SELECT FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
 ORDER BY c.relname
"""
OPEN_POLICIES = """
SELECT tablename::text AS table_name, policyname::text AS name FROM pg_policies
 WHERE permissive = 'PERMISSIVE' AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user)
   AND ('public' = ANY (roles) OR EXISTS (SELECT FROM unnest(roles) role
         WHERE role <> 'public' AND pg_has_role(session_user, role, 'USAGE')))
   AND (coalesce(qual, 'crm.tenant') NOT LIKE '%crm.tenant%'
        OR coalesce(with_check, 'crm.tenant') NOT LIKE '%crm.tenant%')
 ORDER BY 1, 2
"""
DEFINERS = f"""
SELECT format('%s.%s(%s)', n.nspname, p.proname, replace(oidvectortypes(p.proargtypes), ', ', ',')) AS name,
       pg_get_userbyid(p.proowner)::text AS owner,
       EXISTS (SELECT FROM unnest(p.proconfig) setting WHERE setting LIKE 'search_path=%') AS fixed,
       has_function_privilege('public', p.oid, 'EXECUTE') AS public
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE p.prosecdef AND n.nspname NOT IN ({NOT_OURS})
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                      AND d.deptype = 'e')
 ORDER BY 1
"""
VIEWS = f"""
SELECT c.relname::text AS name, c.relkind = 'm' AS materialised
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname NOT IN ({NOT_OURS})
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND d.deptype = 'e')
   AND (c.relkind = 'v' AND NOT coalesce(c.reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false)
        OR c.relkind = 'm' AND has_any_column_privilege(c.oid, 'SELECT'))
 ORDER BY c.relname
"""

Check = Callable[[asyncpg.Connection], AsyncIterator[str]]


async def problems(connection_url: str) -> list[str]:
    """What keeps a process that logs in with this URL from serving; one sentence each, none if all is well."""
    return await problems_of(connection_url)


async def problems_of(connection_url: str, *more: Check) -> list[str]:
    """As `problems`; `more` are asked when nothing else is wrong."""
    try:
        connection = await asyncpg.connect(connection_url, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return [f"The database does not answer ({str(error) or 'time-out'}): start it, or correct the database URL."]
    try:
        found = [line for check in CHECKS async for line in check(connection)]
        found = found or [line for check in more async for line in check(connection)]
        await connection.close()
    except LOST as error:
        return [f"The database went away while it was looked at ({str(error) or 'time-out'}): start it again."]
    finally:
        connection.terminate()  # nothing, if it is closed
    return found


async def version(connection: asyncpg.Connection) -> AsyncIterator[str]:
    number = connection.get_server_version()
    if number.major * 10_000 < OLDEST:
        yield f"PostgreSQL {number.major} is too old: version 15 or newer is needed."


async def role(connection: asyncpg.Connection) -> AsyncIterator[str]:
    """Row-level security does not bind a superuser, BYPASSRLS, or whoever may become the owner of the tables."""
    me = await connection.fetchrow(ROLE)
    if me is None:
        return
    name = me["name"]
    instead = f"log in as one of {', '.join(SERVING_ROLES)}"
    if me["rolsuper"]:
        yield f"{name} is a superuser, whom row-level security does not bind: {instead}."
        return
    if me["rolbypassrls"]:
        yield f"{name} has BYPASSRLS, so it sees every tenant: ALTER ROLE {name} NOBYPASSRLS, or {instead}."
    if me["rolcreaterole"]:
        yield f"{name} has CREATEROLE, so it can become others: ALTER ROLE {name} NOCREATEROLE, or {instead}."
    if me["rolreplication"]:
        yield f"{name} has REPLICATION, so it can copy everything: ALTER ROLE {name} NOREPLICATION, or {instead}."
    if me["creates"]:
        yield f"{name} may create tables and functions: REVOKE CREATE ON SCHEMA public FROM {name}, or {instead}."
    for owned in await connection.fetch(OWNED_TABLES):
        means = "owns" if owned["owner"] == name else f"may become {owned['owner']}, the owner of"
        yield f"{name} {means} {owned['name']}, so it can switch row-level security off: {instead}."


async def tables(connection: asyncpg.Connection) -> AsyncIterator[str]:
    for table in await connection.fetch(TENANT_TABLES):
        name = table["name"]
        if not table["enabled"]:
            yield f"Table {name} has no row-level security: ALTER TABLE {name} ENABLE ROW LEVEL SECURITY."
        if not table["forced"]:
            yield f"Table {name} does not force row-level security: ALTER TABLE {name} FORCE ROW LEVEL SECURITY."
        if not table["policed"]:
            yield f"Table {name} has no policy with USING and WITH CHECK: restore it from the migrations."
    for policy in await connection.fetch(OPEN_POLICIES):
        if (policy["table_name"], policy["name"]) not in CROSSING_POLICIES:
            yield (
                f"Policy {policy['name']} on {policy['table_name']} does not ask for crm.tenant, "
                f"so it opens every tenant to this login: DROP POLICY {policy['name']} ON {policy['table_name']}."
            )


async def functions(connection: asyncpg.Connection) -> AsyncIterator[str]:
    for function in await connection.fetch(DEFINERS):
        name = function["name"]
        if name not in CROSSING_FUNCTIONS:
            yield f"Function {name} is SECURITY DEFINER and not one of ours: drop it, or make it SECURITY INVOKER."
            continue
        if function["owner"] != READER:
            yield f"Function {name} belongs to {function['owner']}: ALTER FUNCTION {name} OWNER TO {READER}."
        if not function["fixed"]:
            yield f"Function {name} has no search_path of its own: ALTER FUNCTION {name} SET search_path = ''."
        if function["public"]:
            yield f"Function {name} may be executed by PUBLIC: REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC."


async def views(connection: asyncpg.Connection) -> AsyncIterator[str]:
    for view in await connection.fetch(VIEWS):
        name = view["name"]
        if view["materialised"]:
            yield f"Materialised view {name} knows no row-level security: revoke SELECT on it, or drop it."
        else:
            yield f"View {name} reads with the rights of its owner: ALTER VIEW {name} SET (security_invoker = true)."


async def migrations(connection: asyncpg.Connection) -> AsyncIterator[str]:
    known, head = revisions.known(), revisions.head()
    try:
        applied = await revisions.applied(connection)
    except asyncpg.InsufficientPrivilegeError:
        yield f"This login may not read alembic_version: log in as {APP}, or run `crm migrate` once more."
        return
    if applied is None:
        yield "The database has no tables yet: run `crm migrate`."
    elif applied not in known:
        yield f"The database is at {applied}, which this program does not know: install the newer program."
    elif applied != head:
        yield f"The database is at {applied}, the program needs {head}: run `crm migrate`."


CHECKS: tuple[Check, ...] = (
    version,
    role,
    tables,
    functions,
    views,
    migrations,
)
