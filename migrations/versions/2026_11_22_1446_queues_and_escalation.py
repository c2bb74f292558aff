"""Queues with their members, who got a case and why, rules that escalate cases.

Why: issue 8.
Locks: cases, while they get two columns, and rights of roles, while those that are shipped get theirs.
       Reversible: yes, queues, assignments and escalations are lost.
       Safe with the previous release: yes, it does not know of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from api.db.steps import script, unforced

revision = "2026_11_22_1446_queues_and_escalation"
down_revision = "2026_11_22_1423_partner_users_see_in_their_subtree_reviews_that_are_due"


# As they were shipped at this time, for the tenants there are.
RIGHTS = """\
INSERT INTO role_rights (tenant_id, role_id, object, read, write, "create", "delete", export)
SELECT role.tenant_id, role.id, cell.object, cell.read, cell.write, cell.creates, cell.deletes, cell.exports
  FROM roles AS role JOIN (VALUES
    ('sales_manager', 'queue', 'ALL', 'NONE', false, false, false),
    ('sales_manager', 'escalation_rule', 'ALL', 'NONE', false, false, false),
    ('sales_rep', 'queue', 'ALL', 'NONE', false, false, false),
    ('sales_rep', 'escalation_rule', 'ALL', 'NONE', false, false, false),
    ('support_agent', 'queue', 'ALL', 'NONE', false, false, false),
    ('support_agent', 'escalation_rule', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'queue', 'ALL', 'NONE', false, false, false),
    ('channel_manager', 'escalation_rule', 'ALL', 'NONE', false, false, false),
    ('finance', 'queue', 'ALL', 'NONE', false, false, false),
    ('finance', 'escalation_rule', 'ALL', 'NONE', false, false, false),
    ('marketer', 'queue', 'ALL', 'NONE', false, false, false),
    ('marketer', 'escalation_rule', 'ALL', 'NONE', false, false, false),
    ('integration', 'queue', 'ALL', 'NONE', false, false, false),
    ('integration', 'escalation_rule', 'ALL', 'NONE', false, false, false),
    ('read_only', 'queue', 'ALL', 'NONE', false, false, false),
    ('read_only', 'escalation_rule', 'ALL', 'NONE', false, false, false)
) AS cell (name, object, read, write, creates, deletes, exports) ON cell.name = role.name
 WHERE role.archived_at IS NULL
ON CONFLICT DO NOTHING;
"""

# Cases are new with this release: the table is empty, or small.
OF_QUEUES = """\
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_cases_queue_id ON cases (tenant_id, queue_id) WHERE archived_at IS NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_cases_queue_next_due ON cases (tenant_id, queue_id, next_due_at, id) WHERE archived_at IS NULL;
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE cases ADD CONSTRAINT fk_cases_tenant_id_queue_id
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queues (tenant_id, id);
"""


def upgrade() -> None:
    op.create_table(
        "queues",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("description", sa.Text(collation="C"), nullable=True),
        sa.Column("routing", sa.Text(collation="C"), nullable=False),
        sa.Column("capacity_per_agent", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "routing IN ('MANUAL', 'ROUND_ROBIN', 'LEAST_LOADED', 'SKILL')", name=op.f("ck_queues_routing")
        ),
        sa.CheckConstraint("capacity_per_agent BETWEEN 1 AND 10000", name=op.f("ck_queues_capacity_per_agent")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_queues")),
    )
    op.create_index(
        "ix_queues_archived_at",
        "queues",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_queues_created_at",
        "queues",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_queues_name_sort",
        "queues",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_queues_routing",
        "queues",
        ["tenant_id", "routing"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_queues_updated_at",
        "queues",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_queues_name",
        "queues",
        ["tenant_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "escalation_rules",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.Text(collation="C"), nullable=False),
        sa.Column("milestone", sa.Text(collation="C"), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=True),
        sa.Column("to_level", sa.Integer(), nullable=False),
        sa.Column("to_priority", sa.Text(collation="C"), nullable=True),
        sa.Column("to_queue_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "milestone IN ('FIRST_RESPONSE', 'NEXT_RESPONSE', 'UPDATE', 'RESOLUTION')",
            name=op.f("ck_escalation_rules_milestone"),
        ),
        sa.CheckConstraint(
            "to_priority IN ('LOW', 'NORMAL', 'HIGH', 'URGENT')", name=op.f("ck_escalation_rules_to_priority")
        ),
        sa.CheckConstraint(
            "trigger IN ('MILESTONE_WARNED', 'MILESTONE_VIOLATED', 'AGE', 'REOPENED')",
            name=op.f("ck_escalation_rules_trigger"),
        ),
        sa.CheckConstraint(
            "(\"trigger\" = 'AGE') = (minutes IS NOT NULL)", name=op.f("ck_escalation_rules_minutes_of_age")
        ),
        sa.CheckConstraint(
            "(\"trigger\" = 'REOPENED') = (times IS NOT NULL)", name=op.f("ck_escalation_rules_times_of_reopened")
        ),
        sa.CheckConstraint(
            "milestone IS NULL OR \"trigger\" LIKE 'MILESTONE%'", name=op.f("ck_escalation_rules_milestone_of_clock")
        ),
        sa.CheckConstraint("minutes BETWEEN 1 AND 525600", name=op.f("ck_escalation_rules_minutes")),
        sa.CheckConstraint("times BETWEEN 1 AND 100", name=op.f("ck_escalation_rules_times")),
        sa.CheckConstraint("to_level BETWEEN 1 AND 5", name=op.f("ck_escalation_rules_to_level")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_queue_id"],
            ["queues.tenant_id", "queues.id"],
            name=op.f("fk_escalation_rules_tenant_id_to_queue_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_escalation_rules")),
    )
    op.create_index(
        "ix_escalation_rules_archived_at",
        "escalation_rules",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_escalation_rules_created_at",
        "escalation_rules",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_escalation_rules_is_active",
        "escalation_rules",
        ["tenant_id", "is_active"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_escalation_rules_milestone",
        "escalation_rules",
        ["tenant_id", "milestone"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_escalation_rules_name_sort",
        "escalation_rules",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_escalation_rules_to_queue_id",
        "escalation_rules",
        ["tenant_id", "to_queue_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_escalation_rules_trigger",
        "escalation_rules",
        ["tenant_id", "trigger"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_escalation_rules_updated_at",
        "escalation_rules",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_escalation_rules_name",
        "escalation_rules",
        ["tenant_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "queue_members",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "queue_id"],
            ["queues.tenant_id", "queues.id"],
            name=op.f("fk_queue_members_tenant_id_queue_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name=op.f("fk_queue_members_tenant_id_user_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "queue_id", "user_id", name=op.f("pk_queue_members")),
    )
    op.create_table(
        "case_assignments",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("queue_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("way", sa.Text(collation="C"), nullable=False),
        sa.Column("routing", sa.Text(collation="C"), nullable=True),
        sa.Column("turn", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(collation="C"), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(way = 'CHOSEN') = (turn IS NOT NULL)", name=op.f("ck_case_assignments_turn")),
        sa.CheckConstraint("(way = 'QUEUED') = (user_id IS NULL)", name=op.f("ck_case_assignments_of_somebody")),
        sa.CheckConstraint(
            "routing IN ('MANUAL', 'ROUND_ROBIN', 'LEAST_LOADED', 'SKILL')", name=op.f("ck_case_assignments_routing")
        ),
        sa.CheckConstraint(
            "way IN ('CHOSEN', 'TAKEN', 'GIVEN', 'RELEASED', 'QUEUED')", name=op.f("ck_case_assignments_way")
        ),
        sa.CheckConstraint("turn IS NULL OR queue_id IS NOT NULL", name=op.f("ck_case_assignments_of_queue")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "by_id"], ["users.tenant_id", "users.id"], name=op.f("fk_case_assignments_tenant_id_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["cases.tenant_id", "cases.id"],
            name=op.f("fk_case_assignments_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "queue_id"],
            ["queues.tenant_id", "queues.id"],
            name=op.f("fk_case_assignments_tenant_id_queue_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_case_assignments_tenant_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_assignments")),
        sa.UniqueConstraint("tenant_id", "queue_id", "turn", name="uq_case_assignments_turn"),
    )
    op.create_index(
        "ix_case_assignments_by_id", "case_assignments", ["tenant_id", "by_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "ix_case_assignments_case_id", "case_assignments", ["tenant_id", "case_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "ix_case_assignments_last_turn",
        "case_assignments",
        ["tenant_id", "queue_id", "user_id", "turn"],
        unique=False,
        postgresql_where=sa.text("turn IS NOT NULL"),
    )
    op.create_index(
        "ix_case_assignments_queue_id",
        "case_assignments",
        ["tenant_id", "queue_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_case_assignments_user_id", "case_assignments", ["tenant_id", "user_id"], unique=False, postgresql_where=None
    )
    op.create_table(
        "case_escalations",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("level_before", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "level BETWEEN 1 AND 5 AND level >= level_before", name=op.f("ck_case_escalations_never_falls")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "by_id"], ["users.tenant_id", "users.id"], name=op.f("fk_case_escalations_tenant_id_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["cases.tenant_id", "cases.id"],
            name=op.f("fk_case_escalations_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rule_id"],
            ["escalation_rules.tenant_id", "escalation_rules.id"],
            name=op.f("fk_case_escalations_tenant_id_rule_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_escalations")),
        sa.UniqueConstraint("tenant_id", "case_id", "rule_id", name="uq_case_escalations_rule"),
    )
    op.create_index(
        "ix_case_escalations_by_id", "case_escalations", ["tenant_id", "by_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "ix_case_escalations_case_id", "case_escalations", ["tenant_id", "case_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "ix_case_escalations_rule_id", "case_escalations", ["tenant_id", "rule_id"], unique=False, postgresql_where=None
    )
    op.create_table(
        "case_candidates",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("standing", sa.Text(collation="C"), nullable=False),
        sa.Column("open_cases", sa.Integer(), nullable=False),
        sa.Column("last_turn", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "standing IN ('CHOSEN', 'NEXT_LATER', 'RELEASED', 'PAUSED', 'INACTIVE', 'NO_SKILLS', 'FULL')",
            name=op.f("ck_case_candidates_standing"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignment_id"],
            ["case_assignments.tenant_id", "case_assignments.id"],
            name=op.f("fk_case_candidates_tenant_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name=op.f("fk_case_candidates_tenant_id_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name=op.f("fk_case_candidates_tenant_id_user_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "assignment_id", "user_id", name=op.f("pk_case_candidates")),
    )
    op.create_index(
        "ix_case_candidates_case_id", "case_candidates", ["tenant_id", "case_id"], unique=False, postgresql_where=None
    )
    op.add_column("cases", sa.Column("queue_id", sa.Uuid(), nullable=True))
    op.add_column(
        "cases", sa.Column("skills", postgresql.ARRAY(sa.Text(collation="C")), server_default="{}", nullable=False)
    )
    with unforced("cases"), unforced("queues"):  # the rows of all tenants are looked at
        script(OF_QUEUES)
    script(
        """
    ALTER TABLE queues ENABLE ROW LEVEL SECURITY;
    ALTER TABLE queues FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON queues FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON queues TO crm_app;
    GRANT UPDATE (name, name_sort, description, routing, capacity_per_agent, version, updated_at,
        archived_at) ON queues TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE escalation_rules ENABLE ROW LEVEL SECURITY;
    ALTER TABLE escalation_rules FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON escalation_rules FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON escalation_rules TO crm_app;
    GRANT UPDATE (name, name_sort, is_active, place, trigger, milestone, minutes, times, to_level,
        to_priority, to_queue_id, version, updated_at, archived_at) ON escalation_rules TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE queue_members ENABLE ROW LEVEL SECURITY;
    ALTER TABLE queue_members FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON queue_members FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON queue_members TO crm_app;
    GRANT UPDATE (skills, is_paused) ON queue_members TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE case_assignments ENABLE ROW LEVEL SECURITY;
    ALTER TABLE case_assignments FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON case_assignments FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON case_assignments TO crm_app;
    GRANT UPDATE (case_id, queue_id, user_id, way, routing, turn, reason, by_id) ON case_assignments TO
        crm_app;
    """
    )
    script(
        """
    ALTER TABLE case_escalations ENABLE ROW LEVEL SECURITY;
    ALTER TABLE case_escalations FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON case_escalations FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON case_escalations TO crm_app;
    GRANT UPDATE (case_id, rule_id, by_id, level_before, level, reason) ON case_escalations TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE case_candidates ENABLE ROW LEVEL SECURITY;
    ALTER TABLE case_candidates FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON case_candidates FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON case_candidates TO crm_app;
    GRANT UPDATE (case_id, standing, open_cases, last_turn) ON case_candidates TO crm_app;
    """
    )
    script(
        """
    GRANT UPDATE (queue_id) ON cases TO crm_app;
    """
    )
    script(
        """
    GRANT UPDATE (skills) ON cases TO crm_app;
    """
    )
    with unforced("roles"), unforced("role_rights"):
        script(RIGHTS)


def downgrade() -> None:
    op.drop_constraint(op.f("fk_cases_tenant_id_queue_id"), "cases", type_="foreignkey")
    op.drop_index("ix_cases_queue_next_due", table_name="cases", postgresql_where=sa.text("archived_at IS NULL"))
    op.drop_index("ix_cases_queue_id", table_name="cases", postgresql_where=sa.text("archived_at IS NULL"))
    op.drop_column("cases", "skills")
    op.drop_column("cases", "queue_id")
    op.drop_table("case_candidates")
    op.drop_table("case_escalations")
    op.drop_table("case_assignments")
    op.drop_table("queue_members")
    op.drop_table("escalation_rules")
    op.drop_table("queues")
