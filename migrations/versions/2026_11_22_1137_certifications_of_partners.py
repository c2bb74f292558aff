"""Certifications, who has them and how many a tier takes; which partners have a part in a sale.

Why: issue 7. Tiers are earned by what a partner has sourced and learned; what is missing is listed.
Locks: roles' rights, while channel_manager and read_only get theirs.  Reversible: yes, all of it is lost.
       Safe with the previous release: yes, it does not know of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.steps import script, unforced

revision = "2026_11_22_1137_certifications_of_partners"
down_revision = "2026_11_22_1124_market_development_funds"


# As they were shipped at this time, for the tenants there are.
RIGHTS = """\
INSERT INTO role_rights (tenant_id, role_id, object, read, write, "create", "delete", export)
SELECT role.tenant_id, role.id, cell.object, cell.read, cell.write, cell.creates, cell.deletes, cell.exports
  FROM roles AS role JOIN (VALUES
    ('channel_manager', 'certification', 'ALL', 'ALL', true, true, true),
    ('read_only', 'certification', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'partner_certification', 'ALL', 'ALL', true, true, true),
    ('read_only', 'partner_certification', 'ALL', 'NONE', false, false, false)
) AS cell (name, object, read, write, creates, deletes, exports) ON cell.name = role.name
 WHERE role.archived_at IS NULL
ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    op.create_table(
        "certifications",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("description", sa.Text(collation="C"), nullable=True),
        sa.Column("valid_months", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("valid_months BETWEEN 1 AND 120", name=op.f("ck_certifications_valid_months")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_certifications")),
    )
    op.create_index(
        "ix_certifications_archived_at",
        "certifications",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_certifications_created_at",
        "certifications",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_certifications_name_sort",
        "certifications",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_certifications_updated_at",
        "certifications",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_certifications_name",
        "certifications",
        ["tenant_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "partner_tier_certifications",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=False),
        sa.Column("certification_id", sa.Uuid(), nullable=False),
        sa.Column("least", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("least BETWEEN 1 AND 1000", name=op.f("ck_partner_tier_certifications_least")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "certification_id"],
            ["certifications.tenant_id", "certifications.id"],
            name=op.f("fk_partner_tier_certifications_tenant_id_certification_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "tier_id"],
            ["partner_tiers.tenant_id", "partner_tiers.id"],
            name=op.f("fk_partner_tier_certifications_tenant_id_tier_id"),
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "tier_id", "certification_id", name=op.f("pk_partner_tier_certifications")
        ),
    )
    op.create_table(
        "opportunity_partners",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(collation="C"), nullable=False),
        sa.CheckConstraint(
            "role IN ('ORIGINATOR', 'RESELLER', 'IMPLEMENTER', 'INFLUENCER')", name=op.f("ck_opportunity_partners_role")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_opportunity_partners_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"],
            ["opportunities.tenant_id", "opportunities.id"],
            name=op.f("fk_opportunity_partners_tenant_id_opportunity_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", "account_id", name=op.f("pk_opportunity_partners")),
    )
    op.create_index(
        "ix_opportunity_partners_account",
        "opportunity_partners",
        ["tenant_id", "account_id", "opportunity_id"],
        unique=False,
    )
    op.create_index(
        "uq_opportunity_partners_originator",
        "opportunity_partners",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("role = 'ORIGINATOR'"),
    )
    op.create_table(
        "partner_certifications",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certification_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.Text(collation="C"), nullable=True),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revocation_reason", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(revoked_on IS NULL) = (revocation_reason IS NULL)", name=op.f("ck_partner_certifications_revoked")
        ),
        sa.CheckConstraint("expires_on >= awarded_on", name=op.f("ck_partner_certifications_period")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_partner_certifications_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "certification_id"],
            ["certifications.tenant_id", "certifications.id"],
            name=op.f("fk_partner_certifications_tenant_id_certification_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_partner_certifications_tenant_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_certifications")),
    )
    op.create_index(
        "ix_partner_certifications_account_id",
        "partner_certifications",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_certifications_archived_at",
        "partner_certifications",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_certifications_awarded_on",
        "partner_certifications",
        ["tenant_id", "awarded_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_certifications_certification_id",
        "partner_certifications",
        ["tenant_id", "certification_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_certifications_contact_id",
        "partner_certifications",
        ["tenant_id", "contact_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_certifications_created_at",
        "partner_certifications",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_certifications_expires_on",
        "partner_certifications",
        ["tenant_id", "expires_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_certifications_expires_on_desc",
        "partner_certifications",
        ["tenant_id", sa.literal_column("expires_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_certifications_revoked_on",
        "partner_certifications",
        ["tenant_id", "revoked_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_certifications_revoked_on_desc",
        "partner_certifications",
        ["tenant_id", sa.literal_column("revoked_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_certifications_updated_at",
        "partner_certifications",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    protect()
    with unforced("roles"), unforced("role_rights"):
        script(RIGHTS)


def protect() -> None:
    script(
        """
    ALTER TABLE certifications ENABLE ROW LEVEL SECURITY;
    ALTER TABLE certifications FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON certifications FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON certifications TO crm_app;
    GRANT UPDATE (name, name_sort, description, valid_months, version, updated_at, archived_at) ON
        certifications TO crm_app;
    CREATE POLICY outside ON certifications FOR SELECT TO crm_partner USING (tenant_id = (SELECT
        NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (certifications.archived_at IS NULL
        AND (EXISTS (SELECT 1 FROM (SELECT reach.id AS id FROM crm_partner_reach((SELECT
        CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_1), (SELECT
        CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2), true) AS reach) AS
        any_reach))));
    GRANT SELECT (tenant_id, id, name, name_sort, description, valid_months, version, created_at,
        updated_at, archived_at) ON certifications TO crm_partner;
    """
    )
    script(
        """
    ALTER TABLE partner_tier_certifications ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_tier_certifications FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_tier_certifications FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON partner_tier_certifications TO crm_app;
    GRANT UPDATE (least) ON partner_tier_certifications TO crm_app;
    CREATE POLICY outside ON partner_tier_certifications FOR SELECT TO crm_partner USING (tenant_id =
        (SELECT NULLIF(current_setting('crm.tenant', true), '')::uuid) AND ((EXISTS (SELECT 1 FROM
        partner_tiers AS seen_partner_tiers WHERE seen_partner_tiers.tenant_id =
        partner_tier_certifications.tenant_id AND seen_partner_tiers.id =
        partner_tier_certifications.tier_id AND seen_partner_tiers.archived_at IS NULL AND
        (seen_partner_tiers.program_id = ANY (array((SELECT of_program.program_id FROM
        partner_memberships AS of_program WHERE of_program.tenant_id = (SELECT
        CAST(nullif(current_setting('crm.tenant', true), '') AS UUID) AS nullif_1) AND
        of_program.archived_at IS NULL AND of_program.account_id = ANY (array((SELECT reach.id FROM
        crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS
        nullif_2), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3),
        true) AS reach)))))) OR seen_partner_tiers.program_id IN (SELECT of_tier.id FROM
        partner_programs AS of_tier WHERE of_tier.tenant_id = (SELECT
        CAST(nullif(current_setting('crm.tenant', true), '') AS UUID) AS nullif_1) AND
        of_tier.archived_at IS NULL AND of_tier.accepts_applications AND (EXISTS (SELECT 1 FROM (SELECT
        reach.id AS id FROM crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal',
        true), '') AS UUID) AS nullif_2), (SELECT CAST(nullif(current_setting('crm.account', true), '')
        AS UUID) AS nullif_3), true) AS reach) AS any_reach)))))) AND (EXISTS (SELECT 1 FROM
        certifications AS seen_certifications WHERE seen_certifications.tenant_id =
        partner_tier_certifications.tenant_id AND seen_certifications.id =
        partner_tier_certifications.certification_id AND seen_certifications.archived_at IS NULL AND
        (EXISTS (SELECT 1 FROM (SELECT reach.id AS id FROM crm_partner_reach((SELECT
        CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_2), (SELECT
        CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3), true) AS reach) AS
        any_reach))))));
    GRANT SELECT (tenant_id, tier_id, certification_id, least) ON partner_tier_certifications TO
        crm_partner;
    """
    )
    script(
        """
    ALTER TABLE opportunity_partners ENABLE ROW LEVEL SECURITY;
    ALTER TABLE opportunity_partners FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON opportunity_partners FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON opportunity_partners TO crm_app;
    GRANT UPDATE (role) ON opportunity_partners TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE partner_certifications ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_certifications FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_certifications FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_certifications TO crm_app;
    GRANT UPDATE (reference, expires_on, revoked_on, revocation_reason, version, updated_at,
        archived_at) ON partner_certifications TO crm_app;
    CREATE POLICY outside ON partner_certifications FOR SELECT TO crm_partner USING (tenant_id = (SELECT
        NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (partner_certifications.archived_at
        IS NULL AND partner_certifications.account_id = ANY (array((SELECT reach.id FROM
        crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS
        nullif_1), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2),
        true) AS reach)))));
    GRANT SELECT (tenant_id, id, certification_id, account_id, contact_id, reference, awarded_on,
        expires_on, revoked_on, version, created_at, updated_at, archived_at) ON partner_certifications
        TO crm_partner;
    """
    )


def downgrade() -> None:
    op.drop_table("partner_certifications")
    op.drop_table("opportunity_partners")
    op.drop_table("partner_tier_certifications")
    op.drop_table("certifications")
