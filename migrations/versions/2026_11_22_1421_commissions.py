"""Commissions: plans, what they give partners for sales that are won, the ledger, statements; the role of finance.

Why: issue 7. What partners get for sales is reckoned, approved, paid and taken back in a ledger that nobody edits.
Locks: roles and their rights, while finance is made and others get theirs.  Reversible: yes, all commissions are lost.
       Safe with the previous release: yes, it does not know of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from api.db.steps import script, unforced

revision = "2026_11_22_1421_commissions"
down_revision = "2026_11_22_1150_leads_and_deal_registrations"

# As they were shipped at this time, for the tenants there are.
FINANCE = """\
INSERT INTO roles (tenant_id, id, name, name_sort, description, version, created_at, updated_at)
SELECT tenant.id, gen_random_uuid(), 'finance', 'finance',
       'Approves and pays what partners get, and takes it back; sees the sales that it is for.', 1, now(), now()
  FROM tenants AS tenant
 WHERE NOT EXISTS (SELECT FROM roles AS role
                    WHERE role.tenant_id = tenant.id AND role.name_sort = 'finance' AND role.archived_at IS NULL);
INSERT INTO role_rights (tenant_id, role_id, object, read, write, "create", "delete", export)
SELECT role.tenant_id, role.id, cell.object, cell.read, cell.write, cell.creates, cell.deletes, cell.exports
  FROM roles AS role JOIN (VALUES
    ('finance', 'product', 'ALL', 'NONE', false, false, false),
    ('finance', 'pipeline', 'ALL', 'NONE', false, false, false),
    ('finance', 'stage', 'ALL', 'NONE', false, false, false),
    ('finance', 'user', 'ALL', 'NONE', false, false, false),
    ('finance', 'team', 'ALL', 'NONE', false, false, false),
    ('finance', 'exchange_rate', 'ALL', 'NONE', false, false, false),
    ('finance', 'business_hours', 'ALL', 'NONE', false, false, false),
    ('finance', 'holiday_calendar', 'ALL', 'NONE', false, false, false),
    ('finance', 'sla_policy', 'ALL', 'NONE', false, false, false),
    ('finance', 'account', 'ALL', 'NONE', false, false, false),
    ('finance', 'contact', 'ALL', 'NONE', false, false, false),
    ('finance', 'lead', 'ALL', 'NONE', false, false, false),
    ('finance', 'opportunity', 'ALL', 'NONE', false, false, false),
    ('finance', 'partner_program', 'ALL', 'NONE', false, false, false),
    ('finance', 'partner_tier', 'ALL', 'NONE', false, false, false),
    ('finance', 'partner_membership', 'ALL', 'NONE', false, false, false),
    ('finance', 'partner_user', 'ALL', 'NONE', false, false, false),
    ('finance', 'certification', 'ALL', 'NONE', false, false, false),
    ('finance', 'partner_certification', 'ALL', 'NONE', false, false, false),
    ('finance', 'partner_marketing_budget', 'ALL', 'NONE', false, false, false),
    ('finance', 'partner_fund_allocation', 'ALL', 'NONE', false, false, false),
    ('finance', 'partner_fund_request', 'ALL', 'ALL', true, false, true),
    ('finance', 'partner_fund_claim', 'ALL', 'ALL', true, false, true),
    ('finance', 'deal_registration', 'ALL', 'NONE', false, false, false),
    ('finance', 'partner_lead_profile', 'ALL', 'NONE', false, false, false),
    ('finance', 'partner_lead_offer', 'ALL', 'NONE', false, false, false),
    ('finance', 'commission_plan', 'ALL', 'NONE', false, false, false),
    ('finance', 'partner_commission', 'ALL', 'ALL', true, false, true),
    ('finance', 'partner_commission_entry', 'ALL', 'ALL', true, false, true),
    ('finance', 'partner_commission_statement', 'ALL', 'ALL', true, false, true),
    ('channel_manager', 'commission_plan', 'ALL', 'ALL', true, true, true),
    ('channel_manager', 'partner_commission', 'ALL', 'NONE', true, false, true),
    ('channel_manager', 'partner_commission_entry', 'ALL', 'NONE', true, false, true),
    ('channel_manager', 'partner_commission_statement', 'ALL', 'NONE', true, false, true),
    ('read_only', 'commission_plan', 'ALL', 'NONE', false, false, false),
    ('read_only', 'partner_commission', 'ALL', 'NONE', false, false, false),
    ('read_only', 'partner_commission_entry', 'ALL', 'NONE', false, false, false),
    ('read_only', 'partner_commission_statement', 'ALL', 'NONE', false, false, false)
) AS cell (name, object, read, write, creates, deletes, exports) ON cell.name = role.name
 WHERE role.archived_at IS NULL
ON CONFLICT DO NOTHING;
INSERT INTO role_field_rights (tenant_id, role_id, object, field_set, access)
SELECT role.tenant_id, role.id, '*', '*', 'WRITE'
  FROM roles AS role
 WHERE role.name = 'finance' AND role.archived_at IS NULL
ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    plans()
    commissions()
    entries()
    statements()
    script(
        """
    ALTER TABLE commission_plans ENABLE ROW LEVEL SECURITY;
    ALTER TABLE commission_plans FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON commission_plans FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON commission_plans TO crm_app;
    GRANT UPDATE (name, name_sort, program_id, basis, role, starts_on, ends_on, currency, percent,
        cap_minor, notes, version, updated_at, archived_at) ON commission_plans TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE partner_commissions ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_commissions FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_commissions FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_commissions TO crm_app;
    GRANT UPDATE (status, reversed_minor, paid_minor, approved_on, paid_on, payment_reference,
        reversed_on, reversal_reason, notes, version, updated_at, archived_at) ON partner_commissions TO
        crm_app;
    CREATE POLICY outside ON partner_commissions FOR SELECT TO crm_partner USING (tenant_id = (SELECT
        NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (partner_commissions.archived_at IS
        NULL AND partner_commissions.account_id = ANY (array((SELECT reach.id FROM
        crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS
        nullif_1), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2),
        true) AS reach)))));
    GRANT SELECT (tenant_id, id, account_id, opportunity_id, source_key, status, closed_on, tier_id,
        basis, currency, revenue_minor, revenue_percent, cap_minor, amount_minor, reversed_minor,
        paid_minor, accrued_on, approved_on, paid_on, payment_reference, reversed_on, reversal_reason,
        version, created_at, updated_at, archived_at) ON partner_commissions TO crm_partner;
    """
    )
    script(
        """
    ALTER TABLE partner_commission_entries ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_commission_entries FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_commission_entries FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_commission_entries TO crm_app;
    CREATE POLICY outside ON partner_commission_entries FOR SELECT TO crm_partner USING (tenant_id =
        (SELECT NULLIF(current_setting('crm.tenant', true), '')::uuid) AND
        (partner_commission_entries.archived_at IS NULL AND partner_commission_entries.account_id = ANY
        (array((SELECT reach.id FROM crm_partner_reach((SELECT
        CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_1), (SELECT
        CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2), true) AS reach)))));
    GRANT SELECT (tenant_id, id, account_id, currency, sequence, commission_id, kind, amount_minor,
        opening_minor, balance_minor, booked_on, text, version, created_at, updated_at, archived_at) ON
        partner_commission_entries TO crm_partner;
    CREATE TRIGGER sealed BEFORE UPDATE OR DELETE OR TRUNCATE ON partner_commission_entries
        FOR EACH STATEMENT EXECUTE FUNCTION crm_refuse_change();
    """
    )
    script(
        """
    ALTER TABLE partner_commission_statements ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_commission_statements FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_commission_statements FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_commission_statements TO crm_app;
    GRANT UPDATE (version, updated_at, archived_at) ON partner_commission_statements TO crm_app;
    CREATE POLICY outside ON partner_commission_statements FOR SELECT TO crm_partner USING (tenant_id =
        (SELECT NULLIF(current_setting('crm.tenant', true), '')::uuid) AND
        (partner_commission_statements.archived_at IS NULL AND partner_commission_statements.account_id
        = ANY (array((SELECT reach.id FROM crm_partner_reach((SELECT
        CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_1), (SELECT
        CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2), true) AS reach)))));
    GRANT SELECT (tenant_id, id, account_id, currency, starts_on, ends_on, from_sequence, to_sequence,
        opening_minor, accrued_minor, reversed_minor, paid_minor, closing_minor, version, created_at,
        updated_at, archived_at) ON partner_commission_statements TO crm_partner;
    """
    )
    with unforced("tenants"), unforced("roles"), unforced("role_rights"), unforced("role_field_rights"):
        script(FINANCE)


def plans() -> None:
    op.create_table(
        "commission_plans",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.Text(collation="C"), nullable=False),
        sa.Column("role", sa.Text(collation="C"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("currency", sa.Text(collation="C"), nullable=True),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("cap_minor", sa.BigInteger(), nullable=True),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("basis IN ('NET_REVENUE', 'MARGIN')", name=op.f("ck_commission_plans_basis")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_commission_plans_currency")),
        sa.CheckConstraint(
            "role IN ('ORIGINATOR', 'RESELLER', 'IMPLEMENTER', 'INFLUENCER')", name=op.f("ck_commission_plans_role")
        ),
        sa.CheckConstraint("cap_minor > 0", name=op.f("ck_commission_plans_cap")),
        sa.CheckConstraint(
            "cap_minor IS NULL OR currency IS NOT NULL", name=op.f("ck_commission_plans_currency_of_cap")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_commission_plans_period")),
        sa.CheckConstraint("percent > 0 AND percent <= 100", name=op.f("ck_commission_plans_percent")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "program_id"],
            ["partner_programs.tenant_id", "partner_programs.id"],
            name=op.f("fk_commission_plans_tenant_id_program_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_commission_plans")),
    )
    op.create_index(
        "ix_commission_plans_archived_at",
        "commission_plans",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_commission_plans_basis",
        "commission_plans",
        ["tenant_id", "basis"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_commission_plans_created_at",
        "commission_plans",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_commission_plans_currency",
        "commission_plans",
        ["tenant_id", "currency"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_commission_plans_ends_on",
        "commission_plans",
        ["tenant_id", "ends_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_commission_plans_ends_on_desc",
        "commission_plans",
        ["tenant_id", sa.literal_column("ends_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_commission_plans_name_sort",
        "commission_plans",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_commission_plans_program_id",
        "commission_plans",
        ["tenant_id", "program_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_commission_plans_role",
        "commission_plans",
        ["tenant_id", "role"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_commission_plans_starts_on",
        "commission_plans",
        ["tenant_id", "starts_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_commission_plans_updated_at",
        "commission_plans",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_commission_plans_name",
        "commission_plans",
        ["tenant_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )


def commissions() -> None:
    op.create_table(
        "partner_commissions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("source_key", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.Text(collation="C"), nullable=False),
        sa.Column("currency", sa.Text(collation="C"), nullable=False),
        sa.Column("revenue_minor", sa.BigInteger(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("basis_minor", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column(
            "revenue_percent",
            sa.Numeric(precision=5, scale=2),
            sa.Computed("CASE WHEN basis = 'NET_REVENUE'::text THEN percent ELSE NULL::numeric END", persisted=True),
            nullable=True,
        ),
        sa.Column("uncapped_minor", sa.BigInteger(), nullable=False),
        sa.Column("cap_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reversed_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("accrued_on", sa.Date(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("payment_reference", sa.Text(collation="C"), nullable=True),
        sa.Column("reversed_on", sa.Date(), nullable=True),
        sa.Column("reversal_reason", sa.Text(collation="C"), nullable=True),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(basis = 'MARGIN') = (cost_minor IS NOT NULL)", name=op.f("ck_partner_commissions_cost")),
        sa.CheckConstraint(
            "(status = 'REVERSED') = (reversed_minor = amount_minor)", name=op.f("ck_partner_commissions_reversed")
        ),
        sa.CheckConstraint("basis IN ('NET_REVENUE', 'MARGIN')", name=op.f("ck_partner_commissions_basis")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_partner_commissions_currency")),
        sa.CheckConstraint(
            "status <> 'APPROVED' OR approved_on IS NOT NULL", name=op.f("ck_partner_commissions_status_approved")
        ),
        sa.CheckConstraint("status <> 'PAID' OR paid_on IS NOT NULL", name=op.f("ck_partner_commissions_status_paid")),
        sa.CheckConstraint(
            "status IN ('ACCRUED', 'APPROVED', 'PAID', 'REVERSED')", name=op.f("ck_partner_commissions_status")
        ),
        sa.CheckConstraint("(paid_on IS NOT NULL) = (paid_minor > 0)", name=op.f("ck_partner_commissions_paid")),
        sa.CheckConstraint(
            "(reversed_minor > 0) = (reversal_reason IS NOT NULL)", name=op.f("ck_partner_commissions_reason")
        ),
        sa.CheckConstraint(
            "abs(uncapped_minor - basis_minor * percent / 100) <= 0.5", name=op.f("ck_partner_commissions_rounded")
        ),
        sa.CheckConstraint(
            "amount_minor = least(uncapped_minor, cap_minor)", name=op.f("ck_partner_commissions_capped")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_partner_commissions_amount")),
        sa.CheckConstraint(
            "basis_minor = revenue_minor - coalesce(cost_minor, 0)", name=op.f("ck_partner_commissions_basis_amount")
        ),
        sa.CheckConstraint("paid_minor BETWEEN 0 AND amount_minor", name=op.f("ck_partner_commissions_paid_amount")),
        sa.CheckConstraint(
            "paid_on IS NULL OR approved_on IS NOT NULL", name=op.f("ck_partner_commissions_approved_before_paid")
        ),
        sa.CheckConstraint(
            "reversed_minor BETWEEN 0 AND amount_minor", name=op.f("ck_partner_commissions_reversed_amount")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_partner_commissions_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"],
            ["opportunities.tenant_id", "opportunities.id"],
            name=op.f("fk_partner_commissions_tenant_id_opportunity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"],
            ["commission_plans.tenant_id", "commission_plans.id"],
            name=op.f("fk_partner_commissions_tenant_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "tier_id"],
            ["partner_tiers.tenant_id", "partner_tiers.id"],
            name=op.f("fk_partner_commissions_tenant_id_tier_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_commissions")),
    )
    op.create_index(
        "ix_partner_commissions_account_id",
        "partner_commissions",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_accrued_on",
        "partner_commissions",
        ["tenant_id", "accrued_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_amount_minor",
        "partner_commissions",
        ["tenant_id", "amount_minor", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_approved_on",
        "partner_commissions",
        ["tenant_id", "approved_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_approved_on_desc",
        "partner_commissions",
        ["tenant_id", sa.literal_column("approved_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_archived_at",
        "partner_commissions",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_commissions_basis",
        "partner_commissions",
        ["tenant_id", "basis"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_closed_on",
        "partner_commissions",
        ["tenant_id", "closed_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_created_at",
        "partner_commissions",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_currency",
        "partner_commissions",
        ["tenant_id", "currency"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_opportunity_id",
        "partner_commissions",
        ["tenant_id", "opportunity_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_paid_on",
        "partner_commissions",
        ["tenant_id", "paid_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_paid_on_desc",
        "partner_commissions",
        ["tenant_id", sa.literal_column("paid_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_plan_id",
        "partner_commissions",
        ["tenant_id", "plan_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_reversed_on",
        "partner_commissions",
        ["tenant_id", "reversed_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_reversed_on_desc",
        "partner_commissions",
        ["tenant_id", sa.literal_column("reversed_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_source_key",
        "partner_commissions",
        ["tenant_id", "source_key"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_status",
        "partner_commissions",
        ["tenant_id", "status"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_tier_id",
        "partner_commissions",
        ["tenant_id", "tier_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commissions_updated_at",
        "partner_commissions",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_partner_commissions_source",
        "partner_commissions",
        ["tenant_id", "source_key", "plan_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'REVERSED'"),
    )


def entries() -> None:
    op.create_table(
        "partner_commission_entries",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(collation="C"), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.BigInteger(), nullable=True),
        sa.Column("commission_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("opening_minor", sa.BigInteger(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "CASE kind WHEN 'ACCRUED' THEN amount_minor > 0 WHEN 'APPROVED' THEN amount_minor = 0 "
            "ELSE amount_minor < 0 END",
            name=op.f("ck_partner_commission_entries_amount_of_kind"),
        ),
        sa.CheckConstraint(
            "kind IN ('ACCRUED', 'APPROVED', 'PAID', 'REVERSED')", name=op.f("ck_partner_commission_entries_kind")
        ),
        sa.CheckConstraint(
            "CASE sequence WHEN 1 THEN previous IS NULL AND opening_minor = 0 "
            "ELSE previous IS NOT NULL AND previous = sequence - 1 END",
            name=op.f("ck_partner_commission_entries_previous"),
        ),
        sa.CheckConstraint("archived_at IS NULL AND version = 1", name=op.f("ck_partner_commission_entries_unchanged")),
        sa.CheckConstraint(
            "balance_minor = opening_minor + amount_minor", name=op.f("ck_partner_commission_entries_balance")
        ),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_partner_commission_entries_sequence")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id", "currency", "previous", "opening_minor"],
            [
                "partner_commission_entries.tenant_id",
                "partner_commission_entries.account_id",
                "partner_commission_entries.currency",
                "partner_commission_entries.sequence",
                "partner_commission_entries.balance_minor",
            ],
            name="fk_partner_commission_entries_previous",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_partner_commission_entries_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "commission_id"],
            ["partner_commissions.tenant_id", "partner_commissions.id"],
            name=op.f("fk_partner_commission_entries_tenant_id_commission_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_commission_entries")),
        sa.UniqueConstraint(
            "tenant_id",
            "account_id",
            "currency",
            "sequence",
            "balance_minor",
            name="uq_partner_commission_entries_balance",
        ),
        sa.UniqueConstraint(
            "tenant_id", "account_id", "currency", "sequence", name="uq_partner_commission_entries_sequence"
        ),
    )
    op.create_index(
        "ix_partner_commission_entries_account_id",
        "partner_commission_entries",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commission_entries_amount_minor",
        "partner_commission_entries",
        ["tenant_id", "amount_minor", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commission_entries_archived_at",
        "partner_commission_entries",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_commission_entries_booked_on",
        "partner_commission_entries",
        ["tenant_id", "booked_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commission_entries_commission_id",
        "partner_commission_entries",
        ["tenant_id", "commission_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commission_entries_created_at",
        "partner_commission_entries",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commission_entries_currency",
        "partner_commission_entries",
        ["tenant_id", "currency"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commission_entries_kind",
        "partner_commission_entries",
        ["tenant_id", "kind"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commission_entries_sequence",
        "partner_commission_entries",
        ["tenant_id", "sequence", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commission_entries_updated_at",
        "partner_commission_entries",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )


def statements() -> None:
    op.create_table(
        "partner_commission_statements",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(collation="C"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("from_sequence", sa.BigInteger(), nullable=False),
        sa.Column("to_sequence", sa.BigInteger(), nullable=False),
        sa.Column("opening_minor", sa.BigInteger(), nullable=False),
        sa.Column("accrued_minor", sa.BigInteger(), nullable=False),
        sa.Column("reversed_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("closing_minor", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("tenant_id"), "="),
            (sa.column("account_id"), "="),
            (sa.column("currency"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_partner_commission_statements_period",
        ),
        sa.CheckConstraint(
            "closing_minor = opening_minor + accrued_minor - reversed_minor - paid_minor",
            name=op.f("ck_partner_commission_statements_closing"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_partner_commission_statements_period")),
        sa.CheckConstraint(
            "from_sequence >= 1 AND to_sequence >= from_sequence - 1",
            name=op.f("ck_partner_commission_statements_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id", "currency", "to_sequence", "closing_minor"],
            [
                "partner_commission_entries.tenant_id",
                "partner_commission_entries.account_id",
                "partner_commission_entries.currency",
                "partner_commission_entries.sequence",
                "partner_commission_entries.balance_minor",
            ],
            name="fk_partner_commission_statements_closing",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_partner_commission_statements_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_commission_statements")),
    )
    op.create_index(
        "ix_partner_commission_statements_account_id",
        "partner_commission_statements",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commission_statements_archived_at",
        "partner_commission_statements",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_commission_statements_closing_minor",
        "partner_commission_statements",
        ["tenant_id", "closing_minor", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commission_statements_created_at",
        "partner_commission_statements",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commission_statements_currency",
        "partner_commission_statements",
        ["tenant_id", "currency"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commission_statements_ends_on",
        "partner_commission_statements",
        ["tenant_id", "ends_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commission_statements_starts_on",
        "partner_commission_statements",
        ["tenant_id", "starts_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_commission_statements_updated_at",
        "partner_commission_statements",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("partner_commission_statements")
    op.drop_table("partner_commission_entries")
    op.drop_table("partner_commissions")
    op.drop_table("commission_plans")
