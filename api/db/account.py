"""Which system user runs the embedded PostgreSQL, and which folders that user can reach.

PostgreSQL refuses to run as root. Started by root it therefore runs as `crm-postgres`, or as the owner of data that
is already there; started by anybody else it runs as that user.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from api.db.failure import INSTEAD, EmbeddedPostgresFailed

SYSTEM_USER = "crm-postgres"
NO_LOGIN_SHELLS = ("/usr/sbin/nologin", "/sbin/nologin", "/bin/false")
ATTEMPTS = 20


class Identity(TypedDict, total=False):
    """Keyword arguments of `subprocess.run`."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int

    @property
    def ours(self) -> bool:
        return self.uid == os.geteuid()

    @property
    def identity(self) -> Identity:
        return {} if self.ours else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def take(self, path: Path) -> None:
        """Give a folder or file that we have just made to this account."""
        if not self.ours:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def blocked_by(self, path: Path) -> Path | None:
        """The first folder on the way to `path`, itself included, that this account may not enter."""
        for folder in (*reversed(path.parents), path):
            status = folder.stat()
            if status.st_uid == self.uid:
                enter = stat.S_IXUSR
            elif status.st_gid == self.gid:
                enter = stat.S_IXGRP
            else:
                enter = stat.S_IXOTH
            if not status.st_mode & enter:
                return folder
        return None


def make_folder(path: Path, mode: int) -> None:
    """Make a folder with this very mode, whatever the umask; one that exists is left as it is."""
    if not path.exists():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)


def account_of(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError as error:
        raise EmbeddedPostgresFailed(
            f"PostgreSQL needs a user with a name, and user id {uid} has none: run as a user of /etc/passwd {INSTEAD}."
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def account_for(pgdata: Path) -> Account:
    """Who runs the server on this data folder, which need not exist yet."""
    me = os.geteuid()
    owner = pgdata.stat().st_uid if pgdata.exists() else None
    if me != 0:
        if owner not in {None, me}:
            raise EmbeddedPostgresFailed(
                f"{pgdata} belongs to user id {owner}, not to you: run as that user or as root, or set CRM_DATA_DIR."
            )
        return account_of(me)
    if owner == 0:
        raise EmbeddedPostgresFailed(
            f"{pgdata} belongs to root, and PostgreSQL refuses to run as root: "
            f"chown -R {SYSTEM_USER} it, or set CRM_DATA_DIR to another folder."
        )
    return account_of(owner) if owner is not None else _system_account()


def _system_account() -> Account:
    for _ in range(ATTEMPTS):
        try:
            return account_of(pwd.getpwnam(SYSTEM_USER).pw_uid)
        except KeyError:
            complaint = _add_system_user()
        if complaint:
            time.sleep(0.1)  # another process may hold the lock of /etc/passwd, or be adding the same user
    raise EmbeddedPostgresFailed(
        f"Root cannot run PostgreSQL and the user {SYSTEM_USER} cannot be made ({complaint}): "
        f"run as another user, add that user, {INSTEAD}."
    )


def _add_system_user() -> str:
    """Return what useradd complained about, or an empty text."""
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        return "useradd is missing"
    shell = next((shell for shell in NO_LOGIN_SHELLS if Path(shell).exists()), NO_LOGIN_SHELLS[-1])
    done = subprocess.run(
        [program, "--system", "--user-group", "--no-create-home", "--shell", shell, SYSTEM_USER],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else (done.stderr.strip() or f"useradd ended with {done.returncode}")
