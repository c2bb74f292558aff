"""Registered documents, which of them a token may send, and what tokens and tenants may still ask for.

Why: issue 4. Documents are trusted, limits are shared by all processes.
Locks: tokens, for a moment: the new column has a constant default.  Reversible: yes, the new data is lost.
       Safe with the previous release: yes, it reads the function by the names of its columns.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.steps import script

revision = "2026_11_22_0123_stored_documents"
down_revision = "2026_11_21_2334_contacts"

WITH_DOCUMENTS = """\
CREATE FUNCTION crm_authenticate(token_key text)
    RETURNS TABLE (
        tenant_id uuid, tenant_name text, token_id uuid, digest bytea, pepper_version integer, kind text, role text,
        documents text, name text, user_id uuid, user_name text, expires_at timestamptz, revoked_at timestamptz,
        archived boolean
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
        SELECT token.tenant_id, tenant.name, token.id, token.digest, token.pepper_version, token.kind, token.role,
               token.documents, token.name, token.user_id, person.name, token.expires_at, token.revoked_at,
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

WITHOUT_DOCUMENTS = """\
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


def upgrade() -> None:
    op.create_table(
        "rate_buckets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("millipoints", sa.BigInteger(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rate_buckets")),
    )
    op.create_table(
        "stored_documents",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(collation="C"), nullable=False),
        sa.Column("text", sa.Text(collation="C"), nullable=False),
        sa.Column("client", sa.Text(collation="C"), nullable=True),
        sa.Column("registered_by", sa.Uuid(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_stored_documents_sha256")),
        sa.PrimaryKeyConstraint("tenant_id", "sha256", name=op.f("pk_stored_documents")),
    )
    op.add_column("tokens", sa.Column("documents", sa.Text(collation="C"), server_default="OPEN", nullable=False))
    op.create_check_constraint(
        op.f("ck_tokens_documents"), "tokens", "documents IN ('OPEN', 'APQ', 'TRUSTED')", postgresql_not_valid=True
    )
    # Tokens are few: nobody waits for the check of all of them.
    script(
        "-- squawk-ignore constraint-missing-not-valid\nALTER TABLE tokens VALIDATE CONSTRAINT ck_tokens_documents;\n"
    )
    script("GRANT SELECT (documents) ON tokens TO crm_reader;\n")
    script("-- squawk-ignore ban-drop-function\nDROP FUNCTION crm_authenticate(text);\n")
    script(WITH_DOCUMENTS)
    script(
        """
    ALTER TABLE rate_buckets ENABLE ROW LEVEL SECURITY;
    ALTER TABLE rate_buckets FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON rate_buckets FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON rate_buckets TO crm_app;
    GRANT UPDATE (millipoints, filled_at) ON rate_buckets TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE stored_documents ENABLE ROW LEVEL SECURITY;
    ALTER TABLE stored_documents FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON stored_documents FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON stored_documents TO crm_app;
    GRANT UPDATE (retired_at) ON stored_documents TO crm_app;
    """
    )


def downgrade() -> None:
    script("DROP FUNCTION crm_authenticate(text);\n")
    script(WITHOUT_DOCUMENTS)
    op.drop_column("tokens", "documents")
    op.drop_table("stored_documents")
    op.drop_table("rate_buckets")
