"""Partner users see what is shared in their subtree; memberships know that their review is due.

Why: issue 7. The scope SUBTREE reached what the accounts below do, but neither these accounts nor what is shared with
     them; and nobody was told that the day of a review had come.
Locks: partner_memberships, and what outsiders read, for an instant.  Reversible: yes.
       Safe with the previous release: yes, it looks itself, with the narrower rule.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.steps import script

revision = "2026_11_22_1423_partner_users_see_in_their_subtree_reviews_that_are_due"
down_revision = "2026_11_22_1421_commissions"

OF_SUBTREE = """\
ALTER POLICY outside ON accounts USING (tenant_id = (SELECT NULLIF(current_setting('crm.tenant',
    true), '')::uuid) AND (accounts.archived_at IS NULL AND (accounts.id IN (SELECT share.object_id
    FROM record_shares AS share WHERE share.tenant_id = (SELECT
    CAST(nullif(current_setting('crm.tenant', true), '') AS UUID) AS nullif_1) AND share.object_type
    = 'account' AND (share.contact_id = (SELECT CAST(nullif(current_setting('crm.principal', true),
    '') AS UUID) AS nullif_2) OR share.account_id = (SELECT
    CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3) OR share.account_id
    = ANY (array((SELECT reach.id FROM crm_partner_reach((SELECT
    CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_2), (SELECT
    CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3), false) AS reach))))
    AND share.revoked_at IS NULL AND (share.expires_at IS NULL OR share.expires_at >
    statement_timestamp()) UNION ALL SELECT (SELECT CAST(nullif(current_setting('crm.account',
    true), '') AS UUID) AS nullif_3) AS anon_1 UNION ALL SELECT reach.id FROM
    crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS
    nullif_2), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3),
    true) AS reach)) IS true));
ALTER POLICY outside ON contacts USING (tenant_id = (SELECT NULLIF(current_setting('crm.tenant',
    true), '')::uuid) AND (contacts.archived_at IS NULL AND (contacts.id IN (SELECT share.object_id
    FROM record_shares AS share WHERE share.tenant_id = (SELECT
    CAST(nullif(current_setting('crm.tenant', true), '') AS UUID) AS nullif_1) AND share.object_type
    = 'contact' AND (share.contact_id = (SELECT CAST(nullif(current_setting('crm.principal', true),
    '') AS UUID) AS nullif_2) OR share.account_id = (SELECT
    CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3) OR share.account_id
    = ANY (array((SELECT reach.id FROM crm_partner_reach((SELECT
    CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_2), (SELECT
    CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3), false) AS reach))))
    AND share.revoked_at IS NULL AND (share.expires_at IS NULL OR share.expires_at >
    statement_timestamp()) UNION ALL SELECT (SELECT CAST(nullif(current_setting('crm.principal',
    true), '') AS UUID) AS nullif_2) AS anon_1)) IS true));
ALTER POLICY outside ON opportunities USING (tenant_id = (SELECT
    NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (opportunities.archived_at IS NULL
    AND (opportunities.id IN (SELECT share.object_id FROM record_shares AS share WHERE
    share.tenant_id = (SELECT CAST(nullif(current_setting('crm.tenant', true), '') AS UUID) AS
    nullif_1) AND share.object_type = 'opportunity' AND (share.contact_id = (SELECT
    CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_2) OR
    share.account_id = (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS
    nullif_3) OR share.account_id = ANY (array((SELECT reach.id FROM crm_partner_reach((SELECT
    CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_2), (SELECT
    CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3), false) AS reach))))
    AND share.revoked_at IS NULL AND (share.expires_at IS NULL OR share.expires_at >
    statement_timestamp()))) IS true));
ALTER POLICY outside ON record_shares USING (tenant_id = (SELECT
    NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (contact_id = (SELECT
    NULLIF(current_setting('crm.principal', true), '')::uuid) OR account_id = (SELECT
    NULLIF(current_setting('crm.account', true), '')::uuid) OR account_id = ANY (array((SELECT
    reach.id FROM crm_partner_reach((SELECT NULLIF(current_setting('crm.principal', true),
    '')::uuid), (SELECT NULLIF(current_setting('crm.account', true), '')::uuid), false) AS
    reach)))));
"""

OF_ACCOUNT = """\
ALTER POLICY outside ON accounts USING (tenant_id = (SELECT NULLIF(current_setting('crm.tenant',
    true), '')::uuid) AND (accounts.archived_at IS NULL AND (accounts.id IN (SELECT share.object_id
    FROM record_shares AS share WHERE share.tenant_id = (SELECT
    CAST(nullif(current_setting('crm.tenant', true), '') AS UUID) AS nullif_1) AND share.object_type
    = 'account' AND (share.contact_id = (SELECT CAST(nullif(current_setting('crm.principal', true),
    '') AS UUID) AS nullif_2) OR share.account_id = (SELECT
    CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3)) AND
    share.revoked_at IS NULL AND (share.expires_at IS NULL OR share.expires_at >
    statement_timestamp()) UNION ALL SELECT (SELECT CAST(nullif(current_setting('crm.account',
    true), '') AS UUID) AS nullif_3) AS anon_1)) IS true));
ALTER POLICY outside ON contacts USING (tenant_id = (SELECT NULLIF(current_setting('crm.tenant',
    true), '')::uuid) AND (contacts.archived_at IS NULL AND (contacts.id IN (SELECT share.object_id
    FROM record_shares AS share WHERE share.tenant_id = (SELECT
    CAST(nullif(current_setting('crm.tenant', true), '') AS UUID) AS nullif_1) AND share.object_type
    = 'contact' AND (share.contact_id = (SELECT CAST(nullif(current_setting('crm.principal', true),
    '') AS UUID) AS nullif_2) OR share.account_id = (SELECT
    CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3)) AND
    share.revoked_at IS NULL AND (share.expires_at IS NULL OR share.expires_at >
    statement_timestamp()) UNION ALL SELECT (SELECT CAST(nullif(current_setting('crm.principal',
    true), '') AS UUID) AS nullif_2) AS anon_1)) IS true));
ALTER POLICY outside ON opportunities USING (tenant_id = (SELECT
    NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (opportunities.archived_at IS NULL
    AND (opportunities.id IN (SELECT share.object_id FROM record_shares AS share WHERE
    share.tenant_id = (SELECT CAST(nullif(current_setting('crm.tenant', true), '') AS UUID) AS
    nullif_1) AND share.object_type = 'opportunity' AND (share.contact_id = (SELECT
    CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_2) OR
    share.account_id = (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS
    nullif_3)) AND share.revoked_at IS NULL AND (share.expires_at IS NULL OR share.expires_at >
    statement_timestamp()))) IS true));
ALTER POLICY outside ON record_shares USING (tenant_id = (SELECT
    NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (contact_id = (SELECT
    NULLIF(current_setting('crm.principal', true), '')::uuid) OR account_id = (SELECT
    NULLIF(current_setting('crm.account', true), '')::uuid)));
"""

# Programs are new with this release: the table is empty, or small.
REVIEWS = """\
-- squawk-ignore ban-drop-default
ALTER TABLE partner_memberships ALTER COLUMN is_review_due DROP DEFAULT;
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE partner_memberships VALIDATE CONSTRAINT ck_partner_memberships_review_due;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_partner_memberships_is_review_due ON partner_memberships (tenant_id, is_review_due)
    WHERE archived_at IS NULL;
GRANT UPDATE (is_review_due) ON partner_memberships TO crm_app;
"""


def upgrade() -> None:
    op.add_column(
        "partner_memberships", sa.Column("is_review_due", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_check_constraint(
        op.f("ck_partner_memberships_review_due"),
        "partner_memberships",
        "NOT is_review_due OR review_on IS NOT NULL",
        postgresql_not_valid=True,
    )
    script(REVIEWS)
    script(OF_SUBTREE)


def downgrade() -> None:
    script(OF_ACCOUNT)
    op.drop_index(
        "ix_partner_memberships_is_review_due",
        table_name="partner_memberships",
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.drop_constraint(op.f("ck_partner_memberships_review_due"), "partner_memberships")
    op.drop_column("partner_memberships", "is_review_due")
