"""Business hours with their intervals, and calendars of holidays.

Why: issue 8. Clocks of cases and of deal registrations stand still while nobody works.
Locks: nothing that exists.  Reversible: yes, hours and holidays are lost.
       Safe with the previous release: yes, it does not know of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.steps import script

revision = "2026_11_22_1104_business_hours"
down_revision = "2026_11_22_1137_certifications_of_partners"


def upgrade() -> None:
    op.create_table(
        "holiday_calendars",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_holiday_calendars")),
    )
    op.create_index(
        "ix_holiday_calendars_archived_at",
        "holiday_calendars",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_holiday_calendars_created_at",
        "holiday_calendars",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_holiday_calendars_name_sort",
        "holiday_calendars",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_holiday_calendars_updated_at",
        "holiday_calendars",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_holiday_calendars_name",
        "holiday_calendars",
        ["tenant_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "business_hours",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("zone", sa.Text(collation="C"), nullable=False),
        sa.Column("holiday_calendar_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "holiday_calendar_id"],
            ["holiday_calendars.tenant_id", "holiday_calendars.id"],
            name=op.f("fk_business_hours_tenant_id_holiday_calendar_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_business_hours")),
    )
    op.create_index(
        "ix_business_hours_archived_at",
        "business_hours",
        ["tenant_id", "archived_at"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(
        "ix_business_hours_created_at",
        "business_hours",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_business_hours_holiday_calendar_id",
        "business_hours",
        ["tenant_id", "holiday_calendar_id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_business_hours_name_sort",
        "business_hours",
        ["tenant_id", "name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_business_hours_updated_at",
        "business_hours",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_business_hours_zone",
        "business_hours",
        ["tenant_id", "zone"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "uq_business_hours_name",
        "business_hours",
        ["tenant_id", "name_sort"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "holidays",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "calendar_id"],
            ["holiday_calendars.tenant_id", "holiday_calendars.id"],
            name=op.f("fk_holidays_tenant_id_calendar_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "calendar_id", "day", name=op.f("pk_holidays")),
    )
    op.create_table(
        "business_hours_intervals",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("business_hours_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "0 <= opens AND opens < closes AND closes <= 1440", name=op.f("ck_business_hours_intervals_times")
        ),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_business_hours_intervals_weekday")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "business_hours_id"],
            ["business_hours.tenant_id", "business_hours.id"],
            name=op.f("fk_business_hours_intervals_tenant_id_business_hours_id"),
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "business_hours_id", "weekday", "opens", name=op.f("pk_business_hours_intervals")
        ),
    )
    script(
        """
    ALTER TABLE holiday_calendars ENABLE ROW LEVEL SECURITY;
    ALTER TABLE holiday_calendars FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON holiday_calendars FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON holiday_calendars TO crm_app;
    GRANT UPDATE (name, name_sort, version, updated_at, archived_at) ON holiday_calendars TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE business_hours ENABLE ROW LEVEL SECURITY;
    ALTER TABLE business_hours FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON business_hours FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT ON business_hours TO crm_app;
    GRANT UPDATE (name, name_sort, zone, holiday_calendar_id, version, updated_at, archived_at) ON
        business_hours TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE holidays ENABLE ROW LEVEL SECURITY;
    ALTER TABLE holidays FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON holidays FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON holidays TO crm_app;
    GRANT UPDATE (name) ON holidays TO crm_app;
    """
    )
    script(
        """
    ALTER TABLE business_hours_intervals ENABLE ROW LEVEL SECURITY;
    ALTER TABLE business_hours_intervals FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON business_hours_intervals FOR ALL TO crm_app
        USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid);
    GRANT SELECT, INSERT, DELETE ON business_hours_intervals TO crm_app;
    GRANT UPDATE (closes) ON business_hours_intervals TO crm_app;
    """
    )


def downgrade() -> None:
    op.drop_table("business_hours_intervals")
    op.drop_table("holidays")
    op.drop_table("business_hours")
    op.drop_table("holiday_calendars")
