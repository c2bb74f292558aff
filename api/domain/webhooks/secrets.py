"""Secrets that must be had again, sealed so that a copy of the database does not tell them.

AES-256-GCM; the key is one of the tenant, derived from `CRM_SECRET_KEY`; tenant, endpoint and secret are bound to the
text, so that a sealed secret moved to another row does not open.
"""

import hmac
import secrets
from contextlib import suppress
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.domain.kernel.keys import number_of
from api.settings import every_key

NONCE_BYTES = 12


class CannotOpen(Exception):
    """A sealed secret belongs to another row or another `CRM_SECRET_KEY`, or was changed."""


class Sealer:
    def __init__(self, secret_key: bytes) -> None:
        """`secret_key`: that of the installation; the keys in use are derived from it and of no other use.

        What was sealed with a key before it opens, too.
        """
        self._masters = [
            hmac.digest(key, b"headless-crm webhook secrets v1", "sha256") for key in every_key(secret_key)
        ]
        self.number = number_of(self._masters[0])

    def seal(self, plain: bytes, *, tenant: UUID, endpoint: UUID, id: UUID) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + cipher(self._masters[0], tenant).encrypt(nonce, plain, bound(tenant, endpoint, id))

    def open(self, sealed: bytes, *, tenant: UUID, endpoint: UUID, id: UUID) -> bytes:
        """Raises CannotOpen."""
        nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        for master in self._masters:
            with suppress(InvalidTag, ValueError):
                return cipher(master, tenant).decrypt(nonce, text, bound(tenant, endpoint, id))
        raise CannotOpen(f"the secret {id} of webhook endpoint {endpoint} does not open")


def cipher(master: bytes, tenant: UUID) -> AESGCM:
    return AESGCM(hmac.digest(master, tenant.bytes, "sha256"))


def bound(tenant: UUID, endpoint: UUID, id: UUID) -> bytes:
    return tenant.bytes + endpoint.bytes + id.bytes
