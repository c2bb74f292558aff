"""Commission plans: how partners of a program are paid for sales."""

from datetime import date
from decimal import Decimal

import strawberry

from api.domain import commissions as domain
from api.domain.kernel import fold
from api.domain.partner_programs import PartnerRole

from .aggregates import Aggregate, column_key
from .binding import Natural, described, money, readable, to_one
from .commands import Service, Writes
from .connections import Connection, extend, many, one
from .enums import described_enum
from .interfaces import Money, Node, Record
from .partner_programs import PartnerProgram
from .records import complete
from .scalars import CurrencyCode

described_enum(
    domain.CommissionBasis,
    "CommissionBasis",
    "What a commission is a part of.",
    NET_REVENUE="The amount of the sale.",
    MARGIN="The amount of the sale less what it costs us.",
)


@readable(
    domain.CommissionPlan,
    description="How partners of a program are paid for sales that are won while it runs.",
    naturals={"name": Natural(str, "Its name.", lambda t, _tenant, name: t.c.name_sort == name, fold)},
)
class CommissionPlan(Record, Node):
    name: str = described("Unique among live plans, without regard to case and accents.")
    program: PartnerProgram | None = to_one(
        "program_id", "partner_programs.PartnerProgram", "The program, by whose tiers the rates go."
    )
    basis: domain.CommissionBasis = described("What the commission is a part of.")
    role: PartnerRole = described("The part in a sale that it pays for.")
    starts_on: date = described("First day of closing that it pays for.")
    ends_on: date | None = described("Last day of closing that it pays for; null for no end.")
    currency: CurrencyCode | None = described("It pays for sales in this currency only; null for any.")
    percent: Decimal | None = described("The rate where the tier of the partner has none.")
    cap: Money | None = money("cap_minor", "The most for one sale; null for no limit.")
    notes: str | None = described("Free text, for colleagues only.")


complete(CommissionPlan, synced=True)
extend(PartnerProgram, "commission_plans", CommissionPlan, "program_id", "How its partners are paid for sales.")

PLANS = Writes(
    CommissionPlan,
    "commission_plan",
    Service(domain.create_plan, domain.upsert_plans, domain.PlanRow, domain.archive_plan, domain.restore_plan),
    fields=("name", "program", "basis", "role", "starts_on", "ends_on", "currency", "percent", "cap", "notes"),
    required=("name", "program", "basis", "starts_on"),
    natural={"name": lambda name: {"name": name}},
)
PLANS_AGGREGATE = Aggregate(
    CommissionPlan,
    {"PROGRAM": column_key("program_id", ("PartnerProgram", "prg"), "By program.")},
)


@strawberry.type
class Query:
    commission_plan: CommissionPlan | None = one(CommissionPlan, "One commission plan; null if there is none.")
    commission_plans: Connection[CommissionPlan] = many(CommissionPlan, "How partners are paid for sales.")
    commission_plans_aggregate = PLANS_AGGREGATE.query()


@strawberry.type
class Mutation:
    commission_plan_create = PLANS.create("Make a commission plan.")
    commission_plan_update = PLANS.update("Change a commission plan; what it has accrued stays as it is.")
    commission_plan_upsert = PLANS.upsert("Change the commission plan that a key names, or make it.")
    commission_plan_bulk_upsert = PLANS.bulk_upsert("Upsert up to 250 commission plans.")
    commission_plan_archive = PLANS.archive("Archive a commission plan; from now on it accrues nothing.")
    commission_plan_restore = PLANS.restore("Make an archived commission plan live again.")
