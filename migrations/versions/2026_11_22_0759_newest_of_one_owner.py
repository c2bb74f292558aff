"""The index of owners holds their records in the order in which they were made.

Why: issue 5. The newest records of one owner, where a sales rep's lists begin, were found by sorting all of his.
Locks: accounts, contacts and opportunities, while their index is made: 0.1 s for 100,000 rows.
       Reversible: yes.  Safe with the previous release: yes.
"""

from __future__ import annotations

from api.db.steps import script

revision = "2026_11_22_0759_newest_of_one_owner"
down_revision = "2026_11_22_0745_outsiders_are_found_at_once"

# Not concurrently, which a transaction cannot: so short a wait is nobody's trouble.
NEWEST = """\
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ix_accounts_owner_id;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_accounts_owner_id ON accounts (tenant_id, owner_id, created_at, id) WHERE archived_at IS NULL;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ix_contacts_owner_id;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_contacts_owner_id ON contacts (tenant_id, owner_id, created_at, id) WHERE archived_at IS NULL;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ix_opportunities_owner_id;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_opportunities_owner_id ON opportunities (tenant_id, owner_id, created_at, id) WHERE archived_at IS NULL;
"""

ANY = """\
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ix_accounts_owner_id;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_accounts_owner_id ON accounts (tenant_id, owner_id) WHERE archived_at IS NULL;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ix_contacts_owner_id;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_contacts_owner_id ON contacts (tenant_id, owner_id) WHERE archived_at IS NULL;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ix_opportunities_owner_id;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_opportunities_owner_id ON opportunities (tenant_id, owner_id) WHERE archived_at IS NULL;
"""


def upgrade() -> None:
    script(NEWEST)


def downgrade() -> None:
    script(ANY)
