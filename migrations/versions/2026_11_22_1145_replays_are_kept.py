"""A delivery that is begun anew is kept as long as a new one.

Why: issue 6. Retention goes by the age of the row, and deleted what waited to be sent again.
Locks: nothing but rights.  Reversible: yes.
       Safe with the previous release: yes, it does not change the column.
"""

from __future__ import annotations

from api.db.steps import script

revision = "2026_11_22_1145_replays_are_kept"
down_revision = "2026_11_22_1050_jobs_are_counted"


def upgrade() -> None:
    script("GRANT UPDATE (created_at) ON webhook_deliveries TO crm_app;")


def downgrade() -> None:
    script("REVOKE UPDATE (created_at) ON webhook_deliveries FROM crm_app;")
