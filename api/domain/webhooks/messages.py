"""What is sent, and its signatures, as the specification Standard Webhooks has them.

Signed is `<webhook-id>.<webhook-timestamp>.<body>`; while a secret is being replaced there is a signature by each.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

PREFIX = "whsec_"
SECRET_BYTES = 32
LONGEST_BODY = 20_000


class TooLarge(Exception):
    """A body has more bytes than receivers have to expect."""

    def __init__(self, size: int) -> None:
        super().__init__(
            f"the body has {size:,} bytes and at most {LONGEST_BODY:,} are sent: ask for less in the document, "
            "read this event from `events`"
        )


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """A secret as receivers configure it.

    >>> shown(bytes(24))
    'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    """
    return PREFIX + base64.b64encode(secret).decode()


def body(type: str, occurred_at: datetime, data: bytes) -> bytes:
    """`data` is JSON already.

    Raises:
        TooLarge: more than 20,000 bytes.

    >>> body("contact.updated", datetime(2026, 3, 2, 9, 15, tzinfo=UTC), b"{}")
    b'{"type":"contact.updated","timestamp":"2026-03-02T09:15:00Z","data":{}}'
    """
    timestamp = occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    made = b'{"type":%s,"timestamp":%s,"data":%s}' % (json.dumps(type).encode(), json.dumps(timestamp).encode(), data)
    if len(made) > LONGEST_BODY:
        raise TooLarge(len(made))
    return made


def signed(id: str, timestamp: int, body: bytes, keys: Sequence[bytes]) -> list[tuple[str, str]]:
    """The headers of one attempt at `timestamp`, in seconds since 1970."""
    content = b".".join((id.encode(), str(timestamp).encode(), body))
    signatures = [f"v1,{base64.b64encode(hmac.digest(key, content, 'sha256')).decode()}" for key in keys]
    return [
        ("webhook-id", id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", " ".join(signatures)),
    ]
