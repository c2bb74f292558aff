"""Who takes part in an opportunity: contacts of the buying side, users who share the credit."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry

from api.domain import opportunities as domain
from api.domain.kernel import Work

from .binding import computed, described, readable, to_one
from .connections import about, extend, extend_listed
from .contacts import Contact
from .enums import described_enum
from .filters import list_inputs
from .inputs import ids_of
from .opportunities import OPPORTUNITIES, Opportunity
from .references import Asked
from .users import User
from .wire import id_text

described_enum(
    domain.ContactRole,
    "ContactRole",
    "The part of a contact in the decision to buy.",
    DECISION_MAKER="Decides.",
    INFLUENCER="Has a say.",
    CHAMPION="Speaks for us.",
    USER="Will use it.",
    BLOCKER="Speaks against it.",
    OTHER="Something else.",
)
described_enum(
    domain.SplitKind,
    "SplitKind",
    "What a share is of.",
    REVENUE="The revenue; these shares add up to exactly 100 %.",
    OVERLAY="Credit beside the revenue; these add up to anything.",
)


@readable(domain.OpportunityContactRole, description="A contact of the buying side and its part in the decision.")
class OpportunityContactRole:
    id: strawberry.ID = computed(lambda row, _scope: id_text("ocr", row.id), "Id of the role.")
    opportunity: Opportunity | None = to_one("opportunity_id", "opportunities.Opportunity", "The opportunity.")
    contact: Contact | None = to_one("contact_id", "contacts.Contact", "The contact.")
    role: domain.ContactRole = described("Its part in the decision.")
    is_primary: bool = described("Whether it is the one to turn to; at most one of an opportunity is.")
    created_at: datetime = described("When it was entered.")


@readable(domain.OpportunitySplit, description="A user's share of the credit for an opportunity.")
class OpportunitySplit:
    user: User | None = to_one("user_id", "users.User", "Who has the share.")
    kind: domain.SplitKind = described("What it is a share of.")
    percent: Decimal = described("The share in percent, above 0 and at most 100.")


list_inputs(OpportunityContactRole)
extend(Contact, "opportunity_roles", OpportunityContactRole, "contact_id", "Opportunities the contact takes part in.")
extend_listed(
    Opportunity,
    "contact_roles",
    OpportunityContactRole,
    "opportunity_id",
    "People of the buying side, in the order they were entered.",
    order=("created_at", "id"),
)
extend_listed(
    Opportunity,
    "splits",
    OpportunitySplit,
    "opportunity_id",
    "Who shares the credit.",
    order=("kind", "user_id"),
)


@strawberry.input(description="A user's share.")
class OpportunitySplitInput:
    user: Annotated["UserRef", strawberry.lazy("api.schema.users")] = strawberry.field(description="Who has it.")  # type: ignore[name-defined] # noqa: F821
    kind: domain.SplitKind = strawberry.field(description="What it is a share of.")
    percent: Decimal = strawberry.field(description="In percent, at most two decimal digits.")


async def set_role(work: Work, id: UUID, *, contact: UUID, role: domain.ContactRole, **facts: Any) -> Any:
    return await domain.set_contact_role(work, id, contact, role, **facts)


async def remove_role(work: Work, id: UUID, *, contact: UUID, if_version: int | None) -> Any:
    return await domain.remove_contact_role(work, id, contact, if_version=if_version)


async def set_splits(work: Work, id: UUID, *, splits: list[OpportunitySplitInput], if_version: int | None) -> Any:
    asked = [Asked(split.user, ("splits", str(index), "user")) for index, split in enumerate(splits)]
    ids = await ids_of(work, asked)
    values: list[Any] = [
        {"user_id": ids.of(one.reference, *one.path), "kind": split.kind, "percent": split.percent}
        for one, split in zip(asked, splits, strict=True)
    ]
    return await domain.set_splits(work, id, values, if_version=if_version)


CONTACT = about(Annotated["ContactRef", strawberry.lazy("api.schema.contacts")], "The contact.")  # noqa: F821


@strawberry.type
class Mutation:
    opportunity_contact_role_set = OPPORTUNITIES.verb(
        set_role,
        "Give a contact its part in the decision; each contact has one.",
        contact=CONTACT,
        role=about(domain.ContactRole, "Its part."),
        is_primary=about(bool | None, "Make it the one to turn to, instead of another; unchanged when left out."),
    )
    opportunity_contact_role_remove = OPPORTUNITIES.verb(
        remove_role, "Take a contact out of an opportunity.", contact=CONTACT
    )
    opportunity_splits_set = OPPORTUNITIES.verb(
        set_splits,
        "Set who shares the credit; those left out have none.",
        splits=about(list[OpportunitySplitInput], "All splits; those of the revenue add up to exactly 100 %, or none."),
    )
