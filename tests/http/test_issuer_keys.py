"""The keys of the issuer: when they are fetched, how long they count, and what is not taken for one."""

import asyncio
import warnings
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey

from api.http.claims import IssuerUnavailable
from api.http.issuer_keys import MOST_BYTES, IssuerKeys, issuer_key
from tests.graphql_client import bearer
from tests.http.conftest import WHO, SigningIn
from tests.issuer import Issuer, an_issuer, ec_key, jwk, rsa_key, signed

DISCOVERY, KEYS = "/.well-known/openid-configuration", "/keys"
ASKED = [DISCOVERY, KEYS]


class Clocked(IssuerKeys):
    """With a clock that the test sets."""

    def __init__(self, issuer: Issuer, jwks_url: str | None = None) -> None:
        self.now = 1_000.0
        super().__init__(issuer.url, jwks_url, lambda: self.now)


async def knows(keys: IssuerKeys, kid: str | None, alg: str = "RS256") -> bool:
    return await keys.find(kid, alg) is not None


async def test_keys_are_fetched_once_in_ten_minutes(issuer: Issuer):
    keys = Clocked(issuer)
    assert [await knows(keys, "first") for _ in range(3)] == [True] * 3
    keys.now += 599.9
    assert await knows(keys, "first")
    assert issuer.asked == ASKED
    keys.now += 0.2
    assert await knows(keys, "first")
    assert issuer.asked == [*ASKED, *ASKED]


async def test_many_at_once_wait_for_one_fetch(issuer: Issuer):
    keys = Clocked(issuer)
    assert await asyncio.gather(*(knows(keys, "first") for _ in range(20))) == [True] * 20
    assert issuer.asked == ASKED


async def test_a_set_address_is_asked_alone(issuer: Issuer):
    assert await knows(Clocked(issuer, f"{issuer.url}/keys"), "first")
    assert issuer.asked == [KEYS]


async def test_an_unknown_key_is_looked_for_once_in_thirty_seconds(issuer: Issuer):
    keys = Clocked(issuer)
    assert await knows(keys, "first")
    issuer.keys.append(jwk(rsa_key("second")))
    assert not await knows(keys, "second")
    keys.now += 30
    found = await asyncio.gather(*(knows(keys, kid) for kid in ["second", "third", "second", "fourth"] * 5))
    assert found == [True, False, True, False] * 5
    assert issuer.asked == [*ASKED, *ASKED]


async def test_a_key_that_was_taken_back_counts_until_the_next_fetch(issuer: Issuer):
    keys = Clocked(issuer)
    assert await knows(keys, "first")
    issuer.keys[:] = [jwk(rsa_key("second"))]
    keys.now += 599
    assert await knows(keys, "first")
    keys.now += 1
    assert not await knows(keys, "first")


async def test_keys_of_a_silent_issuer_count_for_an_hour():
    with an_issuer() as issuer:
        keys = Clocked(issuer)
        assert await knows(keys, "first")
    keys.now += 3_599
    assert await knows(keys, "first")
    keys.now += 1
    with pytest.raises(IssuerUnavailable, match="the issuer does not answer: ConnectError"):
        await keys.find("first", "RS256")


async def test_a_silent_issuer_is_asked_once_in_five_seconds(issuer: Issuer):
    issuer.answers[DISCOVERY] = 500, b""
    keys = Clocked(issuer)
    for _ in range(3):
        with pytest.raises(IssuerUnavailable):
            await keys.find("first", "RS256")
    assert issuer.asked == [DISCOVERY]
    issuer.answers.clear()
    keys.now += 5
    assert await knows(keys, "first")


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        (DISCOVERY, 404, b"{}"),
        (DISCOVERY, 302, b"/keys"),
        (DISCOVERY, 200, b"<html>"),
        (DISCOVERY, 200, b"[]"),
        (DISCOVERY, 200, b'{"issuer": "ISSUER"}'),
        (DISCOVERY, 200, b'{"issuer": "https://id.example.com", "jwks_uri": "ISSUER/keys"}'),
        (DISCOVERY, 200, b'{"issuer": "ISSUER/", "jwks_uri": "ISSUER/keys"}'),
        (DISCOVERY, 200, b'{"issuer": "ISSUER", "jwks_uri": "http://id.example.com/keys"}'),
        (DISCOVERY, 200, b'{"issuer": "ISSUER", "jwks_uri": "file:///etc/passwd"}'),
        (DISCOVERY, 200, b'{"issuer": "ISSUER", "jwks_uri": ["ISSUER/keys"]}'),
        (KEYS, 302, b"/other"),
        (KEYS, 503, b""),
        (KEYS, 200, b"{}"),
        (KEYS, 200, b'{"keys": {}}'),
        (KEYS, 200, b'{"keys": [' + b",".join([b"{}"] * 101) + b"]}"),
        (KEYS, 200, b'{"keys": [], "keys": []}'),
        (KEYS, 200, b" " * MOST_BYTES + b'{"keys": []}'),
    ],
)
async def test_an_answer_that_is_not_what_it_should_be_gives_no_keys(
    issuer: Issuer, path: str, status: int, body: bytes
):
    issuer.answers[path] = status, body.replace(b"ISSUER", issuer.url.encode())
    with pytest.raises(IssuerUnavailable):
        await Clocked(issuer).find("first", "RS256")
    assert issuer.asked == ([DISCOVERY] if path == DISCOVERY else ASKED)


async def test_no_proxy_of_the_environment_gets_between(issuer: Issuer, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert await knows(Clocked(issuer), "first")


# What is a key


def weak() -> RSAKey:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return RSAKey.generate_key(1024, {"kid": "weak"})


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in jwk(rsa_key()).items() if key != name}


NO_KEYS: dict[str, Any] = {
    "an RSA key of 1024 bits": lambda: jwk(weak()),
    "a symmetric key": lambda: OctKey.generate_key(256, {"kid": "oct"}).as_dict(),
    "for encryption": lambda: jwk(rsa_key(), use="enc"),
    "for other operations": lambda: jwk(rsa_key(), key_ops=["encrypt"]),
    "operations that are no list": lambda: jwk(rsa_key(), key_ops="verify"),
    "no kty": lambda: without("kty"),
    "no modulus": lambda: without("n"),
    "no exponent": lambda: without("e"),
    "a kty that is a list": lambda: jwk(rsa_key(), kty=["RSA"]),
    "a kid that is a number": lambda: jwk(rsa_key(), kid=1),
    "a modulus that is no text": lambda: jwk(rsa_key(), n=3),
    "a modulus that is not base64": lambda: jwk(rsa_key(), n="ä" * 400),
    "another curve": lambda: jwk(ec_key(), crv="P-192"),
    "a point beside the curve": lambda: jwk(ec_key(), x=jwk(ec_key())["y"]),
    "a key pair of Edwards": lambda: {"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": "okp"},
}


async def test_what_is_no_key_for_signatures_is_passed_over():
    found = {name: issuer_key(made()) for name, made in NO_KEYS.items()}
    assert found == dict.fromkeys(NO_KEYS)


async def test_a_key_is_for_algorithms_of_its_kind():
    rsa, curve = issuer_key(jwk(rsa_key())), issuer_key(jwk(ec_key()))
    only = issuer_key(jwk(rsa_key(), alg="PS256"))
    assert rsa is not None
    assert curve is not None
    assert only is not None
    names = ["RS256", "PS256", "ES256", "ES384", "ES512"]
    assert [rsa.fits(name) for name in names] == [True, True, False, False, False]
    assert [curve.fits(name) for name in names] == [False, False, True, False, False]
    assert [only.fits(name) for name in names] == [False, True, False, False, False]


async def test_of_a_private_key_the_public_part_is_kept():
    found = issuer_key(rsa_key().as_dict(private=True))
    assert found is not None
    assert not found.key.is_private


async def test_a_token_without_a_kid_needs_a_single_key(issuer: Issuer):
    issuer.keys.append(jwk(ec_key()))
    keys = Clocked(issuer)
    assert (await knows(keys, None), await knows(keys, None, "ES256")) == (True, True)
    issuer.keys.append(jwk(rsa_key("second")))
    keys.now += 600
    assert (await knows(keys, None), await knows(keys, "second")) == (False, True)
    assert issuer.asked == [*ASKED, *ASKED]


async def test_two_keys_of_one_name_are_none(issuer: Issuer):
    issuer.keys.append(jwk(rsa_key("second"), kid="first"))
    assert not await knows(Clocked(issuer), "first")


# What the caller is told


async def test_without_keys_nobody_gets_in_and_nobody_is_told_that_his_token_is_wrong(
    signing_in: SigningIn, issuer: Issuer
):
    await signing_in.link(signing_in.admin, issuer.url)
    issuer.answers[KEYS] = 500, b""

    response = await signing_in.who(issuer.token())

    error = response.json()["errors"][0]
    assert (response.status_code, error["extensions"]["code"], error["extensions"]["retryable"]) == (
        503,
        "UNAVAILABLE",
        True,
    )
    assert error["message"] == "The issuer of JWTs does not answer at the moment. Try again in a moment."
    assert response.headers["retry-after"] == "1"
    assert signing_in.facts[-1]["reason"] == "the issuer does not answer: Malformed"
    assert (await signing_in.post(WHO)).status_code == 200


async def test_a_wrong_token_does_not_make_us_ask_the_issuer(signing_in: SigningIn, issuer: Issuer):
    for token in (issuer.token(iss="https://id.example.com"), issuer.token(aud="another"), "a.b.c"):
        assert (await signing_in.post(WHO, as_=None, headers=bearer(token))).status_code == 401
    assert issuer.asked == []


async def test_a_key_that_the_issuer_adds_opens_after_a_while(
    signing_in: SigningIn, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
):
    await signing_in.link(signing_in.admin, issuer.url)
    assert (await signing_in.who(issuer.token())).status_code == 200
    issuer.keys[:] = [jwk(rsa_key("second"))]
    rotated = signed(issuer.claims(), rsa_key("second"))
    assert (await signing_in.who(rotated)).status_code == 401
    monkeypatch.setattr("api.http.issuer_keys.UNKNOWN_SECONDS", 0.0)
    signing_in.authenticator.forget()
    assert (await signing_in.who(rotated)).status_code == 200
    assert (await signing_in.who(issuer.token())).status_code == 401
    assert issuer.asked == [*ASKED, *ASKED, *ASKED]
