"""Signatures of webhooks, as the specification Standard Webhooks has them.

Signed is `<webhook-id>.<webhook-timestamp>.<body>`; while a secret is being replaced there is a signature by each.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """A secret as receivers configure it.

    >>> shown(bytes(24))
    'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    """
    return PREFIX + base64.b64encode(secret).decode()


def signed(id: str, timestamp: int, body: bytes, keys: Sequence[bytes]) -> list[tuple[str, str]]:
    """The headers of one attempt at `timestamp`, in seconds since 1970."""
    content = b".".join((id.encode(), str(timestamp).encode(), body))
    signatures = [f"v1,{base64.b64encode(hmac.digest(key, content, 'sha256')).decode()}" for key in keys]
    return [
        ("webhook-id", id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", " ".join(signatures)),
    ]
