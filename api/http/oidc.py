"""JWTs of the operator's issuer: whether one was signed by it, for us, for now, and about whom.

Every part that a token could choose is chosen by the settings instead: algorithms, issuer, audience, where keys are.
A token is one JWS in compact form; nothing in it is followed. RFC 8725 names the attacks this refuses.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from api.http import strict_json
from api.http.auth import utc_now
from api.http.claims import Claims, NotAccepted
from api.http.errors import Refused
from api.http.issuer_keys import IssuerKeys, Key
from api.settings import Settings

LONGEST = timedelta(hours=24)  # that a token may still be valid
LONGEST_KID = 255
LONGEST_HEADER = 4_096
MOST_AUDIENCES = 50
COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
SUBJECT = re.compile(r"[\x20-\x7e]{1,255}")
# A key, or where to get one, that came with the token proves nothing; the others change how the token is to be read.
REFUSED_IN_HEADER = ("jwk", "jku", "x5u", "crit", "b64", "zip", "enc")
TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt", "application/jwt"})  # a logout token has another


class Oidc:
    """Verifies tokens of one issuer for one audience."""

    def __init__(self, settings: Settings, keys: IssuerKeys, *, now: Callable[[], datetime] = utc_now) -> None:
        self._issuer, self._audience = settings.oidc_issuer, settings.oidc_audience
        self._algorithms = frozenset(settings.oidc_algorithms)
        self._leeway = float(settings.oidc_leeway_seconds)
        self._keys, self._now = keys, now

    async def verify(self, token: str) -> Claims:
        """What the token says, once it is proven.

        Raises:
            NotAccepted: it is not proven, or says that it is not for us, or not for now.
            IssuerUnavailable: the keys of the issuer cannot be had.
        """
        parts = COMPACT.fullmatch(token)
        if parts is None:
            raise NotAccepted("not a signed JWT")
        alg, kid = self._checked_header(decoded(parts[1]))
        # Who does not name our issuer does not make us ask it for keys; what counts is checked below, once proven.
        self._check_address(decoded(parts[2]))
        key = await self._keys.find(kid, alg)
        if key is None:
            raise NotAccepted("no key of the issuer fits")
        return self._claims(strict(proven(token, key, alg)))

    def _checked_header(self, header: Mapping[str, Any]) -> tuple[str, str | None]:
        alg, kid, type_ = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
        if not isinstance(alg, str) or alg not in self._algorithms:
            raise NotAccepted("the algorithm is not accepted")
        if any(name in header for name in REFUSED_IN_HEADER):
            raise NotAccepted("the header has what is not accepted")
        if not isinstance(type_, str) or type_.lower() not in TYPES:
            raise NotAccepted("the type is not accepted")
        if not isinstance(kid, str | None) or (kid is not None and len(kid) > LONGEST_KID):
            raise NotAccepted("the key id is malformed")
        return alg, kid

    def _check_address(self, claims: Mapping[str, Any]) -> None:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self._issuer:
            raise NotAccepted("another issuer")
        if self._audience not in audiences or len(audiences) > MOST_AUDIENCES:
            raise NotAccepted("another audience")

    def _claims(self, claims: Mapping[str, Any]) -> Claims:
        self._check_address(claims)
        if "events" in claims:
            raise NotAccepted("not a token to sign in with")
        subject, now = claims.get("sub"), self._now().timestamp()
        if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
            raise NotAccepted("no subject")
        expires = instant(claims, "exp")
        if expires is None:
            raise NotAccepted("it never expires")
        if expires + self._leeway <= now:
            raise NotAccepted("expired")
        if expires - now > LONGEST.total_seconds() + self._leeway:
            raise NotAccepted("it is valid for too long")
        for name in ("nbf", "iat"):
            begins = instant(claims, name)
            if begins is not None and begins - self._leeway > now:
                raise NotAccepted("not valid yet")
        return Claims(str(self._issuer), subject, datetime.fromtimestamp(expires + self._leeway, UTC))


def verifier(settings: Settings, *, now: Callable[[], datetime] = utc_now) -> Oidc:
    """The one of these settings, which must name an issuer."""
    return Oidc(settings, IssuerKeys(settings.oidc_issuer or "", settings.oidc_jwks_url), now=now)


def proven(token: str, key: Key, alg: str) -> bytes:
    """The payload of a token that was signed with this key.

    Raises:
        NotAccepted: it was not.
    """
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    registry.max_header_length = LONGEST_HEADER
    try:
        return jws.deserialize_compact(token, key, [alg], registry).payload or b""
    except (JoseError, ValueError, TypeError) as error:
        raise NotAccepted("the signature is wrong") from error


def decoded(part: str) -> Mapping[str, Any]:
    """The JSON object of a part that nobody has proven yet.

    Raises:
        NotAccepted: it is none.
    """
    try:
        return strict(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError) as error:
        raise NotAccepted("not base64") from error


def strict(text: bytes) -> Mapping[str, Any]:
    try:
        value = strict_json.loads(text)
    except Refused as error:
        raise NotAccepted("not JSON") from error
    if not isinstance(value, dict):
        raise NotAccepted("not a JSON object")
    return value


def instant(claims: Mapping[str, Any], name: str) -> float | None:
    """Seconds since 1970; None if there is no such claim.

    Raises:
        NotAccepted: it is something else.
    """
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotAccepted(f"{name} is not a time")
    return float(value)
