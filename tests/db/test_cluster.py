import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from api.db import roles
from api.db.binaries import locate
from api.db.embedded import EmbeddedPostgres, temporary_postgres
from api.db.urls import for_sqlalchemy
from tests.db.sessions import ask

pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedPostgres]:
    """A cluster that stays up; tests only look at it or add databases of their own."""
    with temporary_postgres() as cluster:
        yield cluster


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def psql(text: str, url: str) -> subprocess.CompletedProcess[str]:
    command = [str(locate()[0] / "pginstall/bin/psql"), "-X", "-q", url]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


async def test_letters_beyond_ascii_take_part_in_trigram_search(running: EmbeddedPostgres):
    url = running.superuser_url("crm")

    assert await ask(url, "SELECT array_length(show_trgm('é'), 1)") == 2
    assert await ask(url, "SELECT lower('ÉŁ')") == "éł"
    assert (
        await ask(url, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'crm'") == "bC.UTF-8"
    )


async def test_the_server_listens_on_a_private_socket_only(running: EmbeddedPostgres):
    url = running.superuser_url()
    folder = Path(await ask(url, "SHOW unix_socket_directories"))

    assert await ask(url, "SHOW listen_addresses") == ""
    assert mode_of(folder) == 0o700
    assert mode_of(folder / ".s.PGSQL.5432") == 0o700
    assert len(str(folder / ".s.PGSQL.5432")) <= 100


@pytest.mark.parametrize("role", ["postgres", *roles.LOGIN_ROLES])
async def test_a_wrong_password_is_refused(running: EmbeddedPostgres, role: str):
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(running._url(role, "crm").replace(":", ":x", 2).replace(":x", ":", 1), "SELECT 1")


async def test_stored_passwords_are_scram(running: EmbeddedPostgres):
    count = "SELECT count(*) FROM pg_authid WHERE rolcanlogin AND rolpassword LIKE 'SCRAM-SHA-256$%'"

    assert await ask(running.superuser_url(), count) == 5
    assert mode_of(running.data_dir / "passwords.json") == 0o600


async def test_no_role_of_the_product_is_above_row_level_security(running: EmbeddedPostgres):
    connection = await asyncpg.connect(running.superuser_url())
    more = "rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication"
    rows = await connection.fetch(
        f"SELECT rolname, rolcanlogin, {more} FROM pg_roles WHERE rolname LIKE 'crm%' ORDER BY rolname"
    )
    await connection.close()

    assert [tuple(row) for row in rows] == [
        ("crm_app", True, False),
        ("crm_migrator", True, False),
        ("crm_owner", False, False),
        ("crm_partner", True, False),
        ("crm_reader", False, False),
        ("crm_worker", True, False),
    ]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("app", ("8s", "2s", "10s", "15s")),
        ("partner", ("4s", "2s", "10s", "15s")),
        ("worker", ("5min", "10s", "1min", "0")),
        ("migration", ("0", "0", "0", "0")),
    ],
)
async def test_each_login_has_its_own_time_outs(running: EmbeddedPostgres, role: str, expected: tuple[str, ...]):
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "transaction_timeout")
    url = getattr(running.urls(), role)

    assert tuple([await ask(url, f"SHOW {name}") for name in names]) == expected
    assert [await ask(url, f"SHOW {name}") for name in ("search_path", "TimeZone", "jit")] == ["public", "UTC", "off"]


@pytest.mark.parametrize("role", ["app", "partner", "worker", "migration"])
@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE t (n int)", "CREATE TEMP TABLE t (n int)", "CREATE SCHEMA s", "SET ROLE postgres"],
)
async def test_a_login_makes_nothing_as_itself(running: EmbeddedPostgres, role: str, statement: str):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(getattr(running.urls(), role), statement, "SELECT 1")


@pytest.mark.parametrize("role", ["app", "partner", "worker"])
@pytest.mark.parametrize("other", roles.GROUP_ROLES)
async def test_a_serving_login_cannot_become_the_owner_or_the_reader(running: EmbeddedPostgres, role: str, other: str):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(getattr(running.urls(), role), f"SET ROLE {other}", "SELECT 1")


@pytest.mark.parametrize("database", ["postgres", "template1"])
async def test_the_logins_enter_no_database_but_their_own(running: EmbeddedPostgres, database: str):
    for url in (running.urls(database).app, running.urls(database).partner, running.urls(database).worker):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(url, "SELECT 1")


async def test_the_migrator_sees_tables_only_after_becoming_the_owner(running: EmbeddedPostgres):
    running.create_database("ownership")
    url = running.urls("ownership").migration
    await ask(url, "SET ROLE crm_owner", "CREATE TABLE t AS SELECT 5 AS n", "SELECT 1")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(url, "SELECT n FROM t")
    assert await ask(url, "SET ROLE crm_owner", "SELECT n FROM t") == 5
    running.drop_database("ownership")


async def test_a_migration_can_hand_a_function_to_the_reader_who_then_keeps_no_right_to_create(
    running: EmbeddedPostgres,
):
    running.create_database("handing")
    await ask(
        running.urls("handing").migration,
        "SET ROLE crm_owner",
        "CREATE FUNCTION who() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = '' RETURN current_user",
        "REVOKE ALL ON FUNCTION who() FROM PUBLIC",
        "GRANT EXECUTE ON FUNCTION who() TO crm_app",
        roles.hand_to_reader("who()"),
        "SELECT 1",
    )

    assert await ask(running.urls("handing").app, "SELECT who()") == "crm_reader"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(running.urls("handing").partner, "SELECT who()")
    may_create = "SELECT has_schema_privilege('crm_reader', 'public', 'CREATE')"
    assert await ask(running.superuser_url("handing"), may_create) is False
    running.drop_database("handing")


async def test_a_copy_of_a_database_has_the_owner_grants_and_extensions_of_the_original(running: EmbeddedPostgres):
    facts = """
        SELECT concat_ws(' ', pg_get_userbyid(datdba),
            (SELECT string_agg(acl::text, ' ' ORDER BY acl::text) FROM unnest(datacl) acl),
            (SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension))
        FROM pg_database WHERE datname = current_database()"""
    running.create_database("original")
    running.create_database("copied", template="original")

    original = await ask(running.superuser_url("original"), facts)

    assert await ask(running.superuser_url("copied"), facts) == original
    assert original.startswith("crm_owner ")
    assert original.endswith("btree_gist pg_trgm plpgsql")
    running.drop_database("original")
    running.drop_database("copied")


async def test_the_text_for_an_operator_prepares_a_database_and_may_be_run_again(running: EmbeddedPostgres):
    text = "\n".join(line for line in roles.external_sql("theirs").splitlines() if not line.startswith("\\password"))
    for _ in range(2):
        done = psql(text, running.superuser_url())
        assert (done.returncode, "ERROR" in done.stderr) == (0, False)

    assert await ask(running.urls("theirs").app, "SELECT current_database()::text") == "theirs"
    assert await ask(running.urls("theirs").app, "SELECT similarity('acme', 'acmee') > 0.5") is True
    running.drop_database("theirs")


def test_sqlalchemy_gets_the_same_address(running: EmbeddedPostgres):
    url = running.urls().app

    assert for_sqlalchemy(url) == url.replace("postgresql://", "postgresql+asyncpg://", 1)
    assert "crm_app" not in repr(running.urls())
