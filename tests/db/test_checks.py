"""What keeps a serving process from starting, each with the line that the operator reads."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest

from api.db import revisions
from api.db.checks import CROSSING_FUNCTIONS, problems, problems_of
from api.db.functions import FUNCTIONS
from api.db.urls import Urls
from tests.cluster import PASSWORD, Cluster, execute

LOGIN = "crm_intruder"
INSTEAD = "log in as one of crm_app, crm_partner, crm_worker."


@pytest.fixture
async def intruder(cluster: Cluster, scratch_database: str) -> AsyncIterator[Callable[[str], str]]:
    """Makes another login role with attributes or memberships and gives its URL."""
    superuser = cluster.superuser_url(scratch_database)
    url = cluster.urls(scratch_database).app
    user_and_password, at, rest = url.removeprefix("postgresql://").partition("@")

    def url_of(role: str) -> str:
        return f"postgresql://{role}:{PASSWORD}{at}{rest}"

    assert user_and_password.startswith("crm_app:")
    yield url_of
    await execute(superuser, f"DROP OWNED BY {LOGIN}; DROP ROLE {LOGIN}")


async def a_login(cluster: Cluster, database: str, attributes: str, more: str = "") -> None:
    await execute(
        cluster.superuser_url(database),
        f"CREATE ROLE {LOGIN} LOGIN PASSWORD '{PASSWORD}' {attributes};"
        f"GRANT CONNECT ON DATABASE {database} TO {LOGIN};"
        f"GRANT USAGE ON SCHEMA public TO {LOGIN}; GRANT SELECT ON alembic_version TO {LOGIN}; {more}",
    )


@pytest.mark.parametrize("role", ["app", "partner", "worker"])
async def test_the_serving_roles_of_a_migrated_database_are_in_order(database: Urls, role: str):
    assert await problems(getattr(database, role)) == []


@pytest.mark.parametrize(
    ("attributes", "more", "line"),
    [
        ("SUPERUSER", "", f"{LOGIN} is a superuser, whom row-level security does not bind: {INSTEAD}"),
        (
            "BYPASSRLS",
            "",
            f"{LOGIN} has BYPASSRLS, so it sees every tenant: ALTER ROLE {LOGIN} NOBYPASSRLS, or {INSTEAD}",
        ),
        (
            "CREATEROLE",
            "",
            f"{LOGIN} has CREATEROLE, so it can become others: ALTER ROLE {LOGIN} NOCREATEROLE, or {INSTEAD}",
        ),
        (
            "REPLICATION",
            "",
            f"{LOGIN} has REPLICATION, so it can copy everything: ALTER ROLE {LOGIN} NOREPLICATION, or {INSTEAD}",
        ),
        (
            "",
            f"GRANT CREATE ON SCHEMA public TO {LOGIN}",
            f"{LOGIN} may create tables and functions: REVOKE CREATE ON SCHEMA public FROM {LOGIN}, or {INSTEAD}",
        ),
        (
            "",
            f"CREATE TABLE mine (); ALTER TABLE mine OWNER TO {LOGIN}",
            f"{LOGIN} owns mine, so it can switch row-level security off: {INSTEAD}",
        ),
        (
            "NOINHERIT",
            f"GRANT crm_owner TO {LOGIN}",
            (
                f"{LOGIN} may become crm_owner, the owner of account_addresses, "
                f"so it can switch row-level security off: {INSTEAD}"
            ),
        ),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_login_that_row_level_security_does_not_bind_is_refused(
    cluster: Cluster, scratch_database: str, intruder: Callable[[str], str], attributes: str, more: str, line: str
):
    await a_login(cluster, scratch_database, attributes, more)

    assert await problems(intruder(LOGIN)) == [line]


async def test_a_login_that_may_become_the_reader_is_refused(
    cluster: Cluster, scratch_database: str, intruder: Callable[[str], str]
):
    await a_login(cluster, scratch_database, "", f"GRANT crm_reader TO {LOGIN}")

    assert [line.partition(" does not")[0] for line in await problems(intruder(LOGIN))] == [
        "Policy reader on accounts",
        "Policy reader on contacts",
        "Policy reader on identities",
        "Policy reader on invitations",
        "Policy reader on knowledge_articles",
        "Policy reader on partner_users",
        "Policy reader on role_field_rights",
        "Policy reader on role_rights",
        "Policy reader on roles",
        "Policy reader on teams",
        "Policy reader on tenants",
        "Policy reader on tokens",
        "Policy reader on user_roles",
        "Policy reader on users",
        "Policy reader on webhook_endpoints",
    ]


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        (
            "ALTER TABLE accounts DISABLE ROW LEVEL SECURITY",
            "Table accounts has no row-level security: ALTER TABLE accounts ENABLE ROW LEVEL SECURITY.",
        ),
        (
            "ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY",
            "Table accounts does not force row-level security: ALTER TABLE accounts FORCE ROW LEVEL SECURITY.",
        ),
        (
            "DROP POLICY tenant ON accounts",
            "Table accounts has no policy with USING and WITH CHECK: restore it from the migrations.",
        ),
        (
            (
                "DROP POLICY tenant ON accounts; CREATE POLICY tenant ON accounts FOR SELECT TO crm_app "
                "USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)"
            ),
            "Table accounts has no policy with USING and WITH CHECK: restore it from the migrations.",
        ),
        (
            "CREATE POLICY everybody ON accounts TO crm_app USING (true)",
            (
                "Policy everybody on accounts does not ask for crm.tenant, so it opens every tenant to this login: "
                "DROP POLICY everybody ON accounts."
            ),
        ),
        (
            "CREATE POLICY planting ON accounts FOR INSERT WITH CHECK (true)",
            (
                "Policy planting on accounts does not ask for crm.tenant, so it opens every tenant to this login: "
                "DROP POLICY planting ON accounts."
            ),
        ),
        (
            "CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM accounts'",
            "Function public.peek() is SECURITY DEFINER and not one of ours: drop it, or make it SECURITY INVOKER.",
        ),
        (
            "ALTER FUNCTION crm_tenants() RESET search_path",
            (
                "Function public.crm_tenants() has no search_path of its own: "
                "ALTER FUNCTION public.crm_tenants() SET search_path = ''."
            ),
        ),
        (
            "GRANT EXECUTE ON FUNCTION crm_tenants() TO PUBLIC",
            (
                "Function public.crm_tenants() may be executed by PUBLIC: "
                "REVOKE EXECUTE ON FUNCTION public.crm_tenants() FROM PUBLIC."
            ),
        ),
        (
            "ALTER FUNCTION crm_authenticate(text) OWNER TO postgres",
            (
                "Function public.crm_authenticate(text) belongs to postgres: "
                "ALTER FUNCTION public.crm_authenticate(text) OWNER TO crm_reader."
            ),
        ),
        (
            "CREATE VIEW everything AS SELECT * FROM accounts",
            "View everything reads with the rights of its owner: ALTER VIEW everything SET (security_invoker = true).",
        ),
        (
            "CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM accounts; GRANT SELECT ON totals TO crm_app",
            "Materialised view totals knows no row-level security: revoke SELECT on it, or drop it.",
        ),
        (
            "CREATE TABLE letters (tenant_id uuid)",
            "Table letters has no row-level security: ALTER TABLE letters ENABLE ROW LEVEL SECURITY.",
        ),
    ],
    ids=lambda value: value[:60],
)
async def test_a_database_that_does_not_keep_tenants_apart_is_refused(
    cluster: Cluster, scratch_database: str, damage: str, line: str
):
    await execute(cluster.superuser_url(scratch_database), damage)

    assert line in await problems(cluster.urls(scratch_database).app)


@pytest.mark.parametrize(
    "harmless",
    [
        "CREATE VIEW everything WITH (security_invoker = true) AS SELECT * FROM accounts",
        "CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM accounts",
        "CREATE POLICY less ON accounts AS RESTRICTIVE TO crm_app USING (owner_id IS NOT NULL)",
        "CREATE FUNCTION peek() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE notes (id uuid)",
    ],
    ids=lambda value: value[:60],
)
async def test_what_does_no_harm_is_not_refused(cluster: Cluster, scratch_database: str, harmless: str):
    await execute(cluster.superuser_url(scratch_database), harmless)

    assert await problems(cluster.urls(scratch_database).app) == []


def test_the_functions_that_read_across_tenants_are_the_ones_that_migrations_make():
    assert {f"public.{name}" for name in FUNCTIONS} == CROSSING_FUNCTIONS


async def test_a_database_without_tables_asks_for_crm_migrate(cluster: Cluster, empty_database: str):
    line = "The database has no tables yet: run `crm migrate`."
    assert await problems(cluster.urls(empty_database).app) == [line]


async def test_a_database_behind_the_program_asks_for_crm_migrate(
    database: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    newer = tmp_path / "migrations"
    shutil.copytree(revisions.folder(), newer)
    head = revisions.head()
    text = f'revision = "2999_01_01_0000_next"\ndown_revision = "{head}"\n'
    (newer / "versions/2999_01_01_0000_next.py").write_text(text)
    monkeypatch.setattr(revisions, "folder", lambda: newer)

    line = f"The database is at {head}, the program needs 2999_01_01_0000_next: run `crm migrate`."
    assert await problems(database.app) == [line]


async def test_a_database_ahead_of_the_program_asks_for_the_newer_program(cluster: Cluster, scratch_database: str):
    await execute(cluster.superuser_url(scratch_database), "UPDATE alembic_version SET version_num = 'tomorrow'")

    line = "The database is at tomorrow, which this program does not know: install the newer program."
    assert await problems(cluster.urls(scratch_database).app) == [line]


async def test_a_database_that_does_not_answer_is_one_line_without_the_password(tmp_path: Path):
    [line] = await problems(f"postgresql://crm_app:secret@/crm?host={tmp_path}")

    assert line.startswith("The database does not answer (")
    assert line.endswith("): start it, or correct the database URL.")
    assert "secret" not in line


async def test_a_wrong_password_is_one_line(database: Urls):
    [line] = await problems(database.app.replace(":", ":x", 2).replace("postgresql:x//", "postgresql://"))

    assert line == (
        'The database does not answer (password authentication failed for user "crm_app"): '
        "start it, or correct the database URL."
    )


async def test_a_database_that_goes_away_meanwhile_is_a_problem_and_no_failure(database: Urls):
    async def ends(connection: asyncpg.Connection) -> AsyncIterator[str]:
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        yield "still there"

    (line,) = await problems_of(database.app, ends)
    assert line.startswith("The database went away while it was looked at (")
