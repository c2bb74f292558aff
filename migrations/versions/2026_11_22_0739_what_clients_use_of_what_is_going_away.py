"""What clients use of what is going away.

Why: issue 4; a client learns from `viewer.deprecatedUsage` what it has to change before a field is removed.
Locks: none, the table is new.  Reversible: yes, the figures are lost.
       Safe with the previous release: yes, it does not know the table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.steps import script

revision = "2026_11_22_0739_what_clients_use_of_what_is_going_away"
down_revision = "2026_11_22_0621_a_partner_s_token_is_for_one_account"


def upgrade() -> None:
    op.create_table(
        "deprecated_uses",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("coordinate", sa.Text(collation="C"), nullable=False),
        sa.Column("document", sa.Text(collation="C"), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "client_id", "coordinate", "document", name=op.f("pk_deprecated_uses")),
    )
    op.create_index("ix_deprecated_uses_principal_id", "deprecated_uses", ["tenant_id", "principal_id"], unique=False)
    script(
        """
    ALTER TABLE deprecated_uses ENABLE ROW LEVEL SECURITY;
    ALTER TABLE deprecated_uses FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON deprecated_uses FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON deprecated_uses TO crm_app;
    GRANT UPDATE (uses, last_used_at) ON deprecated_uses TO crm_app;
    """
    )


def downgrade() -> None:
    op.drop_table("deprecated_uses")
