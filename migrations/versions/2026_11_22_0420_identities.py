"""People sign in with an account of the operator's issuer, once an invitation has linked it to them.

Why: issue 5. A JWT is looked up by issuer and subject, as a token is by its key.
Locks: none that anybody waits for; both tables are new.  Reversible: yes, but every link is lost.
       Safe with the previous release: yes, it does not know them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.steps import script

revision = "2026_11_22_0420_identities"
down_revision = "2026_11_22_0153_roles"

IDENTIFY = """\
CREATE FUNCTION crm_identify(by_issuer text, as_subject text)
    RETURNS TABLE (
        tenant_id uuid, tenant_name text, token_id uuid, digest bytea, pepper_version integer, kind text,
        documents text, name text, user_id uuid, user_name text, expires_at timestamptz, revoked_at timestamptz,
        archived boolean, role_id uuid, roles json, team uuid[]
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
        SELECT identity.tenant_id, tenant.name, NULL::uuid, NULL::bytea, NULL::integer, 'STAFF', 'OPEN',
               person.name, identity.user_id, person.name, NULL::timestamptz, NULL::timestamptz,
               tenant.archived_at IS NOT NULL OR person.archived_at IS NOT NULL
               OR NOT coalesce(person.is_active, false),
               NULL::uuid, given.roles,
               CASE WHEN given.reaches_team THEN ARRAY(
                   WITH RECURSIVE below AS (
                       SELECT team.id FROM public.teams AS team
                        WHERE team.tenant_id = identity.tenant_id AND team.archived_at IS NULL
                          AND (team.id = person.team_id OR team.manager_id = person.id)
                       UNION
                       SELECT team.id FROM public.teams AS team JOIN below ON team.parent_id = below.id
                        WHERE team.tenant_id = identity.tenant_id AND team.archived_at IS NULL
                   )
                   SELECT mate.id FROM public.users AS mate JOIN below ON mate.team_id = below.id
                    WHERE mate.tenant_id = identity.tenant_id AND mate.id <> person.id
                    ORDER BY 1
               ) END
          FROM public.identities AS identity
          JOIN public.tenants AS tenant ON tenant.id = identity.tenant_id
          LEFT JOIN public.users AS person ON person.tenant_id = identity.tenant_id AND person.id = identity.user_id
          CROSS JOIN LATERAL (
              SELECT coalesce(json_agg(json_build_object(
                         'id', role.id, 'name', role.name, 'held', held.role_id IS NOT NULL,
                         'rights', cells.rights, 'fields', cells.fields) ORDER BY role.name), '[]') AS roles,
                     bool_or(cells.reaches_team) AS reaches_team
                FROM public.roles AS role
                LEFT JOIN public.user_roles AS held
                  ON held.tenant_id = role.tenant_id AND held.role_id = role.id AND held.user_id = identity.user_id
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
               WHERE role.tenant_id = identity.tenant_id AND role.archived_at IS NULL
                 AND (held.role_id IS NOT NULL OR role.id = NULL::uuid)
          ) AS given
         WHERE identity.issuer = by_issuer AND identity.subject = as_subject AND identity.archived_at IS NULL
    $$;
REVOKE ALL ON FUNCTION crm_identify(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crm_identify(text, text) TO crm_app;
GRANT CREATE ON SCHEMA public TO crm_reader;
ALTER FUNCTION crm_identify(text, text) OWNER TO crm_reader;
REVOKE CREATE ON SCHEMA public FROM crm_reader;
"""

INVITATION = """\
CREATE FUNCTION crm_invitation(invitation_key text)
    RETURNS TABLE (
        tenant_id uuid, id uuid, user_id uuid, user_name text, digest bytea, pepper_version integer,
        archived boolean
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
        SELECT invitation.tenant_id, invitation.id, invitation.user_id, person.name, invitation.digest,
               invitation.pepper_version, tenant.archived_at IS NOT NULL
          FROM public.invitations AS invitation
          JOIN public.tenants AS tenant ON tenant.id = invitation.tenant_id
          JOIN public.users AS person
            ON person.tenant_id = invitation.tenant_id AND person.id = invitation.user_id
         WHERE invitation.key = invitation_key
    $$;
REVOKE ALL ON FUNCTION crm_invitation(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crm_invitation(text) TO crm_app;
GRANT CREATE ON SCHEMA public TO crm_reader;
ALTER FUNCTION crm_invitation(text) OWNER TO crm_reader;
REVOKE CREATE ON SCHEMA public FROM crm_reader;
"""


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(collation="C"), nullable=False),
        sa.Column("subject", sa.Text(collation="C"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(subject) BETWEEN 1 AND 255", name=op.f("ck_identities_subject")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name=op.f("fk_identities_tenant_id_user_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_identities")),
    )
    op.create_index(
        "ix_identities_archived_at",
        "identities",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_identities_created_at",
        "identities",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_identities_issuer",
        "identities",
        ["issuer", "subject"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_identities_updated_at",
        "identities",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_identities_user_id",
        "identities",
        ["tenant_id", "user_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_identities_subject",
        "identities",
        ["tenant_id", "issuer", "subject"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_identities_user",
        "identities",
        ["tenant_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "invitations",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("pepper_version", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("key ~ '^[0-9A-Za-z]{16}$'", name=op.f("ck_invitations_key")),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_invitations_digest")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name=op.f("fk_invitations_tenant_id_user_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_invitations")),
    )
    op.create_index(
        "ix_invitations_archived_at",
        "invitations",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_invitations_created_at",
        "invitations",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index("ix_invitations_key", "invitations", ["key"], unique=False)
    op.create_index(
        "ix_invitations_updated_at",
        "invitations",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_invitations_user_id",
        "invitations",
        ["tenant_id", "user_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index("uq_invitations_key", "invitations", ["tenant_id", "key"], unique=True)
    script(
        """
    ALTER TABLE identities ENABLE ROW LEVEL SECURITY;
    ALTER TABLE identities FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON identities FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON identities TO crm_app;
    GRANT UPDATE (version, updated_at, archived_at) ON identities TO crm_app;
    CREATE POLICY reader ON identities FOR SELECT TO crm_reader USING (true);
    GRANT SELECT (tenant_id, user_id, issuer, subject, archived_at) ON identities TO crm_reader;
    """
    )
    script(
        """
    ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
    ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON invitations FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON invitations TO crm_app;
    GRANT UPDATE (accepted_at, version, updated_at, archived_at) ON invitations TO crm_app;
    CREATE POLICY reader ON invitations FOR SELECT TO crm_reader USING (true);
    GRANT SELECT (tenant_id, id, user_id, key, digest, pepper_version) ON invitations TO crm_reader;
    """
    )
    script(IDENTIFY)
    script(INVITATION)


def downgrade() -> None:
    op.execute("DROP FUNCTION crm_invitation(text)")
    op.execute("DROP FUNCTION crm_identify(text, text)")
    op.drop_table("invitations")
    op.drop_table("identities")
