"""Partner programs, their tiers, memberships and partner users."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import literal_column, select

from api.domain import partner_programs as domain
from api.domain.kernel import Work, fold

from .accounts import Account
from .aggregates import Aggregate, column_key
from .binding import Natural, computed, described, listed, money, readable, to_one
from .commands import Service, Verbs, Writes
from .connections import Connection, about, extend, lazy, many, one
from .contacts import Contact
from .enums import described_enum
from .inputs import Extra, Ids, ids_of
from .interfaces import Money, Node, Record
from .mutations import for_outsiders_too
from .records import complete
from .references import Asked, given, resolve
from .steps import steps_of, writable
from .users import User
from .wire import id_text

described_enum(
    domain.MembershipStatus,
    "PartnerMembershipStatus",
    "Where a membership stands.",
    APPLIED="The account has applied.",
    APPROVED="It may join; not begun yet.",
    ACTIVE="A member.",
    SUSPENDED="A member who may do no business as a partner for now.",
    TERMINATED="Over, or declined; the account may apply anew.",
)
described_enum(
    domain.PartnerScope,
    "PartnerScope",
    "What a partner user sees of what his company does as a partner.",
    OWN="What he did himself.",
    ACCOUNT="What anybody of his account did.",
    SUBTREE="What anybody of his account did, or of the accounts below it.",
)


@readable(
    domain.PartnerProgram,
    description="Terms on which partners sell with us.",
    naturals={"name": Natural(str, "Its name.", lambda t, _tenant, name: t.c.name_sort == name, fold)},
)
class PartnerProgram(Record, Node):
    name: str = described("Unique among live programs, without regard to case and accents.")
    description: str | None = described("What it is about, for partners to read.")
    accepts_applications: bool = described("Whether partner users may apply, and so see it before they are in it.")
    review_months: int = described("After how many months a membership is reviewed; 1 to 60.")
    notes: str | None = described("Free text, for colleagues only.")


@strawberry.input(description="Names a tier by its program's name and its own.")
class PartnerTierNameInput:
    program: str = strawberry.field(description="Name of the program.")
    name: str = strawberry.field(description="Name of the tier.")


def named_tier(t: Any, tenant: Any, names: Mapping[str, Any]) -> Any:
    programs = domain.PartnerProgram.__table__.alias("of")
    own = (programs.c.tenant_id == tenant, programs.c.id == t.c.program_id, programs.c.archived_at.is_(None))
    same: Any = select(literal_column("1")).select_from(programs).where(*own, programs.c.name_sort == names["program"])
    return (t.c.name_sort == names["name"]) & same.correlate_except(programs).exists()


@readable(
    domain.PartnerTier,
    description="A level of a program: what it takes, and what it gives.",
    naturals={"by_name": Natural(PartnerTierNameInput, "Its program and name.", named_tier, fold)},
)
class PartnerTier(Record, Node):
    program: PartnerProgram = to_one("program_id", "partner_programs.PartnerProgram", "The program it belongs to.")
    name: str = described("Unique among the live tiers of the program.")
    rank: int = described("Place among the tiers of the program, the lowest first; 1 to 100, no two the same.")
    weight: int = described("Share of leads relative to other tiers; 0 to 1000, 0 for none.")
    commission_percent: Decimal | None = described("Commission in percent, 0 to 100, two decimal digits.")
    mdf_percent: Decimal | None = described("Part of a partner's revenue that market development funds accrue by.")
    benefits: str | None = described("What it gives, for partners to read.")
    min_revenue: Money | None = money("min_revenue_minor", "Revenue of the last twelve months that it takes.")


class PartnerMembershipVerb(StrEnum):
    APPROVE = "APPROVE"
    ACTIVATE = "ACTIVATE"
    CHANGE_TIER = "CHANGE_TIER"
    REVIEW = "REVIEW"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    TERMINATE = "TERMINATE"


described_enum(
    PartnerMembershipVerb,
    "PartnerMembershipVerb",
    "A step in the life of a membership, named as the mutation that makes it.",
    APPROVE="`partnerMembershipApprove`: the application is accepted.",
    ACTIVATE="`partnerMembershipActivate`: it begins, in a tier.",
    CHANGE_TIER="`partnerMembershipChangeTier`: from now on in another tier.",
    REVIEW="`partnerMembershipReview`: it was looked at; the next review has a day.",
    SUSPEND="`partnerMembershipSuspend`: no business as a partner for now.",
    RESUME="`partnerMembershipResume`: active again.",
    TERMINATE="`partnerMembershipTerminate`: over, or declined.",
)


@readable(
    steps_of(domain.PartnerMembership, domain.TRANSITIONS, "membership_id"),
    description="A step that is possible now.",
    visible=writable(domain.PartnerMembership),
)
class PartnerMembershipTransition:
    verb: PartnerMembershipVerb = described("The mutation that makes the step.")
    status: domain.MembershipStatus = described("The status it leads to.", column="leads_to")


@readable(
    domain.PartnerTierHistory,
    description="One stay of a membership in a tier.",
    default_order=(("entered_at", True),),
)
class PartnerTierHistoryEntry:
    id: strawberry.ID = computed(lambda row, _scope: id_text("pth", row.id), "Id of the stay.")
    from_tier: PartnerTier | None = to_one(
        "from_tier_id", "partner_programs.PartnerTier", "The tier before; null for the first."
    )
    tier: PartnerTier = to_one("tier_id", "partner_programs.PartnerTier", "The tier.")
    entered_at: datetime = described("When it came.")
    left_at: datetime | None = described("When it left; null while it is there.")
    reason: str | None = described("Why the tier was changed.")


@readable(domain.PartnerMembership, description="That an account is in a program, from its application to its end.")
class PartnerMembership(Record, Node):
    program: PartnerProgram | None = to_one(
        "program_id", "partner_programs.PartnerProgram", "The program; null if you may not see it."
    )
    account: Account | None = to_one("account_id", "accounts.Account", "The partner; null if you may not see it.")
    tier: PartnerTier | None = to_one(
        "tier_id", "partner_programs.PartnerTier", "The tier it is in, or was last; null before it began."
    )
    owner: User | None = to_one("owner_id", "users.User", "Who looks after the partner.")
    status: domain.MembershipStatus = described("Where it stands.")
    application: str | None = described("What the partner said when he applied.")
    applied_on: date = described("Day of the application.")
    started_on: date | None = described("Day it began; null before.")
    ended_on: date | None = described("Day it ended or was declined; null while it lasts.")
    review_on: date | None = described("Day of the next review.")
    is_review_due: bool = described("Whether that day has come; nobody has said since that it was reviewed.")
    status_reason: str | None = described("Why it was suspended or ended, for colleagues only.")
    notes: str | None = described("Free text, for colleagues only.")
    available_transitions: list[PartnerMembershipTransition] = listed(
        "membership_id", "The steps you can take now.", order=("place",)
    )


@readable(domain.PartnerUser, description="That a contact uses this API for the partner he works for.")
class PartnerUser(Record, Node):
    contact: Contact | None = to_one("contact_id", "contacts.Contact", "Who; he acts for his account.")
    scope: domain.PartnerScope = described("How much of what his company does he sees.")


for record_type in (PartnerProgram, PartnerTier, PartnerMembership, PartnerUser):
    complete(record_type, synced=record_type in (PartnerProgram, PartnerTier))
extend(PartnerMembership, "tier_history", PartnerTierHistoryEntry, "membership_id", "Its stays in tiers, newest first.")
extend(PartnerProgram, "tiers", PartnerTier, "program_id", "Its tiers; sort by RANK for their order.")
extend(PartnerProgram, "memberships", PartnerMembership, "program_id", "Who is or was in it, or has applied.")
extend(PartnerTier, "memberships", PartnerMembership, "tier_id", "Who is in it, or was when it ended.")
extend(Account, "partner_memberships", PartnerMembership, "account_id", "Programs it is or was in, or applied to.")
extend(User, "partner_memberships", PartnerMembership, "owner_id", "Memberships the user looks after.")
extend(Contact, "partner_users", PartnerUser, "contact_id", "What he sees as a partner user, also what is over.")


@strawberry.input(description="How many valid certifications of a kind a tier takes.")
class PartnerTierCertificationInput:
    certification: lazy("CertificationRef", "api.schema.certifications") = strawberry.field(description="Which.")  # type: ignore[valid-type]
    least: int = strawberry.field(description="At least how many, 1 to 1000.", default=1)


def wanted_of(value: list[PartnerTierCertificationInput] | None, ids: Ids) -> list[tuple[Any, int]]:
    return [(ids.of(one.certification, "certifications", str(at)), one.least) for at, one in enumerate(value or ())]


def wanted_references(value: list[PartnerTierCertificationInput]) -> list[Asked]:
    return [Asked(one.certification, ("certifications", str(at))) for at, one in enumerate(value)]


PROGRAMS = Writes(
    PartnerProgram,
    "partner_program",
    Service(
        domain.create_program,
        domain.upsert_programs,
        domain.ProgramRow,
        domain.archive_program,
        domain.restore_program,
    ),
    fields=("name", "description", "accepts_applications", "review_months", "notes"),
    required=("name",),
    natural={"name": lambda name: {"name": name}},
)
TIERS = Writes(
    PartnerTier,
    "partner_tier",
    Service(domain.create_tier, domain.upsert_tiers, domain.TierRow, domain.archive_tier, domain.restore_tier),
    fields=("program", "name", "rank", "weight", "commission_percent", "mdf_percent", "benefits", "min_revenue"),
    required=("program", "name", "rank"),
    extras={
        "certifications": Extra(
            list[PartnerTierCertificationInput], "All the certifications that it takes.", wanted_of, wanted_references
        )
    },
    natural={"by_name": lambda names: {"program_name": names.program, "name": names.name}},
)
MEMBERSHIPS, USERS = Verbs(PartnerMembership, "partner_membership"), Verbs(PartnerUser, "partner_user")


@strawberry.input(description="An application for membership in a program.")
class PartnerMembershipApplyInput:
    program: lazy("PartnerProgramRef", "api.schema.partner_programs") = strawberry.field(description="The program.")  # type: ignore[valid-type]
    account: lazy("AccountRef", "api.schema.accounts") | None = strawberry.field(  # type: ignore[valid-type]
        description="The partner; a partner user may leave out his own account.", default=strawberry.UNSET
    )
    application: str | None = strawberry.field(
        description="What the partner says; at most 5000 characters.", default=strawberry.UNSET
    )


@strawberry.input(description="A new PartnerUser.")
class PartnerUserCreateInput:
    contact: lazy("ContactRef", "api.schema.contacts") = strawberry.field(description="Who; he needs an account.")  # type: ignore[valid-type]
    scope: domain.PartnerScope = strawberry.field(description="How much of what his company does he sees.")


@strawberry.input(description="Changes to a PartnerMembership. A field left out is unchanged, null clears it.")
class PartnerMembershipPatch:
    owner: lazy("UserRef", "api.schema.users") | None = strawberry.field(  # type: ignore[valid-type]
        description="Who looks after the partner.", default=strawberry.UNSET
    )
    review_on: date | None = strawberry.field(
        description="Day of the next review, of an active membership.", default=strawberry.UNSET
    )
    notes: str | None = strawberry.field(description="Free text, for colleagues only.", default=strawberry.UNSET)


async def apply(work: Work, arguments: dict[str, Any]) -> domain.PartnerMembership:
    fields = given(arguments["input"])
    asked = {name: Asked(fields[name], (name,)) for name in ("program", "account") if fields.get(name) is not None}
    ids = await ids_of(work, list(asked.values()))
    program, account = (
        ids.of(asked[name].reference, name) if name in asked else None for name in ("program", "account")
    )
    return await domain.apply(work, program, account_id=account, application=fields.get("application"))  # type: ignore[arg-type] # required


async def membership_update(work: Work, arguments: dict[str, Any]) -> domain.PartnerMembership:
    id, fields = await resolve(work, arguments["where"], ("where",)), given(arguments["patch"])
    if "owner" in fields:
        owner = fields.pop("owner")
        fields["owner_id"] = None if owner is None else await resolve(work, owner, ("owner",))
    return await domain.update(work, id, fields, if_version=arguments["if_version"])  # type: ignore[arg-type] # named as the input


async def activate(work: Work, id: Any, *, tier: Any, if_version: int | None, review_on: date | None = None) -> Any:
    return await domain.activate(work, id, tier, review_on=review_on, if_version=if_version)


async def change_tier(work: Work, id: Any, *, tier: Any, if_version: int | None, reason: str | None = None) -> Any:
    return await domain.change_tier(work, id, tier, reason=reason, if_version=if_version)


async def suspend(work: Work, id: Any, *, reason: str, if_version: int | None) -> Any:
    return await domain.suspend(work, id, reason, if_version=if_version)


async def terminate(work: Work, id: Any, *, reason: str, if_version: int | None) -> Any:
    return await domain.terminate(work, id, reason, if_version=if_version)


async def user_create(work: Work, arguments: dict[str, Any]) -> domain.PartnerUser:
    value = arguments["input"]
    return await domain.create_user(work, await resolve(work, value.contact, ("contact",)), value.scope)


async def set_scope(work: Work, id: Any, *, scope: domain.PartnerScope, if_version: int | None) -> Any:
    return await domain.set_scope(work, id, scope, if_version=if_version)


TIER = about(lazy("PartnerTierRef", "api.schema.partner_programs"), "A tier of its program.")
REVIEW_ON = about(date | None, "Day of the next review; the program says after how many months if left out.")
REASON = about(str, "Why, for colleagues only; at most 500 characters.")
SCOPE = about(domain.PartnerScope, "How much of what his company does he sees.")
AGGREGATE = Aggregate(
    PartnerMembership,
    {
        "PROGRAM": column_key("program_id", ("PartnerProgram", "prg"), "By program."),
        "TIER": column_key("tier_id", ("PartnerTier", "pti"), "By tier."),
        "STATUS": column_key("status", None, "By where they stand."),
        "OWNER": column_key("owner_id", ("User", "usr"), "By who looks after them."),
    },
)


PROGRAMS_AGGREGATE = Aggregate(
    PartnerProgram,
    {"ACCEPTS_APPLICATIONS": column_key("accepts_applications", None, "By whether partner users may apply.")},
)
TIERS_AGGREGATE = Aggregate(
    PartnerTier, {"PROGRAM": column_key("program_id", ("PartnerProgram", "prg"), "By program.")}
)


@strawberry.type
class Query:
    partner_program: PartnerProgram | None = one(PartnerProgram, "One program; null if there is none.")
    partner_programs: Connection[PartnerProgram] = many(PartnerProgram, "Partner programs.")
    partner_tier: PartnerTier | None = one(PartnerTier, "One tier; null if there is none.")
    partner_tiers: Connection[PartnerTier] = many(PartnerTier, "Tiers of all programs.")
    partner_membership: PartnerMembership | None = one(
        PartnerMembership, "One membership; null if there is none or you may not see it."
    )
    partner_memberships: Connection[PartnerMembership] = many(PartnerMembership, "Memberships of partners.")
    partner_memberships_aggregate = AGGREGATE.query()
    partner_programs_aggregate = PROGRAMS_AGGREGATE.query()
    partner_tiers_aggregate = TIERS_AGGREGATE.query()
    partner_user: PartnerUser | None = one(PartnerUser, "One partner user; null if there is none.")
    partner_users: Connection[PartnerUser] = many(PartnerUser, "Contacts who use this API for a partner.")


@strawberry.type
class Mutation:
    partner_program_create = PROGRAMS.create("Make a partner program.")
    partner_program_update = PROGRAMS.update("Change a partner program.")
    partner_program_upsert = PROGRAMS.upsert("Change the program that a key names, or make it.")
    partner_program_bulk_upsert = PROGRAMS.bulk_upsert("Upsert up to 250 programs.")
    partner_program_archive = PROGRAMS.archive("Archive a program in which nobody is.")
    partner_program_restore = PROGRAMS.restore("Make an archived program live again.")
    partner_tier_create = TIERS.create("Add a tier to a program.")
    partner_tier_update = TIERS.update("Change a tier; commissions that have accrued stay as they are.")
    partner_tier_upsert = TIERS.upsert("Change the tier that a key names, or make it.")
    partner_tier_bulk_upsert = TIERS.bulk_upsert("Upsert up to 250 tiers.")
    partner_tier_archive = TIERS.archive("Archive a tier in which nobody is.")
    partner_tier_restore = TIERS.restore("Make an archived tier live again.")
    partner_membership_apply = for_outsiders_too(
        MEMBERSHIPS.mutation(
            apply,
            "Apply for membership in a program; partner users do so in programs that accept applications.",
            {"input": about(PartnerMembershipApplyInput, "The application.")},
            "input",
        )
    )
    partner_membership_update = MEMBERSHIPS.mutation(
        membership_update,
        "Change who looks after a membership, its day of review or its notes.",
        {"where": MEMBERSHIPS.where(), "patch": about(PartnerMembershipPatch, "What changes.")},
        "patch",
        versioned=True,
    )
    partner_membership_approve = MEMBERSHIPS.verb(domain.approve, "Accept an application.")
    partner_membership_activate = MEMBERSHIPS.verb(
        activate, "Begin an approved membership in a tier.", tier=TIER, review_on=REVIEW_ON
    )
    partner_membership_change_tier = MEMBERSHIPS.verb(
        change_tier,
        "Put an active membership into another tier from now on; commissions count by the tier at the close of a deal.",
        tier=TIER,
        reason=about(str | None, "Why, for colleagues only; at most 500 characters."),
    )
    partner_membership_review = MEMBERSHIPS.verb(
        domain.review, "Say that a membership was reviewed; the next review has a day.", review_on=REVIEW_ON
    )
    partner_membership_suspend = MEMBERSHIPS.verb(
        suspend, "Let a member do no business as a partner for now.", reason=REASON
    )
    partner_membership_resume = MEMBERSHIPS.verb(domain.resume, "Make a suspended membership active again.")
    partner_membership_terminate = MEMBERSHIPS.verb(
        terminate, "End a membership for good, or decline an application.", reason=REASON
    )
    partner_user_create = USERS.mutation(
        user_create,
        "Let a contact act for the account that he works for; his token is made with `contactTokenCreate`.",
        {"input": about(PartnerUserCreateInput, "Who, and how much he sees.")},
        "input",
    )
    partner_user_set_scope = USERS.verb(set_scope, "Change how much a partner user sees, at once.", scope=SCOPE)
    partner_user_archive = USERS.verb(
        domain.archive_user, "Let a partner user see no more than what is shared with him, at once."
    )
    partner_user_restore = USERS.verb(domain.restore_user, "Make an archived partner user one again.")
