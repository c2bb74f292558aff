"""The text a caller shows, and what of it is stored.

`crm_pat_<key 16>_<secret 43><checksum 6>` for a person, `crm_int_…` for an integration, `crm_ptr_…` and `crm_cus_…`
for outsiders, `crm_inv_…` for an invitation, which is no token; everything behind the prefix is base62. The key finds
the row, the secret proves who asks, the checksum tells a typing error without the database. Only a keyed hash of the
secret is stored: whoever reads the table cannot log in.
"""

import hmac
import re
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.domain.kernel.keys import UNNUMBERED, number_of
from api.settings import every_key

from .models import TokenKind

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
INVITATION = "INVITATION"  # the kind of a credential that is no token
PREFIXES: Mapping[str, str] = {
    TokenKind.STAFF: "crm_pat",
    TokenKind.INTEGRATION: "crm_int",
    TokenKind.PARTNER: "crm_ptr",
    TokenKind.CUSTOMER: "crm_cus",
    INVITATION: "crm_inv",
}
KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}
SECRET_BYTES, SECRET_LENGTH = 32, 43
KEY_LENGTH = 16
CHECKSUM_LENGTH = 6
SHAPE = re.compile(
    rf"(crm_[a-z]{{3}})_([0-9A-Za-z]{{{KEY_LENGTH}}})_([0-9A-Za-z]{{{SECRET_LENGTH}}})([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})"
)


@dataclass(frozen=True)
class Credential:
    """A well-formed credential; whether it opens anything is for the database to say."""

    kind: str
    key: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        body = f"{PREFIXES[self.kind]}_{self.key}_{self.secret}"
        return body + checksum(body)

    def digest(self, pepper: bytes) -> bytes:
        return hmac.digest(pepper, self.secret.encode(), "sha256")


def new_credential(kind: str) -> Credential:
    key = "".join(secrets.choice(DIGITS) for _ in range(KEY_LENGTH))
    return Credential(kind, key, base62(secrets.token_bytes(SECRET_BYTES), SECRET_LENGTH))


def parse_credential(text: str) -> Credential | None:
    """The credential, or None if the text cannot be one: wrong shape, unknown prefix, wrong checksum."""
    match = SHAPE.fullmatch(text)
    if match is None or match[1] not in KINDS or checksum(text[:-CHECKSUM_LENGTH]) != match[4]:
        return None
    return Credential(KINDS[match[1]], match[2], match[3])


def matches(credential: Credential, digest: bytes, *peppers: bytes) -> bool:
    """Whether the stored digest is of this secret, in a time that does not depend on where they differ."""
    return any(hmac.compare_digest(credential.digest(pepper), digest) for pepper in peppers)


def pepper(secret_key: bytes) -> bytes:
    """The key of the digests, derived so that it is of no use for cursors, which the same secret key signs."""
    return hmac.digest(secret_key, b"headless-crm token pepper v1", "sha256")


def peppers(secret_key: bytes) -> Mapping[int, tuple[bytes, ...]]:
    """By the `pepper_version` of a stored digest those it may have been made with."""
    known = [pepper(key) for key in every_key(secret_key)]
    return {UNNUMBERED: tuple(known), **{number_of(one): (one,) for one in known}}


def checksum(body: str) -> str:
    return base62(zlib.crc32(body.encode()).to_bytes(4, "big"), CHECKSUM_LENGTH)


def base62(value: bytes, length: int) -> str:
    """A fixed number of digits, the most significant first.

    >>> base62(bytes([1, 0]), 4)
    '0048'
    """
    number = int.from_bytes(value, "big")
    found = []
    for _ in range(length):
        number, digit = divmod(number, len(DIGITS))
        found.append(DIGITS[digit])
    return "".join(reversed(found))
