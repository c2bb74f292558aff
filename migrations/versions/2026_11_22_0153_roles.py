"""Roles are rows of the tenant; a token's rights come from them.

Why: issue 5. Every tenant gets the roles that are shipped; whoever has a token has its role.
Locks: tokens and tenants, until it is done: both are small.  Reversible: yes, roles of a tenant's own become
       read_only.  Safe with the previous release: no, it reads tokens.role; stop it first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.steps import script, unforced

revision = "2026_11_22_0153_roles"
down_revision = "2026_11_22_0123_stored_documents"

AUTHENTICATE = """\
CREATE FUNCTION crm_authenticate(token_key text)
    RETURNS TABLE (
        tenant_id uuid, tenant_name text, token_id uuid, digest bytea, pepper_version integer, kind text,
        documents text, name text, user_id uuid, user_name text, expires_at timestamptz, revoked_at timestamptz,
        archived boolean, role_id uuid, roles json, team uuid[]
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
        SELECT token.tenant_id, tenant.name, token.id, token.digest, token.pepper_version, token.kind,
               token.documents, token.name, token.user_id, person.name, token.expires_at, token.revoked_at,
               tenant.archived_at IS NOT NULL OR token.archived_at IS NOT NULL OR person.archived_at IS NOT NULL
               OR NOT coalesce(person.is_active, true),
               token.role_id, given.roles,
               CASE WHEN given.reaches_team THEN ARRAY(
                   WITH RECURSIVE below AS (
                       SELECT team.id FROM public.teams AS team
                        WHERE team.tenant_id = token.tenant_id AND team.archived_at IS NULL
                          AND (team.id = person.team_id OR team.manager_id = person.id)
                       UNION
                       SELECT team.id FROM public.teams AS team JOIN below ON team.parent_id = below.id
                        WHERE team.tenant_id = token.tenant_id AND team.archived_at IS NULL
                   )
                   SELECT mate.id FROM public.users AS mate JOIN below ON mate.team_id = below.id
                    WHERE mate.tenant_id = token.tenant_id AND mate.id <> person.id
                    ORDER BY 1
               ) END
          FROM public.tokens AS token
          JOIN public.tenants AS tenant ON tenant.id = token.tenant_id
          LEFT JOIN public.users AS person ON person.tenant_id = token.tenant_id AND person.id = token.user_id
          CROSS JOIN LATERAL (
              SELECT coalesce(json_agg(json_build_object(
                         'id', role.id, 'name', role.name, 'held', held.role_id IS NOT NULL,
                         'rights', cells.rights, 'fields', cells.fields) ORDER BY role.name), '[]') AS roles,
                     bool_or(cells.reaches_team) AS reaches_team
                FROM public.roles AS role
                LEFT JOIN public.user_roles AS held
                  ON held.tenant_id = role.tenant_id AND held.role_id = role.id AND held.user_id = token.user_id
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
               WHERE role.tenant_id = token.tenant_id AND role.archived_at IS NULL
                 AND (held.role_id IS NOT NULL OR role.id = token.role_id)
          ) AS given
         WHERE token.key = token_key
    $$;
REVOKE ALL ON FUNCTION crm_authenticate(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crm_authenticate(text) TO crm_app;
GRANT CREATE ON SCHEMA public TO crm_reader;
ALTER FUNCTION crm_authenticate(text) OWNER TO crm_reader;
REVOKE CREATE ON SCHEMA public FROM crm_reader;
"""

BEFORE = """\
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

# The roles that were shipped at this time, for the tenants there are.
SHIPPED = """\
INSERT INTO roles (tenant_id, id, name, name_sort, description, version, created_at, updated_at)
SELECT tenant.id, gen_random_uuid(), role.name, role.name, role.description, 1, now(), now()
  FROM tenants AS tenant CROSS JOIN (VALUES
    ('admin', 'Everything, also what later releases bring.'),
    ('sales_manager', 'Sells with the own teams and sees how they do.'),
    ('sales_rep', 'Sells to the own customers.'),
    ('support_agent', 'Helps every customer; sees no deals.'),
    ('marketer', 'Reads customers and deals, keeps contacts; no internal notes.'),
    ('integration', 'A program that keeps customers, products and deals in step with another system.'),
    ('read_only', 'Reads everything but credentials.')
) AS role (name, description);
INSERT INTO role_rights (tenant_id, role_id, object, read, write, "create", "delete", export)
SELECT role.tenant_id, role.id, cell.object, cell.read, cell.write, cell.creates, cell.deletes, cell.exports
  FROM roles AS role JOIN (VALUES
    ('admin', '*', 'ALL', 'ALL', true, true, true),
    ('sales_manager', 'product', 'ALL', 'NONE', false, false, false),
    ('sales_manager', 'pipeline', 'ALL', 'NONE', false, false, false),
    ('sales_manager', 'stage', 'ALL', 'NONE', false, false, false),
    ('sales_manager', 'user', 'ALL', 'NONE', false, false, false),
    ('sales_manager', 'team', 'ALL', 'NONE', false, false, false),
    ('sales_manager', 'exchange_rate', 'ALL', 'NONE', false, false, false),
    ('sales_manager', 'account', 'TEAM', 'TEAM', true, true, true),
    ('sales_manager', 'contact', 'TEAM', 'TEAM', true, true, true),
    ('sales_manager', 'opportunity', 'TEAM', 'TEAM', true, true, true),
    ('sales_rep', 'product', 'ALL', 'NONE', false, false, false),
    ('sales_rep', 'pipeline', 'ALL', 'NONE', false, false, false),
    ('sales_rep', 'stage', 'ALL', 'NONE', false, false, false),
    ('sales_rep', 'user', 'ALL', 'NONE', false, false, false),
    ('sales_rep', 'team', 'ALL', 'NONE', false, false, false),
    ('sales_rep', 'exchange_rate', 'ALL', 'NONE', false, false, false),
    ('sales_rep', 'account', 'OWN', 'OWN', true, true, false),
    ('sales_rep', 'contact', 'OWN', 'OWN', true, true, false),
    ('sales_rep', 'opportunity', 'OWN', 'OWN', true, true, false),
    ('support_agent', 'product', 'ALL', 'NONE', false, false, false),
    ('support_agent', 'pipeline', 'ALL', 'NONE', false, false, false),
    ('support_agent', 'stage', 'ALL', 'NONE', false, false, false),
    ('support_agent', 'user', 'ALL', 'NONE', false, false, false),
    ('support_agent', 'team', 'ALL', 'NONE', false, false, false),
    ('support_agent', 'exchange_rate', 'ALL', 'NONE', false, false, false),
    ('support_agent', 'account', 'ALL', 'NONE', false, false, false),
    ('support_agent', 'contact', 'ALL', 'ALL', true, false, false),
    ('marketer', 'product', 'ALL', 'NONE', false, false, false),
    ('marketer', 'pipeline', 'ALL', 'NONE', false, false, false),
    ('marketer', 'stage', 'ALL', 'NONE', false, false, false),
    ('marketer', 'user', 'ALL', 'NONE', false, false, false),
    ('marketer', 'team', 'ALL', 'NONE', false, false, false),
    ('marketer', 'exchange_rate', 'ALL', 'NONE', false, false, false),
    ('marketer', 'account', 'ALL', 'NONE', false, false, false),
    ('marketer', 'contact', 'ALL', 'ALL', true, false, false),
    ('marketer', 'opportunity', 'ALL', 'NONE', false, false, false),
    ('integration', 'product', 'ALL', 'ALL', true, false, false),
    ('integration', 'pipeline', 'ALL', 'NONE', false, false, false),
    ('integration', 'stage', 'ALL', 'NONE', false, false, false),
    ('integration', 'user', 'ALL', 'NONE', false, false, false),
    ('integration', 'team', 'ALL', 'NONE', false, false, false),
    ('integration', 'exchange_rate', 'ALL', 'ALL', true, false, false),
    ('integration', 'account', 'ALL', 'ALL', true, false, false),
    ('integration', 'contact', 'ALL', 'ALL', true, false, false),
    ('integration', 'opportunity', 'ALL', 'ALL', true, false, false),
    ('read_only', 'product', 'ALL', 'NONE', false, false, false),
    ('read_only', 'pipeline', 'ALL', 'NONE', false, false, false),
    ('read_only', 'stage', 'ALL', 'NONE', false, false, false),
    ('read_only', 'user', 'ALL', 'NONE', false, false, false),
    ('read_only', 'team', 'ALL', 'NONE', false, false, false),
    ('read_only', 'exchange_rate', 'ALL', 'NONE', false, false, false),
    ('read_only', 'account', 'ALL', 'NONE', false, false, false),
    ('read_only', 'contact', 'ALL', 'NONE', false, false, false),
    ('read_only', 'opportunity', 'ALL', 'NONE', false, false, false),
    ('read_only', 'role', 'ALL', 'NONE', false, false, false)
) AS cell (role, object, read, write, creates, deletes, exports) ON cell.role = role.name;
INSERT INTO role_field_rights (tenant_id, role_id, object, field_set, access)
SELECT role.tenant_id, role.id, cell.object, cell.field_set, cell.access
  FROM roles AS role JOIN (VALUES
    ('admin', '*', '*', 'WRITE'),
    ('sales_manager', '*', '*', 'WRITE'),
    ('sales_rep', '*', '*', 'WRITE'),
    ('support_agent', '*', 'internal_notes', 'READ'),
    ('support_agent', 'contact', '*', 'WRITE'),
    ('marketer', '*', 'pii', 'WRITE'),
    ('marketer', '*', 'commercial', 'READ'),
    ('integration', '*', '*', 'WRITE'),
    ('read_only', '*', '*', 'READ')
) AS cell (role, object, field_set, access) ON cell.role = role.name;
INSERT INTO user_roles (tenant_id, user_id, role_id)
SELECT DISTINCT token.tenant_id, token.user_id, role.id
  FROM tokens AS token JOIN roles AS role ON role.tenant_id = token.tenant_id AND role.name = token.role
 WHERE token.user_id IS NOT NULL;
UPDATE tokens SET role_id = role.id
  FROM roles AS role WHERE role.tenant_id = tokens.tenant_id AND role.name = tokens.role;
"""
TIED = """\
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_tokens_role_id ON tokens (tenant_id, role_id) WHERE archived_at IS NULL;
-- squawk-ignore constraint-missing-not-valid, adding-foreign-key-constraint
ALTER TABLE tokens ADD CONSTRAINT fk_tokens_tenant_id_role_id
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, id);
"""
NAMES = """\
UPDATE tokens SET role = role.name
  FROM roles AS role WHERE role.tenant_id = tokens.tenant_id AND role.id = tokens.role_id;
"""


def upgrade() -> None:
    op.create_table(
        "roles",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("description", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name ~ '^[a-z][a-z0-9_]*$'", name=op.f("ck_roles_name")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_roles")),
    )
    op.create_index(
        "ix_roles_archived_at",
        "roles",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_roles_created_at",
        "roles",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_roles_name_sort",
        "roles",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_roles_updated_at",
        "roles",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_roles_name",
        "roles",
        ["tenant_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "role_field_rights",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("object", sa.Text(collation="C"), nullable=False),
        sa.Column("field_set", sa.Text(collation="C"), nullable=False),
        sa.Column("access", sa.Text(collation="C"), nullable=False),
        sa.CheckConstraint("access IN ('HIDDEN', 'READ', 'WRITE')", name=op.f("ck_role_field_rights_access")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "role_id"],
            ["roles.tenant_id", "roles.id"],
            name=op.f("fk_role_field_rights_tenant_id_role_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "role_id", "object", "field_set", name=op.f("pk_role_field_rights")),
    )
    op.create_table(
        "role_rights",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("object", sa.Text(collation="C"), nullable=False),
        sa.Column("read", sa.Text(collation="C"), nullable=False),
        sa.Column("write", sa.Text(collation="C"), nullable=False),
        sa.Column("create", sa.Boolean(), nullable=False),
        sa.Column("delete", sa.Boolean(), nullable=False),
        sa.Column("export", sa.Boolean(), nullable=False),
        sa.CheckConstraint("read IN ('NONE', 'OWN', 'TEAM', 'ALL')", name=op.f("ck_role_rights_read")),
        sa.CheckConstraint("write IN ('NONE', 'OWN', 'TEAM', 'ALL')", name=op.f("ck_role_rights_write")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "role_id"], ["roles.tenant_id", "roles.id"], name=op.f("fk_role_rights_tenant_id_role_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "role_id", "object", name=op.f("pk_role_rights")),
    )
    op.create_table(
        "user_roles",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "role_id"], ["roles.tenant_id", "roles.id"], name=op.f("fk_user_roles_tenant_id_role_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name=op.f("fk_user_roles_tenant_id_user_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "role_id", name=op.f("pk_user_roles")),
    )
    op.add_column("tokens", sa.Column("role_id", sa.Uuid(), nullable=True))
    with unforced("tenants"), unforced("tokens"):
        script(SHIPPED)
        # Tokens are few: nobody waits for an index or a check of all of them.
        script(TIED)
    op.create_check_constraint(
        op.f("ck_tokens_rights"), "tokens", "user_id IS NOT NULL OR role_id IS NOT NULL", postgresql_not_valid=True
    )
    script("-- squawk-ignore constraint-missing-not-valid\nALTER TABLE tokens VALIDATE CONSTRAINT ck_tokens_rights;\n")
    script("-- squawk-ignore ban-drop-function\nDROP FUNCTION crm_authenticate(text);\n")
    script("-- squawk-ignore ban-drop-column\nALTER TABLE tokens DROP COLUMN role;\n")
    script(
        """
    GRANT SELECT (role_id) ON tokens TO crm_reader;
    GRANT SELECT (team_id) ON users TO crm_reader;
    CREATE POLICY reader ON teams FOR SELECT TO crm_reader USING (true);
    GRANT SELECT (tenant_id, id, parent_id, manager_id, archived_at) ON teams TO crm_reader;
    """
    )
    script(
        """
    ALTER TABLE roles ENABLE ROW LEVEL SECURITY;
    ALTER TABLE roles FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON roles FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON roles TO crm_app;
    GRANT UPDATE (name, name_sort, description, version, updated_at, archived_at) ON roles TO crm_app;
    CREATE POLICY reader ON roles FOR SELECT TO crm_reader USING (true);
    GRANT SELECT (tenant_id, id, name, archived_at) ON roles TO crm_reader;
    """
    )
    script(
        """
    ALTER TABLE role_field_rights ENABLE ROW LEVEL SECURITY;
    ALTER TABLE role_field_rights FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON role_field_rights FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON role_field_rights TO crm_app;
    GRANT UPDATE (access) ON role_field_rights TO crm_app;
    CREATE POLICY reader ON role_field_rights FOR SELECT TO crm_reader USING (true);
    GRANT SELECT (tenant_id, role_id, object, field_set, access) ON role_field_rights TO crm_reader;
    """
    )
    script(
        """
    ALTER TABLE role_rights ENABLE ROW LEVEL SECURITY;
    ALTER TABLE role_rights FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON role_rights FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON role_rights TO crm_app;
    GRANT UPDATE (read, write, "create", delete, export) ON role_rights TO crm_app;
    CREATE POLICY reader ON role_rights FOR SELECT TO crm_reader USING (true);
    GRANT SELECT (tenant_id, role_id, object, read, write, "create", delete, export) ON role_rights TO
        crm_reader;
    """
    )
    script(
        """
    ALTER TABLE user_roles ENABLE ROW LEVEL SECURITY;
    ALTER TABLE user_roles FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON user_roles FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON user_roles TO crm_app;
    CREATE POLICY reader ON user_roles FOR SELECT TO crm_reader USING (true);
    GRANT SELECT (tenant_id, user_id, role_id) ON user_roles TO crm_reader;
    """
    )

    script(AUTHENTICATE)


def downgrade() -> None:
    script("DROP FUNCTION crm_authenticate(text);\n")
    op.add_column("tokens", sa.Column("role", sa.Text(collation="C"), server_default="read_only", nullable=False))
    with unforced("tokens"), unforced("roles"):
        script(NAMES)
    op.alter_column("tokens", "role", server_default=None)
    script(
        """
    GRANT SELECT (role) ON tokens TO crm_reader;
    REVOKE SELECT (team_id) ON users FROM crm_reader;
    DROP POLICY reader ON teams;
    REVOKE SELECT (tenant_id, id, parent_id, manager_id, archived_at) ON teams FROM crm_reader;
    """
    )
    op.drop_constraint(op.f("ck_tokens_rights"), "tokens", type_="check")
    op.drop_constraint(op.f("fk_tokens_tenant_id_role_id"), "tokens", type_="foreignkey")
    op.drop_index("ix_tokens_role_id", table_name="tokens", postgresql_where=sa.text("archived_at IS NULL"))
    op.drop_column("tokens", "role_id")
    op.drop_table("user_roles")
    op.drop_table("role_rights")
    op.drop_table("role_field_rights")
    op.drop_table("roles")
    script(BEFORE)
