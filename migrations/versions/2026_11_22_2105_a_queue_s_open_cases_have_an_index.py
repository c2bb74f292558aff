"""A queue's open cases have an index.

Why: issue 8. A queue in which little is open walked through all that was settled in it before.
Locks: cases, against writes, while the index is built.  Reversible: yes.
       Safe with the previous release: yes, it finds its cases by the other indexes.
"""

from __future__ import annotations

from api.db.steps import script

revision = "2026_11_22_2105_a_queue_s_open_cases_have_an_index"
down_revision = "2026_11_22_1835_a_queue_s_work_is_counted_by_index"

# Cases are new with this release: the table is empty, or small.
INDEX = """\
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ix_cases_queue_status;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_cases_queue_open ON cases (tenant_id, queue_id, next_due_at, id) INCLUDE (status)
 WHERE archived_at IS NULL AND status IN ('NEW', 'OPEN', 'WAITING_CUSTOMER', 'WAITING_THIRD_PARTY');
"""
FORMER = """\
DROP INDEX ix_cases_queue_open;
CREATE INDEX ix_cases_queue_status ON cases (tenant_id, queue_id, status) WHERE archived_at IS NULL;
"""


def upgrade() -> None:
    script(INDEX)


def downgrade() -> None:
    script(FORMER)
