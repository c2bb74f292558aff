"""A queue's work is counted by index.

Why: issue 8. The count of a queue's page looked for open cases among the settled ones, twice as long at 100,000 cases.
Locks: cases, against writes, while the index is built.  Reversible: yes.
       Safe with the previous release: yes, it does not know the index.
"""

from __future__ import annotations

from api.db.steps import script

revision = "2026_11_22_1830_a_queue_s_work_is_counted_by_index"
down_revision = "2026_11_22_1505_knowledge_and_satisfaction"


def upgrade() -> None:
    script("""
    -- squawk-ignore require-concurrent-index-creation
    CREATE INDEX ix_cases_queue_status ON cases (tenant_id, queue_id, status) WHERE archived_at IS NULL;
    """)


def downgrade() -> None:
    script("""
    -- squawk-ignore require-concurrent-index-deletion
    DROP INDEX ix_cases_queue_status;
    """)
