"""Webhooks: endpoints, their secrets and health, deliveries; crm_worker sends them.

Why: issue 6. What happened is sent to URLs of the tenant, with the rights of the endpoint's owner.
Locks: nothing that exists.  Reversible: yes, endpoints and their log are lost.
       Safe with the previous release: yes, it does not know of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from api.db.steps import script

revision = "2026_11_22_0852_webhooks"
down_revision = "2026_11_22_0840_events_out"

OWNER = """\
CREATE FUNCTION crm_webhook_owner(endpoint_id uuid)
    RETURNS TABLE (
        tenant_id uuid, tenant_name text, token_id uuid, digest bytea, pepper_version integer, kind text,
        documents text, name text, user_id uuid, user_name text, expires_at timestamptz, revoked_at timestamptz,
        archived boolean, role_id uuid, roles json, team uuid[], contact_id uuid, contact_name text, account_id uuid
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
        SELECT endpoint.tenant_id, tenant.name, endpoint.token_id, NULL::bytea, NULL::integer,
               CASE WHEN endpoint.user_id IS NULL THEN 'INTEGRATION' ELSE 'STAFF' END, 'OPEN',
               coalesce(token.name, person.name), endpoint.user_id, person.name, token.expires_at, token.revoked_at,
               tenant.archived_at IS NOT NULL OR token.archived_at IS NOT NULL OR person.archived_at IS NOT NULL
               OR NOT coalesce(person.is_active, true),
               endpoint.role_id, given.roles,
               CASE WHEN given.reaches_team THEN ARRAY(
                   WITH RECURSIVE below AS (
                       SELECT team.id FROM public.teams AS team
                        WHERE team.tenant_id = endpoint.tenant_id AND team.archived_at IS NULL
                          AND (team.id = person.team_id OR team.manager_id = person.id)
                       UNION
                       SELECT team.id FROM public.teams AS team JOIN below ON team.parent_id = below.id
                        WHERE team.tenant_id = endpoint.tenant_id AND team.archived_at IS NULL
                   )
                   SELECT mate.id FROM public.users AS mate JOIN below ON mate.team_id = below.id
                    WHERE mate.tenant_id = endpoint.tenant_id AND mate.id <> person.id
                    ORDER BY 1
               ) END,
               NULL::uuid, NULL::text, NULL::uuid
          FROM (SELECT tenant_id, owner_id AS user_id, token_id, role_id FROM public.webhook_endpoints
                 WHERE id = endpoint_id) AS endpoint
          LEFT JOIN public.tokens AS token ON token.tenant_id = endpoint.tenant_id AND token.id = endpoint.token_id
          JOIN public.tenants AS tenant ON tenant.id = endpoint.tenant_id
          LEFT JOIN public.users AS person ON person.tenant_id = endpoint.tenant_id AND person.id = endpoint.user_id
          CROSS JOIN LATERAL (
              SELECT coalesce(json_agg(json_build_object(
                         'id', role.id, 'name', role.name, 'held', held.role_id IS NOT NULL,
                         'rights', cells.rights, 'fields', cells.fields) ORDER BY role.name), '[]') AS roles,
                     bool_or(cells.reaches_team) AS reaches_team
                FROM public.roles AS role
                LEFT JOIN public.user_roles AS held
                  ON held.tenant_id = role.tenant_id AND held.role_id = role.id AND held.user_id = endpoint.user_id
               CROSS JOIN LATERAL (
                   SELECT (SELECT coalesce(json_agg(cell), '[]') FROM (
                               SELECT object, read, write, "create", "delete", export FROM public.role_rights
                                WHERE tenant_id = role.tenant_id AND role_id = role.id) AS cell) AS rights,
                          (SELECT coalesce(json_agg(cell), '[]') FROM (
                               SELECT object, field_set, access FROM public.role_field_rights
                                WHERE tenant_id = role.tenant_id AND role_id = role.id) AS cell) AS fields,
                          EXISTS (SELECT FROM public.role_rights
                                   WHERE tenant_id = role.tenant_id AND role_id = role.id
                                     AND 'TEAM' IN (read, write)) AS reaches_team
               ) AS cells
               WHERE role.tenant_id = endpoint.tenant_id AND role.archived_at IS NULL
                 AND (held.role_id IS NOT NULL OR role.id = endpoint.role_id)
          ) AS given
    $$;
REVOKE ALL ON FUNCTION crm_webhook_owner(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crm_webhook_owner(uuid) TO crm_worker;
GRANT CREATE ON SCHEMA public TO crm_reader;
ALTER FUNCTION crm_webhook_owner(uuid) OWNER TO crm_reader;
REVOKE CREATE ON SCHEMA public FROM crm_reader;
"""


def upgrade() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("url", sa.Text(collation="C"), nullable=False),
        sa.Column("document", sa.Text(collation="C"), nullable=False),
        sa.Column("types", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("objects", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("changed_fields", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("ordering", sa.Text(collation="C"), nullable=False),
        sa.Column("state", sa.Text(collation="C"), nullable=False),
        sa.Column("disabled_reason", sa.Text(collation="C"), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("role_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'DISABLED') = (disabled_at IS NOT NULL)", name=op.f("ck_webhook_endpoints_disabled_at")
        ),
        sa.CheckConstraint(
            "(state = 'DISABLED') = (disabled_reason IS NOT NULL)", name=op.f("ck_webhook_endpoints_reason")
        ),
        sa.CheckConstraint(
            "disabled_reason IN ('BY_HAND', 'GONE', 'FAILING', 'OWNER', 'DOCUMENT')",
            name=op.f("ck_webhook_endpoints_disabled_reason"),
        ),
        sa.CheckConstraint("ordering IN ('NONE', 'PER_RECORD')", name=op.f("ck_webhook_endpoints_ordering")),
        sa.CheckConstraint("state IN ('ACTIVE', 'DISABLED')", name=op.f("ck_webhook_endpoints_state")),
        sa.CheckConstraint("num_nonnulls(owner_id, token_id) = 1", name=op.f("ck_webhook_endpoints_owner")),
        sa.CheckConstraint("token_id IS NULL OR role_id IS NOT NULL", name=op.f("ck_webhook_endpoints_rights")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_webhook_endpoints_tenant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "role_id"],
            ["roles.tenant_id", "roles.id"],
            name=op.f("fk_webhook_endpoints_tenant_id_role_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "token_id"],
            ["tokens.tenant_id", "tokens.id"],
            name=op.f("fk_webhook_endpoints_tenant_id_token_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_webhook_endpoints")),
    )
    op.create_index(
        "ix_webhook_endpoints_archived_at",
        "webhook_endpoints",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_webhook_endpoints_created_at",
        "webhook_endpoints",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_webhook_endpoints_name_sort",
        "webhook_endpoints",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_webhook_endpoints_owner_id",
        "webhook_endpoints",
        ["tenant_id", "owner_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_webhook_endpoints_role_id",
        "webhook_endpoints",
        ["tenant_id", "role_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_webhook_endpoints_state",
        "webhook_endpoints",
        ["tenant_id", "state"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_webhook_endpoints_token_id",
        "webhook_endpoints",
        ["tenant_id", "token_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_webhook_endpoints_updated_at",
        "webhook_endpoints",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("object", sa.Text(collation="C"), nullable=True),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("types", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(collation="C"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(collation="C"), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("excerpt", sa.Text(collation="C"), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('WAITING', 'DELIVERED', 'FAILED', 'SKIPPED')", name=op.f("ck_webhook_deliveries_state")
        ),
        sa.CheckConstraint("(event_id IS NULL) = (position IS NULL)", name=op.f("ck_webhook_deliveries_event")),
        sa.CheckConstraint("char_length(error) <= 200", name=op.f("ck_webhook_deliveries_error")),
        sa.CheckConstraint("char_length(excerpt) <= 1000", name=op.f("ck_webhook_deliveries_excerpt")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "endpoint_id"],
            ["webhook_endpoints.tenant_id", "webhook_endpoints.id"],
            name=op.f("fk_webhook_deliveries_tenant_id_endpoint_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint(
            "tenant_id", "endpoint_id", "event_id", name=op.f("uq_webhook_deliveries_tenant_id_endpoint_id_event_id")
        ),
    )
    op.create_index("ix_webhook_deliveries_age", "webhook_deliveries", ["created_at"], unique=False)
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["tenant_id", "endpoint_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'WAITING'"),
    )
    op.create_index(
        "ix_webhook_deliveries_endpoint_id",
        "webhook_deliveries",
        ["tenant_id", "endpoint_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_webhook_deliveries_leased",
        "webhook_deliveries",
        ["tenant_id", "endpoint_id", "lease_until"],
        unique=False,
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_index(
        "ix_webhook_deliveries_log",
        "webhook_deliveries",
        ["tenant_id", "endpoint_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_webhook_deliveries_order",
        "webhook_deliveries",
        ["tenant_id", "endpoint_id", "subject", "position"],
        unique=False,
        postgresql_where=sa.text("state = 'WAITING'"),
    )
    op.create_table(
        "webhook_health",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "endpoint_id"],
            ["webhook_endpoints.tenant_id", "webhook_endpoints.id"],
            name=op.f("fk_webhook_health_tenant_id_endpoint_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "endpoint_id", name=op.f("pk_webhook_health")),
    )
    op.create_table(
        "webhook_secrets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(sealed) BETWEEN 28 AND 200", name=op.f("ck_webhook_secrets_sealed")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "endpoint_id"],
            ["webhook_endpoints.tenant_id", "webhook_endpoints.id"],
            name=op.f("fk_webhook_secrets_tenant_id_endpoint_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_webhook_secrets")),
    )
    op.create_index(
        "ix_webhook_secrets_endpoint_id",
        "webhook_secrets",
        ["tenant_id", "endpoint_id"],
        unique=False,
        postgresql_where=None,
    )
    script(
        """
    ALTER TABLE webhook_endpoints ENABLE ROW LEVEL SECURITY;
    ALTER TABLE webhook_endpoints FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON webhook_endpoints FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON webhook_endpoints TO crm_app;
    GRANT UPDATE (name, name_sort, url, document, types, objects, changed_fields, ordering, state,
        disabled_reason, disabled_at, owner_id, token_id, role_id, version, updated_at, archived_at) ON
        webhook_endpoints TO crm_app;
    CREATE POLICY reader ON webhook_endpoints FOR SELECT TO crm_reader USING (true);
    GRANT SELECT (tenant_id, id, owner_id, token_id, role_id) ON webhook_endpoints TO crm_reader;
    CREATE POLICY worker ON webhook_endpoints FOR ALL TO crm_worker USING (true) WITH CHECK (true);
    GRANT SELECT ON webhook_endpoints TO crm_worker;
    """
    )
    script(
        """
    ALTER TABLE webhook_deliveries ENABLE ROW LEVEL SECURITY;
    ALTER TABLE webhook_deliveries FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON webhook_deliveries FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON webhook_deliveries TO crm_app;
    GRANT UPDATE (state, attempts, due_at, lease_until, error, finished_at) ON webhook_deliveries TO
        crm_app;
    CREATE POLICY worker ON webhook_deliveries FOR ALL TO crm_worker USING (true) WITH CHECK (true);
    GRANT SELECT, INSERT, DELETE ON webhook_deliveries TO crm_worker;
    GRANT UPDATE (state, attempts, due_at, lease_until, error, finished_at, status, duration_ms,
        excerpt) ON webhook_deliveries TO crm_worker;
    """
    )
    script(
        """
    ALTER TABLE webhook_health ENABLE ROW LEVEL SECURITY;
    ALTER TABLE webhook_health FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON webhook_health FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON webhook_health TO crm_app;
    GRANT UPDATE (failures, failing_since, closed_until) ON webhook_health TO crm_app;
    CREATE POLICY worker ON webhook_health FOR ALL TO crm_worker USING (true) WITH CHECK (true);
    GRANT SELECT ON webhook_health TO crm_worker;
    GRANT UPDATE (failures, failing_since, closed_until, succeeded_at) ON webhook_health TO crm_worker;
    """
    )
    script(
        """
    ALTER TABLE webhook_secrets ENABLE ROW LEVEL SECURITY;
    ALTER TABLE webhook_secrets FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON webhook_secrets FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON webhook_secrets TO crm_app;
    GRANT UPDATE (expires_at) ON webhook_secrets TO crm_app;
    CREATE POLICY worker ON webhook_secrets FOR ALL TO crm_worker USING (true) WITH CHECK (true);
    GRANT SELECT ON webhook_secrets TO crm_worker;
    """
    )

    script(OWNER)


def downgrade() -> None:
    op.execute("DROP FUNCTION crm_webhook_owner(uuid)")
    op.drop_table("webhook_secrets")
    op.drop_table("webhook_health")
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_endpoints")
