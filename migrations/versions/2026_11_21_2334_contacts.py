"""Contacts with their e-mails, phones, addresses and accounts; contact roles and splits of opportunities.

Why: issue 3. People stand in tables of their own, erasable apart; a relation to an account is ended, not deleted.
Locks: accounts, opportunities and users, for the moment in which foreign keys to them are added.
       Reversible: yes, the new data is lost.  Safe with the previous release: yes, it knows none of these tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.steps import script

revision = "2026_11_21_2334_contacts"
down_revision = "2026_11_21_2200_foundation"


def upgrade() -> None:
    op.create_table(
        "contacts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("first_name", sa.Text(collation="C"), nullable=True),
        sa.Column("last_name", sa.Text(collation="C"), nullable=False),
        sa.Column("last_name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("salutation", sa.Text(collation="C"), nullable=True),
        sa.Column("title", sa.Text(collation="C"), nullable=True),
        sa.Column("email", sa.Text(collation="C"), nullable=True),
        sa.Column("email_sort", sa.Text(collation="C"), nullable=True),
        sa.Column("email_norm", sa.Text(collation="C"), nullable=True),
        sa.Column("phone", sa.Text(collation="C"), nullable=True),
        sa.Column("language", sa.Text(collation="C"), nullable=True),
        sa.Column("zone", sa.Text(collation="C"), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("reports_to_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("phone ~ '^[+][1-9][0-9]{1,14}$'", name=op.f("ck_contacts_phone")),
        sa.CheckConstraint(
            "(email IS NULL) = (email_norm IS NULL) AND (email IS NULL) = (email_sort IS NULL)",
            name=op.f("ck_contacts_email"),
        ),
        sa.CheckConstraint("reports_to_id <> id", name=op.f("ck_contacts_not_its_own_superior")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_contacts_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["users.tenant_id", "users.id"], name=op.f("fk_contacts_tenant_id_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reports_to_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_contacts_tenant_id_reports_to_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contacts")),
    )
    op.create_index(
        "ix_contacts_account_id",
        "contacts",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_archived_at",
        "contacts",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_contacts_created_at",
        "contacts",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_email_sort",
        "contacts",
        ["tenant_id", "email_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_email_sort_desc",
        "contacts",
        ["tenant_id", sa.literal_column("email_sort DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_language",
        "contacts",
        ["tenant_id", "language"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_last_name_sort",
        "contacts",
        ["tenant_id", "last_name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_name_sort",
        "contacts",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_owner_id",
        "contacts",
        ["tenant_id", "owner_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_phone",
        "contacts",
        ["tenant_id", "phone", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_phone_desc",
        "contacts",
        ["tenant_id", sa.literal_column("phone DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_reports_to_id",
        "contacts",
        ["tenant_id", "reports_to_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_updated_at",
        "contacts",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_contacts_email",
        "contacts",
        ["tenant_id", "email_norm"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "account_contacts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(collation="C"), nullable=True),
        sa.Column("role_sort", sa.Text(collation="C"), nullable=True),
        sa.Column("is_primary_contact", sa.Boolean(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "NOT is_primary_contact OR (ended_on IS NULL AND archived_at IS NULL)",
            name=op.f("ck_account_contacts_primary_is_active"),
        ),
        sa.CheckConstraint("ended_on >= started_on", name=op.f("ck_account_contacts_ended_after_started")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_account_contacts_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_account_contacts_tenant_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_account_contacts")),
    )
    op.create_index(
        "ix_account_contacts_account_id",
        "account_contacts",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_account_contacts_contact_id",
        "account_contacts",
        ["tenant_id", "contact_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_account_contacts_archived_at",
        "account_contacts",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_account_contacts_created_at",
        "account_contacts",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_account_contacts_ended_on",
        "account_contacts",
        ["tenant_id", "ended_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_account_contacts_ended_on_desc",
        "account_contacts",
        ["tenant_id", sa.literal_column("ended_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_account_contacts_is_primary_contact",
        "account_contacts",
        ["tenant_id", "is_primary_contact"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_account_contacts_role_sort",
        "account_contacts",
        ["tenant_id", "role_sort"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_account_contacts_started_on",
        "account_contacts",
        ["tenant_id", "started_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_account_contacts_started_on_desc",
        "account_contacts",
        ["tenant_id", sa.literal_column("started_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_account_contacts_active",
        "account_contacts",
        ["tenant_id", "contact_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_index(
        "uq_account_contacts_primary",
        "account_contacts",
        ["tenant_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("is_primary_contact"),
    )
    op.create_table(
        "contact_addresses",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("street", sa.Text(collation="C"), nullable=True),
        sa.Column("city", sa.Text(collation="C"), nullable=True),
        sa.Column("region", sa.Text(collation="C"), nullable=True),
        sa.Column("postal_code", sa.Text(collation="C"), nullable=True),
        sa.Column("country", sa.Text(collation="C"), nullable=True),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_contact_addresses_country")),
        sa.CheckConstraint(
            "kind IN ('BILLING', 'SHIPPING', 'OFFICE', 'OTHER')", name=op.f("ck_contact_addresses_kind")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_contact_addresses_tenant_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "contact_id", "kind", name=op.f("pk_contact_addresses")),
    )
    op.create_table(
        "contact_emails",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("email", sa.Text(collation="C"), nullable=False),
        sa.Column("original", sa.Text(collation="C"), nullable=False),
        sa.Column("label", sa.Text(collation="C"), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_contact_emails_tenant_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "contact_id", "key", name=op.f("pk_contact_emails")),
    )
    op.create_table(
        "contact_phones",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("original", sa.Text(collation="C"), nullable=False),
        sa.Column("extension", sa.Text(collation="C"), nullable=True),
        sa.Column("label", sa.Text(collation="C"), nullable=True),
        sa.CheckConstraint("number ~ '^[+][1-9][0-9]{1,14}$'", name=op.f("ck_contact_phones_number")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_contact_phones_tenant_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "contact_id", "number", name=op.f("pk_contact_phones")),
    )
    op.create_table(
        "opportunity_contact_roles",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(collation="C"), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('DECISION_MAKER', 'INFLUENCER', 'CHAMPION', 'USER', 'BLOCKER', 'OTHER')",
            name=op.f("ck_opportunity_contact_roles_role"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_opportunity_contact_roles_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"],
            ["opportunities.tenant_id", "opportunities.id"],
            name=op.f("fk_opportunity_contact_roles_tenant_id_opportunity_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_opportunity_contact_roles")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "contact_id", name=op.f("uq_opportunity_contact_roles_contact")
        ),
    )
    op.create_index(
        "ix_opportunity_contact_roles_contact_id",
        "opportunity_contact_roles",
        ["tenant_id", "contact_id"],
        unique=False,
    )
    op.create_index(
        "ix_opportunity_contact_roles_created_at",
        "opportunity_contact_roles",
        ["tenant_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_opportunity_contact_roles_is_primary",
        "opportunity_contact_roles",
        ["tenant_id", "is_primary"],
        unique=False,
    )
    op.create_index(
        "ix_opportunity_contact_roles_opportunity_id",
        "opportunity_contact_roles",
        ["tenant_id", "opportunity_id"],
        unique=False,
    )
    op.create_index(
        "ix_opportunity_contact_roles_role",
        "opportunity_contact_roles",
        ["tenant_id", "role"],
        unique=False,
    )
    op.create_index(
        "uq_opportunity_contact_roles_primary",
        "opportunity_contact_roles",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("is_primary"),
    )
    op.create_table(
        "opportunity_splits",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.CheckConstraint("kind IN ('REVENUE', 'OVERLAY')", name=op.f("ck_opportunity_splits_kind")),
        sa.CheckConstraint("percent > 0 AND percent <= 100", name=op.f("ck_opportunity_splits_percent")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"],
            ["opportunities.tenant_id", "opportunities.id"],
            name=op.f("fk_opportunity_splits_tenant_id_opportunity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_opportunity_splits_tenant_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", "user_id", "kind", name=op.f("pk_opportunity_splits")),
    )
    script(
        """
    ALTER TABLE contacts ENABLE ROW LEVEL SECURITY;
    ALTER TABLE contacts FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON contacts FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON contacts TO crm_app;
    GRANT UPDATE (name, name_sort, first_name, last_name, last_name_sort, salutation, title, email,
        email_sort, email_norm, phone, language, zone, owner_id, reports_to_id, account_id, notes,
        version, updated_at, archived_at) ON contacts TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE account_contacts ENABLE ROW LEVEL SECURITY;
    ALTER TABLE account_contacts FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON account_contacts FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON account_contacts TO crm_app;
    GRANT UPDATE (contact_id, account_id, role, role_sort, is_primary_contact, started_on, ended_on,
        archived_at) ON account_contacts TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE contact_addresses ENABLE ROW LEVEL SECURITY;
    ALTER TABLE contact_addresses FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON contact_addresses FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON contact_addresses TO crm_app;
    GRANT UPDATE (street, city, region, postal_code, country) ON contact_addresses TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE contact_emails ENABLE ROW LEVEL SECURITY;
    ALTER TABLE contact_emails FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON contact_emails FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON contact_emails TO crm_app;
    GRANT UPDATE (email, original, label, verified_at) ON contact_emails TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE contact_phones ENABLE ROW LEVEL SECURITY;
    ALTER TABLE contact_phones FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON contact_phones FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON contact_phones TO crm_app;
    GRANT UPDATE (original, extension, label) ON contact_phones TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE opportunity_contact_roles ENABLE ROW LEVEL SECURITY;
    ALTER TABLE opportunity_contact_roles FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON opportunity_contact_roles FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON opportunity_contact_roles TO crm_app;
    GRANT UPDATE (opportunity_id, contact_id, role, is_primary) ON opportunity_contact_roles TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE opportunity_splits ENABLE ROW LEVEL SECURITY;
    ALTER TABLE opportunity_splits FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON opportunity_splits FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON opportunity_splits TO crm_app;
    GRANT UPDATE (percent) ON opportunity_splits TO crm_app;
    """
    )


def downgrade() -> None:
    op.drop_table("opportunity_splits")
    op.drop_table("opportunity_contact_roles")
    op.drop_table("contact_phones")
    op.drop_table("contact_emails")
    op.drop_table("contact_addresses")
    op.drop_table("account_contacts")
    op.drop_table("contacts")
