"""Market development funds: budgets, allocations to partners, fund requests and claims.

Why: issue 7. What partners spend on marketing is paid from budgets, each step within the one before it.
Locks: roles' rights, while channel_manager and read_only get theirs.  Reversible: yes, all funds are lost.
       Safe with the previous release: yes, it does not know of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.steps import script, unforced

revision = "2026_11_22_1124_market_development_funds"
down_revision = "2026_11_22_1059_partner_programs"


# As they were shipped at this time, for the tenants there are.
RIGHTS = """\
INSERT INTO role_rights (tenant_id, role_id, object, read, write, "create", "delete", export)
SELECT role.tenant_id, role.id, cell.object, cell.read, cell.write, cell.creates, cell.deletes, cell.exports
  FROM roles AS role JOIN (VALUES
    ('channel_manager', 'partner_marketing_budget', 'ALL', 'ALL', true, true, true),
    ('read_only', 'partner_marketing_budget', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'partner_fund_allocation', 'ALL', 'ALL', true, true, true),
    ('read_only', 'partner_fund_allocation', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'partner_fund_request', 'ALL', 'ALL', true, true, true),
    ('read_only', 'partner_fund_request', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'partner_fund_claim', 'ALL', 'ALL', true, true, true),
    ('read_only', 'partner_fund_claim', 'ALL', 'NONE', false, false, false)
) AS cell (name, object, read, write, creates, deletes, exports) ON cell.name = role.name
 WHERE role.archived_at IS NULL
ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    op.create_table(
        "partner_marketing_budgets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(collation="C"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("allocated_minor", sa.BigInteger(), nullable=False),
        sa.Column("accrual_percent", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_partner_marketing_budgets_currency")),
        sa.CheckConstraint(
            "accrual_percent BETWEEN 0 AND 100", name=op.f("ck_partner_marketing_budgets_accrual_percent")
        ),
        sa.CheckConstraint(
            "allocated_minor BETWEEN 0 AND amount_minor", name=op.f("ck_partner_marketing_budgets_allocated")
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_partner_marketing_budgets_amount")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_partner_marketing_budgets_period")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "program_id"],
            ["partner_programs.tenant_id", "partner_programs.id"],
            name=op.f("fk_partner_marketing_budgets_tenant_id_program_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_marketing_budgets")),
    )
    op.create_index(
        "ix_partner_marketing_budgets_amount_minor",
        "partner_marketing_budgets",
        ["tenant_id", "amount_minor", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_marketing_budgets_archived_at",
        "partner_marketing_budgets",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_marketing_budgets_created_at",
        "partner_marketing_budgets",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_marketing_budgets_currency",
        "partner_marketing_budgets",
        ["tenant_id", "currency"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_marketing_budgets_ends_on",
        "partner_marketing_budgets",
        ["tenant_id", "ends_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_marketing_budgets_name_sort",
        "partner_marketing_budgets",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_marketing_budgets_program_id",
        "partner_marketing_budgets",
        ["tenant_id", "program_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_marketing_budgets_starts_on",
        "partner_marketing_budgets",
        ["tenant_id", "starts_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_marketing_budgets_updated_at",
        "partner_marketing_budgets",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_partner_marketing_budgets_name",
        "partner_marketing_budgets",
        ["tenant_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "partner_fund_allocations",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(collation="C"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("committed_minor", sa.BigInteger(), nullable=False),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_partner_fund_allocations_currency")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_partner_fund_allocations_amount")),
        sa.CheckConstraint(
            "committed_minor BETWEEN 0 AND amount_minor", name=op.f("ck_partner_fund_allocations_committed")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_partner_fund_allocations_period")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_partner_fund_allocations_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "budget_id"],
            ["partner_marketing_budgets.tenant_id", "partner_marketing_budgets.id"],
            name=op.f("fk_partner_fund_allocations_tenant_id_budget_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_fund_allocations")),
    )
    op.create_index(
        "ix_partner_fund_allocations_account_id",
        "partner_fund_allocations",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_allocations_amount_minor",
        "partner_fund_allocations",
        ["tenant_id", "amount_minor", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_allocations_archived_at",
        "partner_fund_allocations",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_fund_allocations_budget_id",
        "partner_fund_allocations",
        ["tenant_id", "budget_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_allocations_created_at",
        "partner_fund_allocations",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_allocations_currency",
        "partner_fund_allocations",
        ["tenant_id", "currency"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_allocations_ends_on",
        "partner_fund_allocations",
        ["tenant_id", "ends_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_allocations_starts_on",
        "partner_fund_allocations",
        ["tenant_id", "starts_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_allocations_updated_at",
        "partner_fund_allocations",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    requests_and_claims()
    protect()
    with unforced("roles"), unforced("role_rights"):
        script(RIGHTS)


def requests_and_claims() -> None:
    op.create_table(
        "partner_fund_requests",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(collation="C"), nullable=False),
        sa.Column("title_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("activity", sa.Text(collation="C"), nullable=False),
        sa.Column("description", sa.Text(collation="C"), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("currency", sa.Text(collation="C"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("approved_minor", sa.BigInteger(), nullable=True),
        sa.Column("claimed_minor", sa.BigInteger(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decision_reason", sa.Text(collation="C"), nullable=True),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'APPROVED') = (approved_minor IS NOT NULL)", name=op.f("ck_partner_fund_requests_approved")
        ),
        sa.CheckConstraint(
            "activity IN ('EVENT', 'ADVERTISING', 'CONTENT', 'TRAINING', 'OTHER')",
            name=op.f("ck_partner_fund_requests_activity"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_partner_fund_requests_currency")),
        sa.CheckConstraint(
            "status <> 'REJECTED' OR decision_reason IS NOT NULL", name=op.f("ck_partner_fund_requests_rejected")
        ),
        sa.CheckConstraint(
            "status IN ('SUBMITTED', 'APPROVED', 'REJECTED', 'WITHDRAWN')", name=op.f("ck_partner_fund_requests_status")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_partner_fund_requests_amount")),
        sa.CheckConstraint(
            "approved_minor > 0 AND approved_minor <= amount_minor",
            name=op.f("ck_partner_fund_requests_approved_amount"),
        ),
        sa.CheckConstraint(
            "claimed_minor BETWEEN 0 AND coalesce(approved_minor, 0)", name=op.f("ck_partner_fund_requests_claimed")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_partner_fund_requests_period")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_partner_fund_requests_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "allocation_id"],
            ["partner_fund_allocations.tenant_id", "partner_fund_allocations.id"],
            name=op.f("fk_partner_fund_requests_tenant_id_allocation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_partner_fund_requests_tenant_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_fund_requests")),
    )
    op.create_index(
        "ix_partner_fund_requests_account_id",
        "partner_fund_requests",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_activity",
        "partner_fund_requests",
        ["tenant_id", "activity"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_allocation_id",
        "partner_fund_requests",
        ["tenant_id", "allocation_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_amount_minor",
        "partner_fund_requests",
        ["tenant_id", "amount_minor", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_archived_at",
        "partner_fund_requests",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_contact_id",
        "partner_fund_requests",
        ["tenant_id", "contact_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_created_at",
        "partner_fund_requests",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_currency",
        "partner_fund_requests",
        ["tenant_id", "currency"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_decided_on",
        "partner_fund_requests",
        ["tenant_id", "decided_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_decided_on_desc",
        "partner_fund_requests",
        ["tenant_id", sa.literal_column("decided_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_ends_on",
        "partner_fund_requests",
        ["tenant_id", "ends_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_ends_on_desc",
        "partner_fund_requests",
        ["tenant_id", sa.literal_column("ends_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_starts_on",
        "partner_fund_requests",
        ["tenant_id", "starts_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_starts_on_desc",
        "partner_fund_requests",
        ["tenant_id", sa.literal_column("starts_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_status",
        "partner_fund_requests",
        ["tenant_id", "status"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_title_sort",
        "partner_fund_requests",
        ["tenant_id", "title_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_requests_updated_at",
        "partner_fund_requests",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "partner_fund_claims",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("invoice", sa.Text(collation="C"), nullable=True),
        sa.Column("evidence", sa.Text(collation="C"), nullable=True),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("currency", sa.Text(collation="C"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("approved_minor", sa.BigInteger(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decision_reason", sa.Text(collation="C"), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("payment_reference", sa.Text(collation="C"), nullable=True),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'PAID') = (paid_on IS NOT NULL)", name=op.f("ck_partner_fund_claims_paid")),
        sa.CheckConstraint(
            "(status IN ('APPROVED', 'PAID')) = (approved_minor IS NOT NULL)",
            name=op.f("ck_partner_fund_claims_approved"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_partner_fund_claims_currency")),
        sa.CheckConstraint(
            "status <> 'REJECTED' OR decision_reason IS NOT NULL", name=op.f("ck_partner_fund_claims_rejected")
        ),
        sa.CheckConstraint(
            "status IN ('SUBMITTED', 'APPROVED', 'PAID', 'REJECTED', 'WITHDRAWN')",
            name=op.f("ck_partner_fund_claims_status"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_partner_fund_claims_amount")),
        sa.CheckConstraint(
            "approved_minor > 0 AND approved_minor <= amount_minor", name=op.f("ck_partner_fund_claims_approved_amount")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_partner_fund_claims_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_partner_fund_claims_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["partner_fund_requests.tenant_id", "partner_fund_requests.id"],
            name=op.f("fk_partner_fund_claims_tenant_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_fund_claims")),
    )
    op.create_index(
        "ix_partner_fund_claims_account_id",
        "partner_fund_claims",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_claims_amount_minor",
        "partner_fund_claims",
        ["tenant_id", "amount_minor", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_claims_archived_at",
        "partner_fund_claims",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_fund_claims_contact_id",
        "partner_fund_claims",
        ["tenant_id", "contact_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_claims_created_at",
        "partner_fund_claims",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_claims_currency",
        "partner_fund_claims",
        ["tenant_id", "currency"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_claims_decided_on",
        "partner_fund_claims",
        ["tenant_id", "decided_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_claims_decided_on_desc",
        "partner_fund_claims",
        ["tenant_id", sa.literal_column("decided_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_claims_paid_on",
        "partner_fund_claims",
        ["tenant_id", "paid_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_claims_paid_on_desc",
        "partner_fund_claims",
        ["tenant_id", sa.literal_column("paid_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_claims_request_id",
        "partner_fund_claims",
        ["tenant_id", "request_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_claims_status",
        "partner_fund_claims",
        ["tenant_id", "status"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_fund_claims_updated_at",
        "partner_fund_claims",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )


def protect() -> None:
    script(
        """
    ALTER TABLE partner_marketing_budgets ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_marketing_budgets FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_marketing_budgets FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_marketing_budgets TO crm_app;
    GRANT UPDATE (name, name_sort, program_id, starts_on, ends_on, currency, amount_minor,
        allocated_minor, accrual_percent, notes, version, updated_at, archived_at) ON
        partner_marketing_budgets TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE partner_fund_allocations ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_fund_allocations FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_fund_allocations FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_fund_allocations TO crm_app;
    GRANT UPDATE (starts_on, ends_on, amount_minor, committed_minor, notes, version, updated_at,
        archived_at) ON partner_fund_allocations TO crm_app;
    CREATE POLICY outside ON partner_fund_allocations FOR SELECT TO crm_partner USING (tenant_id =
        (SELECT NULLIF(current_setting('crm.tenant', true), '')::uuid) AND
        (partner_fund_allocations.archived_at IS NULL AND partner_fund_allocations.account_id = ANY
        (array((SELECT reach.id FROM crm_partner_reach((SELECT
        CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_1), (SELECT
        CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2), true) AS reach)))));
    GRANT SELECT (tenant_id, id, account_id, starts_on, ends_on, currency, amount_minor,
        committed_minor, version, created_at, updated_at, archived_at) ON partner_fund_allocations TO
        crm_partner;
    """
    )
    script(
        """
    ALTER TABLE partner_fund_requests ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_fund_requests FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_fund_requests FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_fund_requests TO crm_app;
    GRANT UPDATE (title, title_sort, activity, description, starts_on, ends_on, status, approved_minor,
        claimed_minor, decided_on, decision_reason, notes, version, updated_at, archived_at) ON
        partner_fund_requests TO crm_app;
    CREATE POLICY outside ON partner_fund_requests FOR SELECT TO crm_partner USING (tenant_id = (SELECT
        NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (partner_fund_requests.archived_at IS
        NULL AND (partner_fund_requests.account_id = ANY (array((SELECT reach.id FROM
        crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS
        nullif_1), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2),
        false) AS reach))) OR partner_fund_requests.contact_id = (SELECT
        CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_1) AND
        partner_fund_requests.account_id = ANY (array((SELECT reach.id FROM crm_partner_reach((SELECT
        CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_1), (SELECT
        CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2), true) AS
        reach))))));
    GRANT SELECT (tenant_id, id, allocation_id, account_id, contact_id, title, title_sort, activity,
        description, starts_on, ends_on, status, currency, amount_minor, approved_minor, claimed_minor,
        decided_on, decision_reason, version, created_at, updated_at, archived_at) ON
        partner_fund_requests TO crm_partner;
    """
    )
    script(
        """
    ALTER TABLE partner_fund_claims ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_fund_claims FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_fund_claims FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_fund_claims TO crm_app;
    GRANT UPDATE (invoice, evidence, status, approved_minor, decided_on, decision_reason, paid_on,
        payment_reference, notes, version, updated_at, archived_at) ON partner_fund_claims TO crm_app;
    CREATE POLICY outside ON partner_fund_claims FOR SELECT TO crm_partner USING (tenant_id = (SELECT
        NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (partner_fund_claims.archived_at IS
        NULL AND (partner_fund_claims.account_id = ANY (array((SELECT reach.id FROM
        crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS
        nullif_1), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2),
        false) AS reach))) OR partner_fund_claims.contact_id = (SELECT
        CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_1) AND
        partner_fund_claims.account_id = ANY (array((SELECT reach.id FROM crm_partner_reach((SELECT
        CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_1), (SELECT
        CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2), true) AS
        reach))))));
    GRANT SELECT (tenant_id, id, request_id, account_id, contact_id, invoice, evidence, status,
        currency, amount_minor, approved_minor, decided_on, decision_reason, paid_on, payment_reference,
        version, created_at, updated_at, archived_at) ON partner_fund_claims TO crm_partner;
    """
    )


def downgrade() -> None:
    op.drop_table("partner_fund_claims")
    op.drop_table("partner_fund_requests")
    op.drop_table("partner_fund_allocations")
    op.drop_table("partner_marketing_budgets")
