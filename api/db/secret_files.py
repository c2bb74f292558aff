"""Secrets this machine makes for itself: readable by their owner only, written whole or not at all."""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from api.db.account import make_folder
from api.db.failure import EmbeddedPostgresFailed, files_of
from api.db.lock import one_at_a_time
from api.settings import (
    SECRET_KEY_BYTES,
    SecretKey,
    SettingRefused,
    Settings,
    decode_secret_key,
    decode_secret_keys,
)

SECRET_KEY = "secret.key"  # noqa: S105 - a file name
PASSWORDS = "passwords.json"
START_LOCK = "start.lock"
LOCK_SECONDS = 90.0
PRIVATE = 0o600


def secret_key(data_dir: Path, settings: Settings) -> SecretKey:
    """The 32 bytes that key cursors, tokens and secrets of webhooks; it knows those before it."""
    key = SecretKey(present_key(data_dir, settings))
    if settings.secret_key_previous is not None:
        key.previous = decode_secret_keys(settings.secret_key_previous.get_secret_value())
    return key


def present_key(data_dir: Path, settings: Settings) -> bytes:
    """CRM_SECRET_KEY, else a file made once in `data_dir`."""
    if settings.secret_key is not None:
        return decode_secret_key(settings.secret_key.get_secret_value())
    if not settings.embedded:
        raise SettingRefused(
            "CRM_SECRET_KEY is missing: with a database of your own every process needs the same key; "
            "make one with: openssl rand -base64 32"
        )
    path = data_dir / SECRET_KEY
    with files_of(data_dir):
        make_folder(data_dir, 0o711 if os.geteuid() == 0 else 0o700)
        with one_at_a_time(data_dir / START_LOCK, LOCK_SECONDS):
            if not path.exists():
                write_private(path, base64.b64encode(secrets.token_bytes(SECRET_KEY_BYTES)) + b"\n")
            text = read_private(path)
    try:
        return decode_secret_key(text)
    except ValueError as error:
        raise SettingRefused(f"{path} does not hold a key: restore it from a backup; {error}.") from error


def passwords_for(data_dir: Path, names: Iterable[str], *, make: bool) -> dict[str, str]:
    """The passwords of the embedded database; without `make` a lost file is a failure, as data depends on it."""
    path = data_dir / PASSWORDS
    known: dict[str, str] = {}
    if path.exists():
        known = json.loads(read_private(path))
    elif not make:
        raise EmbeddedPostgresFailed(
            f"{path} is missing while the data is there: "
            "restore that file from a backup, or set CRM_DATA_DIR to a new folder."
        )
    missing = {name: secrets.token_urlsafe(24) for name in names if name not in known}
    if missing:
        known |= missing
        write_private(path, json.dumps(known, indent=1).encode() + b"\n")
    return known


def read_private(path: Path) -> str:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise EmbeddedPostgresFailed(f"{path} can be read by others: chmod 600 it and start again.")
    return path.read_text(encoding="ascii")


def write_private(path: Path, content: bytes) -> None:
    """Replace the file as a whole; a reader sees the old text or the new one, also after a power cut."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename inside the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
