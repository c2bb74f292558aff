"""The public keys of the issuer: fetched from where it says, kept for minutes, fetched by one request at a time."""

from __future__ import annotations

import asyncio
import base64
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from api.http import strict_json
from api.http.claims import IssuerUnavailable
from api.http.errors import Refused
from api.settings import trustworthy

FRESH_SECONDS = 600.0
STALE_SECONDS = 3_600.0  # how long a silent issuer's keys still count: whoever can silence it must not keep them alive
UNKNOWN_SECONDS = 30.0  # between two looks for a key that was not there
RETRY_SECONDS = 5.0  # after the issuer has not answered
FETCH_SECONDS = 5.0
MOST_BYTES = 262_144
MOST_KEYS = 100
LEAST_RSA_BITS = 2_048
CURVES: Mapping[str, str] = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
DISCOVERY = "/.well-known/openid-configuration"
PUBLIC: Mapping[str, tuple[str, ...]] = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y")}

Key = RSAKey | ECKey


@dataclass(frozen=True)
class IssuerKey:
    """A key that signatures may be checked with; `alg` if the issuer says which ones."""

    kid: str | None
    alg: str | None
    kind: str  # RSA, or the curve
    key: Key

    def fits(self, alg: str) -> bool:
        return self.alg in {None, alg} and self.kind == CURVES.get(alg, "RSA")


class IssuerKeys:
    """The keys as they were last fetched. Times are of a monotonic clock, in seconds."""

    def __init__(self, issuer: str, jwks_url: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer, self._jwks_url, self._clock = issuer, jwks_url, clock
        self._keys: Sequence[IssuerKey] = ()
        self._turn = asyncio.Lock()
        self._fetched_at = self._asked_at = float("-inf")
        self._failure = ""
        authorities()  # reading them takes a tenth of a second, which no request should wait for

    async def find(self, kid: str | None, alg: str) -> Key | None:
        """The key of this id, or the only one if the token names none; None if there is none that fits.

        Raises:
            IssuerUnavailable: there are no keys to look among.
        """
        if not (self._turn.locked() and self._are_usable()):  # who has keys does not wait for those of tomorrow
            await self._refresh(self._is_old)
        found = self._among(kid, alg)
        if found is None and kid is not None:
            await self._refresh(lambda: self._among(kid, alg) is None and self._waited(UNKNOWN_SECONDS))
            found = self._among(kid, alg)
        return found

    async def count(self) -> int:
        """How many there are.

        Raises:
            IssuerUnavailable: nobody can say.
        """
        await self._refresh(self._is_old)
        return len(self._keys)

    def _among(self, kid: str | None, alg: str) -> Key | None:
        fitting = [one for one in self._keys if one.fits(alg) and kid in {None, one.kid}]
        return fitting[0].key if len(fitting) == 1 else None

    def _is_old(self) -> bool:
        return self._clock() - self._fetched_at >= FRESH_SECONDS and self._waited(RETRY_SECONDS)

    def _waited(self, seconds: float) -> bool:
        return self._clock() - self._asked_at >= seconds

    def _are_usable(self) -> bool:
        return self._clock() - self._fetched_at < STALE_SECONDS

    async def _refresh(self, wanted: Callable[[], bool]) -> None:
        """Fetch if it is wanted, and still is when it is our turn."""
        if wanted():
            async with self._turn:
                if wanted():
                    await self._fetch()
        if not self._are_usable():
            raise IssuerUnavailable(self._failure or "the keys of the issuer are not known")

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS), client() as http:
                self._keys = keys_in(await fetched(http, await self._address(http)))
            self._fetched_at, self._failure = self._clock(), ""
        except (httpx.HTTPError, OSError, TimeoutError, Malformed) as error:
            self._failure = f"the issuer does not answer: {type(error).__name__}"
        self._asked_at = self._clock()

    async def _address(self, http: httpx.AsyncClient) -> str:
        if self._jwks_url is not None:
            return self._jwks_url
        found = await fetched(http, self._issuer.rstrip("/") + DISCOVERY)
        address = found.get("jwks_uri")
        if found.get("issuer") != self._issuer or not isinstance(address, str) or not trustworthy(address):
            raise Malformed
        if urlsplit(address).scheme == "http" and urlsplit(self._issuer).scheme != "http":
            raise Malformed
        return address


class Malformed(Exception):
    """What the issuer answered is not what it should be."""


def client() -> httpx.AsyncClient:
    """Goes where it is told and nowhere else: no proxy, no credentials of this machine, no redirects."""
    return httpx.AsyncClient(verify=authorities(), trust_env=False, follow_redirects=False, timeout=FETCH_SECONDS)


@cache
def authorities() -> ssl.SSLContext:
    """Public ones, and those the operator has installed on this machine, as for an issuer of a company."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


async def fetched(http: httpx.AsyncClient, url: str) -> Mapping[str, Any]:
    """A JSON object.

    Raises:
        Malformed: anything else, or too much of it.
        httpx.HTTPError: no answer.
    """
    body = bytearray()
    async with http.stream("GET", url, headers={"accept": "application/json", "accept-encoding": "identity"}) as answer:
        if answer.status_code != httpx.codes.OK:
            raise Malformed
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > MOST_BYTES:
                raise Malformed
    try:
        value = strict_json.loads(bytes(body))
    except Refused as error:
        raise Malformed from error
    if not isinstance(value, dict):
        raise Malformed
    return value


def keys_in(jwks: Mapping[str, Any]) -> list[IssuerKey]:
    """The keys of a JWK Set that signatures may be checked with; others are passed over, as RFC 7517 has it.

    Raises:
        Malformed: it is no such set.
    """
    listed = jwks.get("keys")
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise Malformed
    return [key for one in listed if isinstance(one, dict) and (key := issuer_key(one)) is not None]


def issuer_key(jwk: Mapping[str, Any]) -> IssuerKey | None:
    """None for what is not for signatures, symmetric, too weak, or broken."""
    kty, kid, alg, operations = (jwk.get(name) for name in ("kty", "kid", "alg", "key_ops"))
    if jwk.get("use", "sig") != "sig" or (operations is not None and "verify" not in as_list(operations)):
        return None
    if not (isinstance(kid, str | None) and isinstance(alg, str | None) and isinstance(kty, str) and kty in PUBLIC):
        return None
    public = {name: value for name in PUBLIC[kty] if isinstance(value := jwk.get(name), str)}
    try:
        if kty == "EC":
            return IssuerKey(kid, alg, public["crv"], ECKey.import_key(dict(public)))
        return IssuerKey(kid, alg, kty, RSAKey.import_key(dict(public))) if is_strong(public["n"]) else None
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def is_strong(modulus: str) -> bool:
    """Raise `ValueError` for what is not base64."""
    number = base64.urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))
    return int.from_bytes(number, "big").bit_length() >= LEAST_RSA_BITS


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
