"""A queue's work is counted by index.

Why: issue 8. The count of a queue's page looked for open cases among the settled ones, twice as long at 100,000 cases.
Locks: cases, against writes, while the index is built.  Reversible: yes.
       Safe with the previous release: yes, it does not know the index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_1835_a_queue_s_work_is_counted_by_index"
down_revision = "2026_11_22_1830_outsiders_see_cases"


def upgrade() -> None:
    op.create_index(
        "ix_cases_queue_status",
        "cases",
        ["tenant_id", "queue_id", "status"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_cases_queue_status", table_name="cases", postgresql_where=sa.text("archived_at IS NULL"))
