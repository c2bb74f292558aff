"""Outsiders see the cases that are shared with them, customers those that they ask for; of both the public comments.

Why: issue 8.
Locks: cases and their comments, for an instant.  Reversible: yes.
       Safe with the previous release: yes, it asks nothing of these tables for outsiders.
"""

from __future__ import annotations

from api.db.steps import script

revision = "2026_11_22_1830_outsiders_see_cases"
down_revision = "2026_11_22_1505_knowledge_and_satisfaction"

FOR_OUTSIDERS = """\
CREATE POLICY outside ON cases FOR SELECT TO crm_partner USING (tenant_id = (SELECT
    NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (cases.archived_at IS NULL AND
    (cases.id IN (SELECT share.object_id FROM record_shares AS share WHERE share.tenant_id = (SELECT
    CAST(nullif(current_setting('crm.tenant', true), '') AS UUID) AS nullif_1) AND share.object_type
    = 'case' AND (share.contact_id = (SELECT CAST(nullif(current_setting('crm.principal', true), '')
    AS UUID) AS nullif_2) OR share.account_id = (SELECT CAST(nullif(current_setting('crm.account',
    true), '') AS UUID) AS nullif_3) OR share.account_id = ANY (array((SELECT reach.id FROM
    crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS
    nullif_2), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3),
    false) AS reach)))) AND share.revoked_at IS NULL AND (share.expires_at IS NULL OR
    share.expires_at > statement_timestamp()))) IS true OR cases.archived_at IS NULL AND
    CAST((SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3) AS
    UUID) IS NULL AND cases.contact_id = (SELECT CAST(nullif(current_setting('crm.principal', true),
    '') AS UUID) AS nullif_2)));
GRANT SELECT (tenant_id, id, subject, subject_sort, description, account_id, contact_id, follows_id,
    origin, type, status, status_since, first_response_at, resolved_at, resolution_code, closes_at,
    closed_at, version, created_at, updated_at, archived_at) ON cases TO crm_partner;
CREATE POLICY outside ON case_comments FOR SELECT TO crm_partner USING (tenant_id = (SELECT
    NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (case_comments.is_public AND (EXISTS
    (SELECT 1 FROM cases AS seen_cases WHERE seen_cases.tenant_id = case_comments.tenant_id AND
    seen_cases.id = case_comments.case_id AND (seen_cases.archived_at IS NULL AND (seen_cases.id IN
    (SELECT share.object_id FROM record_shares AS share WHERE share.tenant_id = (SELECT
    CAST(nullif(current_setting('crm.tenant', true), '') AS UUID) AS nullif_1) AND share.object_type
    = 'case' AND (share.contact_id = (SELECT CAST(nullif(current_setting('crm.principal', true), '')
    AS UUID) AS nullif_2) OR share.account_id = (SELECT CAST(nullif(current_setting('crm.account',
    true), '') AS UUID) AS nullif_3) OR share.account_id = ANY (array((SELECT reach.id FROM
    crm_partner_reach((SELECT CAST(nullif(current_setting('crm.principal', true), '') AS UUID) AS
    nullif_2), (SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3),
    false) AS reach)))) AND share.revoked_at IS NULL AND (share.expires_at IS NULL OR
    share.expires_at > statement_timestamp()))) IS true OR seen_cases.archived_at IS NULL AND
    CAST((SELECT CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_3) AS
    UUID) IS NULL AND seen_cases.contact_id = (SELECT CAST(nullif(current_setting('crm.principal',
    true), '') AS UUID) AS nullif_2))))));
GRANT SELECT (tenant_id, id, case_id, contact_id, body, is_public, is_automated, created_at) ON
    case_comments TO crm_partner;
"""


def upgrade() -> None:
    script(FOR_OUTSIDERS)


def downgrade() -> None:
    script(
        """
    REVOKE SELECT ON case_comments FROM crm_partner;
    REVOKE SELECT ON cases FROM crm_partner;
    DROP POLICY outside ON case_comments;
    DROP POLICY outside ON cases;
    """
    )
