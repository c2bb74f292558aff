"""Whether the login for outsiders can do what it is for, and nothing else: asked as `api.db.checks` asks the others.

Column grants and policies are what stands between an outsider and a mistake of the program; more of either makes the
process refuse to start.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping

import asyncpg

from api.db.checks import NOT_OURS, problems_of
from api.db.roles import PARTNER

POLICY = "outside"
# By whatever way: granted to it, to PUBLIC, or to a role that it is in.
READABLE = f"""
SELECT c.relname::text AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ({NOT_OURS}) AND a.attnum > 0
   AND NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'SELECT')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND d.deptype = 'e')
 GROUP BY c.relname ORDER BY c.relname
"""
CHANGEABLE = f"""
SELECT c.relname::text AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname NOT IN ({NOT_OURS})
   AND (has_any_column_privilege(c.oid, 'INSERT') OR has_any_column_privilege(c.oid, 'UPDATE')
        OR has_table_privilege(c.oid, 'DELETE') OR has_table_privilege(c.oid, 'TRUNCATE'))
 ORDER BY c.relname
"""
POLICIES = f"""
SELECT tablename::text AS table_name, policyname::text AS name FROM pg_policies
 WHERE permissive = 'PERMISSIVE' AND policyname <> '{POLICY}'
   AND ('public' = ANY (roles) OR EXISTS (SELECT FROM unnest(roles) role
         WHERE role <> 'public' AND pg_has_role(session_user, role, 'USAGE')))
 ORDER BY 1, 2
"""
UNSEEN = frozenset({"alembic_version"})  # read at boot; tells nothing of a tenant

Granted = Mapping[str, Collection[str]]


async def partner_problems(connection_url: str, granted: Granted) -> list[str]:
    """As `checks.problems`; `granted`: table → the columns that the program means outsiders to read."""

    async def outside(connection: asyncpg.Connection) -> AsyncIterator[str]:
        name = await connection.fetchval("SELECT session_user::text")
        if name != PARTNER:
            yield f"{name} sees what is not shared with outsiders: log in as {PARTNER}."
            return
        async for line in grants(connection, granted):
            yield line

    return await problems_of(connection_url, outside)


async def grants(connection: asyncpg.Connection, granted: Granted) -> AsyncIterator[str]:
    readable = {row["name"]: set(row["columns"]) for row in await connection.fetch(READABLE)}
    for table in sorted({*readable, *granted} - UNSEEN):
        has, meant = readable.get(table, set()), set(granted.get(table, ()))
        if more := ", ".join(sorted(has - meant)):
            yield (
                f"{PARTNER} may read {more} of {table}, which is not for outsiders: "
                f"REVOKE SELECT ON {table} FROM {PARTNER}, PUBLIC, and look again what it needs."
            )
        if less := ", ".join(sorted(meant - has)):
            yield f"{PARTNER} may not read {less} of {table}: GRANT SELECT ({less}) ON {table} TO {PARTNER}."
    for row in await connection.fetch(CHANGEABLE):
        table = row["name"]
        verbs = "INSERT, UPDATE, DELETE, TRUNCATE"
        yield f"{PARTNER} may change {table}: REVOKE {verbs} ON {table} FROM {PARTNER}, PUBLIC."
    for policy in await connection.fetch(POLICIES):
        table, name = policy["table_name"], policy["name"]
        yield f"Policy {name} on {table} opens rows to {PARTNER} that are not shared: DROP POLICY {name} ON {table}."
