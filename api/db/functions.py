"""The functions of the database: those that read across tenants for one role, and the place where a feed begins."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from types import MappingProxyType

from api.db.roles import APP, PARTNER, WORKER, hand_to_reader


def rights_of(whose: str, narrowed: str) -> str:
    """The joins that say what the user of a row may do, `whose` is its alias: `person` and `given`.

    `narrowed` is the role that limits it, as SQL; its rights are among those given.
    """
    return f"""\
          JOIN public.tenants AS tenant ON tenant.id = {whose}.tenant_id
          LEFT JOIN public.users AS person ON person.tenant_id = {whose}.tenant_id AND person.id = {whose}.user_id
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
          ) AS given"""


def team_of(whose: str) -> str:
    """The users below the teams of `person`, if a right of his reaches that far."""
    return f"""\
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


def crossing(declared: str, answer: str, body: str, caller: str) -> str:
    """A function that reads across tenants, for one role: as DDL.

    Migrations run with row_security = off and would refuse its body where it reads such a table; hence its own.
    """
    signature = re.sub(r"\w+ (\w+)(?=[,)])", r"\1", declared)
    return f"""\
CREATE FUNCTION {declared}
    RETURNS TABLE (
{textwrap.indent(answer, " " * 8)}
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
{body}
    $$;
REVOKE ALL ON FUNCTION {signature} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {signature} TO {caller};
{hand_to_reader(signature)}"""


def searching(name: str, shown: str, caller: str) -> str:
    """A function that finds by words, the best first, and answers nothing but ids.

    `kind` is that of the records; `widely` takes any of the words, else all of them, as a search engine does. It stays
    in the tenant of the session; `shown` says what of it the caller may know to be there.
    """
    return crossing(
        f"{name}(kind text, asked text, widely boolean, most integer)",
        "id uuid, place bigint",
        f"""\
        WITH words AS (
            SELECT CASE WHEN widely THEN (
                       SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery
                         FROM unnest(to_tsvector('english', replace(asked, '\\', ' ')))
                   ) ELSE websearch_to_tsquery('english', asked) END AS query
        )
        SELECT found.id, row_number() OVER (ORDER BY found.rank DESC, found.id DESC)
          FROM (SELECT article.id, ts_rank(article.lexemes, words.query) AS rank
                  FROM words
                  JOIN public.knowledge_articles AS article ON article.lexemes @@ words.query
                 WHERE kind = 'knowledge_article'
                   AND article.tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid
                   AND article.archived_at IS NULL{shown}
                 ORDER BY rank DESC, article.id DESC LIMIT least(most, 250)) AS found""",
        caller,
    )


PRINCIPAL = """\
tenant_id uuid, tenant_name text, token_id uuid, digest bytea, pepper_version integer, kind text,
documents text, name text, user_id uuid, user_name text, expires_at timestamptz, revoked_at timestamptz,
archived boolean, role_id uuid, roles json, team uuid[], contact_id uuid, contact_name text, account_id uuid"""

INVITATION = """\
tenant_id uuid, id uuid, user_id uuid, user_name text, digest bytea, pepper_version integer,
archived boolean"""

FEED_EXPIRED, FEED_UNKNOWN = "CRM01", "CRM02"  # errors of our own, as PostgreSQL tells them
# Where a reader of the feed stands: behind what it has seen, or at the beginning of what there still is.
FEED_START = f"""\
CREATE FUNCTION crm_feed_start(seen bigint, pruned bigint, newest bigint) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE SET search_path = ''
    AS $$ BEGIN
        IF seen < pruned THEN
            RAISE EXCEPTION 'position % is no longer kept', seen USING ERRCODE = '{FEED_EXPIRED}';
        ELSIF seen > newest THEN
            RAISE EXCEPTION 'position % has not been given', seen USING ERRCODE = '{FEED_UNKNOWN}';
        END IF;
        RETURN coalesce(seen, pruned);
    END $$;
REVOKE ALL ON FUNCTION crm_feed_start(bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crm_feed_start(bigint, bigint, bigint) TO {APP};
"""
# Owned by crm_reader, whom the policies let see every tenant: these answers are all that anybody gets of it.
FUNCTIONS: Mapping[str, str] = MappingProxyType(
    {
        "crm_authenticate(text)": crossing(
            "crm_authenticate(token_key text)",
            PRINCIPAL,
            f"""\
        SELECT token.tenant_id, tenant.name, token.id, token.digest, token.pepper_version, token.kind,
               token.documents, token.name, token.user_id, person.name, token.expires_at, token.revoked_at,
               tenant.archived_at IS NOT NULL OR token.archived_at IS NOT NULL OR person.archived_at IS NOT NULL
               OR NOT coalesce(person.is_active, true) OR outsider.archived_at IS NOT NULL
               OR token.kind = 'PARTNER' AND company.id IS NULL,
               token.role_id, given.roles,
{team_of("token")},
               token.contact_id, outsider.name, company.id
          FROM public.tokens AS token
          LEFT JOIN public.contacts AS outsider
            ON outsider.tenant_id = token.tenant_id AND outsider.id = token.contact_id
          LEFT JOIN public.accounts AS company
            ON company.tenant_id = token.tenant_id AND company.id = outsider.account_id
           AND company.id = token.account_id AND company.archived_at IS NULL
{rights_of("token", "token.role_id")}
         WHERE token.key = token_key""",
            APP,
        ),
        # As crm_authenticate, for whom an issuer has identified: there is no token, and nothing narrows the user.
        "crm_identify(text,text)": crossing(
            "crm_identify(by_issuer text, as_subject text)",
            PRINCIPAL,
            f"""\
        SELECT identity.tenant_id, tenant.name, NULL::uuid, NULL::bytea, NULL::integer, 'STAFF', 'OPEN',
               person.name, identity.user_id, person.name, NULL::timestamptz, NULL::timestamptz,
               tenant.archived_at IS NOT NULL OR person.archived_at IS NOT NULL
               OR NOT coalesce(person.is_active, false),
               NULL::uuid, given.roles,
{team_of("identity")},
               NULL::uuid, NULL::text, NULL::uuid
          FROM public.identities AS identity
{rights_of("identity", "NULL::uuid")}
         WHERE identity.issuer = by_issuer AND identity.subject = as_subject AND identity.archived_at IS NULL""",
            APP,
        ),
        "crm_invitation(text)": crossing(
            "crm_invitation(invitation_key text)",
            INVITATION,
            """\
        SELECT invitation.tenant_id, invitation.id, invitation.user_id, person.name, invitation.digest,
               invitation.pepper_version, tenant.archived_at IS NOT NULL
          FROM public.invitations AS invitation
          JOIN public.tenants AS tenant ON tenant.id = invitation.tenant_id
          JOIN public.users AS person
            ON person.tenant_id = invitation.tenant_id AND person.id = invitation.user_id
         WHERE invitation.key = invitation_key""",
            APP,
        ),
        # As crm_authenticate, for the owner of a webhook endpoint: what is sent is what he may see now.
        "crm_webhook_owner(uuid)": crossing(
            "crm_webhook_owner(endpoint_id uuid)",
            PRINCIPAL,
            f"""\
        SELECT endpoint.tenant_id, tenant.name, endpoint.token_id, NULL::bytea, NULL::integer,
               CASE WHEN endpoint.user_id IS NULL THEN 'INTEGRATION' ELSE 'STAFF' END, 'OPEN',
               coalesce(token.name, person.name), endpoint.user_id, person.name, token.expires_at, token.revoked_at,
               tenant.archived_at IS NOT NULL OR token.archived_at IS NOT NULL OR person.archived_at IS NOT NULL
               OR NOT coalesce(person.is_active, true),
               endpoint.role_id, given.roles,
{team_of("endpoint")},
               NULL::uuid, NULL::text, NULL::uuid
          FROM (SELECT tenant_id, owner_id AS user_id, token_id, role_id FROM public.webhook_endpoints
                 WHERE id = endpoint_id) AS endpoint
          LEFT JOIN public.tokens AS token ON token.tenant_id = endpoint.tenant_id AND token.id = endpoint.token_id
{rights_of("endpoint", "endpoint.role_id")}""",
            WORKER,
        ),
        # The accounts whose rows a partner user sees: with `whole` those that it acts for, else those of its scope.
        # It stays in the tenant of the session; what reads across tenants in it is only its owner.
        "crm_partner_reach(uuid,uuid,boolean)": crossing(
            "crm_partner_reach(contact uuid, company uuid, whole boolean)",
            "id uuid",
            """\
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
        SELECT below.id FROM below WHERE whole OR below.scope <> 'OWN'""",
            f"{APP}, {PARTNER}",
        ),
        "crm_search_ids(text,text,boolean,integer)": searching("crm_search_ids", "", APP),
        "crm_search_ids_outside(text,text,boolean,integer)": searching(
            "crm_search_ids_outside",
            """
                   AND article.status = 'PUBLISHED'
                   AND (article.visibility = 'PUBLIC'
                        OR article.visibility = 'PARTNER' AND current_setting('crm.account', true) > '')""",
            PARTNER,
        ),
        "crm_tenants()": crossing(
            "crm_tenants()",
            "id uuid, name text, currency text, zone text, created_at timestamptz, archived_at timestamptz",
            """\
        SELECT tenant.id, tenant.name, tenant.currency, tenant.zone, tenant.created_at, tenant.archived_at
          FROM public.tenants AS tenant
         ORDER BY tenant.created_at, tenant.id""",
            WORKER,
        ),
    }
)
