"""What an operator may set: `CRM_*` environment variables, read once by the entry points."""

from __future__ import annotations

import base64
import binascii
import difflib
import os
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.outbound.destinations import allowed_hosts

PREFIX = "CRM_"
SECRET_KEY_BYTES = 32
ASYMMETRIC = tuple(family + size for family in ("RS", "PS", "ES") for size in ("256", "384", "512"))
HIDDEN = "(set, not shown)"
ROOT = Path(__file__).resolve().parents[1]  # of a checkout; of an installed program the folder of all packages


class SettingRefused(Exception):
    """The environment is wrong; the text is one line that names the variable and says what to write instead."""


class UnknownSetting(SettingRefused):
    """A `CRM_*` variable that nothing reads, most likely a typing error."""


def default_data_dir() -> Path:
    """A checkout keeps its data in the checkout; an installed program has a folder in the data home of the user.

    Raise `SettingRefused` where the user has no home, as in a container with a random user id.
    """
    if (ROOT / "pyproject.toml").is_file() and (ROOT / "migrations").is_dir():
        return ROOT / ".data"
    base = os.environ.get("XDG_DATA_HOME")
    try:
        return (Path(base) if base else Path.home() / ".local" / "share") / "headless-crm"
    except RuntimeError as error:
        raise SettingRefused("This user has no home folder: set CRM_DATA_DIR to a folder it may write to.") from error


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True)

    database_url: str | None = Field(
        default=None,
        repr=False,
        description="PostgreSQL 15 or newer, logging in as crm_app; unset: PostgreSQL is embedded, in CRM_DATA_DIR.",
    )
    partner_database_url: str | None = Field(
        default=None, repr=False, description="The same database, logging in as crm_partner; serves partner users."
    )
    worker_database_url: str | None = Field(
        default=None, repr=False, description="The same database, logging in as crm_worker; delivers events, runs jobs."
    )
    migration_database_url: str | None = Field(
        default=None,
        repr=False,
        description="The same database, logging in as crm_migrator; for `crm migrate` only.",
    )
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Folder of the embedded database, its passwords and the secret key; in a checkout it is .data.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="32 random bytes in base64, the key of cursors and tokens; unset: CRM_DATA_DIR/secret.key is made.",
    )
    secret_key_previous: SecretStr | None = Field(
        default=None,
        description="Keys before CRM_SECRET_KEY, separated by commas: what was made with them goes on working.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Front ends on other addresses that may call the API, separated by commas: https://crm.example.com",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8765, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    pool_size: int = Field(default=10, ge=1, le=1_000, description="Database connections per pool and process.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least important line that is logged: debug, info, warning or error."
    )
    max_body_bytes: int = Field(default=4_000_000, ge=1_000, description="Largest request body, in bytes.")
    request_timeout_seconds: float = Field(
        default=10, gt=0, le=600, description="Seconds after which a request is answered with TIMEOUT."
    )
    max_cost: int = Field(
        default=2_000, ge=1, le=1_000_000, description="Points one document of staff or an integration may cost."
    )
    max_aliases: int = Field(default=15, ge=1, le=1_000, description="Aliases below one parent in a document.")
    max_root_fields: int = Field(default=10, ge=1, le=1_000, description="Root fields of one query.")
    rate_points_per_second: int = Field(
        default=200, ge=1, le=10**9, description="Points a token gets back each second; its tenant 5 times as many."
    )
    rate_burst: int = Field(
        default=2_000,
        ge=1,
        le=10**9,
        validate_default=True,
        description="Points a token can save up and spend at once, at least CRM_MAX_COST; its tenant 5 times as many.",
    )
    partner_rate_points_per_second: int = Field(
        default=30, ge=1, le=10**9, description="Points a partner's or customer's token gets back each second."
    )
    partner_rate_burst: int = Field(
        default=500, ge=500, le=10**9, description="Points such a token can save up; 500 is what one document may cost."
    )
    concurrent_requests: int = Field(
        default=20,
        ge=1,
        le=10_000,
        description="Requests of one token that a process runs at once; of its tenant 5 times as many.",
    )
    failed_tokens: int = Field(
        default=60,
        ge=1,
        le=1_000_000,
        description="Tokens that open nothing an address may show at once, in each process; one comes back a second.",
    )
    http_profile: Literal["audit", "draft"] = Field(
        default="audit",
        description="Status of errors: audit, as clients expect today, or draft, with the coming 422 and 294.",
    )
    federation: bool = Field(
        default=False, description="Serve as a subgraph of Apollo Federation 2: _service and _entities."
    )
    verify_sql: bool = Field(
        default=False,
        description="Read each newly compiled statement back and refuse one that could show too much.",
    )
    slow_operation_ms: float = Field(
        default=1_000, gt=0, description="Milliseconds after which an operation is logged as slow, with its plan."
    )
    metrics_token: SecretStr | None = Field(
        default=None, description="What Prometheus has to send as bearer token to /metrics; unset: nobody may read it."
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="Who signs the JWTs people sign in with, as in their `iss`: https://id.example.com; unset: nobody.",
    )
    oidc_audience: str | None = Field(
        default=None, validate_default=True, description="Name of this API in the `aud` of those JWTs."
    )
    oidc_algorithms: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("RS256", "ES256"),
        description="Signatures that are accepted, separated by commas: RS, PS or ES with 256, 384 or 512.",
    )
    oidc_jwks_url: str | None = Field(
        default=None, description="Where the issuer's keys are; unset: where its openid-configuration says."
    )
    oidc_leeway_seconds: int = Field(
        default=30, ge=0, le=120, description="Seconds that the clocks of the issuer and of this server may differ."
    )
    webhook_allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="host:port pairs that webhooks may go to over http and at private addresses; for development.",
    )
    job_lease_seconds: float = Field(
        default=60,
        ge=1,
        le=3_600,
        description="Seconds after which what a worker had begun when it ended is begun anew.",
    )
    samples: Path | None = Field(
        default=None, description="Folder of the sample data; read by tests and benchmarks, never by the server."
    )

    @field_validator("data_dir", "samples", mode="after")
    @classmethod
    def absolute(cls, value: Path | None) -> Path | None:
        """A relative folder means another place as soon as a process changes its working folder."""
        return None if value is None else value.expanduser().absolute()

    @field_validator("secret_key", mode="after")
    @classmethod
    def thirty_two_bytes(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            decode_secret_key(value.get_secret_value())
        return value

    @field_validator("secret_key_previous", mode="after")
    @classmethod
    def each_thirty_two_bytes(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            decode_secret_keys(value.get_secret_value())
        return value

    @field_validator("rate_burst", mode="after")
    @classmethod
    def enough_for_one_document(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("max_cost", 0):
            raise ValueError(f"it must be at least CRM_MAX_COST, {info.data['max_cost']}, or some documents never run")
        return value

    @field_validator("cors_origins", "oidc_algorithms", "webhook_allowed_hosts", mode="before")
    @classmethod
    def split_by_comma(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(origin.strip() for origin in value.split(",") if origin.strip())

    @field_validator("webhook_allowed_hosts", mode="after")
    @classmethod
    def hosts_with_ports(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        allowed_hosts(value)
        return value

    @field_validator("cors_origins", mode="after")
    @classmethod
    def origins_only(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if (
                parts.scheme not in {"http", "https"}
                or not parts.netloc
                or origin != f"{parts.scheme}://{parts.netloc}"
            ):
                raise ValueError(
                    f"{origin!r} is not an origin; write scheme and host only, as in https://crm.example.com"
                )
        return value

    @field_validator("oidc_issuer", "oidc_jwks_url", mode="after")
    @classmethod
    def over_tls(cls, value: str | None) -> str | None:
        if value is not None and not trustworthy(value):
            raise ValueError("it must be an https address without query and fragment (http only for this machine)")
        return value

    @field_validator("oidc_audience", "oidc_jwks_url", mode="after")
    @classmethod
    def beside_an_issuer(cls, value: str | None, info: ValidationInfo) -> str | None:
        issuer = info.data.get("oidc_issuer")
        if value is not None and issuer is None:
            raise ValueError("it means nothing without CRM_OIDC_ISSUER; set both or neither")
        if info.field_name == "oidc_audience" and value is None and issuer is not None:
            raise ValueError("it must be set beside CRM_OIDC_ISSUER, or tokens for other services would open this one")
        return value

    @field_validator("oidc_algorithms", mode="after")
    @classmethod
    def asymmetric_only(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in ASYMMETRIC:
                raise ValueError(f"{name!r} is not accepted; choose from {', '.join(ASYMMETRIC)}")
        if not value:
            raise ValueError("it names no algorithm; unset it for RS256,ES256")
        return value

    @property
    def embedded(self) -> bool:
        """No URL at all: the product runs its own PostgreSQL."""
        urls = (self.database_url, self.partner_database_url, self.worker_database_url, self.migration_database_url)
        return all(url is None for url in urls)


def load() -> Settings:
    """Raise `UnknownSetting` or `SettingRefused`; their text never contains the value of a secret."""
    refuse_unknown(os.environ)
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name = PREFIX + str(first["loc"][0]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingRefused(f"{name} is refused: {reason}.") from None


def refuse_unknown(environment: Mapping[str, str]) -> None:
    """pydantic-settings ignores a variable that no field reads, so a typing error would pass in silence."""
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), sorted(known), n=1)
            advice = f"did you mean {near[0]}?" if near else "unset it."
            raise UnknownSetting(f"{name} is not a setting: {advice} `crm doctor --settings` lists all of them.")


def trustworthy(url: str) -> bool:
    """Whether what is fetched from there can be believed: nobody between can change it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.query or parts.fragment or not url.isascii() or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and on_this_machine(host))


def on_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def decode_secret_key(text: str) -> bytes:
    """Raise `ValueError` unless the text is the base64 form, standard or URL-safe, of exactly 32 bytes."""
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != SECRET_KEY_BYTES:
        raise ValueError("it must be 32 bytes in base64; make one with: openssl rand -base64 32")
    return key


def decode_secret_keys(text: str) -> tuple[bytes, ...]:
    """As `decode_secret_key`, of several between commas."""
    return tuple(decode_secret_key(one) for one in text.split(",") if one.strip())


class SecretKey(bytes):
    """The secret key of the installation, which everything new is made with.

    `previous` are those before it: what was made with them is still accepted.
    """

    previous: tuple[bytes, ...] = ()


def every_key(secret: bytes) -> tuple[bytes, ...]:
    """The key, and then those before it."""
    return (bytes(secret), *secret.previous) if isinstance(secret, SecretKey) else (secret,)


def describe(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield (variable, value, meaning) in the order of declaration; URLs and keys are masked."""
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if value is None or value == ():
            shown = "(not set)"
        elif name.endswith("database_url") or isinstance(value, SecretStr):
            shown = HIDDEN
        else:
            shown = ",".join(value) if isinstance(value, tuple) else str(value)
        yield PREFIX + name.upper(), shown, field.description or ""
