"""Whether anything was written: a hash over every row of a tenant."""

from uuid import UUID

import asyncpg

TABLES = """
SELECT table_name FROM information_schema.columns
 WHERE table_schema = 'public' AND column_name = 'tenant_id' AND table_name NOT IN ('tokens', 'user_roles') ORDER BY 1
"""


async def footprint(connection: asyncpg.Connection, tenant: UUID) -> dict[str, str | None]:
    """By table; tokens and who holds a role are left out, because the client of the tests makes them."""
    found = await connection.fetchval("SELECT current_setting('crm.tenant', true)")
    await connection.fetchval("SELECT set_config('crm.tenant', $1, true)", str(tenant))
    tables = [row["table_name"] for row in await connection.fetch(TABLES)]
    hashes = " UNION ALL ".join(
        f"SELECT '{table}' AS name, md5(string_agg(t::text, '' ORDER BY t::text)) AS hash FROM {table} t"
        for table in tables
    )
    rows = await connection.fetch(hashes)
    await connection.fetchval("SELECT set_config('crm.tenant', $1, true)", found or "")
    return {row["name"]: row["hash"] for row in rows}
