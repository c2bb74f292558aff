"""Why the embedded PostgreSQL does not run, in one sentence that says what to do next."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# With less than this PostgreSQL cannot write its next log file; what it then prints is not always about the disk.
WAL_SEGMENT_BYTES = 16 * 1024 * 1024
DISK_FULL_SIGNS = ("No space left on device", "Disk quota exceeded", "Check free disk space", "wrote only")
INSTEAD = "or set CRM_DATABASE_URL to a PostgreSQL of your own"


class EmbeddedPostgresFailed(Exception):
    """The text is meant for the operator: one sentence with the cause and the next step."""


def explain(output: str, folder: Path) -> EmbeddedPostgresFailed:
    """Turn what initdb, pg_ctl or the server printed into a failure about `folder`."""
    # initdb always mentions shared memory, so the two must stand in one line.
    if any("No space left on device" in line and "shared memory" in line for line in output.splitlines()):
        return EmbeddedPostgresFailed(
            f"The shared memory of this machine is full: give /dev/shm more room (docker --shm-size=256m) {INSTEAD}."
        )
    if any(sign in output for sign in DISK_FULL_SIGNS) or _free_bytes(folder) < WAL_SEGMENT_BYTES:
        return disk_full(folder)
    if "Read-only file system" in output:
        return EmbeddedPostgresFailed(f"{folder} is on a read-only disk: set CRM_DATA_DIR to another disk {INSTEAD}.")
    if "invalid locale name" in output:
        return EmbeddedPostgresFailed(f"This system has no locale C.UTF-8: install one (package locales) {INSTEAD}.")
    if "Unix-domain socket" in output or "Unix address" in output or "Unix socket" in output:
        return EmbeddedPostgresFailed(
            f"PostgreSQL cannot make its socket ({cause(output)}): set TMPDIR to a short path it may use {INSTEAD}."
        )
    return EmbeddedPostgresFailed(f"PostgreSQL in {folder} does not start: {cause(output)}; repair that {INSTEAD}.")


def _free_bytes(folder: Path) -> int:
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(existing).free


def disk_full(folder: Path) -> EmbeddedPostgresFailed:
    return EmbeddedPostgresFailed(
        f"The disk that holds {folder} is full: free at least 100 MB and start again, "
        "or set CRM_DATA_DIR to another disk."
    )


def cause(output: str) -> str:
    """The first line that PostgreSQL marked as wrong, without its own prefix."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in lines:
        for mark in ("PANIC:", "FATAL:", "ERROR:", "error:"):
            if mark in line:
                return line.partition(mark)[2].strip().rstrip(".")
    return lines[-1].rstrip(".") if lines else "it printed nothing"


@contextmanager
def files_of(folder: Path) -> Iterator[None]:
    """Let no bare OSError of our own file work reach the operator."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise disk_full(folder) from error
        place = error.filename or folder
        raise EmbeddedPostgresFailed(
            f"{place} cannot be used ({error.strerror or error}): set CRM_DATA_DIR to a folder this user may write to."
        ) from error
