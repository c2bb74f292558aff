"""The files of the embedded database: where they are, and making them for the first time."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from pathlib import Path

from api.db.account import Account, account_for, make_folder
from api.db.failure import INSTEAD, EmbeddedPostgresFailed, explain
from api.db.postmaster import Server
from api.db.secret_files import sync_folder

PGDATA = "pgdata"
SUPERUSER = "postgres"
STATE_DIR = Path("/var/lib/headless-crm")
SOCKET_PATH_BYTES = 100
INITDB_SECONDS = 120
UNQUOTABLE = frozenset('"$`\\\n')  # special to the shell through which pg_ctl starts the server
UNLISTABLE = frozenset("',\"$`\\\n")  # the same, and what separates the folders of sockets
# --locale=C would drop every letter beyond ASCII from trigrams, and so from search, without an error.
LOCALE = (
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--lc-collate=C",
    "--lc-ctype=C.UTF-8",
    "--lc-messages=C",
    "--lc-monetary=C",
    "--lc-numeric=C",
    "--lc-time=C",
)
# They end in postgresql.conf, where an operator may change them.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
    "jit": "off",
    "io_method": "sync",
}
VOLATILE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "scram_iterations": "1",  # its passwords are as short-lived; 4,096 cost each connection as much as all else
}


def make_data_dir(data_dir: Path) -> None:
    """Root's folder may be passed through by the account that runs PostgreSQL; nobody else's may."""
    unusable = UNQUOTABLE.intersection(str(data_dir))
    if unusable:
        raise EmbeddedPostgresFailed(
            f"The path of the data folder contains {' '.join(sorted(unusable))!r}, which pg_ctl cannot pass on: "
            "set CRM_DATA_DIR to another path."
        )
    make_folder(data_dir, 0o711 if os.geteuid() == 0 else 0o700)


def locate_pgdata(data_dir: Path, state_dir: Path) -> Path:
    """Where the data is, or is going to be.

    As root, below a folder that the account of PostgreSQL cannot enter, the data lives in `state_dir` and
    `data_dir/pgdata` is a link to it; no existing folder ever changes its mode.
    """
    pgdata = data_dir / PGDATA
    if pgdata.is_symlink():
        target = pgdata.resolve()
        if not target.exists() and state_dir.resolve() not in target.parents:
            raise EmbeddedPostgresFailed(
                f"{pgdata} points to {target}, which is missing: mount its disk and start again."
            )
        return target
    if pgdata.exists():
        return pgdata.resolve()
    account = account_for(pgdata)
    if account.ours or account.blocked_by(data_dir) is None:
        return data_dir.resolve() / PGDATA
    make_folder(state_dir, 0o755)
    refuse_unreachable(state_dir, account)
    target = state_dir.resolve() / f"data-{secrets.token_hex(8)}" / PGDATA
    pgdata.symlink_to(target)
    return target


def refuse_other_major(pgdata: Path, major: str) -> None:
    if not pgdata.exists():
        return
    try:
        written_by = (pgdata / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise EmbeddedPostgresFailed(
            f"{pgdata} is not a data folder of PostgreSQL: move it away, or set CRM_DATA_DIR to another folder."
        ) from error
    if written_by != major:
        raise EmbeddedPostgresFailed(
            f"{pgdata} was written by PostgreSQL {written_by} and this release brings {major}: "
            "run the release that wrote it, or move the folder away to start with an empty database."
        )


def refuse_unreachable(folder: Path, account: Account) -> None:
    blocker = account.blocked_by(folder)
    if blocker is not None:
        raise EmbeddedPostgresFailed(
            f"The user {account.name}, who runs PostgreSQL, may not enter {blocker}: "
            f"set CRM_DATA_DIR to a folder that user can reach, {INSTEAD}."
        )


def initialise(server: Server, password: str, lock: int, *, durable: bool) -> None:
    """Make an empty cluster. `pgdata` appears whole or not at all; what an interrupted run left behind is removed.

    initdb shares the `lock`: if we are killed, nobody touches the folder while it still writes.
    """
    pgdata, binaries = server.pgdata, server.binaries
    settings = SERVER_SETTINGS if durable else SERVER_SETTINGS | VOLATILE
    account = binaries.account
    fresh = pgdata.with_name(f"{PGDATA}.new")
    if fresh.exists():
        shutil.rmtree(fresh)
    make_folder(pgdata.parent, 0o711)
    refuse_unreachable(pgdata.parent, account)
    fresh.mkdir(mode=0o700)
    account.take(fresh)
    secret = server.sockets / "initdb.password"
    secret.unlink(missing_ok=True)
    try:
        descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(password + "\n")
        account.take(secret)
        done = binaries.run(
            "initdb",
            *("-D", str(fresh), "-U", SUPERUSER, f"--pwfile={secret}", "-A", "scram-sha-256", "-E", "UTF8"),
            *LOCALE,
            *("--data-checksums", "--no-instructions"),
            *(() if durable else ("--no-sync",)),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
            seconds=INITDB_SECONDS,
            keep_open=(lock,),
        )
    finally:
        secret.unlink(missing_ok=True)
    if done.code != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise explain(done.output, pgdata)
    fresh.rename(pgdata)
    sync_folder(pgdata.parent)


def socket_folder(pgdata: Path, account: Account) -> Path:
    """A private folder with a short path; the kernel refuses sockets with a path of more than 107 bytes."""
    name = f"crm-{account.uid}-{hashlib.sha256(os.fsencode(pgdata)).hexdigest()[:10]}"
    runtime = os.environ.get("XDG_RUNTIME_DIR") if account.ours else None
    bases = [Path(base).absolute() for base in (runtime, tempfile.gettempdir(), "/tmp") if base]  # noqa: S108 - see _private
    for base in bases:
        folder = base / name
        fits = len(os.fsencode(folder / ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES
        if not fits or UNLISTABLE.intersection(str(folder)) or not base.is_dir():
            continue
        if account.blocked_by(base) is None and os.access(base, os.W_OK):
            return _private(folder, account)
    raise EmbeddedPostgresFailed(
        f"No place for the socket of PostgreSQL in {', '.join(map(str, bases))}: set TMPDIR to a short path."
    )


def _private(folder: Path, account: Account) -> Path:
    try:
        folder.mkdir(mode=0o700)
        account.take(folder)
    except FileExistsError:
        pass  # judged below like one we have just made
    status = folder.lstat()
    private = stat.S_IFDIR | stat.S_IRWXU
    if status.st_mode != private or status.st_uid != account.uid:
        raise EmbeddedPostgresFailed(
            f"{folder} is not a private folder of {account.name}: remove it, or set TMPDIR to another folder."
        )
    return folder
