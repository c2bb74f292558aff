"""Partner programs, tiers, memberships with the history of their tiers, partner users; the role channel_manager.

Why: issue 7. Partners sell with us on terms; their people see what their companies do, by the scope each has.
Locks: roles and their rights, while each tenant gets channel_manager.  Reversible: yes, programs and all in them are
       lost; the role stays.  Safe with the previous release: yes, it does not know of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.steps import script, unforced

revision = "2026_11_22_1059_partner_programs"
down_revision = "2026_11_22_0852_webhooks"


REACH = """\
CREATE FUNCTION crm_partner_reach(contact uuid, company uuid, whole boolean)
    RETURNS TABLE (
        id uuid
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
        WITH RECURSIVE below AS (
            SELECT account.tenant_id, account.id, seat.scope
              FROM public.partner_users AS seat
              JOIN public.contacts AS person ON person.tenant_id = seat.tenant_id AND person.id = seat.contact_id
              JOIN public.accounts AS account
                ON account.tenant_id = seat.tenant_id AND account.id = person.account_id
             WHERE seat.tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid
               AND seat.contact_id = contact AND account.id = company
               AND seat.archived_at IS NULL AND person.archived_at IS NULL AND account.archived_at IS NULL
            UNION
            SELECT account.tenant_id, account.id, below.scope
              FROM below
              JOIN public.accounts AS account
                ON account.tenant_id = below.tenant_id AND account.parent_id = below.id
             WHERE below.scope = 'SUBTREE' AND account.archived_at IS NULL
        )
        SELECT below.id FROM below WHERE whole OR below.scope <> 'OWN'
    $$;
REVOKE ALL ON FUNCTION crm_partner_reach(uuid, uuid, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crm_partner_reach(uuid, uuid, boolean) TO crm_app, crm_partner;
GRANT CREATE ON SCHEMA public TO crm_reader;
ALTER FUNCTION crm_partner_reach(uuid, uuid, boolean) OWNER TO crm_reader;
REVOKE CREATE ON SCHEMA public FROM crm_reader;
GRANT SELECT (parent_id) ON accounts TO crm_reader;
"""

# As it was shipped at this time, for the tenants there are.
ROLE = """\
INSERT INTO roles (tenant_id, id, name, name_sort, description, version, created_at, updated_at)
SELECT tenant.id, gen_random_uuid(), 'channel_manager', 'channel_manager',
       'Looks after all partners: programs, memberships, funds, what they are shown.', 1, now(), now()
  FROM tenants AS tenant
 WHERE NOT EXISTS (SELECT FROM roles AS role
                    WHERE role.tenant_id = tenant.id AND role.name_sort = 'channel_manager'
                      AND role.archived_at IS NULL);
INSERT INTO role_rights (tenant_id, role_id, object, read, write, "create", "delete", export)
SELECT role.tenant_id, role.id, cell.object, cell.read, cell.write, cell.creates, cell.deletes, cell.exports
  FROM roles AS role JOIN (VALUES
    ('channel_manager', 'product', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'pipeline', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'stage', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'user', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'team', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'exchange_rate', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'account', 'ALL', 'ALL', true, false, false),
    ('channel_manager', 'contact', 'ALL', 'ALL', true, false, false),
    ('channel_manager', 'opportunity', 'ALL', 'ALL', true, false, false),
    ('channel_manager', 'partner_program', 'ALL', 'ALL', true, true, true),
    ('channel_manager', 'partner_tier', 'ALL', 'ALL', true, true, true),
    ('channel_manager', 'partner_membership', 'ALL', 'ALL', true, true, true),
    ('channel_manager', 'partner_user', 'ALL', 'ALL', true, true, true),
    ('channel_manager', 'record_share', 'ALL', 'ALL', true, true, true),
    ('channel_manager', 'field_profile', 'ALL', 'NONE', false, false, false),
    ('read_only', 'partner_program', 'ALL', 'NONE', false, false, false),
    ('read_only', 'partner_tier', 'ALL', 'NONE', false, false, false),
    ('read_only', 'partner_membership', 'ALL', 'NONE', false, false, false),
    ('read_only', 'partner_user', 'ALL', 'NONE', false, false, false)
) AS cell (name, object, read, write, creates, deletes, exports) ON cell.name = role.name
 WHERE role.archived_at IS NULL
ON CONFLICT DO NOTHING;
INSERT INTO role_field_rights (tenant_id, role_id, object, field_set, access)
SELECT tenant_id, id, '*', '*', 'WRITE' FROM roles WHERE name = 'channel_manager' AND archived_at IS NULL
ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    op.create_table(
        "partner_programs",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("description", sa.Text(collation="C"), nullable=True),
        sa.Column("accepts_applications", sa.Boolean(), nullable=False),
        sa.Column("review_months", sa.BigInteger(), nullable=False),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("review_months BETWEEN 1 AND 60", name=op.f("ck_partner_programs_review_months")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_programs")),
    )
    op.create_index(
        "ix_partner_programs_accepts_applications",
        "partner_programs",
        ["tenant_id", "accepts_applications"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_programs_archived_at",
        "partner_programs",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_programs_created_at",
        "partner_programs",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_programs_name_sort",
        "partner_programs",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_programs_updated_at",
        "partner_programs",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_partner_programs_name",
        "partner_programs",
        ["tenant_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "partner_tiers",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("commission_percent", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("mdf_percent", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("benefits", sa.Text(collation="C"), nullable=True),
        sa.Column("min_revenue_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_partner_tiers_currency")),
        sa.CheckConstraint("commission_percent BETWEEN 0 AND 100", name=op.f("ck_partner_tiers_commission_percent")),
        sa.CheckConstraint("mdf_percent BETWEEN 0 AND 100", name=op.f("ck_partner_tiers_mdf_percent")),
        sa.CheckConstraint("min_revenue_minor >= 0", name=op.f("ck_partner_tiers_min_revenue")),
        sa.CheckConstraint(
            "min_revenue_minor IS NULL OR currency IS NOT NULL", name=op.f("ck_partner_tiers_currency_of_revenue")
        ),
        sa.CheckConstraint("rank BETWEEN 1 AND 100", name=op.f("ck_partner_tiers_rank")),
        sa.CheckConstraint("weight BETWEEN 0 AND 1000", name=op.f("ck_partner_tiers_weight")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "program_id"],
            ["partner_programs.tenant_id", "partner_programs.id"],
            name=op.f("fk_partner_tiers_tenant_id_program_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_tiers")),
    )
    op.create_index(
        "ix_partner_tiers_archived_at",
        "partner_tiers",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_tiers_created_at",
        "partner_tiers",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_tiers_name_sort",
        "partner_tiers",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_tiers_program_id",
        "partner_tiers",
        ["tenant_id", "program_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_tiers_rank",
        "partner_tiers",
        ["tenant_id", "rank", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_tiers_updated_at",
        "partner_tiers",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_tiers_weight",
        "partner_tiers",
        ["tenant_id", "weight"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_partner_tiers_name",
        "partner_tiers",
        ["tenant_id", "program_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_partner_tiers_rank",
        "partner_tiers",
        ["tenant_id", "program_id", "rank"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "partner_memberships",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("application", sa.Text(collation="C"), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("status_reason", sa.Text(collation="C"), nullable=True),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'TERMINATED') = (ended_on IS NOT NULL)", name=op.f("ck_partner_memberships_ended")
        ),
        sa.CheckConstraint(
            "status <> 'ACTIVE' OR (started_on IS NOT NULL AND review_on IS NOT NULL)",
            name=op.f("ck_partner_memberships_active"),
        ),
        sa.CheckConstraint(
            "status IN ('APPLIED', 'APPROVED', 'ACTIVE', 'SUSPENDED', 'TERMINATED')",
            name=op.f("ck_partner_memberships_status"),
        ),
        sa.CheckConstraint(
            "status IN ('APPLIED', 'APPROVED', 'TERMINATED') OR tier_id IS NOT NULL",
            name=op.f("ck_partner_memberships_tier"),
        ),
        sa.CheckConstraint("ended_on >= started_on", name=op.f("ck_partner_memberships_ended_after_started")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_partner_memberships_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_partner_memberships_tenant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "program_id"],
            ["partner_programs.tenant_id", "partner_programs.id"],
            name=op.f("fk_partner_memberships_tenant_id_program_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "tier_id"],
            ["partner_tiers.tenant_id", "partner_tiers.id"],
            name=op.f("fk_partner_memberships_tenant_id_tier_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_memberships")),
    )
    op.create_index(
        "ix_partner_memberships_account_id",
        "partner_memberships",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_memberships_applied_on",
        "partner_memberships",
        ["tenant_id", "applied_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_memberships_archived_at",
        "partner_memberships",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_memberships_created_at",
        "partner_memberships",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_memberships_ended_on",
        "partner_memberships",
        ["tenant_id", "ended_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_memberships_ended_on_desc",
        "partner_memberships",
        ["tenant_id", sa.literal_column("ended_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_memberships_owner_id",
        "partner_memberships",
        ["tenant_id", "owner_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_memberships_program_id",
        "partner_memberships",
        ["tenant_id", "program_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_memberships_review_on",
        "partner_memberships",
        ["tenant_id", "review_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_memberships_review_on_desc",
        "partner_memberships",
        ["tenant_id", sa.literal_column("review_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_memberships_started_on",
        "partner_memberships",
        ["tenant_id", "started_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_memberships_started_on_desc",
        "partner_memberships",
        ["tenant_id", sa.literal_column("started_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_memberships_status",
        "partner_memberships",
        ["tenant_id", "status"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_memberships_tier_id",
        "partner_memberships",
        ["tenant_id", "tier_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_memberships_updated_at",
        "partner_memberships",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_partner_memberships_account",
        "partner_memberships",
        ["tenant_id", "program_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'TERMINATED' AND archived_at IS NULL"),
    )
    history_and_users()
    script(REACH)
    protect()
    with unforced("tenants"), unforced("roles"), unforced("role_rights"), unforced("role_field_rights"):
        script(ROLE)


def history_and_users() -> None:
    op.create_table(
        "partner_tier_history",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("from_tier_id", sa.Uuid(), nullable=True),
        sa.Column("tier_id", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(collation="C"), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("left_at >= entered_at", name=op.f("ck_partner_tier_history_left_after_entered")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_tier_id"],
            ["partner_tiers.tenant_id", "partner_tiers.id"],
            name=op.f("fk_partner_tier_history_tenant_id_from_tier_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "membership_id"],
            ["partner_memberships.tenant_id", "partner_memberships.id"],
            name=op.f("fk_partner_tier_history_tenant_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "tier_id"],
            ["partner_tiers.tenant_id", "partner_tiers.id"],
            name=op.f("fk_partner_tier_history_tenant_id_tier_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_tier_history")),
    )
    op.create_index(
        "ix_partner_tier_history_from_tier_id",
        "partner_tier_history",
        ["tenant_id", "from_tier_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_partner_tier_history_membership_id",
        "partner_tier_history",
        ["tenant_id", "membership_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_partner_tier_history_tier_id",
        "partner_tier_history",
        ["tenant_id", "tier_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "uq_partner_tier_history_current",
        "partner_tier_history",
        ["tenant_id", "membership_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "partner_users",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(collation="C"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("scope IN ('OWN', 'ACCOUNT', 'SUBTREE')", name=op.f("ck_partner_users_scope")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_partner_users_tenant_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner_users")),
    )
    op.create_index(
        "ix_partner_users_archived_at",
        "partner_users",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_users_contact_id",
        "partner_users",
        ["tenant_id", "contact_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_users_created_at",
        "partner_users",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_users_scope",
        "partner_users",
        ["tenant_id", "scope"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_partner_users_updated_at",
        "partner_users",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_partner_users_contact",
        "partner_users",
        ["tenant_id", "contact_id"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )


def protect() -> None:
    script(
        """
    ALTER TABLE partner_programs ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_programs FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_programs FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_programs TO crm_app;
    GRANT UPDATE (name, name_sort, description, accepts_applications, review_months, notes, version,
        updated_at, archived_at) ON partner_programs TO crm_app;
    CREATE POLICY outside ON partner_programs FOR SELECT TO crm_partner USING (tenant_id = (SELECT
        NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (partner_programs.archived_at IS NULL
        AND (partner_programs.id = ANY (array((SELECT of_program.program_id FROM partner_memberships AS
        of_program WHERE of_program.tenant_id = (SELECT CAST(nullif(current_setting('crm.tenant', true),
        '') AS UUID) AS nullif_1) AND of_program.archived_at IS NULL AND of_program.account_id = ANY
        (array((SELECT reach.id FROM crm_partner_reach((SELECT
        CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_2), (SELECT
        CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3), true) AS
        reach)))))) OR partner_programs.accepts_applications AND (EXISTS (SELECT 1 FROM (SELECT reach.id
        AS id FROM crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS
        UUID) AS nullif_2), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS
        nullif_3), true) AS reach) AS any_reach)))));
    GRANT SELECT (tenant_id, id, name, name_sort, description, accepts_applications, review_months,
        version, created_at, updated_at, archived_at) ON partner_programs TO crm_partner;
    """
    )
    script(
        """
    ALTER TABLE partner_tiers ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_tiers FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_tiers FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_tiers TO crm_app;
    GRANT UPDATE (program_id, name, name_sort, rank, weight, commission_percent, mdf_percent, benefits,
        min_revenue_minor, currency, version, updated_at, archived_at) ON partner_tiers TO crm_app;
    CREATE POLICY outside ON partner_tiers FOR SELECT TO crm_partner USING (tenant_id = (SELECT
        NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (partner_tiers.archived_at IS NULL
        AND (partner_tiers.program_id = ANY (array((SELECT of_program.program_id FROM
        partner_memberships AS of_program WHERE of_program.tenant_id = (SELECT
        CAST(nullif(current_setting('crm.tenant', true), '') AS UUID) AS nullif_1) AND
        of_program.archived_at IS NULL AND of_program.account_id = ANY (array((SELECT reach.id FROM
        crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS
        nullif_2), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3),
        true) AS reach)))))) OR partner_tiers.program_id IN (SELECT of_tier.id FROM partner_programs AS
        of_tier WHERE of_tier.tenant_id = (SELECT CAST(nullif(current_setting('crm.tenant', true), '')
        AS UUID) AS nullif_1) AND of_tier.archived_at IS NULL AND of_tier.accepts_applications AND
        (EXISTS (SELECT 1 FROM (SELECT reach.id AS id FROM crm_partner_reach((SELECT
        CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS nullif_2), (SELECT
        CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3), true) AS reach) AS
        any_reach))))));
    GRANT SELECT (tenant_id, id, program_id, name, name_sort, rank, commission_percent, mdf_percent,
        benefits, min_revenue_minor, currency, version, created_at, updated_at, archived_at) ON
        partner_tiers TO crm_partner;
    """
    )
    script(
        """
    ALTER TABLE partner_memberships ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_memberships FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_memberships FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_memberships TO crm_app;
    GRANT UPDATE (tier_id, owner_id, status, application, applied_on, started_on, ended_on, review_on,
        status_reason, notes, version, updated_at, archived_at) ON partner_memberships TO crm_app;
    CREATE POLICY outside ON partner_memberships FOR SELECT TO crm_partner USING (tenant_id = (SELECT
        NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (partner_memberships.archived_at IS
        NULL AND partner_memberships.account_id = ANY (array((SELECT reach.id FROM
        crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS
        nullif_1), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2),
        true) AS reach)))));
    GRANT SELECT (tenant_id, id, program_id, account_id, tier_id, status, application, applied_on,
        started_on, ended_on, review_on, version, created_at, updated_at, archived_at) ON
        partner_memberships TO crm_partner;
    """
    )
    script(
        """
    ALTER TABLE partner_tier_history ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_tier_history FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_tier_history FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_tier_history TO crm_app;
    GRANT UPDATE (left_at) ON partner_tier_history TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE partner_users ENABLE ROW LEVEL SECURITY;
    ALTER TABLE partner_users FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON partner_users FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON partner_users TO crm_app;
    GRANT UPDATE (scope, version, updated_at, archived_at) ON partner_users TO crm_app;
    CREATE POLICY reader ON partner_users FOR SELECT TO crm_reader USING (true);
    GRANT SELECT (tenant_id, contact_id, scope, archived_at) ON partner_users TO crm_reader;
    CREATE POLICY outside ON partner_users FOR SELECT TO crm_partner USING (tenant_id = (SELECT
        NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (partner_users.archived_at IS NULL
        AND partner_users.contact_id = (SELECT CAST(nullif(current_setting('crm.principal', true), '')
        AS UUID) AS nullif_1) AND (EXISTS (SELECT 1 FROM (SELECT reach.id AS id FROM
        crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS
        nullif_1), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_2),
        true) AS reach) AS any_reach))));
    GRANT SELECT (tenant_id, id, contact_id, scope, version, created_at, updated_at, archived_at) ON
        partner_users TO crm_partner;
    """
    )


def downgrade() -> None:
    op.drop_table("partner_tier_history")
    for table in ("partner_tiers", "partner_programs", "partner_memberships", "partner_users"):
        op.execute(f"DROP POLICY outside ON {table}")
    op.execute("DROP FUNCTION crm_partner_reach(uuid, uuid, boolean)")
    op.drop_table("partner_users")
    op.drop_table("partner_memberships")
    op.drop_table("partner_tiers")
    op.drop_table("partner_programs")
    op.execute("REVOKE SELECT (parent_id) ON accounts FROM crm_reader")
