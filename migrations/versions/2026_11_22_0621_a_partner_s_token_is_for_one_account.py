"""A partner's token is for one account: with the contact who moves to another one it ends.

Why: issue 5. A token followed its contact to another account and showed there what is shared with that one.
Locks: tokens, while its rows are filled in and checked: it is small, and accounts for an instant.
       Reversible: yes. A partner's token whose contact has no account opened nothing and is deleted.
       Safe with the previous release: yes, but it cannot issue tokens to partners.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.steps import script, unforced

revision = "2026_11_22_0621_a_partner_s_token_is_for_one_account"
down_revision = "2026_11_22_0444_sharing_with_outsiders"

# Tokens are few: nobody waits for an index or a check of all of them.
TIED = """\
DELETE FROM tokens USING contacts
 WHERE tokens.kind = 'PARTNER' AND contacts.account_id IS NULL
   AND contacts.tenant_id = tokens.tenant_id AND contacts.id = tokens.contact_id;
UPDATE tokens SET account_id = contacts.account_id FROM contacts
 WHERE tokens.kind = 'PARTNER' AND contacts.tenant_id = tokens.tenant_id AND contacts.id = tokens.contact_id;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_tokens_account_id ON tokens (tenant_id, account_id) WHERE archived_at IS NULL;
-- squawk-ignore constraint-missing-not-valid, adding-foreign-key-constraint
ALTER TABLE tokens ADD CONSTRAINT fk_tokens_tenant_id_account_id
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id);
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE tokens ADD CONSTRAINT ck_tokens_partner CHECK ((kind = 'PARTNER') = (account_id IS NOT NULL));
"""

AUTHENTICATE = """\
-- squawk-ignore ban-drop-function
DROP FUNCTION crm_authenticate(text);
CREATE FUNCTION crm_authenticate(token_key text)
    RETURNS TABLE (
        tenant_id uuid, tenant_name text, token_id uuid, digest bytea, pepper_version integer, kind text,
        documents text, name text, user_id uuid, user_name text, expires_at timestamptz, revoked_at timestamptz,
        archived boolean, role_id uuid, roles json, team uuid[], contact_id uuid, contact_name text, account_id uuid
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
        SELECT token.tenant_id, tenant.name, token.id, token.digest, token.pepper_version, token.kind,
               token.documents, token.name, token.user_id, person.name, token.expires_at, token.revoked_at,
               tenant.archived_at IS NOT NULL OR token.archived_at IS NOT NULL OR person.archived_at IS NOT NULL
               OR NOT coalesce(person.is_active, true) OR outsider.archived_at IS NOT NULL
               OR token.kind = 'PARTNER' AND company.id IS NULL,
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
               ) END,
               token.contact_id, outsider.name, company.id
          FROM public.tokens AS token
{joined}          JOIN public.tenants AS tenant ON tenant.id = token.tenant_id
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

AS_ISSUED = """\
          LEFT JOIN public.contacts AS outsider
            ON outsider.tenant_id = token.tenant_id AND outsider.id = token.contact_id
          LEFT JOIN public.accounts AS company
            ON company.tenant_id = token.tenant_id AND company.id = outsider.account_id
           AND company.id = token.account_id AND company.archived_at IS NULL
"""
AS_EMPLOYED = """\
          LEFT JOIN public.contacts AS outsider
            ON outsider.tenant_id = token.tenant_id AND outsider.id = token.contact_id
          LEFT JOIN public.accounts AS company
            ON company.tenant_id = token.tenant_id AND company.id = outsider.account_id
           AND company.archived_at IS NULL AND token.kind = 'PARTNER'
"""


def upgrade() -> None:
    op.add_column("tokens", sa.Column("account_id", sa.Uuid(), nullable=True))
    with unforced("tokens"), unforced("contacts"), unforced("accounts"):
        script(TIED)
    op.execute("GRANT SELECT (account_id) ON tokens TO crm_reader")
    script(AUTHENTICATE.format(joined=AS_ISSUED))


def downgrade() -> None:
    script(AUTHENTICATE.format(joined=AS_EMPLOYED))
    op.drop_column("tokens", "account_id")
