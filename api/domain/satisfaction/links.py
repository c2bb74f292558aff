"""The signed text of a link: which request it is of, and a proof that we made it.

base64url of tenant (16 bytes), request (16) and the first 16 bytes of an HMAC-SHA256 over both. The key is derived from
`CRM_SECRET_KEY`; links made with a key before it open, too. The end of its validity stands with the request.
"""

import base64
import binascii
import hmac
import re
from uuid import UUID

from api.settings import every_key

ID, SEAL = 16, 16
SHAPE = re.compile(r"[A-Za-z0-9_-]{64}", re.ASCII)


def sign(secret_key: bytes, tenant: UUID, request: UUID) -> str:
    body = tenant.bytes + request.bytes
    return base64.urlsafe_b64encode(body + seal(every_key(secret_key)[0], body)).decode()


def opened(secret_key: bytes, text: str) -> tuple[UUID, UUID] | None:
    """Tenant and request of a text that we signed; None for any other."""
    if not SHAPE.fullmatch(text):
        return None
    try:
        whole = base64.b64decode(text, altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    body, shown = whole[: 2 * ID], whole[2 * ID :]
    if not any(hmac.compare_digest(seal(key, body), shown) for key in every_key(secret_key)):
        return None
    return UUID(bytes=body[:ID]), UUID(bytes=body[ID:])


def seal(key: bytes, body: bytes) -> bytes:
    derived = hmac.digest(key, b"headless-crm satisfaction links v1", "sha256")
    return hmac.digest(derived, body, "sha256")[:SEAL]
