"""Cursors: the sort values of a row, sealed.

A cursor is base64url of: version (1 byte) · hash of connection field and sort (4) · JSON array of the sort values as
text, the id last · first 8 bytes of an HMAC-SHA256 over all of that. The HMAC key is derived from the server's
secret, the tenant and the hash, so that a cursor is worth nothing in another tenant, connection or order.
PostgreSQL writes cursors while it reads the rows; Python only checks those that come back.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, LargeBinary, Text, cast, extract, func, literal_column

from .catalog import Scope
from .errors import RequestError
from .ir import Order, Read
from .request import Getter, Request

VERSION = b"\x01"
SEAL = 8
BLOCK = 64
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OLDEST, NEWEST = -2_208_988_800_000_000, 7_258_118_400_000_000  # 1900 and 2200 in microseconds


class Seal:
    """What one connection in one order puts into, and expects of, its cursors."""

    def __init__(self, owner: str, order: tuple[Order, ...]) -> None:
        self.order = order
        keys = [(key.column, key.descending, key.nulls_first) for key in order]
        mark = VERSION + hashlib.sha256(repr((owner, keys)).encode()).digest()[:4]
        self.mark = mark
        self.marked: Getter = lambda _request: mark
        self.inner: Getter = self.padded(0x36)
        self.outer: Getter = self.padded(0x5C)

    def key(self, request: Request) -> bytes:
        return self.derived(request.secret, request)

    def derived(self, secret: bytes, request: Request) -> bytes:
        return hmac.digest(secret, b"cursor" + request.tenant.bytes + self.mark, "sha256").ljust(BLOCK, b"\0")

    def sealed(self, body: bytes, seal: bytes, request: Request) -> bool:
        """Whether this list wrote the cursor, now or with a secret before."""
        keys = (self.derived(secret, request) for secret in (request.secret, *request.former))
        return any(hmac.compare_digest(seal, hmac.digest(key, body, "sha256")[:SEAL]) for key in keys)

    def padded(self, byte: int) -> Getter:
        return lambda request: bytes(one ^ byte for one in self.key(request))

    def written(self, row: Any, scope: Scope) -> ColumnElement[Any]:
        """SQL: the cursor of a row."""
        values = [text_of(getattr(row, key.column), key.kind) for key in self.order]
        body = func.convert_to(cast(func.json_build_array(*values), Text), literal_column("'UTF8'"))
        message = scope.bind(self.marked, LargeBinary).op("||")(body)
        inner = func.sha256(scope.bind(self.inner, LargeBinary).op("||")(message))
        seal = func.sha256(scope.bind(self.outer, LargeBinary).op("||")(inner))
        sealed = message.op("||")(func.substr(seal, literal_column("1"), literal_column(str(SEAL))))
        encoded = func.encode(sealed, literal_column("'base64'"))
        return func.translate(encoded, literal_column("E'+/=\\n'"), literal_column("'-_'"))

    def read(self, get: Getter, name: str, read: Read) -> "Opened":
        return Opened(self, get, name, read)


@dataclass(frozen=True)
class Opened:
    """A cursor argument: `value(i)` is the getter of its i-th sort value."""

    seal: Seal
    get: Getter
    name: str
    read: Read

    def value(self, at: int) -> Getter:
        return lambda request: self.values(request)[at]

    def values(self, request: Request) -> Sequence[Any]:
        """The sort values, typed as their columns.

        Raises:
            RequestError: BAD_CURSOR for anything this connection did not write for this tenant and order.
        """
        try:
            text = self.get(request)
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            if base64.urlsafe_b64encode(raw).rstrip(b"=") != text.encode():
                raise self.error()
            body, seal = raw[:-SEAL], raw[-SEAL:]
            # Python skips what is not base64; only the one text that PostgreSQL wrote is the cursor.
            written = base64.urlsafe_b64encode(raw).rstrip(b"=") == text.encode()
            if not written or not body.startswith(self.seal.mark):
                raise self.error()
            if not self.seal.sealed(body, seal, request):
                raise self.error()
            values = json.loads(body[len(self.seal.mark) :])
            return [value_of(value, key.kind) for value, key in zip(values, self.seal.order, strict=True)]
        except (binascii.Error, ValueError, TypeError, OverflowError) as error:
            raise self.error() from error

    def error(self) -> RequestError:
        message = f"{self.name} is not a cursor of this list in this order; start again without it"
        return RequestError("BAD_CURSOR", message, (self.name,), [self.read.node])


def text_of(value: ColumnElement[Any], kind: str) -> ColumnElement[Any]:
    """SQL: a sort value as text, with the database's full precision."""
    if kind == "timestamp":
        return cast(cast(extract("epoch", value) * literal_column("1000000"), BigInteger), Text)
    if kind == "date":  # a cast would follow the server's DateStyle
        return func.to_char(value, literal_column("'YYYY-MM-DD'"))
    return value if kind == "text" else cast(value, Text)


def value_of(text: str | None, kind: str) -> Any:
    """A sort value from its text in a cursor."""
    return None if text is None else VALUES.get(kind, str)(text)


def instant(text: str) -> datetime:
    micros = int(text)
    if not OLDEST <= micros <= NEWEST:
        raise ValueError(text)
    return EPOCH + timedelta(microseconds=micros)


VALUES: dict[str, Callable[[str], Any]] = {
    "timestamp": instant,
    "date": date.fromisoformat,
    "int": int,
    "bigint": int,
    "money": int,
    "uuid": UUID,
    "bool": lambda text: text == "true",
}
