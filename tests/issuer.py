"""An issuer of JWTs on this machine: real HTTP, real keys, everything that one could do wrong."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from tests.people import NOW

AUDIENCE = "headless-crm"
Key = RSAKey | ECKey | OctKey


@cache
def rsa_key(name: str = "first", bits: int = 2048) -> RSAKey:
    return RSAKey.generate_key(bits, {"kid": name})


@cache
def ec_key(name: str = "curve", curve: Any = "P-256") -> ECKey:
    return ECKey.generate_key(curve, {"kid": name})


def jwk(key: Key, **members: Any) -> dict[str, Any]:
    """Its public part, as an issuer publishes it."""
    return {**key.as_dict(private=False), "use": "sig", **members}


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def signed(claims: Mapping[str, Any] | bytes, key: Key, **header: Any) -> str:
    """A JWS with any header: None leaves a member out."""
    given = {"alg": "RS256", "typ": "JWT", "kid": key.kid, **header}
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    registry = jws.JWSRegistry(algorithms=[given["alg"]], strict_check_header=False)
    registry.max_header_length = 20_000
    kept = {name: value for name, value in given.items() if value is not None}
    return jws.serialize_compact(kept, payload, key, [given["alg"]], registry)


@dataclass
class Issuer:
    """What it answers may be changed at any time; `asked` are the paths in the order in which they were asked for."""

    url: str
    keys: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # by path, instead of the usual
    asked: list[str] = field(default_factory=list)

    def claims(self, subject: str = "ada", **claims: Any) -> dict[str, Any]:
        """Those of a token of this moment, valid for ten minutes; None leaves one out."""
        given = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": seconds(NOW),
            "nbf": seconds(NOW),
            "exp": seconds(NOW + timedelta(minutes=10)),
            **claims,
        }
        return {name: value for name, value in given.items() if value is not None}

    def token(self, subject: str = "ada", **claims: Any) -> str:
        return signed(self.claims(subject, **claims), rsa_key())

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            return 200, json.dumps({"issuer": self.url, "jwks_uri": f"{self.url}/keys"}).encode()
        if path == "/keys":
            return 200, json.dumps({"keys": self.keys}).encode()
        return 404, b"{}"


@contextmanager
def an_issuer() -> Iterator[Issuer]:
    """It publishes one RSA key. While `with` is left it is silent: nobody listens there."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = issuer.answer(self.path)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("location", body.decode())
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = Issuer(f"http://127.0.0.1:{server.server_port}", [jwk(rsa_key())])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
