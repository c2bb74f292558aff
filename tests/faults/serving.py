"""`crm serve` as a process of its own, that can be killed at any moment."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import runpy
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx

from api.cli import main
from tests.bench.processes import children_of

ROOT = Path(__file__).parents[2]
CLI = "from api.cli import main; main()"
APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.faults.serving", "api.cli.serve", "api.cli.worker"])
PORTS = (15_000, 30_000)
START_SECONDS, STOP_SECONDS = 60.0, 20.0


class DidNotStart(Exception):
    """The text ends with what the process wrote."""


def free_port() -> int:
    """One that nobody is given for a connection while a server that was killed does not have it."""
    while True:
        port = random.SystemRandom().randrange(*PORTS)
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port


def begin(program: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
    """Become the program, in a process that was forked from one that has read its modules before."""
    os.setsid()
    for name in [name for name in os.environ if name.startswith("CRM_")]:
        del os.environ[name]
    os.environ.update(environment)
    for target, path, flags in ((0, os.devnull, os.O_RDONLY), (1, log, APPEND), (2, log, APPEND)):
        opened = os.open(path, flags)
        os.dup2(opened, target)
        os.close(opened)
    sys.argv[1:] = program
    if program[0] == "-m":
        runpy.run_module(program[1], run_name="__main__", alter_sys=True)
    else:
        main()


class Process:
    """One command of `crm`; what it writes goes to a log that grows over restarts.

    Its modules are not read anew each time: that takes a processor for seconds, and says nothing of what is tested.
    """

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], log: Path, *, module: str | None = None
    ) -> None:
        """`module`: instead of `crm` itself."""
        self.program = ["-m", module] if module else []
        self.arguments, self.environment, self.log = arguments, dict(environment), log
        self.running: BaseProcess | subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if "LD_PRELOAD" in self.environment:
            self.running = self.loaded_anew()
        else:
            self.running = FORKING.Process(
                target=begin, args=([*self.program, *self.arguments], self.environment, self.log)
            )
            self.running.start()

    def loaded_anew(self) -> subprocess.Popen[bytes]:
        """For a library that the loader puts before all others."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("CRM_")}
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, *(self.program or ["-c", CLI]), *self.arguments],
                cwd=ROOT,
                env={**inherited, "PYTHONPATH": str(ROOT), **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        if self.running is None or self.running.pid is None:
            raise RuntimeError("it was never started")
        return self.running.pid

    @property
    def code(self) -> int | None:
        """What it ended with; None if it runs."""
        match self.running:
            case None:
                return None
            case subprocess.Popen() as process:
                return process.poll()
            case process:
                return process.exitcode

    def is_alive(self) -> bool:
        return self.running is not None and self.code is None

    def kill(self) -> None:
        """SIGKILL to the process and to its children."""
        if self.running is not None and self.is_alive():
            for child in children_of(self.pid):
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            self.running.kill()
            self.running.wait() if isinstance(self.running, subprocess.Popen) else self.running.join()

    async def stop(self) -> float:
        """SIGTERM, and how many seconds it took to end; killed if that is more than 20."""
        began = time.monotonic()
        if self.running is not None and self.is_alive():
            self.running.terminate()
            while self.is_alive():
                if time.monotonic() - began > STOP_SECONDS:
                    self.kill()
                await asyncio.sleep(0.02)
        return time.monotonic() - began

    def errors(self) -> Counter[str]:
        """What it logged as an error, by exception and place."""
        found: Counter[str] = Counter()
        for line in self.wrote().splitlines():
            if line.startswith("{") and (entry := json.loads(line)).get("level") == "error":
                frames = [frame for frame in entry.get("frames", ()) if "/api/" in frame] or ["?"]
                found[f"{entry.get('exception')} {entry.get('sqlstate', '')} in {frames[-1].rpartition('/')[2]}"] += 1
        return found

    def wrote(self) -> str:
        return self.log.read_text("utf8", errors="replace")


class Api(Process):
    """The server, always on the same port."""

    def __init__(self, environment: Mapping[str, str], log: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        super().__init__(["serve", "--port", str(self.port)], environment, log)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self) -> float:
        """Start, and how many seconds it took until it answered.

        Raises:
            DidNotStart: it ended, or did not answer within a minute.
        """
        began = time.monotonic()
        self.start()
        async with httpx.AsyncClient(timeout=2) as client:
            while time.monotonic() - began < START_SECONDS and self.is_alive():
                with suppress(httpx.HTTPError):
                    if (await client.get(f"{self.address}/livez")).status_code == httpx.codes.OK:
                        return time.monotonic() - began
                await asyncio.sleep(0.02)
        raise DidNotStart(f"`crm serve` did not start:\n{self.wrote()[-2_000:]}")
