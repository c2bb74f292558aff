import subprocess
import sys
from pathlib import Path

import pytest

from api import __version__
from api.cli.application import COMMANDS, main
from tests.cli.conftest import Crm

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("sqlalchemy", "alembic", "uvicorn", "strawberry", "asyncpg", "pydantic")


def test_help_names_every_command(crm: Crm):
    shown = crm("--help")

    assert shown.code == 0
    assert [name for name in COMMANDS if f"│ {name} " not in shown.out] == []


@pytest.mark.parametrize(
    "words",
    [
        "demo",
        "serve",
        "migrate",
        "tenant",
        "tenant create",
        "tenant list",
        "tenant archive",
        "user",
        "user invite",
        "user unlink",
        "token",
        "token create",
        "token list",
        "token revoke",
        "import",
        "import maven-crm",
        "import accounts",
        "schema",
        "schema print",
        "explain",
        "doctor",
    ],
)
def test_each_command_has_help_of_its_own(crm: Crm, words: str):
    shown = crm(*words.split(), "--help")

    assert shown.code == 0
    assert f" {words} [OPTIONS]" in shown.out
    assert "Stands in the list" not in shown.out


def test_the_version_is_printed(crm: Crm):
    assert crm("--version").out == f"{__version__}\n"


@pytest.mark.parametrize(
    "words", ["fly", "tenant", "tenant create", "token create --role admin", "serve --port 99999", "demo --port x"]
)
def test_wrong_usage_ends_with_2(crm: Crm, words: str):
    done = crm(*words.split())

    assert done.code == 2
    assert "Traceback" not in done.out + done.err


def test_help_loads_nothing_heavy():
    script = f"import sys, api.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_each_command_alone_knows_every_table_that_its_own_point_at():
    """What is new is sent in the order of foreign keys, and a test process has everything imported already."""
    script = "import {}; from api.domain.kernel import Model; Model.metadata.sorted_tables"
    running = {
        name: subprocess.Popen(
            [sys.executable, "-c", script.format(module)], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for name, (module, _) in COMMANDS.items()
        if name in {"role", "user"}  # the others bring all slices, or are run as a process elsewhere
    }
    told = {name: process.communicate()[1] for name, process in running.items()}
    assert told == dict.fromkeys(running, "")


def test_a_misspelt_setting_is_one_line(crm: Crm, place: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRM_PROT", "1")

    done = crm("tenant", "list")

    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "SETTING: CRM_PROT is not a setting: did you mean CRM_PORT? `crm doctor --settings` lists all of them.\n"
    )


def test_a_missing_url_of_ones_own_database_is_named(crm: Crm, place: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRM_DATABASE_URL", "postgresql://crm_app@127.0.0.1:1/crm")

    done = crm("tenant", "list")

    assert done.code == 1
    assert done.err == (
        "SETTING: CRM_WORKER_DATABASE_URL is missing: with a database of your own every role needs its URL.\n"
    )


def test_a_database_that_is_not_there_is_one_line(crm: Crm, place: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("CRM_DATABASE_URL", "CRM_WORKER_DATABASE_URL"):
        monkeypatch.setenv(name, "postgresql://crm_app:hunter2@127.0.0.1:1/crm")

    done = crm("tenant", "list")

    assert done.code == 1
    assert done.err.startswith("DATABASE: The database does not answer (")
    assert done.err.endswith("): start it, or correct CRM_DATABASE_URL.\n")
    assert done.err.count("\n") == 1
    assert "hunter2" not in done.err


def test_a_bug_keeps_its_stack(monkeypatch: pytest.MonkeyPatch, place: Path):
    monkeypatch.setattr("api.cli.tenants.open_database", lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        main(["tenant", "list"])


def test_as_a_process_a_refusal_ends_with_1_and_wrong_usage_with_2_and_neither_shows_a_stack(place: Path):
    script = "from api.cli import main; main()"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", script, *arguments]
        environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(place), "CRM_XYZZY": "1"}
        return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)

    refused, wrong, fine = run("tenant", "list"), run("fly"), run("--version")

    assert (refused.returncode, wrong.returncode, fine.returncode) == (1, 2, 0)
    assert (
        refused.stderr == "SETTING: CRM_XYZZY is not a setting: unset it. `crm doctor --settings` lists all of them.\n"
    )
    assert "Traceback" not in wrong.stderr
