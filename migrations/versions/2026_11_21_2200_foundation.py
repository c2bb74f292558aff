"""The foundation: tenants, users and teams, tokens, accounts, products, opportunities, history and events.

Why: the first release. Every table of a tenant forces row-level security; two functions read across it.
Locks: none, nothing is there yet.  Reversible: yes, all data is lost.  Safe with the previous release: there is none.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from api.db.steps import script

revision = "2026_11_21_2200_foundation"
down_revision = None

REFUSE_CHANGE = """\
CREATE FUNCTION crm_refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = ''
    AS $$ BEGIN RAISE EXCEPTION '% is sealed: it is only ever added to', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege'; END $$;
REVOKE ALL ON FUNCTION crm_refuse_change() FROM PUBLIC;
"""

CRM_AUTHENTICATE = """\
CREATE FUNCTION crm_authenticate(token_key text)
    RETURNS TABLE (
        tenant_id uuid, tenant_name text, token_id uuid, digest bytea, pepper_version integer, kind text, role text,
        name text, user_id uuid, user_name text, expires_at timestamptz, revoked_at timestamptz, archived boolean
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
        SELECT token.tenant_id, tenant.name, token.id, token.digest, token.pepper_version, token.kind, token.role,
               token.name, token.user_id, person.name, token.expires_at, token.revoked_at,
               tenant.archived_at IS NOT NULL OR token.archived_at IS NOT NULL OR person.archived_at IS NOT NULL
               OR NOT coalesce(person.is_active, true)
          FROM public.tokens AS token
          JOIN public.tenants AS tenant ON tenant.id = token.tenant_id
          LEFT JOIN public.users AS person ON person.tenant_id = token.tenant_id AND person.id = token.user_id
         WHERE token.key = token_key
    $$;
REVOKE ALL ON FUNCTION crm_authenticate(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crm_authenticate(text) TO crm_app;
GRANT CREATE ON SCHEMA public TO crm_reader;
ALTER FUNCTION crm_authenticate(text) OWNER TO crm_reader;
REVOKE CREATE ON SCHEMA public FROM crm_reader;
"""

CRM_TENANTS = """\
CREATE FUNCTION crm_tenants()
    RETURNS TABLE (
        id uuid, name text, currency text, zone text, created_at timestamptz, archived_at timestamptz
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
        SELECT tenant.id, tenant.name, tenant.currency, tenant.zone, tenant.created_at, tenant.archived_at
          FROM public.tenants AS tenant
         ORDER BY tenant.created_at, tenant.id
    $$;
REVOKE ALL ON FUNCTION crm_tenants() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crm_tenants() TO crm_worker;
GRANT CREATE ON SCHEMA public TO crm_reader;
ALTER FUNCTION crm_tenants() OWNER TO crm_reader;
REVOKE CREATE ON SCHEMA public FROM crm_reader;
"""


def upgrade() -> None:  # noqa: PLR0915 - a statement for each table, index and script
    script(REFUSE_CHANGE)
    op.create_table(
        "change_events",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("object_type", sa.Text(collation="C"), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text(collation="C"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(collation="C"), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Text(collation="C"), nullable=False),
        sa.Column("operation", sa.Text(collation="C"), nullable=False),
        sa.Column("changed", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('STAFF', 'INTEGRATION', 'SYSTEM')", name=op.f("ck_change_events_actor_kind")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_change_events")),
    )
    op.create_index("ix_change_events_object", "change_events", ["tenant_id", "object_id", "version"], unique=True)
    op.create_table(
        "exchange_rates",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("base", sa.Text(collation="C"), nullable=False),
        sa.Column("quote", sa.Text(collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=20, scale=10), nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("base <> quote", name=op.f("ck_exchange_rates_two_currencies")),
        sa.CheckConstraint("rate > 0", name=op.f("ck_exchange_rates_positive")),
        sa.PrimaryKeyConstraint("tenant_id", "base", "quote", "valid_from", "id", name=op.f("pk_exchange_rates")),
    )
    op.create_table(
        "external_ids",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(collation="C"), nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("value", sa.Text(collation="C"), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "type", "source", "value", name=op.f("pk_external_ids")),
    )
    op.create_index("ix_external_ids_record", "external_ids", ["tenant_id", "record_id"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("operation", sa.Text(collation="C"), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(key) BETWEEN 8 AND 255", name=op.f("ck_idempotency_keys_key")),
        sa.PrimaryKeyConstraint("tenant_id", "principal_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("aggregate_type", sa.Text(collation="C"), nullable=False),
        sa.Column("aggregate_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("types", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("actor", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "event_id", name=op.f("pk_outbox")),
        sa.UniqueConstraint(
            "tenant_id",
            "aggregate_type",
            "aggregate_id",
            "version",
            name=op.f("uq_outbox_tenant_id_aggregate_type_aggregate_id_version"),
        ),
    )
    op.create_index(
        "ix_outbox_position",
        "outbox",
        ["tenant_id", "position"],
        unique=True,
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_waiting", "outbox", ["occurred_at"], unique=False, postgresql_where=sa.text("position IS NULL")
    )
    op.create_table(
        "pipelines",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("currency", sa.Text(collation="C"), nullable=True),
        sa.Column("strict_order", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_pipelines_currency")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_pipelines")),
    )
    op.create_index(
        "ix_pipelines_archived_at",
        "pipelines",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_pipelines_created_at",
        "pipelines",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_pipelines_name_sort",
        "pipelines",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_pipelines_updated_at",
        "pipelines",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_pipelines_name",
        "pipelines",
        ["tenant_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "products",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("code_norm", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("family", sa.Text(collation="C"), nullable=True),
        sa.Column("family_sort", sa.Text(collation="C"), nullable=True),
        sa.Column("list_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(collation="C"), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_products_currency")),
        sa.CheckConstraint("list_price_minor >= 0", name=op.f("ck_products_list_price")),
        sa.CheckConstraint(
            "list_price_minor IS NULL OR currency IS NOT NULL", name=op.f("ck_products_currency_of_price")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_products")),
    )
    op.create_index(
        "ix_products_code_norm",
        "products",
        ["tenant_id", "code_norm", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_products_archived_at",
        "products",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_products_created_at",
        "products",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_products_family_sort",
        "products",
        ["tenant_id", "family_sort"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_products_is_active",
        "products",
        ["tenant_id", "is_active"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_products_list_price_minor",
        "products",
        ["tenant_id", "list_price_minor", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_products_list_price_minor_desc",
        "products",
        ["tenant_id", sa.literal_column("list_price_minor DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_products_name_sort",
        "products",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_products_updated_at",
        "products",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_products_code",
        "products",
        ["tenant_id", "code_norm"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "teams",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_teams_not_its_own_parent")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"], ["teams.tenant_id", "teams.id"], name=op.f("fk_teams_tenant_id_parent_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_teams")),
    )
    op.create_index(
        "ix_teams_archived_at",
        "teams",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_teams_created_at",
        "teams",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_teams_manager_id",
        "teams",
        ["tenant_id", "manager_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_teams_name_sort",
        "teams",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_teams_parent_id",
        "teams",
        ["tenant_id", "parent_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_teams_updated_at",
        "teams",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_teams_name",
        "teams",
        ["tenant_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("currency", sa.Text(collation="C"), nullable=False),
        sa.Column("zone", sa.Text(collation="C"), nullable=False),
        sa.Column("fiscal_year_start", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_tenants_currency")),
        sa.CheckConstraint("fiscal_year_start BETWEEN 1 AND 12", name=op.f("ck_tenants_fiscal_year_start")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("name", name=op.f("uq_tenants_name")),
    )
    op.create_table(
        "change_values",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "id"],
            ["change_events.tenant_id", "change_events.id"],
            name=op.f("fk_change_values_tenant_id_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_change_values")),
    )
    op.create_table(
        "stages",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("probability", sa.BigInteger(), nullable=False),
        sa.Column("forecast_category", sa.Text(collation="C"), nullable=False),
        sa.Column("max_days", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "CASE kind WHEN 'WON' THEN forecast_category = 'CLOSED' WHEN 'LOST' THEN forecast_category = "
            "'OMITTED' ELSE forecast_category <> 'CLOSED' END",
            name=op.f("ck_stages_forecast_category_of_kind"),
        ),
        sa.CheckConstraint(
            "CASE kind WHEN 'WON' THEN probability = 100 WHEN 'LOST' THEN probability = 0 ELSE probability "
            "BETWEEN 0 AND 100 END",
            name=op.f("ck_stages_probability_of_kind"),
        ),
        sa.CheckConstraint(
            "forecast_category IN ('PIPELINE', 'BEST_CASE', 'COMMIT', 'CLOSED', 'OMITTED')",
            name=op.f("ck_stages_forecast_category"),
        ),
        sa.CheckConstraint("kind = 'OPEN' OR max_days IS NULL", name=op.f("ck_stages_max_days_of_kind")),
        sa.CheckConstraint("kind IN ('OPEN', 'WON', 'LOST')", name=op.f("ck_stages_kind")),
        sa.CheckConstraint("max_days > 0", name=op.f("ck_stages_max_days")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_stages_position")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "pipeline_id"],
            ["pipelines.tenant_id", "pipelines.id"],
            name=op.f("fk_stages_tenant_id_pipeline_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_stages")),
    )
    op.create_index(
        "ix_stages_archived_at",
        "stages",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_stages_created_at",
        "stages",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_stages_kind", "stages", ["tenant_id", "kind"], unique=False, postgresql_where=sa.text("archived_at IS NULL")
    )
    op.create_index(
        "ix_stages_name_sort",
        "stages",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_stages_pipeline_id",
        "stages",
        ["tenant_id", "pipeline_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_stages_position",
        "stages",
        ["tenant_id", "position", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_stages_updated_at",
        "stages",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_stages_name",
        "stages",
        ["tenant_id", "pipeline_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "users",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("email", sa.Text(collation="C"), nullable=True),
        sa.Column("email_norm", sa.Text(collation="C"), nullable=True),
        sa.Column("title", sa.Text(collation="C"), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("reports_to_id", sa.Uuid(), nullable=True),
        sa.Column("zone", sa.Text(collation="C"), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("reports_to_id <> id", name=op.f("ck_users_reports_to_another")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reports_to_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_users_tenant_id_reports_to_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"], name=op.f("fk_users_tenant_id_team_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_users")),
    )
    op.create_index(
        "ix_users_reports_to_id",
        "users",
        ["tenant_id", "reports_to_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_users_archived_at",
        "users",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_users_created_at",
        "users",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_users_email_norm",
        "users",
        ["tenant_id", "email_norm"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_users_is_active",
        "users",
        ["tenant_id", "is_active"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_users_name_sort",
        "users",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_users_team_id",
        "users",
        ["tenant_id", "team_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_users_updated_at",
        "users",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_users_email",
        "users",
        ["tenant_id", "email_norm"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "accounts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("legal_name", sa.Text(collation="C"), nullable=True),
        sa.Column("type", sa.Text(collation="C"), nullable=False),
        sa.Column("industry", sa.Text(collation="C"), nullable=True),
        sa.Column("industry_sort", sa.Text(collation="C"), nullable=True),
        sa.Column("employees", sa.BigInteger(), nullable=True),
        sa.Column("annual_revenue_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(collation="C"), nullable=True),
        sa.Column("tax_id", sa.Text(collation="C"), nullable=True),
        sa.Column("territory", sa.Text(collation="C"), nullable=True),
        sa.Column("territory_sort", sa.Text(collation="C"), nullable=True),
        sa.Column("year_founded", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_accounts_currency")),
        sa.CheckConstraint(
            "type IN ('PROSPECT', 'CUSTOMER', 'FORMER_CUSTOMER', 'PARTNER', 'SUPPLIER', 'COMPETITOR', 'OTHER')",
            name=op.f("ck_accounts_type"),
        ),
        sa.CheckConstraint("annual_revenue_minor >= 0", name=op.f("ck_accounts_annual_revenue")),
        sa.CheckConstraint(
            "annual_revenue_minor IS NULL OR currency IS NOT NULL", name=op.f("ck_accounts_currency_of_revenue")
        ),
        sa.CheckConstraint("employees >= 0", name=op.f("ck_accounts_employees")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_accounts_not_its_own_parent")),
        sa.CheckConstraint("year_founded BETWEEN 1000 AND 2200", name=op.f("ck_accounts_year_founded")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["users.tenant_id", "users.id"], name=op.f("fk_accounts_tenant_id_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_accounts_tenant_id_parent_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_accounts")),
    )
    op.create_index(
        "ix_accounts_annual_revenue_minor",
        "accounts",
        ["tenant_id", "annual_revenue_minor", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_annual_revenue_minor_desc",
        "accounts",
        ["tenant_id", sa.literal_column("annual_revenue_minor DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_archived_at",
        "accounts",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_accounts_created_at",
        "accounts",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_employees",
        "accounts",
        ["tenant_id", "employees", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_employees_desc",
        "accounts",
        ["tenant_id", sa.literal_column("employees DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_industry_sort",
        "accounts",
        ["tenant_id", "industry_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_industry_sort_desc",
        "accounts",
        ["tenant_id", sa.literal_column("industry_sort DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_name_sort",
        "accounts",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_owner_id",
        "accounts",
        ["tenant_id", "owner_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_parent_id",
        "accounts",
        ["tenant_id", "parent_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_territory_sort",
        "accounts",
        ["tenant_id", "territory_sort"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_type",
        "accounts",
        ["tenant_id", "type"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_updated_at",
        "accounts",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_year_founded",
        "accounts",
        ["tenant_id", "year_founded"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "tokens",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("pepper_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("role", sa.Text(collation="C"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'STAFF') = (user_id IS NOT NULL)", name=op.f("ck_tokens_person")),
        sa.CheckConstraint("key ~ '^[0-9A-Za-z]{16}$'", name=op.f("ck_tokens_key")),
        sa.CheckConstraint("kind IN ('STAFF', 'INTEGRATION')", name=op.f("ck_tokens_kind")),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_tokens_digest")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name=op.f("fk_tokens_tenant_id_user_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tokens")),
    )
    op.create_index(
        "ix_tokens_archived_at",
        "tokens",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_tokens_created_at",
        "tokens",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index("ix_tokens_key", "tokens", ["key"], unique=False)
    op.create_index(
        "ix_tokens_updated_at",
        "tokens",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_tokens_user_id",
        "tokens",
        ["tenant_id", "user_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index("uq_tokens_key", "tokens", ["tenant_id", "key"], unique=True)
    op.create_table(
        "account_addresses",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("street", sa.Text(collation="C"), nullable=True),
        sa.Column("city", sa.Text(collation="C"), nullable=True),
        sa.Column("region", sa.Text(collation="C"), nullable=True),
        sa.Column("postal_code", sa.Text(collation="C"), nullable=True),
        sa.Column("country", sa.Text(collation="C"), nullable=True),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_account_addresses_country")),
        sa.CheckConstraint(
            "kind IN ('BILLING', 'SHIPPING', 'OFFICE', 'OTHER')", name=op.f("ck_account_addresses_kind")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_account_addresses_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "kind", name=op.f("pk_account_addresses")),
    )
    op.create_table(
        "account_domains",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("domain", sa.Text(collation="C"), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_account_domains_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "domain", name=op.f("pk_account_domains")),
    )
    op.create_index(
        "uq_account_domains_domain",
        "account_domains",
        ["tenant_id", "domain"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "opportunities",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "expected_revenue_minor",
            sa.BigInteger(),
            sa.Computed("round(amount_minor::numeric * probability / 100)::bigint", persisted=True),
            nullable=True,
        ),
        sa.Column("close_date", sa.Date(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("probability", sa.BigInteger(), nullable=False),
        sa.Column("is_probability_overridden", sa.Boolean(), nullable=False),
        sa.Column("forecast_category", sa.Text(collation="C"), nullable=False),
        sa.Column("is_forecast_category_overridden", sa.Boolean(), nullable=False),
        sa.Column("type", sa.Text(collation="C"), nullable=True),
        sa.Column("next_step", sa.Text(collation="C"), nullable=True),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("loss_reason", sa.Text(collation="C"), nullable=True),
        sa.Column("competitor", sa.Text(collation="C"), nullable=True),
        sa.Column("stage_entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("push_count", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(closed_on IS NOT NULL) = (status IN ('WON', 'LOST'))", name=op.f("ck_opportunities_closed")
        ),
        sa.CheckConstraint(
            "CASE status WHEN 'WON' THEN forecast_category = 'CLOSED' WHEN 'LOST' THEN forecast_category = "
            "'OMITTED' ELSE forecast_category <> 'CLOSED' END",
            name=op.f("ck_opportunities_forecast_category_of_status"),
        ),
        sa.CheckConstraint(
            "CASE status WHEN 'WON' THEN probability = 100 WHEN 'LOST' THEN probability = 0 ELSE probability "
            "BETWEEN 0 AND 100 END",
            name=op.f("ck_opportunities_probability_of_status"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_opportunities_currency")),
        sa.CheckConstraint(
            "forecast_category IN ('PIPELINE', 'BEST_CASE', 'COMMIT', 'CLOSED', 'OMITTED')",
            name=op.f("ck_opportunities_forecast_category"),
        ),
        sa.CheckConstraint(
            "status <> 'WON' OR account_id IS NOT NULL", name=op.f("ck_opportunities_won_from_an_account")
        ),
        sa.CheckConstraint("status IN ('OPEN', 'WON', 'LOST')", name=op.f("ck_opportunities_status")),
        sa.CheckConstraint(
            "type IN ('NEW_BUSINESS', 'EXPANSION', 'RENEWAL', 'WIN_BACK')", name=op.f("ck_opportunities_type")
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_opportunities_amount")),
        sa.CheckConstraint("closed_on >= opened_on", name=op.f("ck_opportunities_closed_after_opened")),
        sa.CheckConstraint("push_count >= 0", name=op.f("ck_opportunities_push_count")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_opportunities_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["users.tenant_id", "users.id"], name=op.f("fk_opportunities_tenant_id_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "pipeline_id"],
            ["pipelines.tenant_id", "pipelines.id"],
            name=op.f("fk_opportunities_tenant_id_pipeline_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "stage_id"],
            ["stages.tenant_id", "stages.id"],
            name=op.f("fk_opportunities_tenant_id_stage_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_opportunities")),
    )
    op.create_index(
        "ix_opportunities_account_id",
        "opportunities",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_amount_minor",
        "opportunities",
        ["tenant_id", "amount_minor", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_amount_minor_desc",
        "opportunities",
        ["tenant_id", sa.literal_column("amount_minor DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_close_date",
        "opportunities",
        ["tenant_id", "close_date", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_close_date_desc",
        "opportunities",
        ["tenant_id", sa.literal_column("close_date DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_closed_on",
        "opportunities",
        ["tenant_id", "closed_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_closed_on_desc",
        "opportunities",
        ["tenant_id", sa.literal_column("closed_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_archived_at",
        "opportunities",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_opportunities_created_at",
        "opportunities",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_currency",
        "opportunities",
        ["tenant_id", "currency"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_expected_revenue_minor",
        "opportunities",
        ["tenant_id", "expected_revenue_minor", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_expected_revenue_minor_desc",
        "opportunities",
        ["tenant_id", sa.literal_column("expected_revenue_minor DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_forecast_category",
        "opportunities",
        ["tenant_id", "forecast_category"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_name_sort",
        "opportunities",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_opened_on",
        "opportunities",
        ["tenant_id", "opened_on", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_opened_on_desc",
        "opportunities",
        ["tenant_id", sa.literal_column("opened_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_owner_id",
        "opportunities",
        ["tenant_id", "owner_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_pipeline_id",
        "opportunities",
        ["tenant_id", "pipeline_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_probability",
        "opportunities",
        ["tenant_id", "probability"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_stage_id",
        "opportunities",
        ["tenant_id", "stage_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_status",
        "opportunities",
        ["tenant_id", "status"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_type",
        "opportunities",
        ["tenant_id", "type"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_updated_at",
        "opportunities",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "opportunity_lines",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=3), nullable=False),
        sa.Column("list_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(collation="C"), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_opportunity_lines_currency")),
        sa.CheckConstraint("discount_percent BETWEEN 0 AND 100", name=op.f("ck_opportunity_lines_discount_percent")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_opportunity_lines_position")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_opportunity_lines_quantity")),
        sa.CheckConstraint(
            "unit_price_minor >= 0 AND list_price_minor >= 0 AND total_minor >= 0",
            name=op.f("ck_opportunity_lines_prices"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"],
            ["opportunities.tenant_id", "opportunities.id"],
            name=op.f("fk_opportunity_lines_tenant_id_opportunity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["products.tenant_id", "products.id"],
            name=op.f("fk_opportunity_lines_tenant_id_product_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_opportunity_lines")),
    )
    op.create_index(
        "ix_opportunity_lines_opportunity_id",
        "opportunity_lines",
        ["tenant_id", "opportunity_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_opportunity_lines_product_id",
        "opportunity_lines",
        ["tenant_id", "product_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_table(
        "stage_history",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("from_stage_id", sa.Uuid(), nullable=True),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(collation="C"), nullable=False),
        sa.Column("close_date", sa.Date(), nullable=True),
        sa.Column("probability", sa.BigInteger(), nullable=False),
        sa.Column("forecast_category", sa.Text(collation="C"), nullable=False),
        sa.Column("reason", sa.Text(collation="C"), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "forecast_category IN ('PIPELINE', 'BEST_CASE', 'COMMIT', 'CLOSED', 'OMITTED')",
            name=op.f("ck_stage_history_forecast_category"),
        ),
        sa.CheckConstraint("left_at >= entered_at", name=op.f("ck_stage_history_left_after_entered")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_stage_id"],
            ["stages.tenant_id", "stages.id"],
            name=op.f("fk_stage_history_tenant_id_from_stage_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"],
            ["opportunities.tenant_id", "opportunities.id"],
            name=op.f("fk_stage_history_tenant_id_opportunity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "stage_id"],
            ["stages.tenant_id", "stages.id"],
            name=op.f("fk_stage_history_tenant_id_stage_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_stage_history")),
    )
    op.create_index(
        "ix_stage_history_from_stage_id",
        "stage_history",
        ["tenant_id", "from_stage_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_stage_history_opportunity_id",
        "stage_history",
        ["tenant_id", "opportunity_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_stage_history_stage_id", "stage_history", ["tenant_id", "stage_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "uq_stage_history_current",
        "stage_history",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_foreign_key(
        op.f("fk_teams_tenant_id_manager_id"), "teams", "users", ["tenant_id", "manager_id"], ["tenant_id", "id"]
    )
    script(
        """
    ALTER TABLE change_events ENABLE ROW LEVEL SECURITY;
    ALTER TABLE change_events FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON change_events FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON change_events TO crm_app;
    CREATE TRIGGER sealed BEFORE UPDATE OR DELETE OR TRUNCATE ON change_events
        FOR EACH STATEMENT EXECUTE FUNCTION crm_refuse_change();
    """
    )
    script(
        """
    ALTER TABLE exchange_rates ENABLE ROW LEVEL SECURITY;
    ALTER TABLE exchange_rates FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON exchange_rates FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON exchange_rates TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE external_ids ENABLE ROW LEVEL SECURITY;
    ALTER TABLE external_ids FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON external_ids FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON external_ids TO crm_app;
    GRANT UPDATE (record_id) ON external_ids TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
    ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON idempotency_keys FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON idempotency_keys TO crm_app;
    GRANT UPDATE (result) ON idempotency_keys TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
    ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON outbox FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON outbox TO crm_app;
    CREATE POLICY worker ON outbox FOR ALL TO crm_worker USING (true) WITH CHECK (true);
    GRANT SELECT ON outbox TO crm_worker;
    GRANT UPDATE (position) ON outbox TO crm_worker;
    """
    )
    script(
        """
    ALTER TABLE pipelines ENABLE ROW LEVEL SECURITY;
    ALTER TABLE pipelines FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON pipelines FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON pipelines TO crm_app;
    GRANT UPDATE (name, name_sort, currency, strict_order, version, updated_at, archived_at) ON
        pipelines TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE products ENABLE ROW LEVEL SECURITY;
    ALTER TABLE products FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON products FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON products TO crm_app;
    GRANT UPDATE (code, code_norm, name, name_sort, family, family_sort, list_price_minor, currency,
        is_active, version, updated_at, archived_at) ON products TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE teams ENABLE ROW LEVEL SECURITY;
    ALTER TABLE teams FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON teams FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON teams TO crm_app;
    GRANT UPDATE (name, name_sort, parent_id, manager_id, version, updated_at, archived_at) ON teams TO
        crm_app;
    """
    )
    script(
        """
    ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
    ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON tenants FOR ALL TO crm_app
        USING (id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON tenants TO crm_app;
    GRANT UPDATE (name, currency, zone, fiscal_year_start, archived_at) ON tenants TO crm_app;
    CREATE POLICY reader ON tenants FOR SELECT TO crm_reader USING (true);
    GRANT SELECT (id, name, currency, zone, created_at, archived_at) ON tenants TO crm_reader;
    """
    )
    script(
        """
    ALTER TABLE change_values ENABLE ROW LEVEL SECURITY;
    ALTER TABLE change_values FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON change_values FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON change_values TO crm_app;
    CREATE TRIGGER sealed BEFORE UPDATE OR DELETE OR TRUNCATE ON change_values
        FOR EACH STATEMENT EXECUTE FUNCTION crm_refuse_change();
    """
    )
    script(
        """
    ALTER TABLE stages ENABLE ROW LEVEL SECURITY;
    ALTER TABLE stages FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON stages FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON stages TO crm_app;
    GRANT UPDATE (pipeline_id, name, name_sort, position, kind, probability, forecast_category,
        max_days, version, updated_at, archived_at) ON stages TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE users ENABLE ROW LEVEL SECURITY;
    ALTER TABLE users FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON users FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON users TO crm_app;
    GRANT UPDATE (name, name_sort, email, email_norm, title, team_id, reports_to_id, zone, is_active,
        version, updated_at, archived_at) ON users TO crm_app;
    CREATE POLICY reader ON users FOR SELECT TO crm_reader USING (true);
    GRANT SELECT (tenant_id, id, name, is_active, archived_at) ON users TO crm_reader;
    """
    )
    script(
        """
    ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
    ALTER TABLE accounts FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON accounts FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON accounts TO crm_app;
    GRANT UPDATE (name, name_sort, legal_name, type, industry, industry_sort, employees,
        annual_revenue_minor, currency, tax_id, territory, territory_sort, year_founded, owner_id,
        parent_id, notes, version, updated_at, archived_at) ON accounts TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE tokens ENABLE ROW LEVEL SECURITY;
    ALTER TABLE tokens FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON tokens FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON tokens TO crm_app;
    GRANT UPDATE (name, expires_at, revoked_at, version, updated_at, archived_at) ON tokens TO crm_app;
    CREATE POLICY reader ON tokens FOR SELECT TO crm_reader USING (true);
    GRANT SELECT (tenant_id, id, name, key, digest, pepper_version, kind, role, user_id, expires_at,
        revoked_at, archived_at) ON tokens TO crm_reader;
    """
    )
    script(
        """
    ALTER TABLE account_addresses ENABLE ROW LEVEL SECURITY;
    ALTER TABLE account_addresses FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON account_addresses FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON account_addresses TO crm_app;
    GRANT UPDATE (street, city, region, postal_code, country) ON account_addresses TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE account_domains ENABLE ROW LEVEL SECURITY;
    ALTER TABLE account_domains FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON account_domains FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON account_domains TO crm_app;
    GRANT UPDATE (archived_at) ON account_domains TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE opportunities ENABLE ROW LEVEL SECURITY;
    ALTER TABLE opportunities FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON opportunities FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON opportunities TO crm_app;
    GRANT UPDATE (name, name_sort, account_id, owner_id, pipeline_id, stage_id, status, amount_minor,
        currency, close_date, opened_on, closed_on, probability, is_probability_overridden,
        forecast_category, is_forecast_category_overridden, type, next_step, notes, loss_reason,
        competitor, stage_entered_at, push_count, version, updated_at, archived_at) ON opportunities TO
        crm_app;
    """
    )
    script(
        """
    ALTER TABLE opportunity_lines ENABLE ROW LEVEL SECURITY;
    ALTER TABLE opportunity_lines FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON opportunity_lines FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON opportunity_lines TO crm_app;
    GRANT UPDATE (opportunity_id, product_id, position, name, quantity, list_price_minor,
        unit_price_minor, discount_percent, total_minor, currency) ON opportunity_lines TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE stage_history ENABLE ROW LEVEL SECURITY;
    ALTER TABLE stage_history FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON stage_history FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON stage_history TO crm_app;
    GRANT UPDATE (left_at) ON stage_history TO crm_app;
    """
    )
    script(CRM_AUTHENTICATE)
    script(CRM_TENANTS)
    script("GRANT SELECT ON alembic_version TO crm_app, crm_partner, crm_worker;")


def downgrade() -> None:
    op.execute("DROP FUNCTION crm_tenants()")
    op.execute("DROP FUNCTION crm_authenticate(text)")
    op.drop_constraint(op.f("fk_teams_tenant_id_manager_id"), "teams", type_="foreignkey")
    op.drop_table("stage_history")
    op.drop_table("opportunity_lines")
    op.drop_table("opportunities")
    op.drop_table("account_domains")
    op.drop_table("account_addresses")
    op.drop_table("tokens")
    op.drop_table("accounts")
    op.drop_table("users")
    op.drop_table("stages")
    op.drop_table("change_values")
    op.drop_table("tenants")
    op.drop_table("teams")
    op.drop_table("products")
    op.drop_table("pipelines")
    op.drop_table("outbox")
    op.drop_table("idempotency_keys")
    op.drop_table("external_ids")
    op.drop_table("exchange_rates")
    op.drop_table("change_events")
    op.execute("DROP FUNCTION crm_refuse_change()")
