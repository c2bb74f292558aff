"""Everything a database is made of, as lines of text: two databases are equal when the lines are.

Alembic's own comparison does not see a dropped CHECK or policy, a changed index predicate or a changed collation.
"""

from __future__ import annotations

import asyncpg

OURS = "n.nspname = 'public'"
NOT_OF_AN_EXTENSION = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = {oid} AND d.deptype = 'e')"


def acl(column: str) -> str:
    return f"(SELECT coalesce(string_agg(item::text, ' ' ORDER BY item::text), '-') FROM unnest({column}) item)"


FACTS = f"""
SELECT 'table ' || c.relname || ' kind ' || c.relkind::text || ' owner ' || pg_get_userbyid(c.relowner)
       || ' rls ' || c.relrowsecurity || ' forced ' || c.relforcerowsecurity
       || ' options ' || coalesce(c.reloptions::text, '-') || ' acl ' || {acl("c.relacl")} AS fact
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE {OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND {NOT_OF_AN_EXTENSION.format(oid="c.oid")}
UNION ALL
SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
       || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END || ' collation ' || coalesce(o.collname, '-')
       || ' default ' || coalesce(pg_get_expr(f.adbin, f.adrelid), '-') || ' identity ' || a.attidentity::text
       || ' generated ' || a.attgenerated::text || ' acl ' || {acl("a.attacl")}
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_collation o ON o.oid = a.attcollation
  LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
 WHERE {OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
   AND {NOT_OF_AN_EXTENSION.format(oid="c.oid")}
UNION ALL
SELECT 'constraint ' || k.conname || ' on ' || k.conrelid::regclass || ' ' || pg_get_constraintdef(k.oid)
       || ' validated ' || k.convalidated
  FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
 WHERE {OURS} AND k.conrelid <> 0 AND k.contype <> 'n'
UNION ALL
SELECT 'index ' || pg_get_indexdef(i.indexrelid) || ' valid ' || i.indisvalid
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE {OURS}
UNION ALL
SELECT 'policy ' || p.policyname || ' on ' || p.tablename || ' ' || p.permissive || ' ' || p.cmd || ' to '
       || p.roles::text || ' using ' || coalesce(p.qual, '-') || ' check ' || coalesce(p.with_check, '-')
  FROM pg_policies p WHERE p.schemaname = 'public'
UNION ALL
SELECT 'trigger ' || pg_get_triggerdef(t.oid) || ' enabled ' || t.tgenabled::text
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE {OURS} AND NOT t.tgisinternal
UNION ALL
SELECT 'function ' || p.oid::regprocedure || ' owner ' || pg_get_userbyid(p.proowner) || ' md5 '
       || md5(pg_get_functiondef(p.oid)) || ' acl ' || {acl("p.proacl")}
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE {OURS} AND p.prokind <> 'a' AND {NOT_OF_AN_EXTENSION.format(oid="p.oid")}
UNION ALL
SELECT 'view ' || c.relname || ' ' || md5(pg_get_viewdef(c.oid))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE {OURS} AND c.relkind IN ('v', 'm') AND {NOT_OF_AN_EXTENSION.format(oid="c.oid")}
ORDER BY 1
"""
VERSION_TABLE = "alembic_version"


async def fingerprint(connection: asyncpg.Connection) -> list[str]:
    """The facts of schema `public`, without those of extensions and of Alembic's own table."""
    async with connection.transaction():
        # Names are written with their schema then, in every session alike.
        await connection.execute("SET LOCAL search_path = ''")
        facts = [row["fact"] for row in await connection.fetch(FACTS)]
    return [fact for fact in facts if VERSION_TABLE not in fact]
