"""Records are shared with outsiders, who read as crm_partner and see nothing else.

Why: issue 5. Partner users and customers get tokens, a schema of their own and a database role of their own.
Locks: tokens, while its constraints are checked: it is small, and contacts for an instant.  Reversible: yes, shares
       and tokens of outsiders are lost; not once an outsider has changed something.
       Safe with the previous release: yes, it overlooks what crm_authenticate tells it besides.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.steps import script, unforced

revision = "2026_11_22_0444_sharing_with_outsiders"
down_revision = "2026_11_22_0420_identities"

GIVEN = """\
          CROSS JOIN LATERAL (
              SELECT coalesce(json_agg(json_build_object(
                         'id', role.id, 'name', role.name, 'held', held.role_id IS NOT NULL,
                         'rights', cells.rights, 'fields', cells.fields) ORDER BY role.name), '[]') AS roles,
                     bool_or(cells.reaches_team) AS reaches_team
                FROM public.roles AS role
                LEFT JOIN public.user_roles AS held
                  ON held.tenant_id = role.tenant_id AND held.role_id = role.id AND held.user_id = {whose}.user_id
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
               WHERE role.tenant_id = {whose}.tenant_id AND role.archived_at IS NULL
                 AND (held.role_id IS NOT NULL OR role.id = {narrowed})
          ) AS given
"""

TEAM = """\
               CASE WHEN given.reaches_team THEN ARRAY(
                   WITH RECURSIVE below AS (
                       SELECT team.id FROM public.teams AS team
                        WHERE team.tenant_id = {whose}.tenant_id AND team.archived_at IS NULL
                          AND (team.id = person.team_id OR team.manager_id = person.id)
                       UNION
                       SELECT team.id FROM public.teams AS team JOIN below ON team.parent_id = below.id
                        WHERE team.tenant_id = {whose}.tenant_id AND team.archived_at IS NULL
                   )
                   SELECT mate.id FROM public.users AS mate JOIN below ON mate.team_id = below.id
                    WHERE mate.tenant_id = {whose}.tenant_id AND mate.id <> person.id
                    ORDER BY 1
               ) END"""

AUTHENTICATE = """\
-- squawk-ignore ban-drop-function
DROP FUNCTION crm_authenticate(text);
CREATE FUNCTION crm_authenticate(token_key text)
    RETURNS TABLE (
        tenant_id uuid, tenant_name text, token_id uuid, digest bytea, pepper_version integer, kind text,
        documents text, name text, user_id uuid, user_name text, expires_at timestamptz, revoked_at timestamptz,
        archived boolean, role_id uuid, roles json, team uuid[]{columns}
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
        SELECT token.tenant_id, tenant.name, token.id, token.digest, token.pepper_version, token.kind,
               token.documents, token.name, token.user_id, person.name, token.expires_at, token.revoked_at,
               tenant.archived_at IS NOT NULL OR token.archived_at IS NOT NULL OR person.archived_at IS NOT NULL
               OR NOT coalesce(person.is_active, true){archived},
               token.role_id, given.roles,
{team}{values}
          FROM public.tokens AS token
{joined}          JOIN public.tenants AS tenant ON tenant.id = token.tenant_id
          LEFT JOIN public.users AS person ON person.tenant_id = token.tenant_id AND person.id = token.user_id
{given}         WHERE token.key = token_key
    $$;
REVOKE ALL ON FUNCTION crm_authenticate(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crm_authenticate(text) TO crm_app;
GRANT CREATE ON SCHEMA public TO crm_reader;
ALTER FUNCTION crm_authenticate(text) OWNER TO crm_reader;
REVOKE CREATE ON SCHEMA public FROM crm_reader;
"""

IDENTIFY = """\
-- squawk-ignore ban-drop-function
DROP FUNCTION crm_identify(text, text);
CREATE FUNCTION crm_identify(by_issuer text, as_subject text)
    RETURNS TABLE (
        tenant_id uuid, tenant_name text, token_id uuid, digest bytea, pepper_version integer, kind text,
        documents text, name text, user_id uuid, user_name text, expires_at timestamptz, revoked_at timestamptz,
        archived boolean, role_id uuid, roles json, team uuid[]{columns}
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
        SELECT identity.tenant_id, tenant.name, NULL::uuid, NULL::bytea, NULL::integer, 'STAFF', 'OPEN',
               person.name, identity.user_id, person.name, NULL::timestamptz, NULL::timestamptz,
               tenant.archived_at IS NOT NULL OR person.archived_at IS NOT NULL
               OR NOT coalesce(person.is_active, false),
               NULL::uuid, given.roles,
{team}{values}
          FROM public.identities AS identity
          JOIN public.tenants AS tenant ON tenant.id = identity.tenant_id
          LEFT JOIN public.users AS person ON person.tenant_id = identity.tenant_id AND person.id = identity.user_id
{given}         WHERE identity.issuer = by_issuer AND identity.subject = as_subject AND identity.archived_at IS NULL
    $$;
REVOKE ALL ON FUNCTION crm_identify(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crm_identify(text, text) TO crm_app;
GRANT CREATE ON SCHEMA public TO crm_reader;
ALTER FUNCTION crm_identify(text, text) OWNER TO crm_reader;
REVOKE CREATE ON SCHEMA public FROM crm_reader;
"""

COLUMNS = ", contact_id uuid, contact_name text, account_id uuid"
JOINED = """\
          LEFT JOIN public.contacts AS outsider
            ON outsider.tenant_id = token.tenant_id AND outsider.id = token.contact_id
          LEFT JOIN public.accounts AS company
            ON company.tenant_id = token.tenant_id AND company.id = outsider.account_id
           AND company.archived_at IS NULL AND token.kind = 'PARTNER'
"""
ARCHIVED = """ OR outsider.archived_at IS NOT NULL
               OR token.kind = 'PARTNER' AND company.id IS NULL"""

SHARED = """\
CREATE POLICY outside ON tenants FOR SELECT TO crm_partner USING (id =
    NULLIF(current_setting('crm.tenant', true), '')::uuid AND (true));
GRANT SELECT (id, name, zone) ON tenants TO crm_partner;
CREATE POLICY outside ON accounts FOR SELECT TO crm_partner USING (tenant_id =
    NULLIF(current_setting('crm.tenant', true), '')::uuid AND (accounts.archived_at IS NULL AND
    accounts.id = ANY (array_append(array((SELECT share.object_id FROM record_shares AS share WHERE
    share.tenant_id = CAST(nullif(current_setting('crm.tenant', true), '') AS UUID) AND
    share.object_type = 'account' AND (share.contact_id =
    CAST(nullif(current_setting('crm.principal', true), '') AS UUID) OR share.account_id =
    CAST(nullif(current_setting('crm.account', true), '') AS UUID)) AND share.revoked_at IS NULL AND
    (share.expires_at IS NULL OR share.expires_at > statement_timestamp()))),
    CAST(nullif(current_setting('crm.account', true), '') AS UUID)))));
GRANT SELECT (tenant_id, id, name, name_sort, legal_name, industry, industry_sort, version,
    created_at, updated_at, archived_at) ON accounts TO crm_partner;
CREATE POLICY outside ON contacts FOR SELECT TO crm_partner USING (tenant_id =
    NULLIF(current_setting('crm.tenant', true), '')::uuid AND (contacts.archived_at IS NULL AND
    contacts.id = ANY (array_append(array((SELECT share.object_id FROM record_shares AS share WHERE
    share.tenant_id = CAST(nullif(current_setting('crm.tenant', true), '') AS UUID) AND
    share.object_type = 'contact' AND (share.contact_id =
    CAST(nullif(current_setting('crm.principal', true), '') AS UUID) OR share.account_id =
    CAST(nullif(current_setting('crm.account', true), '') AS UUID)) AND share.revoked_at IS NULL AND
    (share.expires_at IS NULL OR share.expires_at > statement_timestamp()))),
    CAST(nullif(current_setting('crm.principal', true), '') AS UUID)))));
GRANT SELECT (tenant_id, id, name, name_sort, first_name, last_name, last_name_sort, salutation,
    title, email, email_sort, phone, language, zone, account_id, version, created_at, updated_at,
    archived_at) ON contacts TO crm_partner;
CREATE POLICY outside ON opportunities FOR SELECT TO crm_partner USING (tenant_id =
    NULLIF(current_setting('crm.tenant', true), '')::uuid AND (opportunities.archived_at IS NULL AND
    opportunities.id = ANY (array((SELECT share.object_id FROM record_shares AS share WHERE
    share.tenant_id = CAST(nullif(current_setting('crm.tenant', true), '') AS UUID) AND
    share.object_type = 'opportunity' AND (share.contact_id =
    CAST(nullif(current_setting('crm.principal', true), '') AS UUID) OR share.account_id =
    CAST(nullif(current_setting('crm.account', true), '') AS UUID)) AND share.revoked_at IS NULL AND
    (share.expires_at IS NULL OR share.expires_at > statement_timestamp()))))));
GRANT SELECT (tenant_id, id, name, name_sort, account_id, status, amount_minor, currency,
    close_date, closed_on, next_step, version, created_at, updated_at, archived_at) ON opportunities
    TO crm_partner;
"""

# Tokens are few: nobody waits for an index or a check of all of them.
TIED = """\
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_tokens_contact_id ON tokens (tenant_id, contact_id) WHERE archived_at IS NULL;
-- squawk-ignore constraint-missing-not-valid, adding-foreign-key-constraint
ALTER TABLE tokens ADD CONSTRAINT fk_tokens_tenant_id_contact_id
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id);
"""

KINDS = """\
-- squawk-ignore ban-drop-constraint
ALTER TABLE change_events DROP CONSTRAINT ck_change_events_actor_kind;
ALTER TABLE change_events ADD CONSTRAINT ck_change_events_actor_kind CHECK ({actors}) NOT VALID;
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE change_events VALIDATE CONSTRAINT ck_change_events_actor_kind;
-- squawk-ignore ban-drop-constraint
ALTER TABLE tokens DROP CONSTRAINT ck_tokens_kind;
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE tokens ADD CONSTRAINT ck_tokens_kind CHECK ({tokens});
-- squawk-ignore ban-drop-constraint
ALTER TABLE tokens DROP CONSTRAINT ck_tokens_rights;
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE tokens ADD CONSTRAINT ck_tokens_rights CHECK ({rights});
"""

OUTSIDER = """\
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE tokens ADD CONSTRAINT ck_tokens_outsider
    CHECK ((kind IN ('PARTNER', 'CUSTOMER')) = (contact_id IS NOT NULL));
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE tokens ADD CONSTRAINT ck_tokens_outsiders_have_no_role CHECK (contact_id IS NULL OR role_id IS NULL);
CREATE POLICY reader ON accounts FOR SELECT TO crm_reader USING (true);
GRANT SELECT (tenant_id, id, archived_at) ON accounts TO crm_reader;
CREATE POLICY reader ON contacts FOR SELECT TO crm_reader USING (true);
GRANT SELECT (tenant_id, id, name, account_id, archived_at) ON contacts TO crm_reader;
GRANT SELECT (contact_id) ON tokens TO crm_reader;
"""

UNSHARED = """\
DROP POLICY outside ON tenants;
REVOKE ALL ON tenants FROM crm_partner;
DROP POLICY outside ON accounts;
REVOKE ALL ON accounts FROM crm_partner;
DROP POLICY outside ON contacts;
REVOKE ALL ON contacts FROM crm_partner;
DROP POLICY outside ON opportunities;
REVOKE ALL ON opportunities FROM crm_partner;
ALTER TABLE tokens DROP CONSTRAINT ck_tokens_outsider;
ALTER TABLE tokens DROP CONSTRAINT ck_tokens_outsiders_have_no_role;
DROP POLICY reader ON accounts;
REVOKE ALL ON accounts FROM crm_reader;
DROP POLICY reader ON contacts;
REVOKE ALL ON contacts FROM crm_reader;
REVOKE SELECT (contact_id) ON tokens FROM crm_reader;
"""


def functions(*, outsiders: bool) -> str:
    """Who asks, with outsiders or without them, as before."""
    columns = COLUMNS if outsiders else ""
    authenticate = AUTHENTICATE.format(
        columns=columns,
        given=GIVEN.format(whose="token", narrowed="token.role_id"),
        team=TEAM.format(whose="token"),
        joined=JOINED if outsiders else "",
        archived=ARCHIVED if outsiders else "",
        values=",\n               token.contact_id, outsider.name, company.id" if outsiders else "",
    )
    identify = IDENTIFY.format(
        columns=columns,
        given=GIVEN.format(whose="identity", narrowed="NULL::uuid"),
        team=TEAM.format(whose="identity"),
        values=",\n               NULL::uuid, NULL::text, NULL::uuid" if outsiders else "",
    )
    return authenticate + identify


def upgrade() -> None:
    op.create_table(
        "field_profiles",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("description", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_field_profiles")),
    )
    op.create_index(
        "ix_field_profiles_archived_at",
        "field_profiles",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_field_profiles_created_at",
        "field_profiles",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_field_profiles_name_sort",
        "field_profiles",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_field_profiles_updated_at",
        "field_profiles",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_field_profiles_name",
        "field_profiles",
        ["tenant_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "field_profile_sets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("object", sa.Text(collation="C"), nullable=False),
        sa.Column("field_set", sa.Text(collation="C"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "profile_id"],
            ["field_profiles.tenant_id", "field_profiles.id"],
            name=op.f("fk_field_profile_sets_tenant_id_profile_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "profile_id", "object", "field_set", name=op.f("pk_field_profile_sets")),
    )
    op.create_table(
        "record_shares",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("object_type", sa.Text(collation="C"), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.Text(collation="C"), nullable=False),
        sa.Column("field_profile_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("level IN ('VIEW', 'COMMENT', 'EDIT')", name=op.f("ck_record_shares_level")),
        sa.CheckConstraint("num_nonnulls(account_id, contact_id) = 1", name=op.f("ck_record_shares_grantee")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name=op.f("fk_record_shares_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_record_shares_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "field_profile_id"],
            ["field_profiles.tenant_id", "field_profiles.id"],
            name=op.f("fk_record_shares_tenant_id_field_profile_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_record_shares")),
    )
    op.create_index(
        "ix_record_shares_account_id",
        "record_shares",
        ["tenant_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_record_shares_archived_at",
        "record_shares",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_record_shares_contact_id",
        "record_shares",
        ["tenant_id", "contact_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_record_shares_created_at",
        "record_shares",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_record_shares_expires_at",
        "record_shares",
        ["tenant_id", "expires_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_record_shares_expires_at_desc",
        "record_shares",
        ["tenant_id", sa.literal_column("expires_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_record_shares_field_profile_id",
        "record_shares",
        ["tenant_id", "field_profile_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_record_shares_level",
        "record_shares",
        ["tenant_id", "level"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index("ix_record_shares_object", "record_shares", ["tenant_id", "object_id"], unique=False)
    op.create_index(
        "ix_record_shares_object_type",
        "record_shares",
        ["tenant_id", "object_type"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_record_shares_revoked_at",
        "record_shares",
        ["tenant_id", "revoked_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_record_shares_revoked_at_desc",
        "record_shares",
        ["tenant_id", sa.literal_column("revoked_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_record_shares_updated_at",
        "record_shares",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_record_shares_account",
        "record_shares",
        ["tenant_id", "account_id", "object_type", "object_id"],
        unique=True,
        postgresql_where=sa.text("account_id IS NOT NULL AND revoked_at IS NULL"),
    )
    op.create_index(
        "uq_record_shares_contact",
        "record_shares",
        ["tenant_id", "contact_id", "object_type", "object_id"],
        unique=True,
        postgresql_where=sa.text("contact_id IS NOT NULL AND revoked_at IS NULL"),
    )
    op.add_column("tokens", sa.Column("contact_id", sa.Uuid(), nullable=True))
    with unforced("tokens"), unforced("contacts"):
        script(TIED)
    script(
        """
    ALTER TABLE field_profiles ENABLE ROW LEVEL SECURITY;
    ALTER TABLE field_profiles FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON field_profiles FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON field_profiles TO crm_app;
    GRANT UPDATE (name, name_sort, description, version, updated_at, archived_at) ON field_profiles TO
        crm_app;
    """
    )
    script(
        """
    ALTER TABLE field_profile_sets ENABLE ROW LEVEL SECURITY;
    ALTER TABLE field_profile_sets FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON field_profile_sets FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON field_profile_sets TO crm_app;
    CREATE POLICY outside ON field_profile_sets FOR SELECT TO crm_partner
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid AND (true));
    GRANT SELECT (tenant_id, profile_id, object, field_set) ON field_profile_sets TO crm_partner;
    """
    )
    script(
        """
    ALTER TABLE record_shares ENABLE ROW LEVEL SECURITY;
    ALTER TABLE record_shares FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON record_shares FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON record_shares TO crm_app;
    GRANT UPDATE (level, field_profile_id, expires_at, revoked_at, version, updated_at, archived_at) ON
        record_shares TO crm_app;
    CREATE POLICY outside ON record_shares FOR SELECT TO crm_partner USING (tenant_id =
        NULLIF(current_setting('crm.tenant', true), '')::uuid AND (contact_id =
        NULLIF(current_setting('crm.principal', true), '')::uuid OR account_id =
        NULLIF(current_setting('crm.account', true), '')::uuid));
    GRANT SELECT (tenant_id, object_type, object_id, account_id, contact_id, field_profile_id,
        expires_at, revoked_at) ON record_shares TO crm_partner;
    """
    )

    script(
        KINDS.format(
            actors="actor_kind IN ('STAFF', 'INTEGRATION', 'SYSTEM', 'PARTNER', 'CUSTOMER')",
            tokens="kind IN ('STAFF', 'INTEGRATION', 'PARTNER', 'CUSTOMER')",
            rights="num_nonnulls(user_id, role_id, contact_id) >= 1",
        )
    )
    script(OUTSIDER)
    script(SHARED)
    script(functions(outsiders=True))


def downgrade() -> None:
    # What outsiders did is history: there is no way back from it, and the constraint says so.
    script(functions(outsiders=False))
    script(UNSHARED)
    with unforced("tokens"):
        op.execute("DELETE FROM tokens WHERE contact_id IS NOT NULL")
    script(
        KINDS.format(
            actors="actor_kind IN ('STAFF', 'INTEGRATION', 'SYSTEM')",
            tokens="kind IN ('STAFF', 'INTEGRATION')",
            rights="user_id IS NOT NULL OR role_id IS NOT NULL",
        )
    )
    op.drop_constraint(op.f("fk_tokens_tenant_id_contact_id"), "tokens", type_="foreignkey")
    op.drop_index("ix_tokens_contact_id", table_name="tokens", postgresql_where=sa.text("archived_at IS NULL"))
    op.drop_column("tokens", "contact_id")
    op.drop_table("record_shares")
    op.drop_table("field_profile_sets")
    op.drop_table("field_profiles")
