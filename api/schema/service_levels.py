"""Service levels: what is promised, to whom, and the milestones of cases."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry
from sqlalchemy import BigInteger, ColumnElement, literal_column
from sqlalchemy import case as when

from api.domain import cases as domain
from api.domain.kernel import fold

from .accounts import Account
from .aggregates import Aggregate, column_key
from .binding import Natural, computed, described, listed, readable, to_one
from .business_hours import BusinessHours
from .cases import Case
from .commands import Service, Writes
from .connections import Connection, extend, extend_listed, extend_one, many, one
from .contacts import Contact
from .enums import described_enum
from .inputs import Extra, Ids
from .interfaces import Node, Record
from .records import complete
from .references import Asked, given
from .wire import id_text

described_enum(
    domain.MilestoneStatus,
    "MilestoneStatus",
    "How far a promise is.",
    IN_PROGRESS="Its clock runs.",
    PAUSED="Its clock stands still until somebody else has acted.",
    MET="Reached in time.",
    MISSED="Reached too late, or its target has passed.",
    CANCELLED="Nobody waits for it any more; it counts in no figure.",
)
described_enum(
    domain.EntitlementStatus,
    "EntitlementStatus",
    "Whether new cases get it.",
    PLANNED="It has not started.",
    ACTIVE="They do.",
    EXPIRED="It has ended.",
    EXHAUSTED="No case is left.",
)
MICROSECONDS: ColumnElement[int] = literal_column("1000000", BigInteger())


@readable(domain.SlaTarget, description="The time within which a milestone is to be reached.")
class SlaTarget:
    priority: domain.CasePriority = described("For cases of this priority.")
    milestone: domain.MilestoneType = described("What is promised.")
    minutes: int = described("Minutes of business time.")
    business_hours: BusinessHours | None = to_one(
        "business_hours_id", "business_hours.BusinessHours", "What it is measured by; null for that of the policy."
    )


@readable(domain.SlaVersion, description="The terms of a policy as they were for a time.")
class SlaVersion:
    id: strawberry.ID = computed(lambda row, _scope: id_text("slv", row.id), "Id of the version.")
    revision: int = described("1 for the first, 2 for the second.")
    created_at: datetime = described("Since when new cases have it, until the next one.")
    business_hours: BusinessHours | None = to_one(
        "business_hours_id", "business_hours.BusinessHours", "What it is measured by; null for those of the case."
    )
    warn_percent: int = described("After this share of the time a warning is given.")
    pauses_for_customer: bool = described("Whether clocks stand still while the customer has to answer.")
    pauses_for_third_party: bool = described("Whether clocks stand still while somebody else has to act.")
    targets: list[SlaTarget] = listed("version_id", "What is promised.", order=("priority", "milestone"))


@readable(
    domain.SlaPolicy,
    description="What is promised to whom. A case keeps the version it began with.",
    naturals={"name": Natural(str, "Its name.", lambda t, _tenant, name: t.c.name_sort == name, fold)},
)
class SlaPolicy(Record, Node):
    name: str = described("Unique among live policies.")
    is_active: bool = described("Whether new cases without an entitlement get it.")
    place: int = described("Of several policies that are for a case, the one with the lowest counts.")
    types: list[domain.CaseType] = described("For cases of these types; for all if there is none.")
    origins: list[domain.CaseOrigin] = described("For cases that came in like this; for all if there is none.")
    business_hours: BusinessHours | None = to_one(
        "business_hours_id",
        "business_hours.BusinessHours",
        "What it is measured by; null for those of the case, or round the clock.",
    )
    warn_percent: int = described("After this share of the time a warning is given, 1 to 99.")
    pauses_for_customer: bool = described("Whether UPDATE and RESOLUTION stand still while the customer has to answer.")
    pauses_for_third_party: bool = described(
        "Whether UPDATE and RESOLUTION stand still while somebody else has to act."
    )
    versions: list[SlaVersion] = listed("policy_id", "Its terms, the newest last.", order=("revision",))


def entitlement_status(row: Any, scope: Any) -> Any:
    today = scope.day_of(scope.now)
    return when(
        (today < row.starts_on, literal_column("'PLANNED'")),
        (today > row.ends_on, literal_column("'EXPIRED'")),
        (row.remaining_cases == literal_column("0"), literal_column("'EXHAUSTED'")),
        else_=literal_column("'ACTIVE'"),
    )


@readable(domain.Entitlement, description="That an account or a contact has a policy for a time.")
class Entitlement(Record, Node):
    name: str = described("What it is called.")
    account: Account | None = to_one("account_id", "accounts.Account", "Whose it is; null if it is a contact's.")
    contact: Contact | None = to_one("contact_id", "contacts.Contact", "Whose it is; null if it is an account's.")
    policy: SlaPolicy = to_one("policy_id", "service_levels.SlaPolicy", "What is promised.")
    starts_on: date = described("The first day.")
    ends_on: date | None = described("The last day; null for no end.")
    remaining_cases: int | None = described("For how many more cases it is; null for any number.")
    status: domain.EntitlementStatus = computed(entitlement_status, "Whether new cases get it; days are the tenant's.")


@readable(domain.Milestone, description="A promise of one case, and its clock.")
class CaseMilestone:
    id: strawberry.ID = computed(lambda row, _scope: id_text("cmi", row.id), "Id of the milestone.")
    type: domain.MilestoneType = described("What is promised.")
    status: domain.MilestoneStatus = described("How far it is.")
    minutes: int = described("Minutes of business time within which it is to be reached.")
    business_hours: BusinessHours | None = to_one(
        "business_hours_id", "business_hours.BusinessHours", "What it is measured by; null for round the clock."
    )
    start_at: datetime = described("When its clock began.")
    warn_at: datetime = described("When a warning is given.")
    target_at: datetime = described("When it is to be reached at the latest; later once it was paused.")
    paused_at: datetime | None = described("Since when its clock stands still; null while it runs.")
    paused_business_seconds: int = computed(
        lambda row, _scope: row.paused_us // MICROSECONDS, "Seconds of business time for which its clock stood still."
    )
    warned_at: datetime | None = described("When the warning was given.")
    violated_at: datetime | None = described("When it was found that the target had passed.")
    completed_at: datetime | None = described("When it was reached.")


for record_type in (SlaPolicy, Entitlement):
    complete(record_type)
extend_listed(Case, "milestones", CaseMilestone, "case_id", "What is promised, in order.", order=("start_at", "id"))
extend_one(SlaVersion, "policy", SlaPolicy, lambda row, _scope: row.policy_id, "The policy that it is a version of.")
extend_one(Case, "sla", SlaVersion, lambda row, _scope: row.sla_version_id, "The terms it began with.")
extend_one(Case, "entitlement", Entitlement, lambda row, _scope: row.entitlement_id, "What it was made under.")
for owner, name, cls, by, text in (
    (SlaPolicy, "entitlements", Entitlement, "policy_id", "Who has it."),
    (Account, "entitlements", Entitlement, "account_id", "What is promised to it."),
    (Contact, "entitlements", Entitlement, "contact_id", "What is promised to the contact."),
    (Entitlement, "cases", Case, "entitlement_id", "Cases that it was used for."),
):
    extend(owner, name, cls, by, text)


@strawberry.input(description="The time within which a milestone is to be reached.")
class SlaTargetInput:
    priority: domain.CasePriority = strawberry.field(description="For cases of this priority.")
    milestone: domain.MilestoneType = strawberry.field(description="What is promised.")
    minutes: int = strawberry.field(description="Minutes of business time, at most a year.")
    business_hours: Annotated["BusinessHoursRef", strawberry.lazy("api.schema.business_hours")] | None = (  # type: ignore[name-defined] # noqa: F821
        strawberry.field(description="What it is measured by, before that of the policy.", default=strawberry.UNSET)
    )


def target_references(targets: list[SlaTargetInput]) -> list[Asked]:
    hours = [given(target).get("business_hours") for target in targets]
    return [Asked(ref, ("targets", str(at), "business_hours")) for at, ref in enumerate(hours) if ref is not None]


def targets_of(targets: list[SlaTargetInput] | None, ids: Ids) -> list[dict[str, Any]] | None:
    if targets is None:
        return None
    found = []
    for at, target in enumerate(targets):
        values = given(target)
        if "business_hours" in values:
            hours = values.pop("business_hours")
            values["business_hours_id"] = ids.of(hours, "targets", str(at), "business_hours")
        found.append(values)
    return found


POLICIES = Writes(
    SlaPolicy,
    "sla_policy",
    Service(
        domain.create_policy,
        domain.upsert_policies,
        domain.SlaPolicyRow,
        domain.archive_policy,
        domain.restore_policy,
    ),
    fields=(
        "name",
        "is_active",
        "place",
        "types",
        "origins",
        "business_hours",
        "warn_percent",
        "pauses_for_customer",
        "pauses_for_third_party",
    ),
    required=("name",),
    natural={"name": lambda name: {"name": name}},
    extras={"targets": Extra(list[SlaTargetInput], "All that is promised.", targets_of, target_references)},
)
ENTITLEMENTS = Writes(
    Entitlement,
    "entitlement",
    Service(
        domain.create_entitlement,
        domain.upsert_entitlements,
        domain.EntitlementRow,
        domain.archive_entitlement,
        domain.restore_entitlement,
    ),
    fields=("name", "account", "contact", "policy", "starts_on", "ends_on", "remaining_cases"),
    required=("name", "policy"),
)
POLICIES_AGGREGATE = Aggregate(
    SlaPolicy,
    {
        "IS_ACTIVE": column_key("is_active", None, "By whether new cases get it."),
        "BUSINESS_HOURS": column_key("business_hours_id", ("BusinessHours", "bhr"), "By business hours."),
    },
)
ENTITLEMENTS_AGGREGATE = Aggregate(
    Entitlement,
    {
        "POLICY": column_key("policy_id", ("SlaPolicy", "sla"), "By policy."),
        "ACCOUNT": column_key("account_id", ("Account", "acc"), "By account."),
    },
)


@strawberry.type
class Query:
    sla_policy: SlaPolicy | None = one(SlaPolicy, "One policy; null if there is none.")
    sla_policies: Connection[SlaPolicy] = many(SlaPolicy, "Service-level policies.")
    sla_policies_aggregate = POLICIES_AGGREGATE.query()
    entitlement: Entitlement | None = one(Entitlement, "One entitlement; null if there is none.")
    entitlements: Connection[Entitlement] = many(Entitlement, "Entitlements.")
    entitlements_aggregate = ENTITLEMENTS_AGGREGATE.query()


@strawberry.type
class Mutation:
    sla_policy_create = POLICIES.create("Make a policy.")
    sla_policy_update = POLICIES.update("Change a policy; other terms make a version, for new cases only.")
    sla_policy_upsert = POLICIES.upsert("Change the policy that a key names, or make it.")
    sla_policy_bulk_upsert = POLICIES.bulk_upsert("Upsert up to 250 policies.")
    sla_policy_archive = POLICIES.archive("Archive a policy; cases that have it keep it.")
    sla_policy_restore = POLICIES.restore("Make an archived policy live again.")
    entitlement_create = ENTITLEMENTS.create("Promise a policy to an account or a contact.")
    entitlement_update = ENTITLEMENTS.update("Change an entitlement.")
    entitlement_upsert = ENTITLEMENTS.upsert("Change the entitlement that a key names, or make it.")
    entitlement_bulk_upsert = ENTITLEMENTS.bulk_upsert("Upsert up to 250 entitlements.")
    entitlement_archive = ENTITLEMENTS.archive("Archive an entitlement; its cases keep their terms.")
    entitlement_restore = ENTITLEMENTS.restore("Make an archived entitlement live again.")
