"""`crm migrate`, `schema`, `explain`, `doctor` and `serve`."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from api.db import revisions
from api.domain.access import SHIPPED
from api.schema import schema
from tests.cli.conftest import KEY, Asking, Crm, point_at
from tests.cluster import Cluster
from tests.issuer import an_issuer

ROOT = Path(__file__).resolve().parents[2]
QUERY = "query Top($first: Int!) { accounts(first: $first) { nodes { name owner { name } } } }"


@pytest.fixture
def unmigrated(cluster: Cluster, empty_database: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """`crm` works on a database without tables."""
    point_at(monkeypatch, cluster.urls(empty_database))
    return Asking(cluster.superuser_url(empty_database))


def test_migrate_makes_the_tables_and_a_second_time_says_that_they_are_there(crm: Crm, unmigrated: Asking):
    first, second = crm("migrate"), crm("migrate", "--json")

    assert first.out == f"The database is now at {revisions.head()}.\n"
    assert json.loads(second.out) == {"before": revisions.head(), "revision": revisions.head()}
    assert unmigrated.value("SELECT count(*) FROM tenants") == 0


def test_migrate_can_print_its_sql_and_touch_nothing(crm: Crm, place: Path):
    printed = crm("migrate", "--sql")

    assert printed.code == 0
    assert "CREATE TABLE opportunities" in printed.out
    assert not (place / "data").exists()


def test_commands_ask_for_the_migration_of_a_database_of_ones_own(crm: Crm, unmigrated: Asking):
    done = crm("tenant", "create", "maven")

    assert (done.code, done.err) == (1, "MIGRATION: The database has no tables yet: run `crm migrate`.\n")


def test_a_database_that_is_ahead_of_the_program_is_left_alone(crm: Crm, asking: Asking):
    asking.execute("UPDATE alembic_version SET version_num = '2999_01_01_0000_later'")

    done = crm("tenant", "create", "maven")

    assert done.code == 1
    assert done.err == (
        f"MIGRATION: The database is at 2999_01_01_0000_later, the program at {revisions.head()}: run `crm migrate`.\n"
    )


def test_the_schema_is_printed_without_a_database(crm: Crm, place: Path):
    printed = crm("schema", "print")
    written = crm("schema", "print", "--output", str(place / "schema.graphql"))

    assert printed.out == schema.sdl
    assert written.out == f"The schema is in {place / 'schema.graphql'}.\n"
    assert (place / "schema.graphql").read_text("utf8") == schema.sdl
    assert not (place / "data").exists()


def test_a_schema_file_that_cannot_be_written_is_one_line(crm: Crm, place: Path):
    done = crm("schema", "print", "--output", str(place))

    assert (done.code, done.err) == (1, f"NOT_WRITABLE: {place} cannot be written (Is a directory): choose another.\n")


def test_explain_shows_plans_sql_parameters_and_what_postgresql_does(crm: Crm, asking: Asking, place: Path):
    crm("tenant", "create", "maven")
    (place / "q.graphql").write_text(QUERY)

    done = crm("explain", "q.graphql", "--as", "read_only", "--variables", '{"first": 3}', "--tenant", "maven")

    assert (done.code, done.err) == (0, "")
    headings = [line[3:] for line in done.out.splitlines() if line.startswith("── ")]
    assert headings[0] == "Plan after bind_relations"
    assert headings[-3:] == ["SQL", "Parameters", "PostgreSQL"]
    assert "link: Link(column='id', key='owner_id')" in done.out
    assert "SELECT CASE WHEN (set_config('crm.tenant'" in done.out.replace("\n", " ")
    assert "Execution Time:" in done.out


@pytest.mark.parametrize(
    ("text", "more", "line"),
    [
        ("{ accounts(first: 1 }", (), "PARSE_FAILED: q.graphql:1:21: Syntax Error: Expected Name, found '}'."),
        ("{ viewer { height } }", (), "VALIDATION_FAILED: q.graphql:1:12: Cannot query field 'height' on type"),
        (QUERY, ("--variables", "{}"), "BAD_USER_INPUT: "),
        (QUERY, ("--variables", "[1]"), 'INVALID: --variables is not a JSON object, such as {"first": 10}.'),
        (QUERY, ("--variables", "{"), "INVALID: --variables is not JSON ("),
        (QUERY, ("--operation", "Other"), "INVALID: q.graphql must hold one query; of several name one with"),
    ],
)
def test_explain_refuses_what_it_cannot_read_in_one_line(
    crm: Crm, asking: Asking, place: Path, text: str, more: tuple[str, ...], line: str
):
    crm("tenant", "create", "demo")
    (place / "q.graphql").write_text(text)

    done = crm("explain", "q.graphql", "--as", "admin", *more)

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(line)
    assert done.err.count("\n") == 1


def test_explain_knows_the_roles_and_the_people(crm: Crm, asking: Asking, place: Path):
    crm("tenant", "create", "demo")
    (place / "q.graphql").write_text("{ viewer { name } }")

    role = crm("explain", "q.graphql", "--as", "king")
    user = crm("explain", "q.graphql", "--as", "sales_rep", "--user", "Nobody")

    assert role.err == f"INVALID: There is no role 'king'; the roles are {', '.join(SHIPPED)}.\n"
    assert user.err == "NOT_FOUND: Nobody in the tenant demo is named 'Nobody'.\n"


def test_doctor_finds_a_healthy_installation_healthy(crm: Crm, asking: Asking):
    done = crm("doctor", "--json")

    checks = json.loads(done.out)["checks"]
    assert done.code == 0, checks
    assert {check["result"] for check in checks} == {"ok"}
    assert [check["check"] for check in checks] == [
        *("secret key", "role crm_app", "version", "migrations", "tables", "functions", "views", "letters", "clock"),
        *("role crm_partner", "outsiders", "role crm_worker"),
    ]


def test_doctor_counts_what_still_needs_a_previous_key(crm: Crm, asking: Asking, monkeypatch: pytest.MonkeyPatch):
    def said() -> str:
        checks = json.loads(crm("doctor", "--json").out)["checks"]
        return str(next(one["text"] for one in checks if one["check"] == "previous keys"))

    crm("tenant", "create", "maven")
    crm("token", "create", "--tenant", "maven", "--role", "admin")
    monkeypatch.setenv("CRM_SECRET_KEY_PREVIOUS", KEY)
    assert said() == "needed for cursors only: remove CRM_SECRET_KEY_PREVIOUS a day after the key was changed"
    monkeypatch.setenv("CRM_SECRET_KEY", base64.b64encode(b"n" * 32).decode())
    assert said() == "still needed for 1 tokens: rotate them, or wait until they expire"


def test_doctor_names_what_is_wrong_and_ends_with_1(crm: Crm, asking: Asking):
    asking.execute("ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY")
    asking.execute("UPDATE alembic_version SET version_num = 'x'")

    done = crm("doctor", "--json")

    wrong = {check["check"]: check["text"] for check in json.loads(done.out)["checks"] if check["result"] == "WRONG"}
    assert done.code == 1
    assert wrong.keys() == {"migrations", "tables"}
    assert wrong["tables"] == (
        "Table accounts does not force row-level security: ALTER TABLE accounts FORCE ROW LEVEL SECURITY."
    )


def test_doctor_asks_the_issuer_for_its_keys(crm: Crm, asking: Asking, monkeypatch: pytest.MonkeyPatch):
    def told() -> dict[str, str]:
        checks = json.loads(crm("doctor", "--json").out)["checks"]
        return next(check for check in checks if check["check"] == "issuer")

    monkeypatch.setenv("CRM_OIDC_AUDIENCE", "headless-crm")
    with an_issuer() as issuer:
        monkeypatch.setenv("CRM_OIDC_ISSUER", issuer.url)
        assert told() == {"check": "issuer", "result": "ok", "text": f"{issuer.url} publishes 1 keys for signatures"}
        issuer.keys.clear()
        assert told()["text"] == f"{issuer.url} publishes no RSA or EC key for signatures: let it make one."
    silent = "the issuer does not answer: ConnectError: correct CRM_OIDC_ISSUER or CRM_OIDC_JWKS_URL."
    assert told() == {"check": "issuer", "result": "WRONG", "text": silent}


def test_doctor_lists_all_settings_and_shows_no_secret(crm: Crm, asking: Asking):
    done = crm("doctor", "--settings", "--json")

    settings = {row["setting"]: row["value"] for row in json.loads(done.out)["settings"]}
    assert settings["CRM_PORT"] == "8765"
    assert settings["CRM_DATABASE_URL"] == settings["CRM_SECRET_KEY"] == "(set, not shown)"


def test_serve_refuses_a_database_that_does_not_keep_tenants_apart(crm: Crm, asking: Asking):
    asking.execute("ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY")
    asking.execute("ALTER TABLE products DISABLE ROW LEVEL SECURITY")

    done = crm("serve", "--port", "0")

    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "CANNOT_SERVE: Table accounts does not force row-level security: ALTER TABLE accounts FORCE ROW LEVEL"
        " SECURITY.\n"
        "CANNOT_SERVE: Table products has no row-level security: ALTER TABLE products ENABLE ROW LEVEL SECURITY.\n"
    )


def test_serve_refuses_a_database_without_tables(crm: Crm, unmigrated: Asking):
    done = crm("serve", "--port", "0")

    assert (done.code, done.err) == (1, "CANNOT_SERVE: The database has no tables yet: run `crm migrate`.\n")


def test_migrations_are_loaded_by_the_commands_that_need_them_only():
    script = (
        "import sys, api.cli.tokens, api.cli.imports; print([n for n in ('alembic', 'uvicorn') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
