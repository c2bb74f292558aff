"""The migrations lead to exactly the database that the models describe, there and back, and refuse what would hurt."""

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from api.db import migrations, revisions
from api.db.catalog import fingerprint
from api.db.protection import whole_protection
from api.db.urls import Urls, for_sqlalchemy
from api.domain.access import SHIPPED
from api.domain.kernel import Model, new_id
from tests.cluster import Cluster, execute
from tests.db.sessions import ask
from tests.people import NOW

ROOT = Path(__file__).resolve().parents[1]
FOUR_ANSWERS = re.compile(
    r"^Why: \S.*^Locks: \S.* +Reversible: \S.* +Safe with the previous release: \S.*", re.MULTILINE | re.DOTALL
)
NEXT = """
from alembic import op
from api.db.steps import unforced

revision = "2999_01_01_0000_next"
down_revision = "{head}"

def upgrade() -> None:
    {body}

def downgrade() -> None:
    pass
"""


async def facts_of(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return await fingerprint(connection)
    finally:
        await connection.close()


def a_migration(folder: Path, body: str) -> Path:
    """A copy of the migrations with one more."""
    scripts = folder / "migrations"
    shutil.copytree(revisions.folder(), scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions/2999_01_01_0000_next.py").write_text(NEXT.format(head=revisions.head(), body=body))
    return scripts


async def upgrade_with(scripts: Path, url: str) -> None:
    await asyncio.to_thread(command.upgrade, migrations.configuration(url, scripts=scripts), "head")


# There, back, and the same as the models


def test_there_is_one_newest_migration_and_each_is_named_like_its_file():
    known = revisions.known()

    assert migrations.head() == list(known)[-1]
    assert [preceding for preceding in known.values() if preceding is None] == [None]
    assert sorted(known) == sorted(path.stem for path in (revisions.folder() / "versions").glob("*.py"))


@pytest.mark.parametrize("path", sorted((revisions.folder() / "versions").glob("*.py")), ids=lambda path: path.stem)
def test_every_migration_answers_the_four_questions(path: Path):
    docstring = path.read_text("utf-8").split('"""')[1]
    assert FOUR_ANSWERS.search(docstring), docstring


async def test_up_down_and_up_again_leads_to_the_same_database(empty_database: str, cluster: Cluster):
    url, superuser = cluster.urls(empty_database).migration, cluster.superuser_url(empty_database)
    empty = await facts_of(superuser)

    await asyncio.to_thread(migrations.upgrade, url)
    first = await facts_of(superuser)
    assert await asyncio.to_thread(migrations.current, url) == migrations.head()

    await asyncio.to_thread(migrations.downgrade, url, "base")
    assert await facts_of(superuser) == empty == []
    assert await asyncio.to_thread(migrations.current, url) is None

    await asyncio.to_thread(migrations.upgrade, url)
    assert await facts_of(superuser) == first


async def test_the_script_for_operators_leads_to_the_same_database(
    empty_database: str, cluster: Cluster, template: str
):
    await execute(cluster.urls(empty_database).migration, migrations.sql())

    assert await facts_of(cluster.superuser_url(empty_database)) == await facts_of(cluster.superuser_url(template))


async def test_two_migrations_at_once_do_it_once(empty_database: str, cluster: Cluster):
    url = cluster.urls(empty_database).migration
    program = "import sys; from api.db.migrations import upgrade; upgrade(sys.argv[1])"

    command_line = [sys.executable, "-c", program, url]
    both = [await asyncio.create_subprocess_exec(*command_line, cwd=ROOT) for _ in range(2)]

    assert [await process.wait() for process in both] == [0, 0]
    assert await asyncio.to_thread(migrations.current, url) == migrations.head()


async def test_alembic_finds_no_difference_between_models_and_database(scratch_database: str, cluster: Cluster):
    engine = create_async_engine(for_sqlalchemy(cluster.superuser_url(scratch_database)))

    def compare(connection: Connection) -> Sequence[object]:
        options = {"compare_type": True, "compare_server_default": True}
        return compare_metadata(MigrationContext.configure(connection, opts=options), Model.metadata)  # type: ignore[no-any-return]

    async with engine.connect() as connection:
        assert await connection.run_sync(compare) == []
    await engine.dispose()


async def test_the_migrated_database_is_the_one_that_the_models_make(
    empty_database: str, cluster: Cluster, template: str
):
    engine = create_async_engine(for_sqlalchemy(cluster.superuser_url(empty_database)))
    models = [mapper.class_ for mapper in Model.registry.mappers]
    async with engine.begin() as connection:
        await connection.execute(text("SET ROLE crm_owner"))
        await connection.run_sync(Model.metadata.create_all)
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, asyncpg.Connection)
        await driver.execute(whole_protection(models))
    await engine.dispose()

    made = await facts_of(cluster.superuser_url(empty_database))
    migrated = await facts_of(cluster.superuser_url(template))
    assert set(made) ^ set(migrated) == set()
    assert len(made) == len(migrated) > 300


async def test_a_first_migration_is_written_from_the_models_alone(
    tmp_path: Path, empty_database: str, cluster: Cluster, template: str
):
    scripts = tmp_path / "migrations"
    shutil.copytree(revisions.folder(), scripts, ignore=shutil.ignore_patterns("__pycache__", "2*.py"))
    configured = migrations.configuration(cluster.urls(empty_database).migration, scripts=scripts)
    await asyncio.to_thread(command.revision, configured, "all", autogenerate=True, rev_id="2999_all")
    refuse = "CREATE FUNCTION crm_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'"
    await execute(cluster.superuser_url(empty_database), refuse)
    reach = """CREATE FUNCTION crm_partner_reach(contact uuid, company uuid, whole boolean)
        RETURNS TABLE (id uuid) LANGUAGE sql AS 'SELECT NULL::uuid'"""
    await execute(cluster.superuser_url(empty_database), reach)

    await asyncio.to_thread(command.upgrade, configured, "head")

    made = await facts_of(cluster.superuser_url(empty_database))
    migrated = await facts_of(cluster.superuser_url(template))
    assert {fact for fact in set(made) ^ set(migrated) if not fact.startswith("function ")} == set()


# Drift


@pytest.mark.parametrize(
    ("drift", "kind"),
    [
        ("ALTER TABLE tenants DROP CONSTRAINT ck_tenants_currency", "constraint"),
        ("ALTER TABLE opportunities DROP CONSTRAINT fk_opportunities_tenant_id_account_id", "constraint"),
        ("DROP POLICY tenant ON accounts", "policy"),
        ("ALTER POLICY tenant ON accounts USING (true)", "policy"),
        ("CREATE POLICY all_of_them ON accounts TO crm_app USING (true)", "policy"),
        ("ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY", "table"),
        ("ALTER TABLE accounts OWNER TO crm_app", "table"),
        (
            "DROP INDEX uq_teams_name; CREATE UNIQUE INDEX uq_teams_name ON teams (tenant_id, name_sort)",
            "index",
        ),
        ("DROP INDEX ix_accounts_owner_id", "index"),
        ('ALTER TABLE accounts ALTER COLUMN notes TYPE text COLLATE "default"', "column"),
        ("ALTER TABLE accounts ALTER COLUMN notes SET NOT NULL", "column"),
        ("ALTER TABLE accounts ALTER COLUMN notes SET DEFAULT ''", "column"),
        ("GRANT UPDATE (id) ON change_events TO crm_app", "column"),
        ("GRANT DELETE ON accounts TO crm_app", "table"),
        ("GRANT SELECT ON accounts TO PUBLIC", "table"),
        ("DROP TRIGGER sealed ON change_events", "trigger"),
        ("ALTER TABLE change_values DISABLE TRIGGER sealed", "trigger"),
        ("ALTER FUNCTION crm_tenants() SECURITY INVOKER", "function"),
        ("GRANT EXECUTE ON FUNCTION crm_tenants() TO PUBLIC", "function"),
        ("CREATE VIEW everything AS SELECT * FROM accounts", "view"),
    ],
    ids=lambda value: value[:60],
)
async def test_every_kind_of_drift_is_noticed(database: Urls, cluster: Cluster, drift: str, kind: str):
    name = database.app.partition("?")[0].rpartition("/")[2]
    connection = await asyncpg.connect(cluster.superuser_url(name))
    try:
        before = await fingerprint(connection)
        change = connection.transaction()
        await change.start()
        await connection.execute(drift)
        after = await fingerprint(connection)
        await change.rollback()
    finally:
        await connection.close()

    different = set(before) ^ set(after)
    assert {fact.partition(" ")[0] for fact in different} >= {kind}


# What a migration may do


def test_squawk_has_nothing_to_say_about_the_script():
    squawk = Path(sys.executable).with_name("squawk")
    if not squawk.exists():
        pytest.skip("squawk is not installed: `make setup` installs it")

    command = [str(squawk), "--assume-in-transaction"]
    done = subprocess.run(command, input=migrations.sql(), capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.strip()) == (0, "Found 0 issues in 1 file 🎉")


async def test_the_version_is_written_by_the_owner_only(database: Urls):
    for url in (database.app, database.partner, database.worker):
        assert await ask(url, "SELECT version_num FROM alembic_version") == migrations.head()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(url, "UPDATE alembic_version SET version_num = 'mine'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(url, "DELETE FROM alembic_version")


BEFORE_ROLES = "2026_11_22_0123_stored_documents"
COLUMNS_OF_TENANT = "(id, name, currency, zone, fiscal_year_start, created_at)"


async def two_tenants(url: str) -> None:
    for name in ("Acme", "Globex"):
        id, at = new_id(), NOW.isoformat()
        row = f"('{id}', '{name}', 'USD', 'UTC', 1, '{at}')"
        await ask(url, f"SET crm.tenant = '{id}'", f"INSERT INTO tenants {COLUMNS_OF_TENANT} VALUES {row}")


RIGHTS = """
SELECT role.name, role.description, r.object, r.read, r.write, r."create", r."delete", r.export
  FROM roles AS role JOIN role_rights AS r ON r.tenant_id = role.tenant_id AND r.role_id = role.id"""
FIELD_RIGHTS = """
SELECT role.name, f.object, f.field_set, f.access
  FROM roles AS role JOIN role_field_rights AS f ON f.tenant_id = role.tenant_id AND f.role_id = role.id"""


async def test_a_tenant_from_before_there_were_roles_gets_those_of_a_new_one(empty_database: str, cluster: Cluster):
    urls, superuser = cluster.urls(empty_database), cluster.superuser_url(empty_database)
    await asyncio.to_thread(migrations.upgrade, urls.migration, BEFORE_ROLES)
    id, at = new_id(), NOW.isoformat()
    await ask(superuser, f"INSERT INTO tenants {COLUMNS_OF_TENANT} VALUES ('{id}', 'Acme', 'USD', 'UTC', 1, '{at}')")

    await asyncio.to_thread(migrations.upgrade, urls.migration)

    connection = await asyncpg.connect(superuser)
    rights, fields = await connection.fetch(RIGHTS), await connection.fetch(FIELD_RIGHTS)
    await connection.close()
    assert sorted(map(tuple, rights)) == sorted(
        (name, role.description, object, right.read.name, right.write.name, right.create, right.delete, right.export)
        for name, role in SHIPPED.items()
        for object, right in role.rights.items()
    )
    assert sorted(map(tuple, fields)) == sorted(
        (name, object, field_set, access.name)
        for name, role in SHIPPED.items()
        for object, field_set, access in role.fields
    )


CURRENCIES = "SELECT string_agg(currency, ',' ORDER BY name) FROM tenants"


async def test_a_back_fill_that_would_change_nothing_fails_and_leaves_nothing(
    tmp_path: Path, scratch_database: str, cluster: Cluster
):
    urls, superuser = cluster.urls(scratch_database), cluster.superuser_url(scratch_database)
    await two_tenants(urls.app)
    scripts = a_migration(tmp_path, """op.execute("UPDATE tenants SET currency = 'EUR'")""")

    with pytest.raises(DBAPIError, match='would be affected by row-level security policy for table "tenants"'):
        await upgrade_with(scripts, urls.migration)

    assert await ask(superuser, CURRENCIES) == "USD,USD"
    assert await asyncio.to_thread(migrations.current, urls.migration) == migrations.head()


async def test_an_unforced_back_fill_reaches_every_tenant_and_forces_again(
    tmp_path: Path, scratch_database: str, cluster: Cluster
):
    urls, superuser = cluster.urls(scratch_database), cluster.superuser_url(scratch_database)
    await two_tenants(urls.app)
    before = await facts_of(superuser)
    body = """with unforced("tenants"): op.execute("UPDATE tenants SET currency = 'EUR'")"""

    await upgrade_with(a_migration(tmp_path, body), urls.migration)

    assert await ask(superuser, CURRENCIES) == "EUR,EUR"
    assert await facts_of(superuser) == before


async def test_a_back_fill_that_breaks_leaves_the_table_forced(tmp_path: Path, scratch_database: str, cluster: Cluster):
    urls, superuser = cluster.urls(scratch_database), cluster.superuser_url(scratch_database)
    before = await facts_of(superuser)
    body = """with unforced("tenants"): op.execute("UPDATE tenants SET currency = 1/0")"""

    with pytest.raises(DBAPIError):
        await upgrade_with(a_migration(tmp_path, body), urls.migration)

    assert await facts_of(superuser) == before


async def test_a_migration_does_not_queue_behind_a_busy_table(tmp_path: Path, scratch_database: str, cluster: Cluster):
    urls, superuser = cluster.urls(scratch_database), cluster.superuser_url(scratch_database)
    before = await facts_of(superuser)
    scripts = a_migration(tmp_path, """op.execute("ALTER TABLE accounts ADD COLUMN rating text")""")
    reader = await asyncpg.connect(urls.app)

    try:
        async with reader.transaction():
            await reader.fetchval("SELECT count(*) FROM accounts")
            with pytest.raises(migrations.MigrationFailed, match="less traffic"), migrations.explained():
                await upgrade_with(scripts, urls.migration)
    finally:
        await reader.close()

    assert await facts_of(superuser) == before


# What an operator reads


async def test_a_wrong_login_is_told_which_one_is_right(empty_database: str, cluster: Cluster):
    urls = cluster.urls(empty_database)

    with pytest.raises(migrations.MigrationFailed, match="let CRM_MIGRATION_DATABASE_URL log in as crm_migrator"):
        await asyncio.to_thread(migrations.upgrade, urls.app)
    with pytest.raises(migrations.MigrationFailed, match="correct CRM_MIGRATION_DATABASE_URL"):
        await asyncio.to_thread(migrations.upgrade, urls.migration.replace(empty_database, "crm_nowhere"))

    assert await facts_of(cluster.superuser_url(empty_database)) == []


async def test_a_database_that_is_not_there_is_named_in_one_line(tmp_path: Path):
    nowhere = f"postgresql://crm_migrator:secret@/crm?host={tmp_path}"

    with pytest.raises(migrations.MigrationFailed, match="does not answer") as refusal:
        await asyncio.to_thread(migrations.upgrade, nowhere)

    assert "secret" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


async def test_what_is_no_address_is_refused_without_showing_it():
    with pytest.raises(migrations.MigrationFailed, match="write postgresql://") as refusal:
        await asyncio.to_thread(migrations.upgrade, "secret")

    assert "secret" not in str(refusal.value)


async def test_an_unknown_revision_is_refused(scratch_database: str, cluster: Cluster):
    url = cluster.urls(scratch_database).migration

    with pytest.raises(migrations.MigrationFailed, match="nonsense"):
        await asyncio.to_thread(migrations.downgrade, url, "nonsense")

    assert await asyncio.to_thread(migrations.current, url) == migrations.head()
