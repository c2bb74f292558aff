"""The product as an operator runs it: `crm serve` on a database of its own, and a token that opens it."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.cluster import in_memory

CRM = (sys.executable, "-c", "from api.cli import main; main()")
ADDRESS = re.compile(r"http://\S+/graphql")
STOP_SECONDS = 20


class DidNotServe(Exception):
    """The server ended before it could be reached; the text is what it said."""


@dataclass(frozen=True)
class Served:
    url: str
    token: str


@contextmanager
def served(*, worker: bool = False, **settings: str) -> Iterator[Served]:
    """A running server on a free port of this machine, with one empty tenant; `settings` are `CRM_*` variables.

    `worker`: what happens also becomes known.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")} | settings
    with tempfile.TemporaryDirectory(prefix="crm-contract-", dir=in_memory()) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user, who passes through
        environment["CRM_DATA_DIR"] = str(Path(folder) / "data")
        crm(environment, "tenant", "create", "contract")
        token = crm(environment, "token", "create", "--tenant", "contract", "--role", "admin", "--documents", "open")
        command = [*CRM, "serve", "--port", "0"]
        log = Path(folder) / "log"
        with (
            log.open("wb") as output,
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=output) as server,
        ):
            try:
                address = address_of(server, log)
                with working(environment, output) if worker else nullcontext():
                    yield Served(address, token)
            finally:
                server.send_signal(signal.SIGINT)
                server.communicate(timeout=STOP_SECONDS)


@contextmanager
def working(environment: dict[str, str], output: IO[bytes]) -> Iterator[None]:
    """`crm worker` beside the server."""
    with subprocess.Popen([*CRM, "worker"], env=environment, stdout=output, stderr=output) as worker:
        try:
            yield
        finally:
            worker.send_signal(signal.SIGINT)
            worker.wait(timeout=STOP_SECONDS)


def address_of(server: subprocess.Popen[bytes], log: Path) -> str:
    assert server.stdout is not None
    for line in server.stdout:
        found = ADDRESS.search(line.decode())
        if found:
            return found[0]
    raise DidNotServe(log.read_text("utf8"))


def crm(environment: dict[str, str], *arguments: str) -> str:
    """What the command said."""
    done = subprocess.run([*CRM, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DidNotServe(done.stdout + done.stderr)
    return done.stdout.strip()
