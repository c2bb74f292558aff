"""Leads and their distribution, deal registrations, and the normal form of accounts' tax ids.

Why: issue 7. Partners get leads; they claim customers, and an exclusion lets only one claim of each be approved.
Locks: accounts, while those with a tax id get its normal form; rights of roles, while those that are shipped get
       theirs.  Reversible: yes, leads and registrations are lost.
       Safe with the previous release: yes; accounts that it writes are not found by their tax id.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from api.db.steps import script, unforced

revision = "2026_11_22_1150_leads_and_deal_registrations"
down_revision = "2026_11_22_1142_cases"


# Tax ids outside of ASCII are found once their account is written anew.
NORMAL_TAX_IDS = """\
UPDATE accounts SET tax_id_norm = nullif(lower(regexp_replace(tax_id, '[^[:alnum:]]', '', 'g')), '')
 WHERE tax_id IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_accounts_tax_id_norm ON accounts (tenant_id, tax_id_norm) WHERE archived_at IS NULL;
"""


# As they were shipped at this time, for the tenants there are.
RIGHTS = """\
INSERT INTO role_rights (tenant_id, role_id, object, read, write, "create", "delete", export)
SELECT role.tenant_id, role.id, cell.object, cell.read, cell.write, cell.creates, cell.deletes, cell.exports
  FROM roles AS role JOIN (VALUES
    ('sales_manager', 'lead', 'TEAM', 'TEAM', true, true, true),
    ('sales_rep', 'lead', 'OWN', 'OWN', true, true, false),
    ('channel_manager', 'lead', 'ALL', 'ALL', true, false, false),
    ('channel_manager', 'deal_registration', 'ALL', 'ALL', true, true, true),
    ('channel_manager', 'partner_lead_profile', 'ALL', 'ALL', true, true, true),
    ('channel_manager', 'partner_lead_offer', 'ALL', 'ALL', true, true, true),
    ('marketer', 'lead', 'ALL', 'NONE', false, false, false),
    ('integration', 'lead', 'ALL', 'ALL', true, false, false),
    ('read_only', 'lead', 'ALL', 'NONE', false, false, false),
    ('read_only', 'deal_registration', 'ALL', 'NONE', false, false, false),
    ('read_only', 'partner_lead_profile', 'ALL', 'NONE', false, false, false),
    ('read_only', 'partner_lead_offer', 'ALL', 'NONE', false, false, false)
) AS cell (name, object, read, write, creates, deletes, exports) ON cell.name = role.name
 WHERE role.archived_at IS NULL
ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:  # noqa: PLR0915 - a statement for each table and index
    op.create_table(
        "partner_lead_profiles",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("territories", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("capacity BETWEEN 0 AND 10000", name=op.f("ck_partner_lead_profiles_capacity")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "partner_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_partner_lead_profiles_tenant_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_lead_profiles")),
    )
    op.create_index(
        "ix_partner_lead_profiles_archived_at",
        "partner_lead_profiles",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_lead_profiles_created_at",
        "partner_lead_profiles",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_lead_profiles_is_paused",
        "partner_lead_profiles",
        ["tenant_id", "is_paused"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_lead_profiles_partner_id",
        "partner_lead_profiles",
        ["tenant_id", "partner_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_lead_profiles_updated_at",
        "partner_lead_profiles",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_partner_lead_profiles_partner",
        "partner_lead_profiles",
        ["tenant_id", "partner_id"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "deal_registrations",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("registered_by_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("customer_domain", sa.Text(collation="C"), nullable=True),
        sa.Column("customer_tax_id", sa.Text(collation="C"), nullable=True),
        sa.Column("customer_tax_id_norm", sa.Text(collation="C"), nullable=True),
        sa.Column("customer_country", sa.Text(collation="C"), nullable=True),
        sa.Column("product_family", sa.Text(collation="C"), nullable=True),
        sa.Column("product_family_sort", sa.Text(collation="C"), nullable=True),
        sa.Column("estimated_amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(collation="C"), nullable=True),
        sa.Column("estimated_close", sa.Date(), nullable=True),
        sa.Column("evidence", sa.Text(collation="C"), nullable=True),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("customer_account_id", sa.Uuid(), nullable=True),
        sa.Column("matched_by", sa.Text(collation="C"), nullable=True),
        sa.Column("account_key", sa.Text(collation="C"), nullable=True),
        sa.Column("product_key", sa.Text(collation="C"), nullable=True),
        sa.Column("has_conflict", sa.Boolean(), nullable=False),
        sa.Column("conflict", sa.Text(collation="C"), nullable=True),
        sa.Column("override_reason", sa.Text(collation="C"), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejection_reason", sa.Text(collation="C"), nullable=True),
        sa.Column("rejection_detail", sa.Text(collation="C"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extensions", sa.BigInteger(), nullable=False),
        sa.Column("progress", sa.Text(collation="C"), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("tenant_id"), "="),
            (sa.column("account_key"), "="),
            (sa.column("product_key"), "="),
            (sa.text("tstzrange(approved_at, expires_at)"), "&&"),
            where=sa.text("status = 'APPROVED'"),
            using="gist",
            name="ex_deal_registrations_protected",
        ),
        sa.CheckConstraint(
            "(status = 'CONVERTED') = (opportunity_id IS NOT NULL)", name=op.f("ck_deal_registrations_converted")
        ),
        sa.CheckConstraint("(status = 'DRAFT') <= (submitted_at IS NULL)", name=op.f("ck_deal_registrations_draft")),
        sa.CheckConstraint(
            "(status = 'REJECTED') = (rejection_reason IS NOT NULL)", name=op.f("ck_deal_registrations_rejected")
        ),
        sa.CheckConstraint(
            "conflict IN ('REGISTERED', 'EARLIER', 'DIRECT', 'INSTALLED_BASE')",
            name=op.f("ck_deal_registrations_conflict"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_deal_registrations_currency")),
        sa.CheckConstraint("customer_country ~ '^[A-Z]{2}$'", name=op.f("ck_deal_registrations_country")),
        sa.CheckConstraint(
            "matched_by IN ('ACCOUNT', 'DOMAIN', 'TAX_ID', 'NAME')", name=op.f("ck_deal_registrations_matched_by")
        ),
        sa.CheckConstraint(
            "rejection_reason IN ('CONFLICT', 'NOT_QUALIFIED', 'EVIDENCE', 'DUPLICATE', 'OTHER')",
            name=op.f("ck_deal_registrations_rejection_reason"),
        ),
        sa.CheckConstraint(
            "status <> 'APPROVED' OR NOT has_conflict OR override_reason IS NOT NULL",
            name=op.f("ck_deal_registrations_overridden"),
        ),
        sa.CheckConstraint(
            "status IN ('DRAFT', 'SUBMITTED', 'UNDER_REVIEW', 'APPROVED', 'REJECTED', 'CONVERTED', "
            "'EXPIRED', 'WITHDRAWN')",
            name=op.f("ck_deal_registrations_status"),
        ),
        sa.CheckConstraint(
            "status IN ('DRAFT', 'WITHDRAWN') OR num_nonnulls(submitted_at, account_key, product_key, evidence) = 4",
            name=op.f("ck_deal_registrations_submitted"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('APPROVED', 'CONVERTED', 'EXPIRED') OR num_nonnulls(approved_at, expires_at) = 2",
            name=op.f("ck_deal_registrations_approved"),
        ),
        sa.CheckConstraint(
            "(estimated_amount_minor IS NULL) = (currency IS NULL)", name=op.f("ck_deal_registrations_amount")
        ),
        sa.CheckConstraint("expires_at > approved_at", name=op.f("ck_deal_registrations_expires_after_approved")),
        sa.CheckConstraint("extensions BETWEEN 0 AND 3", name=op.f("ck_deal_registrations_extensions")),
        sa.CheckConstraint("has_conflict = (conflict IS NOT NULL)", name=op.f("ck_deal_registrations_has_conflict")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_deal_registrations_tenant_id_customer_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"],
            ["opportunities.tenant_id", "opportunities.id"],
            name=op.f("fk_deal_registrations_tenant_id_opportunity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_deal_registrations_tenant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "partner_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_deal_registrations_tenant_id_partner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "registered_by_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_deal_registrations_tenant_id_registered_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_deal_registrations")),
    )
    op.create_index(
        "ix_deal_registrations_approved_at",
        "deal_registrations",
        ["tenant_id", "approved_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_archived_at",
        "deal_registrations",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_deal_registrations_claims",
        "deal_registrations",
        ["tenant_id", "status", "customer_domain", "customer_tax_id_norm"],
        unique=False,
    )
    op.create_index(
        "ix_deal_registrations_conflict",
        "deal_registrations",
        ["tenant_id", "conflict"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_created_at",
        "deal_registrations",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_customer_account_id",
        "deal_registrations",
        ["tenant_id", "customer_account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_customer_country",
        "deal_registrations",
        ["tenant_id", "customer_country"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_customer_domain",
        "deal_registrations",
        ["tenant_id", "customer_domain"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_decided_at",
        "deal_registrations",
        ["tenant_id", "decided_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_decided_at_desc",
        "deal_registrations",
        ["tenant_id", sa.literal_column("decided_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_decision_due_at",
        "deal_registrations",
        ["tenant_id", "decision_due_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_decision_due_at_desc",
        "deal_registrations",
        ["tenant_id", sa.literal_column("decision_due_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_estimated_amount_minor",
        "deal_registrations",
        ["tenant_id", "estimated_amount_minor", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_estimated_amount_minor_desc",
        "deal_registrations",
        ["tenant_id", sa.literal_column("estimated_amount_minor DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_estimated_close",
        "deal_registrations",
        ["tenant_id", "estimated_close", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_estimated_close_desc",
        "deal_registrations",
        ["tenant_id", sa.literal_column("estimated_close DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_expires_at",
        "deal_registrations",
        ["tenant_id", "expires_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_expires_at_desc",
        "deal_registrations",
        ["tenant_id", sa.literal_column("expires_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_has_conflict",
        "deal_registrations",
        ["tenant_id", "has_conflict"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_is_overdue",
        "deal_registrations",
        ["tenant_id", "is_overdue"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_matched_by",
        "deal_registrations",
        ["tenant_id", "matched_by"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_name_sort",
        "deal_registrations",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_opportunity_id",
        "deal_registrations",
        ["tenant_id", "opportunity_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_owner_id",
        "deal_registrations",
        ["tenant_id", "owner_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_partner_id",
        "deal_registrations",
        ["tenant_id", "partner_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_product_family_sort",
        "deal_registrations",
        ["tenant_id", "product_family_sort"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_registered_by_id",
        "deal_registrations",
        ["tenant_id", "registered_by_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_rejection_reason",
        "deal_registrations",
        ["tenant_id", "rejection_reason"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_status",
        "deal_registrations",
        ["tenant_id", "status"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_submitted_at",
        "deal_registrations",
        ["tenant_id", "submitted_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_submitted_at_desc",
        "deal_registrations",
        ["tenant_id", sa.literal_column("submitted_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_deal_registrations_updated_at",
        "deal_registrations",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "leads",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("first_name", sa.Text(collation="C"), nullable=True),
        sa.Column("last_name", sa.Text(collation="C"), nullable=True),
        sa.Column("title", sa.Text(collation="C"), nullable=True),
        sa.Column("company", sa.Text(collation="C"), nullable=True),
        sa.Column("company_sort", sa.Text(collation="C"), nullable=True),
        sa.Column("email", sa.Text(collation="C"), nullable=True),
        sa.Column("email_sort", sa.Text(collation="C"), nullable=True),
        sa.Column("phone", sa.Text(collation="C"), nullable=True),
        sa.Column("domain", sa.Text(collation="C"), nullable=True),
        sa.Column("country", sa.Text(collation="C"), nullable=True),
        sa.Column("territory", sa.Text(collation="C"), nullable=True),
        sa.Column("territory_sort", sa.Text(collation="C"), nullable=True),
        sa.Column("product_family", sa.Text(collation="C"), nullable=True),
        sa.Column("product_family_sort", sa.Text(collation="C"), nullable=True),
        sa.Column("skills", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=True),
        sa.Column("source_sort", sa.Text(collation="C"), nullable=True),
        sa.Column("rating", sa.Text(collation="C"), nullable=True),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("unqualified_reason", sa.Text(collation="C"), nullable=True),
        sa.Column("unqualified_detail", sa.Text(collation="C"), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("routing", sa.Text(collation="C"), nullable=True),
        sa.Column("description", sa.Text(collation="C"), nullable=True),
        sa.Column("next_step", sa.Text(collation="C"), nullable=True),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("converted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(routing = 'PARTNER') IS TRUE = (partner_id IS NOT NULL)", name=op.f("ck_leads_partner")),
        sa.CheckConstraint(
            "(status = 'CONVERTED') = (account_id IS NOT NULL) AND (account_id IS NOT NULL OR "
            "num_nonnulls(contact_id, opportunity_id) = 0)",
            name=op.f("ck_leads_became"),
        ),
        sa.CheckConstraint("(status = 'CONVERTED') = (converted_at IS NOT NULL)", name=op.f("ck_leads_converted")),
        sa.CheckConstraint("(status = 'UNQUALIFIED') = (unqualified_reason IS NOT NULL)", name=op.f("ck_leads_reason")),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_leads_country")),
        sa.CheckConstraint("phone ~ '^[+][1-9][0-9]{1,14}$'", name=op.f("ck_leads_phone")),
        sa.CheckConstraint("rating IN ('HOT', 'WARM', 'COLD')", name=op.f("ck_leads_rating")),
        sa.CheckConstraint("routing IN ('OFFERED', 'PARTNER', 'INTERNAL')", name=op.f("ck_leads_routing")),
        sa.CheckConstraint(
            "status IN ('NEW', 'WORKING', 'QUALIFIED', 'NURTURING', 'UNQUALIFIED', 'CONVERTED')",
            name=op.f("ck_leads_status"),
        ),
        sa.CheckConstraint(
            "unqualified_reason IN ('NO_NEED', 'NO_BUDGET', 'NOT_REACHABLE', 'WRONG_FIT', 'COMPETITOR', "
            "'DUPLICATE', 'SPAM', 'OTHER')",
            name=op.f("ck_leads_unqualified_reason"),
        ),
        sa.CheckConstraint("(email IS NULL) = (email_sort IS NULL)", name=op.f("ck_leads_email")),
        sa.CheckConstraint("num_nonnulls(last_name, company) >= 1", name=op.f("ck_leads_named")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_leads_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_leads_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"],
            ["opportunities.tenant_id", "opportunities.id"],
            name=op.f("fk_leads_tenant_id_opportunity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["users.tenant_id", "users.id"], name=op.f("fk_leads_tenant_id_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "partner_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_leads_tenant_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_leads")),
    )
    op.create_index(
        "ix_leads_account_id",
        "leads",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_archived_at",
        "leads",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_leads_company_sort",
        "leads",
        ["tenant_id", "company_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_company_sort_desc",
        "leads",
        ["tenant_id", sa.literal_column("company_sort DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_contact_id",
        "leads",
        ["tenant_id", "contact_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_converted_at",
        "leads",
        ["tenant_id", "converted_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_converted_at_desc",
        "leads",
        ["tenant_id", sa.literal_column("converted_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_country",
        "leads",
        ["tenant_id", "country"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_created_at",
        "leads",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_domain",
        "leads",
        ["tenant_id", "domain"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_email_sort",
        "leads",
        ["tenant_id", "email_sort"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_name_sort",
        "leads",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_opportunity_id",
        "leads",
        ["tenant_id", "opportunity_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_owner_id",
        "leads",
        ["tenant_id", "owner_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_partner_id",
        "leads",
        ["tenant_id", "partner_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_phone", "leads", ["tenant_id", "phone"], unique=False, postgresql_where=sa.text("archived_at IS NULL")
    )
    op.create_index(
        "ix_leads_product_family_sort",
        "leads",
        ["tenant_id", "product_family_sort"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_rating",
        "leads",
        ["tenant_id", "rating"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_routing",
        "leads",
        ["tenant_id", "routing"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_source_sort",
        "leads",
        ["tenant_id", "source_sort"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_status",
        "leads",
        ["tenant_id", "status"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_territory_sort",
        "leads",
        ["tenant_id", "territory_sort"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_unqualified_reason",
        "leads",
        ["tenant_id", "unqualified_reason"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_leads_updated_at",
        "leads",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "partner_lead_offers",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.Text(collation="C"), nullable=True),
        sa.Column("decline_detail", sa.Text(collation="C"), nullable=True),
        sa.Column("country", sa.Text(collation="C"), nullable=True),
        sa.Column("territory", sa.Text(collation="C"), nullable=True),
        sa.Column("product_family", sa.Text(collation="C"), nullable=True),
        sa.Column("description", sa.Text(collation="C"), nullable=True),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.Text(collation="C"), nullable=False),
        sa.Column("level", sa.Text(collation="C"), nullable=False),
        sa.Column("draw", sa.BigInteger(), nullable=False),
        sa.Column("total_weight", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'DECLINED') = (decline_reason IS NOT NULL)", name=op.f("ck_partner_lead_offers_declined")
        ),
        sa.CheckConstraint("(status = 'OFFERED') = (decided_at IS NULL)", name=op.f("ck_partner_lead_offers_decided")),
        sa.CheckConstraint(
            "decline_reason IN ('NO_CAPACITY', 'WRONG_TERRITORY', 'WRONG_FIT', 'KNOWN_CUSTOMER', 'OTHER')",
            name=op.f("ck_partner_lead_offers_decline_reason"),
        ),
        sa.CheckConstraint(
            "status IN ('OFFERED', 'ACCEPTED', 'DECLINED', 'EXPIRED')", name=op.f("ck_partner_lead_offers_status")
        ),
        sa.CheckConstraint("draw >= 0 AND draw < total_weight", name=op.f("ck_partner_lead_offers_draw")),
        sa.CheckConstraint("expires_at > offered_at", name=op.f("ck_partner_lead_offers_expires_after_offered")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_id"],
            ["leads.tenant_id", "leads.id"],
            name=op.f("fk_partner_lead_offers_tenant_id_lead_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "partner_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_partner_lead_offers_tenant_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_lead_offers")),
    )
    op.create_index(
        "ix_partner_lead_offers_archived_at",
        "partner_lead_offers",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_lead_offers_created_at",
        "partner_lead_offers",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_lead_offers_decided_at",
        "partner_lead_offers",
        ["tenant_id", "decided_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_lead_offers_decline_reason",
        "partner_lead_offers",
        ["tenant_id", "decline_reason"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_lead_offers_expires_at",
        "partner_lead_offers",
        ["tenant_id", "expires_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_lead_offers_lead_id",
        "partner_lead_offers",
        ["tenant_id", "lead_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_lead_offers_offered_at",
        "partner_lead_offers",
        ["tenant_id", "offered_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_lead_offers_partner_id",
        "partner_lead_offers",
        ["tenant_id", "partner_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_lead_offers_status",
        "partner_lead_offers",
        ["tenant_id", "status"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_lead_offers_updated_at",
        "partner_lead_offers",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_partner_lead_offers_open",
        "partner_lead_offers",
        ["tenant_id", "lead_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('OFFERED', 'ACCEPTED')"),
    )
    op.create_table(
        "partner_lead_candidates",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("standing", sa.Text(collation="C"), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("open_leads", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "standing IN ('CHOSEN', 'NOT_DRAWN', 'FARTHER', 'NO_SKILLS', 'FULL', 'PAUSED', 'NO_WEIGHT', "
            "'DECLINED', 'EXPIRED')",
            name=op.f("ck_partner_lead_candidates_standing"),
        ),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_partner_lead_candidates_weight")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "offer_id"],
            ["partner_lead_offers.tenant_id", "partner_lead_offers.id"],
            name=op.f("fk_partner_lead_candidates_tenant_id_offer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "partner_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_partner_lead_candidates_tenant_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "offer_id", "partner_id", name=op.f("pk_partner_lead_candidates")),
    )
    op.add_column("accounts", sa.Column("tax_id_norm", sa.Text(collation="C"), nullable=True))
    with unforced("accounts"):
        script(NORMAL_TAX_IDS)
    script(
        """
    ALTER TABLE partner_lead_profiles ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_lead_profiles FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_lead_profiles FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_lead_profiles TO crm_app;
    GRANT UPDATE (partner_id, territories, skills, capacity, is_paused, version, updated_at,
        archived_at) ON partner_lead_profiles TO crm_app;
    CREATE POLICY outside ON partner_lead_profiles FOR SELECT TO crm_partner USING (tenant_id = (SELECT
        NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (partner_lead_profiles.archived_at IS
        NULL AND partner_lead_profiles.partner_id = ANY (array((SELECT reach.id FROM
        crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS
        nullif_1), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2),
        true) AS reach)))));
    GRANT SELECT (tenant_id, id, partner_id, territories, skills, capacity, is_paused, version,
        created_at, updated_at, archived_at) ON partner_lead_profiles TO crm_partner;
    """
    )
    script(
        """
    ALTER TABLE deal_registrations ENABLE ROW LEVEL SECURITY;
    ALTER TABLE deal_registrations FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON deal_registrations FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON deal_registrations TO crm_app;
    GRANT UPDATE (owner_id, status, name, name_sort, customer_domain, customer_tax_id,
        customer_tax_id_norm, customer_country, product_family, product_family_sort,
        estimated_amount_minor, currency, estimated_close, evidence, notes, customer_account_id,
        matched_by, account_key, product_key, has_conflict, conflict, override_reason, submitted_at,
        decision_due_at, is_overdue, decided_at, rejection_reason, rejection_detail, approved_at,
        expires_at, extensions, progress, opportunity_id, version, updated_at, archived_at) ON
        deal_registrations TO crm_app;
    CREATE POLICY outside ON deal_registrations FOR SELECT TO crm_partner USING (tenant_id = (SELECT
        NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (deal_registrations.archived_at IS
        NULL AND (deal_registrations.partner_id = ANY (array((SELECT reach.id FROM
        crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS
        nullif_1), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2),
        false) AS reach))) OR deal_registrations.registered_by_id = (SELECT
        CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_1) AND
        deal_registrations.partner_id = ANY (array((SELECT reach.id FROM crm_partner_reach((SELECT
        CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_1), (SELECT
        CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2), true) AS
        reach))))));
    GRANT SELECT (tenant_id, id, partner_id, registered_by_id, status, name, name_sort, customer_domain,
        customer_tax_id, customer_country, product_family, product_family_sort, estimated_amount_minor,
        currency, estimated_close, evidence, has_conflict, submitted_at, decision_due_at, decided_at,
        rejection_reason, rejection_detail, approved_at, expires_at, extensions, progress,
        opportunity_id, version, created_at, updated_at, archived_at) ON deal_registrations TO
        crm_partner;
    """
    )
    script(
        """
    ALTER TABLE leads ENABLE ROW LEVEL SECURITY;
    ALTER TABLE leads FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON leads FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON leads TO crm_app;
    GRANT UPDATE (name, name_sort, first_name, last_name, title, company, company_sort, email,
        email_sort, phone, domain, country, territory, territory_sort, product_family,
        product_family_sort, skills, source, source_sort, rating, status, unqualified_reason,
        unqualified_detail, owner_id, partner_id, routing, description, next_step, notes, converted_at,
        account_id, contact_id, opportunity_id, version, updated_at, archived_at) ON leads TO crm_app;
    CREATE POLICY outside ON leads FOR SELECT TO crm_partner USING (tenant_id = (SELECT
        NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (leads.archived_at IS NULL AND
        leads.partner_id = ANY (array((SELECT reach.id FROM crm_partner_reach((SELECT
        CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_1), (SELECT
        CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2), true) AS reach)))));
    GRANT SELECT (tenant_id, id, name, name_sort, first_name, last_name, title, company, company_sort,
        email, email_sort, phone, domain, country, territory, territory_sort, product_family,
        product_family_sort, rating, status, unqualified_reason, unqualified_detail, partner_id,
        description, next_step, version, created_at, updated_at, archived_at) ON leads TO crm_partner;
    """
    )
    script(
        """
    ALTER TABLE partner_lead_offers ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_lead_offers FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_lead_offers FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_lead_offers TO crm_app;
    GRANT UPDATE (lead_id, partner_id, status, offered_at, expires_at, decided_at, decline_reason,
        decline_detail, country, territory, product_family, description, attempt, seed, level, draw,
        total_weight, version, updated_at, archived_at) ON partner_lead_offers TO crm_app;
    CREATE POLICY outside ON partner_lead_offers FOR SELECT TO crm_partner USING (tenant_id = (SELECT
        NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (partner_lead_offers.archived_at IS
        NULL AND partner_lead_offers.partner_id = ANY (array((SELECT reach.id FROM
        crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS
        nullif_1), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2),
        true) AS reach)))));
    GRANT SELECT (tenant_id, id, lead_id, partner_id, status, offered_at, expires_at, decided_at,
        decline_reason, decline_detail, country, territory, product_family, description, version,
        created_at, updated_at, archived_at) ON partner_lead_offers TO crm_partner;
    """
    )
    script(
        """
    ALTER TABLE partner_lead_candidates ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_lead_candidates FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_lead_candidates FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON partner_lead_candidates TO crm_app;
    GRANT UPDATE (standing, weight, open_leads) ON partner_lead_candidates TO crm_app;
    """
    )
    script(
        """
    GRANT UPDATE (tax_id_norm) ON accounts TO crm_app;
    """
    )
    with unforced("roles"), unforced("role_rights"):
        script(RIGHTS)


def downgrade() -> None:
    op.drop_index("ix_accounts_tax_id_norm", table_name="accounts", postgresql_where=sa.text("archived_at IS NULL"))
    op.drop_column("accounts", "tax_id_norm")
    op.drop_table("partner_lead_candidates")
    op.drop_table("partner_lead_offers")
    op.drop_table("leads")
    op.drop_table("deal_registrations")
    op.drop_table("partner_lead_profiles")
