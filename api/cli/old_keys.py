"""What in the database still needs a key of `CRM_SECRET_KEY_PREVIOUS`."""

from __future__ import annotations

from collections import Counter

import asyncpg

from api.db.secret_files import secret_key
from api.db.urls import Urls
from api.domain import tokens, webhooks
from api.settings import Settings

from .database import CONNECT_SECONDS, Database

# What is revoked, expired or used is needed by nobody.
MADE_BEFORE = """
SELECT (SELECT count(*) FROM tokens
         WHERE pepper_version <> $1 AND revoked_at IS NULL AND archived_at IS NULL
           AND (expires_at IS NULL OR expires_at > now())) AS tokens,
       (SELECT count(*) FROM invitations
         WHERE pepper_version <> $1 AND accepted_at IS NULL AND archived_at IS NULL AND expires_at > now())
       AS invitations,
       (SELECT count(*) FROM webhook_secrets AS s
          JOIN webhook_endpoints AS e ON e.tenant_id = s.tenant_id AND e.id = s.endpoint_id
         WHERE s.key_version <> $2 AND e.archived_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > now()))
       AS webhooks"""


async def made_before(settings: Settings, urls: Urls) -> Counter[str]:
    """How many tokens, invitations and secrets of webhooks in use were not made with the present key."""
    secret = secret_key(settings.data_dir, settings)
    numbers = tokens.number_of(tokens.pepper(secret)), webhooks.Sealer(secret).number
    found: Counter[str] = Counter()
    connection = await asyncpg.connect(urls.app, timeout=CONNECT_SECONDS, command_timeout=CONNECT_SECONDS)
    try:
        for tenant in await Database(settings, urls).tenants():
            async with connection.transaction(readonly=True):
                await connection.execute("SELECT set_config('crm.tenant', $1, true)", str(tenant.id))
                for row in await connection.fetch(MADE_BEFORE, *numbers):
                    found.update(dict(row))
    finally:
        await connection.close()
    return found
