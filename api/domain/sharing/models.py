"""What is shared with outsiders, as rows: records one by one, and which sets of their fields."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Uuid, text
from sqlalchemy.orm import Mapped

from api.domain.kernel import EnumText, Part, Record, ShareLevel, as_its_record, column, unique_live

from . import policy

SHARED_ALREADY = "this record is shared with this account or contact already; change that share, or revoke it first"


class FieldProfile(Record):
    """Sets of fields that a share shows besides the default ones."""

    __tablename__ = "field_profiles"
    __table_args__ = (unique_live("name_sort", name="uq_field_profiles_name", object="field_profile", path="name"),)
    prefix = "fpr"
    object = "field_profile"
    visible = staticmethod(policy.visible_profiles)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)
    description: Mapped[str | None] = column()


class FieldProfileSet(Part):
    """A set of fields of one kind of record that a profile shows."""

    __tablename__ = "field_profile_sets"
    whole = "profile_id"
    field = "sets"
    visible = staticmethod(as_its_record)

    profile_id: Mapped[UUID] = column(references="field_profiles", primary_key=True)
    object: Mapped[str] = column(primary_key=True)
    field_set: Mapped[str] = column(primary_key=True)


class RecordShare(Record):
    """That a record is shared with all partner users of an account, or with one contact. It is revoked, not deleted."""

    __tablename__ = "record_shares"
    __table_args__ = (
        CheckConstraint("num_nonnulls(account_id, contact_id) = 1", name="grantee"),
        *(
            Index(
                f"uq_record_shares_{name}",
                "tenant_id",
                f"{name}_id",
                "object_type",
                "object_id",
                unique=True,
                postgresql_where=text(f"{name}_id IS NOT NULL AND revoked_at IS NULL"),
                info={"object": "record_share", "path": "record", "reason": SHARED_ALREADY},
            )
            for name in ("account", "contact")
        ),
        Index("ix_record_shares_object", "tenant_id", "object_id"),
    )
    prefix = "shr"
    object = "record_share"
    visible = staticmethod(policy.visible_shares)

    object_type: Mapped[str] = column(filter=True)
    object_id: Mapped[UUID] = column(Uuid())
    account_id: Mapped[UUID | None] = column(references="accounts", filter=True)
    contact_id: Mapped[UUID | None] = column(references="contacts", filter=True)
    level: Mapped[ShareLevel] = column(EnumText(ShareLevel), filter=True)
    field_profile_id: Mapped[UUID | None] = column(references="field_profiles", filter=True)
    expires_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, sort=True)
    revoked_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, sort=True)
