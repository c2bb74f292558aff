import base64
from pathlib import Path

import pytest

from api import settings
from api.settings import SettingRefused, UnknownSetting

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """No variable of the machine that runs the tests reaches them."""
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(f"CRM_{name.upper()}", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(settings, "ROOT", tmp_path / "site-packages")


def test_without_any_variable_the_database_is_embedded_in_the_data_home_of_the_user(tmp_path: Path):
    loaded = settings.load()

    assert loaded.embedded
    assert loaded.data_dir == tmp_path / "headless-crm"
    assert (loaded.host, loaded.port, loaded.pool_size) == ("127.0.0.1", 8765, 10)
    assert (loaded.max_body_bytes, loaded.request_timeout_seconds) == (4_000_000, 10)
    assert loaded.cors_origins == ()


def test_in_a_checkout_the_data_lives_in_the_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "migrations").mkdir()
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(settings, "ROOT", tmp_path)

    assert settings.load().data_dir == tmp_path / ".data"

    monkeypatch.setenv("CRM_DATA_DIR", "/elsewhere")

    assert settings.load().data_dir == Path("/elsewhere")


def test_one_url_is_enough_to_leave_the_embedded_database(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRM_MIGRATION_DATABASE_URL", "postgresql://crm_migrator@db/crm")

    assert not settings.load().embedded


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRM_DATABASE_URL", "")

    assert settings.load().embedded


def test_a_misspelt_variable_is_refused_with_the_name_that_was_meant(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRM_DATABASE_ULR", "postgresql://db/crm")

    with pytest.raises(UnknownSetting) as refusal:
        settings.load()

    assert str(refusal.value) == (
        "CRM_DATABASE_ULR is not a setting: did you mean CRM_DATABASE_URL? `crm doctor --settings` lists all of them."
    )


def test_a_variable_that_resembles_none_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRM_XYZZY", "1")

    with pytest.raises(UnknownSetting) as refusal:
        settings.load()

    assert str(refusal.value) == "CRM_XYZZY is not a setting: unset it. `crm doctor --settings` lists all of them."


NOT_AN_ORIGIN = "is not an origin; write scheme and host only, as in https://crm.example.com."


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("CRM_PORT", "70000", "Input should be less than or equal to 65535."),
        ("CRM_LOG_LEVEL", "loud", "Input should be 'debug', 'info', 'warning' or 'error'."),
        ("CRM_CORS_ORIGINS", "https://a.example,https://b.example/app", f"'https://b.example/app' {NOT_AN_ORIGIN}"),
        ("CRM_CORS_ORIGINS", "*", f"'*' {NOT_AN_ORIGIN}"),
    ],
)
def test_a_wrong_value_is_refused_with_its_variable_and_the_reason(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
):
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingRefused) as refusal:
        settings.load()

    assert str(refusal.value) == f"{name} is refused: {reason}"


def test_each_previous_key_is_checked_and_none_is_shown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRM_SECRET_KEY_PREVIOUS", f"{KEY},{KEY[4:]}")
    with pytest.raises(SettingRefused) as refusal:
        settings.load()
    assert str(refusal.value) == (
        "CRM_SECRET_KEY_PREVIOUS is refused: it must be 32 bytes in base64; make one with: openssl rand -base64 32."
    )
    monkeypatch.setenv("CRM_SECRET_KEY_PREVIOUS", f"{KEY},{KEY}")
    lines = {name: value for name, value, _ in settings.describe(settings.load())}
    assert lines["CRM_SECRET_KEY_PREVIOUS"] == "(set, not shown)"


def test_a_secret_key_of_the_wrong_length_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch):
    short = base64.b64encode(b"only these 21 letters").decode()
    monkeypatch.setenv("CRM_SECRET_KEY", short)

    with pytest.raises(SettingRefused) as refusal:
        settings.load()

    assert str(refusal.value) == (
        "CRM_SECRET_KEY is refused: it must be 32 bytes in base64; make one with: openssl rand -base64 32."
    )
    assert short not in repr(refusal.value)


def test_front_ends_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRM_CORS_ORIGINS", "https://crm.example.com, http://localhost:3000")

    assert settings.load().cors_origins == ("https://crm.example.com", "http://localhost:3000")


def test_a_relative_data_folder_stays_the_same_when_the_working_folder_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRM_DATA_DIR", ".data")

    assert settings.load().data_dir == tmp_path / ".data"


def test_the_list_of_settings_says_what_each_means_and_hides_passwords_and_keys(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRM_DATABASE_URL", "postgresql://crm_app:hunter2@db/crm")
    monkeypatch.setenv("CRM_SECRET_KEY", KEY)

    loaded = settings.load()
    lines = {name: (value, meaning) for name, value, meaning in settings.describe(loaded)}

    assert lines["CRM_DATABASE_URL"][0] == lines["CRM_SECRET_KEY"][0] == "(set, not shown)"
    assert lines["CRM_PARTNER_DATABASE_URL"][0] == "(not set)"
    assert lines["CRM_PORT"] == ("8765", "Port to listen on; 0 takes a free one.")
    assert all(meaning.endswith(".") or ": http" in meaning for _, meaning in lines.values())
    assert "hunter2" not in f"{lines}{loaded!r}"
    assert KEY not in f"{lines}{loaded!r}"


# Sign-in

TLS = "it must be an https address without query and fragment (http only for this machine)."
ALONE = "it means nothing without CRM_OIDC_ISSUER; set both or neither."
ALGORITHMS = "RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512."


def test_an_issuer_and_an_audience_are_enough_to_sign_in(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRM_OIDC_ISSUER", "https://id.example.com/realms/crm")
    monkeypatch.setenv("CRM_OIDC_AUDIENCE", "headless-crm")

    loaded = settings.load()

    assert (loaded.oidc_issuer, loaded.oidc_audience) == ("https://id.example.com/realms/crm", "headless-crm")
    assert (loaded.oidc_algorithms, loaded.oidc_jwks_url, loaded.oidc_leeway_seconds) == (("RS256", "ES256"), None, 30)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:5556/dex", "http://[::1]:80", "http://localhost", "https://10.0.0.1"]
)
def test_an_issuer_on_this_machine_needs_no_tls(monkeypatch: pytest.MonkeyPatch, url: str):
    monkeypatch.setenv("CRM_OIDC_ISSUER", url)
    monkeypatch.setenv("CRM_OIDC_AUDIENCE", "headless-crm")

    assert settings.load().oidc_issuer == url


@pytest.mark.parametrize(
    ("given", "name", "reason"),
    [
        ({"AUDIENCE": "crm"}, "AUDIENCE", ALONE),
        ({"JWKS_URL": "https://id.example.com/keys"}, "JWKS_URL", ALONE),
        (
            {"ISSUER": "https://id.example.com"},
            "AUDIENCE",
            "it must be set beside CRM_OIDC_ISSUER, or tokens for other services would open this one.",
        ),
        *(
            ({"ISSUER": url, "AUDIENCE": "crm"}, "ISSUER", TLS)
            for url in (
                "id.example.com",
                "http://id.example.com",
                "http://127.0.0.1.example.com",
                "http://localhost.example.com",
                "https://",
                "https://me@id.example.com",
                "https://id.example.com?x=1",
                "https://id.example.com#x",
                "https://id.example.com:port",
                "file:///etc/passwd",
                "https://id.example.com/ä",
                "https://[::1",
            )
        ),
        (
            {"ISSUER": "https://id.example.com", "AUDIENCE": "crm", "JWKS_URL": "http://id.example.com/keys"},
            "JWKS_URL",
            TLS,
        ),
        *(
            ({"ALGORITHMS": f"RS256,{name}"}, "ALGORITHMS", f"{name!r} is not accepted; choose from {ALGORITHMS}")
            for name in ("none", "NONE", "HS256", "HS512", "rs256", "dir", "EdDSA")
        ),
        ({"ALGORITHMS": ","}, "ALGORITHMS", "it names no algorithm; unset it for RS256,ES256."),
        ({"LEEWAY_SECONDS": "121"}, "LEEWAY_SECONDS", "Input should be less than or equal to 120."),
    ],
)
def test_an_unsafe_or_half_set_up_sign_in_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], name: str, reason: str
):
    for key, value in given.items():
        monkeypatch.setenv(f"CRM_OIDC_{key}", value)

    with pytest.raises(SettingRefused) as refusal:
        settings.load()

    assert str(refusal.value) == f"CRM_OIDC_{name} is refused: {reason}"
