"""`crm demo`, as a newcomer runs it: its own process, its own PostgreSQL, nothing left when it ends."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.embedded
ROOT = Path(__file__).resolve().parents[2]
SCRIPT = "from api.cli import main; main()"
SECONDS = 90
CLAIMS = "{ dealRegistrations(first: 20) { nodes { partner { name } } } }"
COUNTS = "{ opportunities(first: 1) { totalCount { value } } accounts(first: 1) { totalCount { value } } }"


@dataclass(frozen=True)
class Running:
    """A demo that answers."""

    process: subprocess.Popen[str]
    printed: str

    @property
    def url(self) -> str:
        [url] = re.findall(r"(http://127\.0\.0\.1:\d+)/#token=", self.printed)
        return str(url)

    def token(self, role: str) -> str:
        [token] = re.findall(rf"^  {role} +(crm_(?:pat|ptr)_\w+)  ", self.printed, re.MULTILINE)
        return str(token)

    def ask(self, query: str, token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/graphql", json.dumps({"query": query}).encode(), headers)  # noqa: S310 - our own server
        with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310 - the same
            answer: dict[str, Any] = json.load(response)
        return answer

    def status(self, query: str) -> int:
        try:
            self.ask(query, self.token("admin"))
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        return 200


@pytest.fixture
def folder() -> Iterator[Path]:
    """A new data folder that the account of PostgreSQL can reach."""
    made = Path(tempfile.mkdtemp(prefix="crm-demo-"))
    if os.geteuid() == 0:
        made.chmod(0o711)
    yield made / "data"
    shutil.rmtree(made)


def command(folder: Path, *arguments: str) -> dict[str, Any]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "PYTHONPATH": str(ROOT)}
    return {
        "args": [sys.executable, "-c", SCRIPT, *arguments],
        "env": environment | {"CRM_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"},
        "text": True,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }


@contextmanager
def a_demo(folder: Path, end: signal.Signals) -> Iterator[Running]:
    """Started as a process of its own, ended by a signal; it must then end well and leave nothing running."""
    process = subprocess.Popen(**command(folder, "demo", "--port", "0"))
    try:
        printed = ""
        assert process.stdout is not None
        while "Ctrl-C" not in printed:
            line = process.stdout.readline()
            assert line, f"ended before it was ready:\n{printed}\n{process.communicate()[1]}"
            printed += line
        yield Running(process, printed)
        postgres = int((folder / "pgdata/postmaster.pid").read_text("ascii").split("\n")[0])
        process.send_signal(end)
        out, err = process.communicate(timeout=SECONDS)
        assert (process.returncode, out) == (0, "Stopped.\n"), err
        assert not (folder / "pgdata/postmaster.pid").exists()
        assert not Path(f"/proc/{postgres}/exe").exists()  # a process that ended may still be in the list
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=SECONDS)


def test_a_demo_answers_shares_its_database_survives_its_postgresql_keeps_its_data_and_leaves_nothing_running(
    folder: Path,
):
    with a_demo(folder, signal.SIGINT) as first:
        assert "Making the demo tenant" in first.printed
        counts = first.ask(COUNTS, first.token("admin"))["data"]
        assert counts["accounts"]["totalCount"]["value"] == 32
        assert counts["opportunities"]["totalCount"]["value"] == 142
        own = first.ask(COUNTS, first.token("sales_rep"))["data"]
        assert 0 < own["opportunities"]["totalCount"]["value"] < 142
        claims = {
            label: first.ask(CLAIMS, first.token(label))["data"]["dealRegistrations"]["nodes"]
            for label in ("partner", "partner_2")
        }
        assert {label: {one["partner"]["name"] for one in found} for label, found in claims.items()} == {
            "partner": {"Brightwater Partners"},
            "partner_2": {"Cobalt Batteries"},
        }
        pasted = re.findall(r"^  (curl .*)$", first.printed, re.MULTILINE)
        assert len(pasted) == 1
        assert first.token("admin") in pasted[0]

        made = subprocess.run(
            **command(folder, "token", "create", "--tenant", "demo", "--role", "admin", "--json"), check=False
        )
        assert made.returncode == 0, made.stderr
        assert first.ask("{ viewer { name } }", json.loads(made.stdout)["token"])["data"]["viewer"]["name"]

        port = first.url.rpartition(":")[2]
        second = subprocess.run(**command(folder, "demo", "--port", port), check=False)
        assert second.returncode == 1
        assert second.stderr == (
            f"ADDRESS_TAKEN: Cannot listen on 127.0.0.1:{port} (Address already in use): "
            "stop what is there, or choose another with --port.\n"
        )
        assert first.ask("{ viewer { name } }", first.token("admin"))["data"]["viewer"]["name"] == "Ada Lindqvist"

    with a_demo(folder, signal.SIGTERM) as again:
        assert "Making the demo tenant" not in again.printed
        assert again.ask(COUNTS, again.token("read_only"))["data"] == counts
        assert again.token("admin") != first.token("admin")
        with pytest.raises(urllib.error.HTTPError) as refused:
            again.ask("{ viewer { name } }", first.token("admin"))
        assert refused.value.code == 401
        refused.value.close()

        os.kill(int((folder / "pgdata/postmaster.pid").read_text("ascii").split("\n")[0]), signal.SIGKILL)
        answers = [again.status("{ accounts(first: 1) { nodes { name } } }")]
        deadline = time.monotonic() + SECONDS
        while 200 not in answers and time.monotonic() < deadline:
            time.sleep(0.1)
            answers.append(again.status("{ accounts(first: 1) { nodes { name } } }"))
        assert set(answers) <= {200, 503}
        assert answers[-1] == 200, "PostgreSQL was killed and did not come back"
        # The worker inside has come back, too.
        again.ask('mutation { accountCreate(input: {name: "After the crash"}) { outcome } }', again.token("admin"))
        while "After the crash" not in (told := newest_account(again)) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert told == "After the crash"


def newest_account(demo: Running) -> str:
    """The name of the account that the feed told of last."""
    query = """{ events(after: "%s", first: 100, types: ["account.created"]) {
        position pageInfo { hasNextPage } nodes { ... on AccountChanged { account { name } } } } }"""
    names = [""]
    page: dict[str, Any] = {"position": "0", "pageInfo": {"hasNextPage": True}}
    while page["pageInfo"]["hasNextPage"]:
        answer = demo.ask(query % page["position"], demo.token("admin"))
        assert "errors" not in answer, answer
        page = answer["data"]["events"]
        names += [node["account"]["name"] for node in page["nodes"]]
    return names[-1]
