"""Runs the tests on Debian's PostgreSQL 15: `python -m tests.postgres15 [options of pytest]`.

Every process of the tests has a server of its own. It is new, listens on a private socket and runs as a user who is not
root; it is gone again however the tests end. Its databases sort like a dictionary, as those of many operators do, so
that an order which we left to the server shows.
"""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from api.db.account import Account, account_for
from api.db.failure import EmbeddedPostgresFailed
from tests.cluster import in_memory

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
INSTALL = "apt-get install -y --no-install-recommends postgresql-15"
OTHERS = "not embedded"  # tests of our own launcher have no use for another server
SUPERUSER = "postgres"
START_SECONDS, STOP_SECONDS = 60, 60
CLUSTER = (
    *("-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8", "--no-sync"),
    *("--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8"),
)
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class CannotRun(Exception):
    """One sentence: why there is no server to test on, and what to do."""


def main(arguments: list[str]) -> int:
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, leave)
    try:
        with ExitStack() as servers:
            urls = [servers.enter_context(postgres15()) for _ in os.sched_getaffinity(0)]
            return run_tests(urls, arguments)
    except (CannotRun, EmbeddedPostgresFailed) as error:
        print(error, file=sys.stderr)
        return 2


def leave(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def run_tests(urls: list[str], arguments: list[str]) -> int:
    processes = [f"--numprocesses={len(urls)}", "--dist=loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", "-m", OTHERS, *processes, *arguments]
    tests = subprocess.Popen(command, env=os.environ | {"POSTGRES_TEST_URL": " ".join(urls)})
    try:
        return tests.wait()
    except KeyboardInterrupt:
        return tests.wait()  # Ctrl-C has reached them, too
    except SystemExit:
        tests.send_signal(signal.SIGINT)
        tests.wait()
        raise


@contextmanager
def postgres15() -> Iterator[str]:
    """The URL of the superuser of a new server.

    Raises:
        CannotRun: it is not installed, or it does not start.
    """
    if not (PROGRAMS / "postgres").is_file():
        raise CannotRun(f"PostgreSQL 15 is not installed. Install it: {INSTALL}")
    with tempfile.TemporaryDirectory(prefix="crm-15-", dir=in_memory()) as name:
        folder, password = Path(name), secrets.token_urlsafe(24)
        account = account_for(folder / "data")
        if not account.ours:
            folder.chmod(0o711)  # it passes through to what is its own
        data, sockets = (made_for(account, folder / part) for part in ("data", "sockets"))
        initialise(account, data, password)
        with running(account, data, sockets):
            yield f"postgresql://{SUPERUSER}:{password}@/postgres?host={sockets}"


def made_for(account: Account, path: Path) -> Path:
    path.mkdir(mode=0o700)
    account.take(path)
    return path


def initialise(account: Account, data: Path, password: str) -> None:
    secret = data.with_name("password")
    secret.touch(mode=0o600)
    secret.write_text(f"{password}\n", encoding="ascii")
    account.take(secret)
    done = subprocess.run(
        [PROGRAMS / "initdb", "-D", data, f"--pwfile={secret}", *CLUSTER],
        cwd="/",  # the account need not be able to enter ours
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **account.identity,
    )
    secret.unlink()
    if done.returncode != 0:
        raise CannotRun(f"PostgreSQL 15 cannot make its data folder:\n{done.stdout}")


@contextmanager
def running(account: Account, data: Path, sockets: Path) -> Iterator[None]:
    log = data.with_name("log")
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [PROGRAMS / "postgres", "-D", data, "-k", sockets, *settings],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the tests; the server ends after them
            **account.identity,
        )
    try:
        wait_for(server, sockets, log)
        yield
    finally:
        stop(server)


def wait_for(server: subprocess.Popen[bytes], sockets: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run([PROGRAMS / "pg_isready", "-q", "-h", sockets], check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise CannotRun(f"PostgreSQL 15 does not start:\n{log.read_text(encoding='utf-8', errors='replace')}")
        time.sleep(0.02)


def stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # what pg_ctl calls fast: it disconnects everybody
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
