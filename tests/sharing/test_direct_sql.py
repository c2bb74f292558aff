"""Whoever logs in as `crm_partner` with any SQL client sees what is shared, and nothing else."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from api.db.protection import PARTNER_LOOKS
from api.domain.kernel import Model
from api.domain.opportunities import Opportunity
from tests.sharing.conftest import World, shared

REFUSED = (asyncpg.InsufficientPrivilegeError, asyncpg.PostgresSyntaxError, asyncpg.UndefinedObjectError)
GRANTED = """
SELECT table_name, column_name, privilege_type FROM information_schema.column_privileges
 WHERE grantee = 'crm_partner' AND table_schema = 'public' AND table_name <> 'alembic_version'
"""
SECRETS = "secret of |Hidden deal|7777|777700|riverside|bob@example.com"


@pytest.fixture
async def sql(world: World) -> AsyncIterator[asyncpg.Connection]:
    """A session of Pat of Brightwater, with whom one of two opportunities is shared."""
    await shared(world, "Shared deal", Opportunity, account="Brightwater")
    connection = await asyncpg.connect(world.committed.urls.partner)
    settings = {
        "tenant": world.committed.tenant.id,
        "principal": world.keys["Pat"],
        "account": world.keys["Brightwater"],
    }
    for name, value in settings.items():
        await connection.execute("SELECT set_config($1, $2, false)", f"crm.{name}", str(value))
    yield connection
    await connection.close()


def registered() -> set[tuple[str, str, str]]:
    """What the models say that outsiders may read."""
    found = set()
    for mapper in Model.registry.mappers:
        table = mapper.class_.__tablename__
        columns = PARTNER_LOOKS[table][0] if table in PARTNER_LOOKS else mapper.class_.partner_columns()
        found |= {(table, column, "SELECT") for column in columns}
    return found


async def test_the_granted_columns_are_those_of_the_registry(sql: asyncpg.Connection) -> None:
    granted = {tuple(row) for row in await sql.fetch(GRANTED)}
    assert granted == registered()
    assert len(granted) == 380


async def test_outsiders_change_no_table(sql: asyncpg.Connection, world: World) -> None:
    tables = sorted(mapper.class_.__tablename__ for mapper in Model.registry.mappers)
    refused = 0
    for table in tables:
        for statement in (
            f"INSERT INTO {table} DEFAULT VALUES",
            f"UPDATE {table} SET tenant_id = tenant_id",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
            f"COPY {table} FROM STDIN",
            f"DO $$ BEGIN LOCK TABLE {table} IN EXCLUSIVE MODE; END $$",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            f"DROP POLICY outside ON {table}",
            f"GRANT ALL ON {table} TO crm_partner",
        ):
            with pytest.raises((*REFUSED, asyncpg.UndefinedColumnError)):
                await sql.execute(statement)
            refused += 1
    assert refused == 9 * len(tables) >= 200


async def test_no_query_reads_a_column_that_is_not_granted(sql: asyncpg.Connection) -> None:
    tried = 0
    granted = {(table, column) for table, column, _ in registered()}
    for mapper in Model.registry.mappers:
        table = mapper.class_.__table__
        for column in table.columns:
            if (table.name, column.name) in granted:
                continue
            name = f'"{column.name}"'
            for statement in (
                f"SELECT {name} FROM {table.name}",
                f"SELECT 1 FROM {table.name} ORDER BY {name}",
                f"SELECT count(*) FROM {table.name} WHERE {name} IS NULL",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await sql.fetch(statement)
                tried += 1
    assert tried >= 200


HOSTILE = [
    "SELECT * FROM opportunities",
    "SELECT row_to_json(o) FROM opportunities o",
    "SELECT o FROM opportunities o",
    "SELECT to_jsonb(o) FROM opportunities o",
    "TABLE opportunities",
    "SELECT count(o.*) FROM opportunities o",
    "SELECT whole.notes FROM (SELECT * FROM contacts) whole",
    "SELECT xmin, ctid, notes FROM contacts",
    "SET ROLE crm_app",
    "SET ROLE crm_owner",
    "SET SESSION AUTHORIZATION crm_app",
    "SET row_security = off; SELECT name FROM opportunities",
    "SELECT crm_authenticate('0123456789abcdef')",
    "SELECT crm_tenants()",
    "CREATE TABLE mine (a int)",
    "CREATE TEMP TABLE mine (a int)",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE VIEW v AS SELECT name FROM opportunities",
    "SELECT pg_read_file('/etc/passwd')",
    "COPY (SELECT name FROM opportunities) TO '/tmp/x'",
    "COPY opportunities TO STDOUT",
    "DO $$ BEGIN EXECUTE 'SELECT notes FROM contacts'; END $$",
    "SELECT query_to_xml('SELECT * FROM contacts', true, true, '')",
    "SELECT table_to_xml('contacts', true, true, '')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_statistic",
    "EXPLAIN ANALYZE SELECT notes FROM contacts",
    "DECLARE c CURSOR WITH HOLD FOR SELECT notes FROM contacts",
    "PREPARE p AS SELECT notes FROM contacts; EXECUTE p",
    "SELECT dblink('', '')",
    "ALTER ROLE crm_partner BYPASSRLS",
    "ALTER ROLE crm_partner SUPERUSER",
    "SELECT set_config('role', 'crm_app', false)",
    "SELECT set_config('session_authorization', 'crm_app', false)",
    "REASSIGN OWNED BY crm_app TO crm_partner",
    "NOTIFY crm; LISTEN crm; SELECT notes FROM contacts",
]


async def test_hostile_statements_are_refused(sql: asyncpg.Connection) -> None:
    let_through = []
    for statement in HOSTILE:
        try:
            await sql.execute(statement)
        except asyncpg.PostgresError:
            continue
        let_through.append(statement)
    assert let_through == []


SEEN = [
    ("SELECT name FROM opportunities", ["Shared deal"]),
    ("SELECT name FROM opportunities WHERE tenant_id IS NOT NULL OR true", ["Shared deal"]),
    ("SELECT name FROM opportunities WHERE id IN (SELECT id FROM opportunities)", ["Shared deal"]),
    ("SELECT max(name) FROM opportunities", ["Shared deal"]),
    ("SELECT count(*)::text FROM opportunities", ["1"]),
    ("SELECT sum(amount_minor)::text FROM opportunities", ["100000"]),
    ("SELECT a.name FROM accounts a LEFT JOIN opportunities o ON true", ["Brightwater"]),
    ("SELECT name FROM contacts", ["Pat"]),
    ("SELECT name FROM accounts UNION SELECT name FROM contacts ORDER BY 1", ["Brightwater", "Pat"]),
    ("SELECT name FROM opportunities o WHERE EXISTS (SELECT FROM contacts c WHERE c.name = 'Bob')", []),
    (
        "WITH RECURSIVE r AS (SELECT name FROM accounts UNION SELECT name FROM accounts) SELECT name FROM r",
        ["Brightwater"],
    ),
    ("SELECT string_agg(name, ',') FROM opportunities TABLESAMPLE SYSTEM (100)", ["Shared deal"]),
    ("SELECT object_type FROM record_shares", ["opportunity"]),
    ("SELECT name FROM tenants", ["Acme"]),
]


async def test_whatever_is_asked_only_shared_rows_come(sql: asyncpg.Connection) -> None:
    found = {statement: [row[0] for row in await sql.fetch(statement)] for statement, _ in SEEN}
    assert found == dict(SEEN)


async def test_an_error_message_tells_no_value_of_a_hidden_row(sql: asyncpg.Connection) -> None:
    """Functions in a condition run after the policy, or PostgreSQL would show them rows that it then drops."""
    for statement in (
        "SELECT name FROM opportunities WHERE name::int = 1",
        "SELECT name FROM contacts WHERE email::int = 1",
        "SELECT 1 / (CASE WHEN amount_minor = 777700 THEN 0 ELSE 1 END) FROM opportunities",
        "SELECT name::numeric FROM accounts",
    ):
        try:
            text = str(await sql.fetch(statement))
        except asyncpg.PostgresError as error:
            text = str(error) + str(error.detail)
        assert not any(secret in text for secret in SECRETS.split("|")), text


async def test_without_settings_there_is_nothing(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater")
    connection = await asyncpg.connect(world.committed.urls.partner)
    for table in ("accounts", "contacts", "opportunities", "record_shares", "tenants"):
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0
    await connection.close()
