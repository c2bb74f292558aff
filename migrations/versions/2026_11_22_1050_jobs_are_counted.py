"""Long jobs are done in parts and say how far they are.

Why: issue 6. A range of events is replayed by a job that can be killed; whoever asked for it sees how far it is.
Locks: jobs, for the moment that new columns take.  Reversible: yes, counts are lost.
       Safe with the previous release: yes, it counts nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.steps import script

revision = "2026_11_22_1050_jobs_are_counted"
down_revision = "2026_11_22_0852_webhooks"

COUNTS = ("applied", "skipped", "rejected")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("subject_id", sa.Uuid(), nullable=True))
    op.add_column("jobs", sa.Column("total", sa.BigInteger(), nullable=True))
    for name in COUNTS:
        op.add_column("jobs", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    script("""
    -- squawk-ignore require-concurrent-index-creation
    CREATE INDEX ix_jobs_subject ON jobs (tenant_id, subject_id, created_at DESC, id DESC)
        WHERE subject_id IS NOT NULL;
    GRANT UPDATE (lease_until, attempts, crashes, applied, skipped, rejected) ON jobs TO crm_app;
    """)


def downgrade() -> None:
    script("""
    REVOKE UPDATE (lease_until, attempts, crashes) ON jobs FROM crm_app;
    -- squawk-ignore require-concurrent-index-deletion
    DROP INDEX ix_jobs_subject;
    """)
    for name in (*COUNTS, "total", "subject_id"):
        op.drop_column("jobs", name)
