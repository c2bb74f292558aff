"""Leads: people and companies that may become customers.

Why: issue 7. Partners get leads and bring their own.
Locks: nothing that exists.  Reversible: yes, leads are lost.
       Safe with the previous release: yes, it does not know of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from api.db.steps import script

revision = "2026_11_22_1100_leads"
down_revision = "2026_11_22_1059_partner_programs"


def upgrade() -> None:
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
        sa.CheckConstraint(
            "(status = 'CONVERTED') = (account_id IS NOT NULL) "
            "AND (account_id IS NOT NULL OR num_nonnulls(contact_id, opportunity_id) = 0)",
            name=op.f("ck_leads_became"),
        ),
        sa.CheckConstraint("(status = 'CONVERTED') = (converted_at IS NOT NULL)", name=op.f("ck_leads_converted")),
        sa.CheckConstraint("(status = 'UNQUALIFIED') = (unqualified_reason IS NOT NULL)", name=op.f("ck_leads_reason")),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_leads_country")),
        sa.CheckConstraint("phone ~ '^[+][1-9][0-9]{1,14}$'", name=op.f("ck_leads_phone")),
        sa.CheckConstraint("rating IN ('HOT', 'WARM', 'COLD')", name=op.f("ck_leads_rating")),
        sa.CheckConstraint(
            "status IN ('NEW', 'WORKING', 'QUALIFIED', 'NURTURING', 'UNQUALIFIED', 'CONVERTED')",
            name=op.f("ck_leads_status"),
        ),
        sa.CheckConstraint(
            "unqualified_reason IN ('NO_NEED', 'NO_BUDGET', 'NOT_REACHABLE', 'WRONG_FIT', 'COMPETITOR', 'DUPLICATE', "
            "'SPAM', 'OTHER')",
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
        unqualified_detail, owner_id, description, next_step, notes, converted_at, account_id,
        contact_id, opportunity_id, version, updated_at, archived_at) ON leads TO crm_app;
    """
    )


def downgrade() -> None:
    op.drop_table("leads")
