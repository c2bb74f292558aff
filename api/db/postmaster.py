"""The running server of one data folder: is it alive, start it, stop it.

`pg_ctl status` believes a pid file; after `kill -9`, a reboot or a reused number that file lies. What the kernel says
about the process decides instead.
"""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from api.db.account import Account
from api.db.binaries import Binaries
from api.db.failure import INSTEAD, EmbeddedPostgresFailed, cause, explain
from api.db.urls import PORT

PROC = Path("/proc")
START_SECONDS = 60.0
STOP_SECONDS = 60
PAUSE = 0.02
LOG_BYTES = 5_000_000
# The fifth line of postmaster.pid; written as soon as the server listens.
SOCKET_LINE = 4


@dataclass(frozen=True)
class Server:
    binaries: Binaries
    pgdata: Path
    sockets: Path

    @property
    def account(self) -> Account:
        return self.binaries.account

    @property
    def pid_file(self) -> Path:
        return self.pgdata / "postmaster.pid"

    @property
    def log(self) -> Path:
        return self.pgdata / "server.log"

    def pid(self) -> int | None:
        """The process id of the live postmaster of this folder."""
        lines = self._pid_lines()
        if not lines or not lines[0].strip().isdecimal():
            return None
        number = int(lines[0])
        return number if self._is_ours(number) else None

    def processes(self) -> list[int]:
        """Every process that works on this data folder or is about to, with or without a living postmaster."""
        numbers = (int(entry.name) for entry in PROC.iterdir() if entry.name.isdecimal())
        return [number for number in numbers if self._is_ours(number) or self._is_starting(number)]

    def listening_in(self) -> Path:
        """The folder of the socket. A server that another process started may have chosen another one."""
        lines = self._pid_lines()
        told = lines[SOCKET_LINE].strip() if len(lines) > SOCKET_LINE else ""
        return Path(told) if told else self.sockets

    def ensure_running(self) -> None:
        """Return at once if it answers; start or wait for it otherwise."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            if self.pid() is None and not self.processes():
                self._start()
            # Without a postmaster there may still be children of a killed one, which finish their statement and may
            # commit it, or a server on its way whose launcher was killed.
            if self.pid() is not None and self._answers():
                return
            if time.monotonic() > deadline:
                raise EmbeddedPostgresFailed(
                    f"PostgreSQL in {self.pgdata} has not answered for {START_SECONDS:.0f} seconds; processes at work: "
                    f"{' '.join(map(str, self.processes())) or 'none'}. Wait for them, see {self.log}, and start again."
                )
            time.sleep(PAUSE)

    def stop(self) -> None:
        """Disconnect everybody, write everything, end; the folder of its socket goes with it."""
        if self.pid() is not None:
            self._stop()
        if self.sockets.is_dir() and not any(self.sockets.iterdir()):
            self.sockets.rmdir()

    def _stop(self) -> None:
        seconds = str(STOP_SECONDS)
        done = self.binaries.run(
            "pg_ctl", "-D", str(self.pgdata), "-m", "fast", "-w", "-t", seconds, "-s", "stop", seconds=STOP_SECONDS + 10
        )
        if done.code != 0 and self.pid() is not None:
            raise EmbeddedPostgresFailed(
                f"PostgreSQL in {self.pgdata} does not stop: {cause(done.output)}; its log is {self.log}."
            )

    def _start(self) -> None:
        self.pid_file.unlink(missing_ok=True)
        for leftover in self.sockets.glob(".s.PGSQL.*"):
            leftover.unlink(missing_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        written = self.log.stat().st_size if self.log.exists() else 0
        # The folder goes through pg_ctl's shell; it is ours and contains nothing to quote but the temp dir's name.
        option = f"-k '{self.sockets}' -p {PORT}"
        arguments = [
            "-D",
            str(self.pgdata),
            "-w",
            "-t",
            f"{START_SECONDS:.0f}",
            "-s",
            "-l",
            str(self.log),
            "-o",
            option,
        ]
        done = self.binaries.run("pg_ctl", *arguments, "start", seconds=START_SECONDS + 10)
        if done.code != 0 and self.pid() is None:
            raise explain(self._log_since(written) + done.output, self.pgdata)

    def _answers(self) -> bool:
        arguments = ("-q", "-h", str(self.listening_in()), "-p", str(PORT))
        return self.binaries.run("pg_isready", *arguments).code == 0

    def _pid_lines(self) -> list[str]:
        try:
            return self.pid_file.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []

    def _log_since(self, position: int) -> str:
        if not self.log.exists():
            return ""
        with self.log.open("rb") as file:
            file.seek(position)
            return file.read(100_000).decode("utf-8", "replace")

    def _is_ours(self, pid: int) -> bool:
        """A live process of PostgreSQL whose working folder is this data folder; a zombie has none."""
        try:
            if (PROC / str(pid)).stat().st_uid != self.account.uid:
                return False
        except (FileNotFoundError, ProcessLookupError):
            return False
        # After an upgrade of the wheel the kernel adds " (deleted)" to the name of the old program.
        program = self._link(pid, "exe").removesuffix(" (deleted)")
        return Path(program).name == "postgres" and self._link(pid, "cwd") == str(self.pgdata)

    def _is_starting(self, pid: int) -> bool:
        """A pg_ctl or postmaster for this data folder that has not yet moved into it."""
        try:
            if (PROC / str(pid)).stat().st_uid != self.account.uid:
                return False
            program, *arguments = (PROC / str(pid) / "cmdline").read_text("utf-8", "replace").split("\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return Path(program).name in {"pg_ctl", "postgres"} and str(self.pgdata) in arguments

    def _link(self, pid: int, name: str) -> str:
        link = PROC / str(pid) / name
        try:
            return str(link.readlink())
        except (FileNotFoundError, ProcessLookupError):
            return ""
        except PermissionError:
            if self.account.ours:
                return ""
        # Root of a container may lack CAP_SYS_PTRACE; the account itself may always look at its own processes.
        done = subprocess.run(
            ["/usr/bin/readlink", link],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self.account.identity,
        )
        return done.stdout.strip()


def require_linux() -> None:
    if not (PROC / "self" / "exe").exists():
        raise EmbeddedPostgresFailed(f"The embedded PostgreSQL needs Linux with /proc: mount it {INSTEAD}.")
