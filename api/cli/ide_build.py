"""`make ide` beside the demo: started with it, never waited for, ended with it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from api.http.ide import BUNDLE

ROOT = Path(__file__).resolve().parents[2]
LOG = Path("build/ide.log")
NICENESS = 10  # the demo has the processor when both want it
STARTED = f"GraphiQL is being built and will be at this address in about a minute; see {LOG}"

running: list[subprocess.Popen[bytes]] = []


def start_in_background(root: Path = ROOT, bundle: Path = BUNDLE) -> str | None:
    """Begin the build if GraphiQL is missing and this is a checkout; then what to tell the user.

    The build ends with this process, however that ends: it holds on to the other end of a pipe.
    """
    make = shutil.which("make")
    if (bundle / "index.html").is_file() or not (root / "clients/ide/package.json").is_file() or make is None:
        return None
    (root / LOG).parent.mkdir(exist_ok=True)
    with (root / LOG).open("wb") as log:
        command = [sys.executable, "-m", "api.cli.ide_build", make, "--silent", "ide"]
        # A session of its own: Ctrl-C is for the demo, which then lets go of the pipe.
        build = subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    running.append(build)
    return STARTED


def main(command: list[str], held: BinaryIO) -> int:
    """Run the command until it ends, or until nobody holds the other end of the pipe."""
    os.nice(NICENESS)
    build = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
    threading.Thread(target=end_when_let_go, args=(build, held), daemon=True).start()
    return build.wait()


def end_when_let_go(build: subprocess.Popen[bytes], held: BinaryIO) -> None:
    held.read()
    os.killpg(build.pid, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin.buffer))
