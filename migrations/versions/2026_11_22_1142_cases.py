"""Cases with their comments, states and numbers; what is promised about them, to whom, and the milestones.

Why: issue 8.
Locks: rights of roles, while those that are shipped get theirs.  Reversible: yes, cases and service levels are lost.
       Safe with the previous release: yes, it does not know of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from api.db.steps import script, unforced

revision = "2026_11_22_1142_cases"
down_revision = "2026_11_22_1137_certifications_of_partners"


# As they were shipped at this time, for the tenants there are.
RIGHTS = """\
INSERT INTO role_rights (tenant_id, role_id, object, read, write, "create", "delete", export)
SELECT role.tenant_id, role.id, cell.object, cell.read, cell.write, cell.creates, cell.deletes, cell.exports
  FROM roles AS role JOIN (VALUES
    ('sales_manager', 'business_hours', 'ALL', 'NONE', false, false, false),
    ('sales_manager', 'holiday_calendar', 'ALL', 'NONE', false, false, false),
    ('sales_manager', 'sla_policy', 'ALL', 'NONE', false, false, false),
    ('sales_manager', 'case', 'ALL', 'NONE', false, false, false),
    ('sales_rep', 'business_hours', 'ALL', 'NONE', false, false, false),
    ('sales_rep', 'holiday_calendar', 'ALL', 'NONE', false, false, false),
    ('sales_rep', 'sla_policy', 'ALL', 'NONE', false, false, false),
    ('sales_rep', 'case', 'ALL', 'NONE', false, false, false),
    ('support_agent', 'business_hours', 'ALL', 'NONE', false, false, false),
    ('support_agent', 'holiday_calendar', 'ALL', 'NONE', false, false, false),
    ('support_agent', 'sla_policy', 'ALL', 'NONE', false, false, false),
    ('support_agent', 'case', 'ALL', 'ALL', true, true, true),
    ('support_agent', 'entitlement', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'business_hours', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'holiday_calendar', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'sla_policy', 'ALL', 'NONE', false, false, false),
    ('marketer', 'business_hours', 'ALL', 'NONE', false, false, false),
    ('marketer', 'holiday_calendar', 'ALL', 'NONE', false, false, false),
    ('marketer', 'sla_policy', 'ALL', 'NONE', false, false, false),
    ('integration', 'business_hours', 'ALL', 'NONE', false, false, false),
    ('integration', 'holiday_calendar', 'ALL', 'NONE', false, false, false),
    ('integration', 'sla_policy', 'ALL', 'NONE', false, false, false),
    ('integration', 'case', 'ALL', 'ALL', true, false, false),
    ('integration', 'entitlement', 'ALL', 'ALL', true, false, false),
    ('read_only', 'business_hours', 'ALL', 'NONE', false, false, false),
    ('read_only', 'holiday_calendar', 'ALL', 'NONE', false, false, false),
    ('read_only', 'sla_policy', 'ALL', 'NONE', false, false, false),
    ('read_only', 'case', 'ALL', 'NONE', false, false, false),
    ('read_only', 'entitlement', 'ALL', 'NONE', false, false, false)
) AS cell (name, object, read, write, creates, deletes, exports) ON cell.name = role.name
 WHERE role.archived_at IS NULL
ON CONFLICT DO NOTHING;
INSERT INTO role_field_rights (tenant_id, role_id, object, field_set, access)
SELECT tenant_id, id, 'case', '*', 'WRITE' FROM roles WHERE name = 'support_agent' AND archived_at IS NULL
ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:  # noqa: PLR0915 - a statement for each table and index
    op.create_table(
        "case_numbers",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_case_numbers")),
    )
    op.create_table(
        "sla_policies",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("types", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("origins", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("business_hours_id", sa.Uuid(), nullable=True),
        sa.Column("warn_percent", sa.Integer(), nullable=False),
        sa.Column("pauses_for_customer", sa.Boolean(), nullable=False),
        sa.Column("pauses_for_third_party", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("warn_percent BETWEEN 1 AND 99", name=op.f("ck_sla_policies_warn_percent")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "business_hours_id"],
            ["business_hours.tenant_id", "business_hours.id"],
            name=op.f("fk_sla_policies_tenant_id_business_hours_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sla_policies")),
    )
    op.create_index(
        "ix_sla_policies_archived_at",
        "sla_policies",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_sla_policies_business_hours_id",
        "sla_policies",
        ["tenant_id", "business_hours_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_sla_policies_created_at",
        "sla_policies",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_sla_policies_is_active",
        "sla_policies",
        ["tenant_id", "is_active"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_sla_policies_name_sort",
        "sla_policies",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_sla_policies_place",
        "sla_policies",
        ["tenant_id", "place", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_sla_policies_updated_at",
        "sla_policies",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_sla_policies_name",
        "sla_policies",
        ["tenant_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "sla_versions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("business_hours_id", sa.Uuid(), nullable=True),
        sa.Column("warn_percent", sa.Integer(), nullable=False),
        sa.Column("pauses_for_customer", sa.Boolean(), nullable=False),
        sa.Column("pauses_for_third_party", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "business_hours_id"],
            ["business_hours.tenant_id", "business_hours.id"],
            name=op.f("fk_sla_versions_tenant_id_business_hours_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "policy_id"],
            ["sla_policies.tenant_id", "sla_policies.id"],
            name=op.f("fk_sla_versions_tenant_id_policy_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sla_versions")),
        sa.UniqueConstraint("tenant_id", "policy_id", "revision", name="uq_sla_versions_revision"),
    )
    op.create_index(
        "ix_sla_versions_business_hours_id",
        "sla_versions",
        ["tenant_id", "business_hours_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_sla_versions_policy_id", "sla_versions", ["tenant_id", "policy_id"], unique=False, postgresql_where=None
    )
    op.create_table(
        "entitlements",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("remaining_cases", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_entitlements_ends_after_start")),
        sa.CheckConstraint("num_nonnulls(account_id, contact_id) = 1", name=op.f("ck_entitlements_holder")),
        sa.CheckConstraint("remaining_cases >= 0", name=op.f("ck_entitlements_remaining_cases")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_entitlements_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_entitlements_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "policy_id"],
            ["sla_policies.tenant_id", "sla_policies.id"],
            name=op.f("fk_entitlements_tenant_id_policy_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_entitlements")),
    )
    op.create_index(
        "ix_entitlements_account_id",
        "entitlements",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_entitlements_archived_at",
        "entitlements",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_entitlements_contact_id",
        "entitlements",
        ["tenant_id", "contact_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_entitlements_created_at",
        "entitlements",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_entitlements_ends_on",
        "entitlements",
        ["tenant_id", "ends_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_entitlements_ends_on_desc",
        "entitlements",
        ["tenant_id", sa.literal_column("ends_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_entitlements_name_sort",
        "entitlements",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_entitlements_policy_id",
        "entitlements",
        ["tenant_id", "policy_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_entitlements_starts_on",
        "entitlements",
        ["tenant_id", "starts_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_entitlements_updated_at",
        "entitlements",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "sla_targets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("priority", sa.Text(collation="C"), nullable=False),
        sa.Column("milestone", sa.Text(collation="C"), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("business_hours_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "milestone IN ('FIRST_RESPONSE', 'NEXT_RESPONSE', 'UPDATE', 'RESOLUTION')",
            name=op.f("ck_sla_targets_milestone"),
        ),
        sa.CheckConstraint("priority IN ('LOW', 'NORMAL', 'HIGH', 'URGENT')", name=op.f("ck_sla_targets_priority")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_sla_targets_minutes")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "business_hours_id"],
            ["business_hours.tenant_id", "business_hours.id"],
            name=op.f("fk_sla_targets_tenant_id_business_hours_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "policy_id"],
            ["sla_policies.tenant_id", "sla_policies.id"],
            name=op.f("fk_sla_targets_tenant_id_policy_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["sla_versions.tenant_id", "sla_versions.id"],
            name=op.f("fk_sla_targets_tenant_id_version_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "version_id", "priority", "milestone", name=op.f("pk_sla_targets")),
    )
    op.create_index(
        "ix_sla_targets_business_hours_id",
        "sla_targets",
        ["tenant_id", "business_hours_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_sla_targets_policy_id", "sla_targets", ["tenant_id", "policy_id"], unique=False, postgresql_where=None
    )
    op.create_table(
        "cases",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(collation="C"), nullable=False),
        sa.Column("subject_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("description", sa.Text(collation="C"), nullable=True),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("duplicate_of_id", sa.Uuid(), nullable=True),
        sa.Column("from_email", sa.Text(collation="C"), nullable=True),
        sa.Column("origin", sa.Text(collation="C"), nullable=False),
        sa.Column("type", sa.Text(collation="C"), nullable=True),
        sa.Column("priority", sa.Text(collation="C"), nullable=False),
        sa.Column("severity", sa.Text(collation="C"), nullable=True),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_escalated", sa.Boolean(), sa.Computed("escalation_level > 0", persisted=True), nullable=False),
        sa.Column("escalation_level", sa.Integer(), nullable=False),
        sa.Column("reopen_count", sa.Integer(), nullable=False),
        sa.Column("first_response_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution_code", sa.Text(collation="C"), nullable=True),
        sa.Column("resolution", sa.Text(collation="C"), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("business_hours_id", sa.Uuid(), nullable=True),
        sa.Column("entitlement_id", sa.Uuid(), nullable=True),
        sa.Column("sla_version_id", sa.Uuid(), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NOT NULL) = (status IN ('CLOSED', 'CANCELLED', 'DUPLICATE'))", name=op.f("ck_cases_closed")
        ),
        sa.CheckConstraint("(closes_at IS NOT NULL) = (status = 'RESOLVED')", name=op.f("ck_cases_closes")),
        sa.CheckConstraint("(duplicate_of_id IS NOT NULL) = (status = 'DUPLICATE')", name=op.f("ck_cases_duplicate")),
        sa.CheckConstraint(
            "(resolution_code IS NOT NULL) = (status IN ('RESOLVED', 'CLOSED'))", name=op.f("ck_cases_resolution")
        ),
        sa.CheckConstraint(
            "(resolved_at IS NOT NULL) = (status IN ('RESOLVED', 'CLOSED'))", name=op.f("ck_cases_resolved")
        ),
        sa.CheckConstraint(
            "origin IN ('EMAIL', 'PHONE', 'WEB', 'CHAT', 'SOCIAL', 'API', 'PARTNER')", name=op.f("ck_cases_origin")
        ),
        sa.CheckConstraint("priority IN ('LOW', 'NORMAL', 'HIGH', 'URGENT')", name=op.f("ck_cases_priority")),
        sa.CheckConstraint(
            "resolution_code IN ('SOLVED', 'WORKAROUND', 'ANSWERED', 'NOT_REPRODUCIBLE', 'WILL_NOT_FIX', 'NO_REPLY')",
            name=op.f("ck_cases_resolution_code"),
        ),
        sa.CheckConstraint("severity IN ('MINOR', 'MAJOR', 'CRITICAL')", name=op.f("ck_cases_severity")),
        sa.CheckConstraint(
            "status IN ('NEW', 'OPEN', 'WAITING_CUSTOMER', 'WAITING_THIRD_PARTY', 'RESOLVED', 'CLOSED', 'CANCELLED', "
            "'DUPLICATE')",
            name=op.f("ck_cases_status"),
        ),
        sa.CheckConstraint(
            "type IN ('QUESTION', 'PROBLEM', 'REQUEST', 'COMPLAINT', 'OTHER')", name=op.f("ck_cases_type")
        ),
        sa.CheckConstraint(
            "duplicate_of_id <> id AND follows_id <> id AND parent_id <> id", name=op.f("ck_cases_not_of_itself")
        ),
        sa.CheckConstraint("escalation_level BETWEEN 0 AND 5", name=op.f("ck_cases_escalation_level")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_cases_number")),
        sa.CheckConstraint("reopen_count >= 0", name=op.f("ck_cases_reopen_count")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_cases_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "business_hours_id"],
            ["business_hours.tenant_id", "business_hours.id"],
            name=op.f("fk_cases_tenant_id_business_hours_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_cases_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "duplicate_of_id"],
            ["cases.tenant_id", "cases.id"],
            name=op.f("fk_cases_tenant_id_duplicate_of_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entitlement_id"],
            ["entitlements.tenant_id", "entitlements.id"],
            name=op.f("fk_cases_tenant_id_entitlement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "follows_id"], ["cases.tenant_id", "cases.id"], name=op.f("fk_cases_tenant_id_follows_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["users.tenant_id", "users.id"], name=op.f("fk_cases_tenant_id_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"], ["cases.tenant_id", "cases.id"], name=op.f("fk_cases_tenant_id_parent_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["products.tenant_id", "products.id"],
            name=op.f("fk_cases_tenant_id_product_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sla_version_id"],
            ["sla_versions.tenant_id", "sla_versions.id"],
            name=op.f("fk_cases_tenant_id_sla_version_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_cases")),
        sa.UniqueConstraint("tenant_id", "number", name="uq_cases_number"),
    )
    op.create_index(
        "ix_cases_account_id",
        "cases",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_archived_at",
        "cases",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_cases_business_hours_id",
        "cases",
        ["tenant_id", "business_hours_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_closed_at",
        "cases",
        ["tenant_id", "closed_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_closed_at_desc",
        "cases",
        ["tenant_id", sa.literal_column("closed_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_contact_id",
        "cases",
        ["tenant_id", "contact_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_created_at",
        "cases",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_duplicate_of_id",
        "cases",
        ["tenant_id", "duplicate_of_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_entitlement_id",
        "cases",
        ["tenant_id", "entitlement_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_first_response_at",
        "cases",
        ["tenant_id", "first_response_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_first_response_at_desc",
        "cases",
        ["tenant_id", sa.literal_column("first_response_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_follows_id",
        "cases",
        ["tenant_id", "follows_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_is_escalated",
        "cases",
        ["tenant_id", "is_escalated"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_next_due_at",
        "cases",
        ["tenant_id", "next_due_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_next_due_at_desc",
        "cases",
        ["tenant_id", sa.literal_column("next_due_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_number",
        "cases",
        ["tenant_id", "number", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_origin",
        "cases",
        ["tenant_id", "origin"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_owner_id",
        "cases",
        ["tenant_id", "owner_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_parent_id",
        "cases",
        ["tenant_id", "parent_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_priority",
        "cases",
        ["tenant_id", "priority"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_product_id",
        "cases",
        ["tenant_id", "product_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_resolution_code",
        "cases",
        ["tenant_id", "resolution_code"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_resolved_at",
        "cases",
        ["tenant_id", "resolved_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_resolved_at_desc",
        "cases",
        ["tenant_id", sa.literal_column("resolved_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_severity",
        "cases",
        ["tenant_id", "severity"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_sla_version_id",
        "cases",
        ["tenant_id", "sla_version_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_status",
        "cases",
        ["tenant_id", "status"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_subject_sort",
        "cases",
        ["tenant_id", "subject_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_cases_type", "cases", ["tenant_id", "type"], unique=False, postgresql_where=sa.text("archived_at IS NULL")
    )
    op.create_index(
        "ix_cases_updated_at",
        "cases",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "case_comments",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.Text(collation="C"), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("is_automated", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "contact_id IS NULL OR (is_public AND user_id IS NULL)", name=op.f("ck_case_comments_of_customer")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name=op.f("fk_case_comments_tenant_id_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_case_comments_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name=op.f("fk_case_comments_tenant_id_user_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_comments")),
    )
    op.create_index(
        "ix_case_comments_case_id", "case_comments", ["tenant_id", "case_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "ix_case_comments_contact_id", "case_comments", ["tenant_id", "contact_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "ix_case_comments_user_id", "case_comments", ["tenant_id", "user_id"], unique=False, postgresql_where=None
    )
    op.create_table(
        "case_history",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(collation="C"), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "status IN ('NEW', 'OPEN', 'WAITING_CUSTOMER', 'WAITING_THIRD_PARTY', 'RESOLVED', 'CLOSED', 'CANCELLED', "
            "'DUPLICATE')",
            name=op.f("ck_case_history_status"),
        ),
        sa.CheckConstraint("left_at >= entered_at", name=op.f("ck_case_history_left_after_entered")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name=op.f("fk_case_history_tenant_id_case_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_history")),
    )
    op.create_index(
        "ix_case_history_case_id", "case_history", ["tenant_id", "case_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "uq_case_history_current",
        "case_history",
        ["tenant_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "case_milestones",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("business_hours_id", sa.Uuid(), nullable=True),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("target_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_us", sa.BigInteger(), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("violated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'PAUSED') = (paused_at IS NOT NULL)", name=op.f("ck_case_milestones_paused")),
        sa.CheckConstraint(
            "completed_at IS NULL OR status IN ('MET', 'MISSED')", name=op.f("ck_case_milestones_completed")
        ),
        sa.CheckConstraint("status <> 'MET' OR completed_at IS NOT NULL", name=op.f("ck_case_milestones_met")),
        sa.CheckConstraint(
            "status IN ('IN_PROGRESS', 'PAUSED', 'MET', 'MISSED', 'CANCELLED')", name=op.f("ck_case_milestones_status")
        ),
        sa.CheckConstraint(
            "type IN ('FIRST_RESPONSE', 'NEXT_RESPONSE', 'UPDATE', 'RESOLUTION')", name=op.f("ck_case_milestones_type")
        ),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_case_milestones_minutes")),
        sa.CheckConstraint("paused_us >= 0", name=op.f("ck_case_milestones_paused_us")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "business_hours_id"],
            ["business_hours.tenant_id", "business_hours.id"],
            name=op.f("fk_case_milestones_tenant_id_business_hours_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name=op.f("fk_case_milestones_tenant_id_case_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_milestones")),
    )
    op.create_index(
        "ix_case_milestones_business_hours_id",
        "case_milestones",
        ["tenant_id", "business_hours_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index("ix_case_milestones_case_id", "case_milestones", ["tenant_id", "case_id"], unique=False)
    op.create_index(
        "uq_case_milestones_running",
        "case_milestones",
        ["tenant_id", "case_id", "type"],
        unique=True,
        postgresql_where=sa.text("completed_at IS NULL AND status <> 'CANCELLED'"),
    )
    script(
        """
    ALTER TABLE case_numbers ENABLE ROW LEVEL SECURITY;
    ALTER TABLE case_numbers FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON case_numbers FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON case_numbers TO crm_app;
    GRANT UPDATE (last) ON case_numbers TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE sla_policies ENABLE ROW LEVEL SECURITY;
    ALTER TABLE sla_policies FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON sla_policies FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON sla_policies TO crm_app;
    GRANT UPDATE (name, name_sort, is_active, place, types, origins, business_hours_id, warn_percent,
        pauses_for_customer, pauses_for_third_party, version, updated_at, archived_at) ON sla_policies
        TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE sla_versions ENABLE ROW LEVEL SECURITY;
    ALTER TABLE sla_versions FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON sla_versions FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON sla_versions TO crm_app;
    GRANT UPDATE (policy_id, revision, business_hours_id, warn_percent, pauses_for_customer,
        pauses_for_third_party) ON sla_versions TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE entitlements ENABLE ROW LEVEL SECURITY;
    ALTER TABLE entitlements FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON entitlements FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON entitlements TO crm_app;
    GRANT UPDATE (name, name_sort, account_id, contact_id, policy_id, starts_on, ends_on,
        remaining_cases, version, updated_at, archived_at) ON entitlements TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE sla_targets ENABLE ROW LEVEL SECURITY;
    ALTER TABLE sla_targets FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON sla_targets FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON sla_targets TO crm_app;
    GRANT UPDATE (policy_id, minutes, business_hours_id) ON sla_targets TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE cases ENABLE ROW LEVEL SECURITY;
    ALTER TABLE cases FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON cases FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON cases TO crm_app;
    GRANT UPDATE (number, subject, subject_sort, description, notes, account_id, contact_id, product_id,
        owner_id, parent_id, follows_id, duplicate_of_id, from_email, origin, type, priority, severity,
        status, status_since, escalation_level, reopen_count, first_response_at, resolved_at,
        resolution_code, resolution, closes_at, closed_at, business_hours_id, entitlement_id,
        sla_version_id, next_due_at, version, updated_at, archived_at) ON cases TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE case_comments ENABLE ROW LEVEL SECURITY;
    ALTER TABLE case_comments FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON case_comments FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON case_comments TO crm_app;
    GRANT UPDATE (case_id, user_id, contact_id, body, is_public, is_automated) ON case_comments TO
        crm_app;
    """
    )
    script(
        """
    ALTER TABLE case_history ENABLE ROW LEVEL SECURITY;
    ALTER TABLE case_history FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON case_history FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON case_history TO crm_app;
    GRANT UPDATE (left_at) ON case_history TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE case_milestones ENABLE ROW LEVEL SECURITY;
    ALTER TABLE case_milestones FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON case_milestones FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON case_milestones TO crm_app;
    GRANT UPDATE (case_id, type, status, minutes, business_hours_id, start_at, warn_at, target_at,
        paused_at, paused_us, warned_at, violated_at, completed_at) ON case_milestones TO crm_app;
    """
    )
    with unforced("roles"), unforced("role_rights"), unforced("role_field_rights"):
        script(RIGHTS)


def downgrade() -> None:
    op.drop_table("case_milestones")
    op.drop_table("case_history")
    op.drop_table("case_comments")
    op.drop_table("cases")
    op.drop_table("sla_targets")
    op.drop_table("entitlements")
    op.drop_table("sla_versions")
    op.drop_table("sla_policies")
    op.drop_table("case_numbers")
