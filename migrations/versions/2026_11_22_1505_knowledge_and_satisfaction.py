"""Articles and their versions, what customers say of us, and how long cases took in business time.

Why: issue 8.
Locks: cases, for two columns without a value; rights of roles, while those that are shipped get theirs.
       Reversible: yes, articles, answers and measured times are lost.
       Safe with the previous release: yes, it does not know of them; it does not measure cases.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from api.db.steps import script, unforced

revision = "2026_11_22_1505_knowledge_and_satisfaction"
down_revision = "2026_11_22_1446_queues_and_escalation"

SEARCH = """\
CREATE FUNCTION crm_search_ids(kind text, asked text, widely boolean, most integer)
    RETURNS TABLE (
        id uuid, place bigint
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
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
                   AND article.archived_at IS NULL
                 ORDER BY rank DESC, article.id DESC LIMIT least(most, 250)) AS found
    $$;
REVOKE ALL ON FUNCTION crm_search_ids(text, text, boolean, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crm_search_ids(text, text, boolean, integer) TO crm_app;
GRANT CREATE ON SCHEMA public TO crm_reader;
ALTER FUNCTION crm_search_ids(text, text, boolean, integer) OWNER TO crm_reader;
REVOKE CREATE ON SCHEMA public FROM crm_reader;
CREATE FUNCTION crm_search_ids_outside(kind text, asked text, widely boolean, most integer)
    RETURNS TABLE (
        id uuid, place bigint
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET row_security = on
    AS $$
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
                   AND article.archived_at IS NULL
                   AND article.status = 'PUBLISHED'
                   AND (article.visibility = 'PUBLIC'
                        OR article.visibility = 'PARTNER' AND current_setting('crm.account', true) > '')
                 ORDER BY rank DESC, article.id DESC LIMIT least(most, 250)) AS found
    $$;
REVOKE ALL ON FUNCTION crm_search_ids_outside(text, text, boolean, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crm_search_ids_outside(text, text, boolean, integer) TO crm_partner;
GRANT CREATE ON SCHEMA public TO crm_reader;
ALTER FUNCTION crm_search_ids_outside(text, text, boolean, integer) OWNER TO crm_reader;
REVOKE CREATE ON SCHEMA public FROM crm_reader;
"""

# As they were shipped at this time, for the tenants there are.
RIGHTS = """\
INSERT INTO role_rights (tenant_id, role_id, object, read, write, "create", "delete", export)
SELECT role.tenant_id, role.id, cell.object, cell.read, cell.write, cell.creates, cell.deletes, cell.exports
  FROM roles AS role JOIN (VALUES
    ('sales_manager', 'knowledge_article', 'ALL', 'NONE', false, false, false),
    ('sales_rep', 'knowledge_article', 'ALL', 'NONE', false, false, false),
    ('support_agent', 'knowledge_article', 'ALL', 'ALL', true, false, false),
    ('support_agent', 'satisfaction_request', 'ALL', 'ALL', true, true, true),
    ('channel_manager', 'knowledge_article', 'ALL', 'NONE', false, false, false),
    ('finance', 'knowledge_article', 'ALL', 'NONE', false, false, false),
    ('marketer', 'knowledge_article', 'ALL', 'NONE', false, false, false),
    ('integration', 'knowledge_article', 'ALL', 'NONE', false, false, false),
    ('integration', 'satisfaction_request', 'ALL', 'ALL', true, false, false),
    ('read_only', 'knowledge_article', 'ALL', 'NONE', false, false, false),
    ('read_only', 'satisfaction_request', 'ALL', 'NONE', false, false, false)
) AS cell (name, object, read, write, creates, deletes, exports) ON cell.name = role.name
 WHERE role.archived_at IS NULL
ON CONFLICT DO NOTHING;
INSERT INTO role_field_rights (tenant_id, role_id, object, field_set, access)
SELECT tenant_id, id, 'satisfaction_request', '*', 'WRITE' FROM roles
 WHERE name = 'support_agent' AND archived_at IS NULL
ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    op.create_table(
        "knowledge_articles",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(collation="C"), nullable=False),
        sa.Column("title_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("summary", sa.Text(collation="C"), nullable=True),
        sa.Column("body", sa.Text(collation="C"), nullable=False),
        sa.Column("words", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "lexemes",
            postgresql.TSVECTOR(),
            sa.Computed(
                "setweight(to_tsvector('english', title_sort), 'A') || to_tsvector('english', words)", persisted=True
            ),
            nullable=False,
        ),
        sa.Column("language", sa.Text(collation="C"), nullable=True),
        sa.Column("visibility", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("draft_revision", sa.Integer(), nullable=True),
        sa.Column("published_revision", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'DRAFT') = (published_at IS NULL)", name=op.f("ck_knowledge_articles_published")),
        sa.CheckConstraint(
            "(status = 'PUBLISHED') = (published_revision IS NOT NULL)",
            name=op.f("ck_knowledge_articles_published_revision"),
        ),
        sa.CheckConstraint(
            "status <> 'DRAFT' OR draft_revision IS NOT NULL", name=op.f("ck_knowledge_articles_draft_revision")
        ),
        sa.CheckConstraint("status IN ('DRAFT', 'PUBLISHED', 'WITHDRAWN')", name=op.f("ck_knowledge_articles_status")),
        sa.CheckConstraint(
            "visibility IN ('INTERNAL', 'PARTNER', 'PUBLIC')", name=op.f("ck_knowledge_articles_visibility")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_knowledge_articles_tenant_id_owner_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_knowledge_articles")),
    )
    op.create_index(
        "ix_knowledge_articles_archived_at",
        "knowledge_articles",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_knowledge_articles_created_at",
        "knowledge_articles",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_knowledge_articles_draft_revision",
        "knowledge_articles",
        ["tenant_id", "draft_revision"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_knowledge_articles_language",
        "knowledge_articles",
        ["tenant_id", "language"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_knowledge_articles_lexemes", "knowledge_articles", ["lexemes"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "ix_knowledge_articles_owner_id",
        "knowledge_articles",
        ["tenant_id", "owner_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_knowledge_articles_published_at",
        "knowledge_articles",
        ["tenant_id", "published_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_knowledge_articles_published_at_desc",
        "knowledge_articles",
        ["tenant_id", sa.literal_column("published_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_knowledge_articles_status",
        "knowledge_articles",
        ["tenant_id", "status"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_knowledge_articles_title_sort",
        "knowledge_articles",
        ["tenant_id", "title_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_knowledge_articles_updated_at",
        "knowledge_articles",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_knowledge_articles_visibility",
        "knowledge_articles",
        ["tenant_id", "visibility"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_knowledge_articles_title",
        "knowledge_articles",
        ["tenant_id", "title_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "knowledge_article_versions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.Text(collation="C"), nullable=False),
        sa.Column("summary", sa.Text(collation="C"), nullable=True),
        sa.Column("body", sa.Text(collation="C"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'ARCHIVED') = (replaced_at IS NOT NULL)", name=op.f("ck_knowledge_article_versions_replaced")
        ),
        sa.CheckConstraint(
            "status <> 'PUBLISHED' OR published_at IS NOT NULL", name=op.f("ck_knowledge_article_versions_published")
        ),
        sa.CheckConstraint(
            "status IN ('DRAFT', 'PUBLISHED', 'ARCHIVED')", name=op.f("ck_knowledge_article_versions_status")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "article_id"],
            ["knowledge_articles.tenant_id", "knowledge_articles.id"],
            name=op.f("fk_knowledge_article_versions_tenant_id_article_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_knowledge_article_versions_tenant_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_knowledge_article_versions")),
        sa.UniqueConstraint("tenant_id", "article_id", "revision", name="uq_knowledge_article_versions_revision"),
    )
    op.create_index(
        "ix_knowledge_article_versions_article_id",
        "knowledge_article_versions",
        ["tenant_id", "article_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_knowledge_article_versions_user_id",
        "knowledge_article_versions",
        ["tenant_id", "user_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "uq_knowledge_article_versions_present",
        "knowledge_article_versions",
        ["tenant_id", "article_id", "status"],
        unique=True,
        postgresql_where=sa.text("status <> 'ARCHIVED'"),
    )
    op.create_table(
        "case_articles",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "article_id"],
            ["knowledge_articles.tenant_id", "knowledge_articles.id"],
            name=op.f("fk_case_articles_tenant_id_article_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name=op.f("fk_case_articles_tenant_id_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name=op.f("fk_case_articles_tenant_id_user_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "article_id", "case_id", name=op.f("pk_case_articles")),
    )
    op.create_index(
        "ix_case_articles_user_id", "case_articles", ["tenant_id", "user_id"], unique=False, postgresql_where=None
    )
    op.create_table(
        "satisfaction_requests",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'ANSWERED') = (score IS NOT NULL)", name=op.f("ck_satisfaction_requests_answered")
        ),
        sa.CheckConstraint(
            "(status = 'ASKED') = (answered_at IS NULL)", name=op.f("ck_satisfaction_requests_answered_at")
        ),
        sa.CheckConstraint("comment IS NULL OR status = 'ANSWERED'", name=op.f("ck_satisfaction_requests_comment")),
        sa.CheckConstraint("kind <> 'CSAT' OR case_id IS NOT NULL", name=op.f("ck_satisfaction_requests_about")),
        sa.CheckConstraint("kind IN ('CSAT', 'NPS')", name=op.f("ck_satisfaction_requests_kind")),
        sa.CheckConstraint(
            "score BETWEEN CASE kind WHEN 'CSAT' THEN 1 ELSE 0 END AND CASE kind WHEN 'CSAT' THEN 5 ELSE 10 END",
            name=op.f("ck_satisfaction_requests_score"),
        ),
        sa.CheckConstraint("status IN ('ASKED', 'ANSWERED', 'DECLINED')", name=op.f("ck_satisfaction_requests_status")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["cases.tenant_id", "cases.id"],
            name=op.f("fk_satisfaction_requests_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_satisfaction_requests_tenant_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_satisfaction_requests")),
    )
    op.create_index(
        "ix_satisfaction_requests_answered_at",
        "satisfaction_requests",
        ["tenant_id", "answered_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_satisfaction_requests_answered_at_desc",
        "satisfaction_requests",
        ["tenant_id", sa.literal_column("answered_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_satisfaction_requests_archived_at",
        "satisfaction_requests",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_satisfaction_requests_case_id",
        "satisfaction_requests",
        ["tenant_id", "case_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_satisfaction_requests_contact_id",
        "satisfaction_requests",
        ["tenant_id", "contact_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_satisfaction_requests_created_at",
        "satisfaction_requests",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_satisfaction_requests_expires_at",
        "satisfaction_requests",
        ["tenant_id", "expires_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_satisfaction_requests_kind",
        "satisfaction_requests",
        ["tenant_id", "kind"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_satisfaction_requests_of_contact",
        "satisfaction_requests",
        ["tenant_id", "contact_id", "created_at"],
        unique=False,
    )
    op.create_index(
        "ix_satisfaction_requests_score",
        "satisfaction_requests",
        ["tenant_id", "score", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_satisfaction_requests_score_desc",
        "satisfaction_requests",
        ["tenant_id", sa.literal_column("score DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_satisfaction_requests_status",
        "satisfaction_requests",
        ["tenant_id", "status"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_satisfaction_requests_updated_at",
        "satisfaction_requests",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.add_column("cases", sa.Column("first_response_us", sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("resolution_us", sa.BigInteger(), nullable=True))
    script(
        """
    ALTER TABLE knowledge_articles ENABLE ROW LEVEL SECURITY;
    ALTER TABLE knowledge_articles FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON knowledge_articles FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON knowledge_articles TO crm_app;
    GRANT UPDATE (title, title_sort, summary, body, words, language, visibility, status, owner_id,
        draft_revision, published_revision, published_at, version, updated_at, archived_at) ON
        knowledge_articles TO crm_app;
    CREATE POLICY reader ON knowledge_articles FOR SELECT TO crm_reader USING (true);
    GRANT SELECT (tenant_id, id, visibility, status, lexemes, archived_at) ON knowledge_articles TO
        crm_reader;
    CREATE POLICY outside ON knowledge_articles FOR SELECT TO crm_partner USING (tenant_id = (SELECT
        NULLIF(current_setting('crm.tenant', true), '')::uuid) AND (knowledge_articles.archived_at IS
        NULL AND knowledge_articles.status = 'PUBLISHED' AND (knowledge_articles.visibility = 'PUBLIC'
        OR knowledge_articles.visibility = 'PARTNER' AND (SELECT
        CAST(nullif(current_setting('crm.account', true), '') AS UUID) AS nullif_1) IS NOT NULL)));
    GRANT SELECT (tenant_id, id, title, title_sort, summary, body, language, visibility, status,
        published_at, version, created_at, updated_at, archived_at) ON knowledge_articles TO crm_partner;
    """
    )
    script(
        """
    ALTER TABLE knowledge_article_versions ENABLE ROW LEVEL SECURITY;
    ALTER TABLE knowledge_article_versions FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON knowledge_article_versions FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON knowledge_article_versions TO crm_app;
    GRANT UPDATE (status, published_at, replaced_at) ON knowledge_article_versions TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE case_articles ENABLE ROW LEVEL SECURITY;
    ALTER TABLE case_articles FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON case_articles FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON case_articles TO crm_app;
    GRANT UPDATE (user_id) ON case_articles TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE satisfaction_requests ENABLE ROW LEVEL SECURITY;
    ALTER TABLE satisfaction_requests FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON satisfaction_requests FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON satisfaction_requests TO crm_app;
    GRANT UPDATE (status, answered_at, score, comment, version, updated_at, archived_at) ON
        satisfaction_requests TO crm_app;
    """
    )
    script(
        """
    GRANT UPDATE (first_response_us) ON cases TO crm_app;
    """
    )
    script(
        """
    GRANT UPDATE (resolution_us) ON cases TO crm_app;
    """
    )
    script(SEARCH)
    with unforced("roles"), unforced("role_rights"), unforced("role_field_rights"):
        script(RIGHTS)


def downgrade() -> None:
    op.execute("DROP FUNCTION crm_search_ids_outside(text, text, boolean, integer)")
    op.execute("DROP FUNCTION crm_search_ids(text, text, boolean, integer)")
    op.drop_column("cases", "resolution_us")
    op.drop_column("cases", "first_response_us")
    op.drop_table("satisfaction_requests")
    op.drop_table("case_articles")
    op.drop_table("knowledge_article_versions")
    op.drop_table("knowledge_articles")
