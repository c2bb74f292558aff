import base64
import stat
from pathlib import Path
from typing import Any

import pytest

from api.db.embedded import EmbeddedPostgresFailed
from api.db.secret_files import secret_key
from api.settings import SettingRefused, Settings, every_key


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path):
    folder = tmp_path / "data"
    settings = Settings(data_dir=folder)

    first = secret_key(folder, settings)

    assert len(first) == 32
    assert secret_key(folder, settings) == first
    assert mode_of(folder / "secret.key") == 0o600
    assert secret_key(tmp_path / "other", settings) != first


def test_a_secret_key_that_others_can_read_is_refused(tmp_path: Path):
    secret_key(tmp_path, Settings(data_dir=tmp_path))
    (tmp_path / "secret.key").chmod(0o644)

    with pytest.raises(EmbeddedPostgresFailed) as failure:
        secret_key(tmp_path, Settings(data_dir=tmp_path))

    assert str(failure.value) == f"{tmp_path}/secret.key can be read by others: chmod 600 it and start again."


def test_the_keys_before_it_come_with_the_key(tmp_path: Path):
    texts = [base64.b64encode(bytes([n]) * 32).decode() for n in range(3)]
    given: Any = {"secret_key": texts[0], "secret_key_previous": ",".join(texts[1:])}
    key = secret_key(tmp_path, Settings(data_dir=tmp_path, **given))

    assert every_key(key) == (bytes(32), b"\1" * 32, b"\2" * 32)


def test_a_damaged_secret_key_is_never_replaced(tmp_path: Path):
    secret_key(tmp_path, Settings(data_dir=tmp_path))
    (tmp_path / "secret.key").write_text("c2hvcnQ=\n")

    with pytest.raises(SettingRefused, match="does not hold a key: restore it from a backup"):
        secret_key(tmp_path, Settings(data_dir=tmp_path))

    assert (tmp_path / "secret.key").read_text() == "c2hvcnQ=\n"


def test_with_a_database_of_ones_own_the_key_must_be_given(tmp_path: Path):
    with pytest.raises(SettingRefused, match="CRM_SECRET_KEY is missing"):
        secret_key(tmp_path, Settings(data_dir=tmp_path, database_url="postgresql://db/crm"))

    assert list(tmp_path.iterdir()) == []
