"""JWTs of the issuer: which are believed. Everything that is wrong with one has the same answer."""

import asyncio
import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import hypothesis
from hypothesis import strategies

from api.http.claims import NotAccepted
from api.http.oidc import verifier
from api.settings import Settings
from tests.graphql_client import bearer
from tests.http.conftest import SigningIn
from tests.http.footprint import footprint
from tests.issuer import AUDIENCE, Issuer, an_issuer, ec_key, jwk, rsa_key, seconds, signed
from tests.people import NOW

HOUR = timedelta(hours=1)
CREATE = {"query": 'mutation { accountCreate(input: {name: "Acme"}) { outcome } }'}


def part(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def unsigned(issuer: Issuer, **header: Any) -> str:
    return f"{part({'alg': 'none', 'typ': 'JWT', **header})}.{part(issuer.claims())}."


def by_public_key(issuer: Issuer, form: str) -> str:
    """Signed with what everybody knows, as if it were a secret."""
    secret = rsa_key().as_pem(private=False) if form == "pem" else json.dumps(jwk(rsa_key())).encode()
    signed_part = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'first'})}.{part(issuer.claims())}"
    return f"{signed_part}.{part(hmac.digest(secret, signed_part.encode(), 'sha256'))}"


def of(**claims: Any) -> Callable[[Issuer], str]:
    return lambda issuer: issuer.token(**claims)


def headed(**header: Any) -> Callable[[Issuer], str]:
    return lambda issuer: signed(issuer.claims(), rsa_key(), **header)


def changed(at: int, value: Any) -> Callable[[Issuer], str]:
    """A good token of which one part was replaced after it was signed."""

    def forged(issuer: Issuer) -> str:
        parts = issuer.token().split(".")
        parts[at] = part(value(issuer) if callable(value) else value)
        return ".".join(parts)

    return forged


WRONG: dict[str, tuple[Callable[[Issuer], str], str]] = {
    "alg none": (unsigned, "not a signed JWT"),
    "alg none with a signature": (lambda issuer: unsigned(issuer) + "AAAA", "the algorithm is not accepted"),
    "alg nOnE": (lambda issuer: unsigned(issuer, alg="nOnE") + "AAAA", "the algorithm is not accepted"),
    "HS256 with the public key in PEM": (lambda issuer: by_public_key(issuer, "pem"), "the algorithm is not accepted"),
    "HS256 with the public JWK": (lambda issuer: by_public_key(issuer, "jwk"), "the algorithm is not accepted"),
    "an algorithm that is not allowed": (headed(alg="RS512"), "the algorithm is not accepted"),
    "no algorithm": (changed(0, {"typ": "JWT", "kid": "first"}), "the algorithm is not accepted"),
    "a list of algorithms": (changed(0, {"alg": ["RS256"], "kid": "first"}), "the algorithm is not accepted"),
    "ES256 with an RSA key": (changed(0, {"alg": "ES256", "kid": "first"}), "no key of the issuer fits"),
    "another key of this name": (
        lambda issuer: signed(issuer.claims(), rsa_key("other"), kid="first"),
        "the signature is wrong",
    ),
    "an unknown kid": (headed(kid="nobody"), "no key of the issuer fits"),
    "a kid that is a path": (headed(kid="../../../../dev/null"), "no key of the issuer fits"),
    "a kid that is SQL": (headed(kid="' UNION SELECT 'AAAA"), "no key of the issuer fits"),
    "a kid that is an address": (headed(kid="http://127.0.0.1:1/keys"), "no key of the issuer fits"),
    "a kid of 300 characters": (headed(kid="k" * 300), "the key id is malformed"),
    "a kid that is a number": (changed(0, {"alg": "RS256", "kid": 1}), "the key id is malformed"),
    "jku": (
        lambda issuer: signed(issuer.claims(), rsa_key("other"), kid="first", jku=f"{issuer.url}/other-keys"),
        "the header has what is not accepted",
    ),
    "x5u": (
        lambda issuer: signed(issuer.claims(), rsa_key("other"), kid="first", x5u=f"{issuer.url}/certificate"),
        "the header has what is not accepted",
    ),
    "its own key": (
        lambda issuer: signed(issuer.claims(), rsa_key("other"), jwk=jwk(rsa_key("other"))),
        "the header has what is not accepted",
    ),
    "crit": (changed(0, {"alg": "RS256", "kid": "first", "crit": ["exp"]}), "the header has what is not accepted"),
    "an empty crit": (changed(0, {"alg": "RS256", "kid": "first", "crit": []}), "the header has what is not accepted"),
    "b64": (changed(0, {"alg": "RS256", "kid": "first", "b64": False}), "the header has what is not accepted"),
    "a compressed JWE": (
        lambda _: f"{part({'alg': 'dir', 'enc': 'A256GCM', 'zip': 'DEF'})}..AA.AA.AA",
        "not a signed JWT",
    ),
    "a JWE": (lambda _: f"{part({'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}.AA.AA.AA.AA", "not a signed JWT"),
    "a JWS in JSON": (lambda issuer: json.dumps({"payload": part(issuer.claims())}), "not a signed JWT"),
    "a logout token": (headed(typ="logout+jwt"), "the type is not accepted"),
    "a security event": (
        of(events={"http://schemas.openid.net/event/backchannel-logout": {}}),
        "not a token to sign in with",
    ),
    "other claims than were signed": (
        changed(1, lambda issuer: issuer.claims("root")),
        "the signature is wrong",
    ),
    "a header twice": (changed(0, b'{"alg":"RS256","alg":"none","kid":"first"}'), "not JSON"),
    "claims that are a list": (lambda _: signed(b"[]", rsa_key()), "not a JSON object"),
    "claims with a NaN": (lambda _: signed(b'{"exp":NaN}', rsa_key()), "not JSON"),
    "no signature": (lambda issuer: issuer.token().rpartition(".")[0] + ".", "not a signed JWT"),
    "two parts": (lambda issuer: issuer.token().rpartition(".")[0], "not a signed JWT"),
    "a line break": (lambda issuer: issuer.token() + "=", "not a signed JWT"),
    "expired": (of(exp=seconds(NOW) - 30), "expired"),
    "expired long ago": (of(exp=0), "expired"),
    "no exp": (of(exp=None), "it never expires"),
    "a huge exp": (of(exp=seconds(NOW) + 86_431), "it is valid for too long"),
    "an exp of 1e300": (of(exp=1e300), "it is valid for too long"),
    "an exp with 30 digits": (of(exp=10**30), "not JSON"),
    "an exp that is a text": (of(exp=str(seconds(NOW) + 60)), "exp is not a time"),
    "an exp that is true": (of(exp=True), "exp is not a time"),
    "not yet valid": (of(nbf=seconds(NOW) + 31), "not valid yet"),
    "from the future": (of(iat=seconds(NOW) + 31), "not valid yet"),
    "an nbf that is a text": (of(nbf="0"), "nbf is not a time"),
    "another audience": (of(aud="another"), "another audience"),
    "a part of the audience": (of(aud="headless"), "another audience"),
    "a list of other audiences": (of(aud=["another", "headless-crm2"]), "another audience"),
    "a nested audience": (of(aud=[[AUDIENCE]]), "another audience"),
    "an empty list of audiences": (of(aud=[]), "another audience"),
    "fifty-one audiences": (of(aud=[AUDIENCE] * 51), "another audience"),
    "no audience": (of(aud=None), "another audience"),
    "another issuer": (of(iss="https://id.example.com"), "another issuer"),
    "the issuer with a slash": (lambda issuer: issuer.token(iss=f"{issuer.url}/"), "another issuer"),
    "a list of issuers": (lambda issuer: issuer.token(iss=[issuer.url]), "another issuer"),
    "no issuer": (of(iss=None), "another issuer"),
    "no subject": (of(sub=None), "no subject"),
    "an empty subject": (of(subject=""), "no subject"),
    "a subject that is a number": (of(sub=1), "no subject"),
    "a subject of 256 characters": (of(subject="s" * 256), "no subject"),
    "a subject with a NUL": (of(subject="ada\0"), "not JSON"),
    "a subject that looks like another": (of(subject="аda"), "no subject"),  # a Cyrillic а
    "ten kilobytes": (of(padding="x" * 10_000), ""),
    "an account that nobody is linked to": (of(subject="stranger"), "nobody is linked"),
    "an account in other letters": (of(subject="Ada"), "nobody is linked"),
    "an account with a space": (of(subject="ada "), "nobody is linked"),
    "somebody's e-mail address": (
        of(subject="stranger", email="ada.admin@example.com", email_verified=True),
        "nobody is linked",
    ),
}

RIGHT: dict[str, Callable[[Issuer], str]] = {
    "a list with one audience": of(aud=[AUDIENCE]),
    "a list of audiences": of(aud=["another", AUDIENCE]),
    "expired by less than the leeway": of(exp=seconds(NOW) - 29),
    "valid for as long as is allowed": of(exp=seconds(NOW) + 86_430),
    "half a second left": of(exp=seconds(NOW) + 0.5),
    "from a clock that is ahead": of(nbf=seconds(NOW) + 30, iat=seconds(NOW) + 30),
    "neither nbf nor iat": of(nbf=None, iat=None),
    "four kilobytes": of(padding="x" * 4_000),
    "the type of an access token": headed(typ="at+jwt"),
    "its media type": headed(typ="application/at+jwt"),
    "no type": headed(typ=None),
    "no kid where there is one key": headed(kid=None),
    "a header that nobody needs": headed(x5t="AAAA", nonce="1"),
}


def told(response: httpx.Response) -> tuple[Any, ...]:
    (error,) = response.json()["errors"]
    return response.status_code, response.headers["www-authenticate"], error["message"], set(error["extensions"])


async def test_a_linked_account_is_the_user_with_his_roles(signing_in: SigningIn, issuer: Issuer):
    await signing_in.link(signing_in.admin, issuer.url)

    response = await signing_in.who(issuer.token())

    assert (response.status_code, response.json()["data"]) == (
        200,
        {"viewer": {"name": "Ada Admin", "roles": ["admin"]}},
    )
    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]


async def test_every_wrong_jwt_has_the_same_answer_and_its_reason_in_the_log(signing_in: SigningIn, issuer: Issuer):
    await signing_in.link(signing_in.admin, issuer.url)
    issuer.answers["/other-keys"] = 200, json.dumps({"keys": [jwk(rsa_key("other"), kid="first")]}).encode()
    plain = await signing_in.post(CREATE, as_=None)
    before = await footprint(signing_in.connection, signing_in.admin.tenant_id)

    answers, reasons = {}, {}
    for name, (made, _) in WRONG.items():
        response = await signing_in.post(CREATE, as_=None, headers=bearer(made(issuer)))
        answers[name] = told(response)
        reasons[name] = signing_in.facts[-1].get("reason", "")

    assert reasons == {name: reason for name, (_, reason) in WRONG.items()}
    assert answers == dict.fromkeys(WRONG, told(plain))
    assert told(plain)[:2] == (401, "Bearer")
    assert set(issuer.asked) == {"/.well-known/openid-configuration", "/keys"}
    assert await footprint(signing_in.connection, signing_in.admin.tenant_id) == before


async def test_what_is_just_right_is_believed(signing_in: SigningIn, issuer: Issuer):
    await signing_in.link(signing_in.admin, issuer.url)

    found = {name: (await signing_in.who(made(issuer))).status_code for name, made in RIGHT.items()}

    assert found == dict.fromkeys(RIGHT, 200)


async def test_a_token_may_be_signed_with_a_curve(signing_in: SigningIn, issuer: Issuer):
    await signing_in.link(signing_in.admin, issuer.url)
    issuer.keys.append(jwk(ec_key()))

    assert (await signing_in.who(signed(issuer.claims(), ec_key(), alg="ES256"))).status_code == 200


async def test_our_own_tokens_open_beside_jwts(signing_in: SigningIn, issuer: Issuer):
    assert (await signing_in("{ viewer { name } }"))["viewer"] == {"name": "Ada Admin"}
    assert issuer.asked == []


async def test_a_long_header_is_for_jwts_only(signing_in: SigningIn):
    response = await signing_in.post(CREATE, as_=None, headers=bearer("crm_" + "x" * 300))

    assert (response.status_code, signing_in.facts[0].get("reason")) == (401, None)


async def test_what_a_user_does_by_jwt_is_his(signing_in: SigningIn, issuer: Issuer):
    await signing_in.link(signing_in.admin, issuer.url)
    query = (
        'mutation { accountCreate(input: {name: "Acme"}) { account { history { nodes { actor { kind name } } } } } }'
    )

    response = await signing_in.post({"query": query}, as_=None, headers=bearer(issuer.token()))

    (change,) = response.json()["data"]["accountCreate"]["account"]["history"]["nodes"]
    assert change["actor"] == {"kind": "STAFF", "name": "Ada Admin"}


JSON_VALUES = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.floats() | strategies.text(),
    lambda inner: strategies.lists(inner, max_size=3) | strategies.dictionaries(strategies.text(), inner, max_size=3),
    max_leaves=5,
)
HEADERS = strategies.dictionaries(strategies.sampled_from("alg kid typ cty crit jwk x5c x5t".split()), JSON_VALUES)
CLAIMS = strategies.dictionaries(strategies.sampled_from("iss aud sub exp nbf iat events email".split()), JSON_VALUES)


def test_whatever_a_token_says_it_is_believed_or_not():
    """Nothing in a token, signed or not, makes the verifier fail otherwise than it is to."""
    with an_issuer() as issuer:
        settings = Settings(oidc_issuer=issuer.url, oidc_audience=AUDIENCE)
        verify = verifier(settings, now=lambda: NOW).verify
        asyncio.run(verify(issuer.token()))
        outcomes = set()

        @hypothesis.settings(max_examples=80, database=None, deadline=None)
        @hypothesis.given(HEADERS, CLAIMS, strategies.booleans())
        def believed(header: dict[str, Any], claims: dict[str, Any], correct: bool) -> None:
            all_claims = {**issuer.claims(), **claims}
            token = signed(all_claims, rsa_key()) if correct else forged(header, all_claims)
            try:
                asyncio.run(verify(token))
                outcomes.add("believed")
            except NotAccepted as error:
                outcomes.add(str(error))

        def forged(header: dict[str, Any], claims: dict[str, Any]) -> str:
            return f"{part({'alg': 'RS256', 'kid': 'first', **header})}.{part(claims)}.AAAA"

        believed()

    assert {"believed", "the signature is wrong", "another issuer"} <= outcomes


async def test_a_token_of_which_any_letter_was_changed_is_not_believed(issuer: Issuer):
    verify = verifier(Settings(oidc_issuer=issuer.url, oidc_audience=AUDIENCE), now=lambda: NOW).verify
    token = issuer.token()
    believed = []
    for at in range(len(token) - 1):  # the last digit has bits that no byte is made of
        changed_token = f"{token[:at]}{'A' if token[at] != 'A' else 'B'}{token[at + 1 :]}"
        try:
            await verify(changed_token)
        except NotAccepted:
            continue
        believed.append(at)
    assert believed == []
