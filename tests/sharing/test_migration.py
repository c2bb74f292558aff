"""What the migrations make of tokens that partners hold already."""

import asyncio

from api.db import migrations
from tests.cluster import Cluster
from tests.db.sessions import ask

BEFORE = "2026_11_22_0444_sharing_with_outsiders"
AFTER = "2026_11_22_0621_a_partner_s_token_is_for_one_account"
FILL = """
WITH tenant AS (
    INSERT INTO tenants (id, name, currency, zone, fiscal_year_start, created_at)
    SELECT gen_random_uuid(), name, 'USD', 'UTC', 1, now() FROM unnest(ARRAY['Acme', 'Initech']) AS name
    RETURNING id, name
), account AS (
    INSERT INTO accounts (tenant_id, id, name, name_sort, type, version, created_at, updated_at)
    SELECT id, gen_random_uuid(), 'Globex of ' || name, '', 'PARTNER', 1, now(), now() FROM tenant
    RETURNING tenant_id, id
), contact AS (
    INSERT INTO contacts (tenant_id, id, name, name_sort, last_name, last_name_sort, account_id, version, created_at,
                          updated_at)
    SELECT tenant_id, gen_random_uuid(), person, '', person, '', CASE WHEN person <> 'Loose' THEN id END, 1, now(),
           now()
      FROM account, unnest(ARRAY['Partner', 'Customer', 'Loose']) AS person
    RETURNING tenant_id, id, name
)
INSERT INTO tokens (tenant_id, id, name, key, digest, pepper_version, kind, contact_id, version, created_at, updated_at)
SELECT tenant_id, gen_random_uuid(), name, lpad(row_number() OVER ()::text, 16, 'k'), sha256('secret'), 1,
       CASE name WHEN 'Customer' THEN 'CUSTOMER' ELSE 'PARTNER' END, id, 1, now(), now()
  FROM contact
"""
TIED = """
SELECT string_agg(concat_ws(' ', tenants.name, tokens.name, accounts.name), '; ' ORDER BY tenants.name, tokens.name)
  FROM tokens JOIN tenants ON tenants.id = tokens.tenant_id
  LEFT JOIN accounts ON accounts.tenant_id = tokens.tenant_id AND accounts.id = tokens.account_id
"""


async def test_partners_tokens_are_tied_to_the_account_of_their_contact(empty_database: str, cluster: Cluster):
    url, superuser = cluster.urls(empty_database).migration, cluster.superuser_url(empty_database)
    await asyncio.to_thread(migrations.upgrade, url, BEFORE)
    await ask(superuser, FILL, "SELECT 1")

    await asyncio.to_thread(migrations.upgrade, url, AFTER)

    assert await ask(superuser, TIED) == (
        "Acme Customer; Acme Partner Globex of Acme; Initech Customer; Initech Partner Globex of Initech"
    )
    await asyncio.to_thread(migrations.downgrade, url, BEFORE)
    assert await ask(superuser, "SELECT count(*) FROM tokens") == 4
