"""Leads: who may buy, and what became of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import strawberry

from api.domain import leads as domain
from api.domain.kernel import Work
from api.domain.leads import LeadRating, LeadRouting, LeadStatus, UnqualifiedReason

from .accounts import Account
from .aggregates import Aggregate, column_key
from .binding import computed, described, listed, readable, to_one
from .commands import Service, Writes, named
from .connections import Connection, about, extend, lazy, many, one
from .contacts import Contact
from .enums import described_enum
from .inputs import Ids, MoneyInput
from .interfaces import Node, Record
from .mutations import for_outsiders_too
from .opportunities import Opportunity
from .records import complete
from .references import given
from .scalars import CountryCode
from .steps import steps_of, writable
from .users import User

described_enum(
    LeadStatus,
    "LeadStatus",
    "Where a lead stands.",
    NEW="Nobody has worked on it yet.",
    WORKING="Somebody works on it.",
    QUALIFIED="A sale is possible.",
    NURTURING="May buy later.",
    UNQUALIFIED="Given up, for a reason.",
    CONVERTED="Became an account; it is read-only.",
)
described_enum(
    LeadRating,
    "LeadRating",
    "How likely a sale seems.",
    HOT="Likely, and soon.",
    WARM="Possible.",
    COLD="Unlikely.",
)
described_enum(
    LeadRouting,
    "LeadRouting",
    "Where the distribution among partners has led.",
    OFFERED="A partner was asked whether he takes it.",
    PARTNER="A partner has it.",
    INTERNAL="No partner is left to ask; it waits for colleagues.",
)
described_enum(
    UnqualifiedReason,
    "LeadUnqualifiedReason",
    "Why a lead was given up.",
    NO_NEED="Needs nothing that we sell.",
    NO_BUDGET="Has no money for it.",
    NOT_REACHABLE="Does not answer.",
    WRONG_FIT="Is nobody we sell to.",
    COMPETITOR="Buys from somebody else, or is somebody else's.",
    DUPLICATE="Is known already.",
    SPAM="Never was one.",
    OTHER="Something else; the detail says what.",
)


class LeadVerb(StrEnum):
    START = "START"
    QUALIFY = "QUALIFY"
    NURTURE = "NURTURE"
    DISQUALIFY = "DISQUALIFY"
    REOPEN = "REOPEN"
    CONVERT = "CONVERT"


described_enum(
    LeadVerb,
    "LeadVerb",
    "A step in the life of a lead, named as the mutation that makes it.",
    START="`leadStart`: somebody begins to work on it.",
    QUALIFY="`leadQualify`: a sale is possible.",
    NURTURE="`leadNurture`: may buy later.",
    DISQUALIFY="`leadDisqualify`: given up.",
    REOPEN="`leadReopen`: worked on again.",
    CONVERT="`leadConvert`: becomes an account.",
)


@readable(
    steps_of(domain.Lead, domain.TRANSITIONS, "lead_id"),
    description="A step that is possible now.",
    visible=writable(domain.Lead),
)
class LeadTransition:
    verb: LeadVerb = described("The mutation that makes the step.")
    status: LeadStatus = described("The status it leads to.", column="leads_to")


@readable(domain.Lead, description="A person or a company that may become a customer.")
class Lead(Record, Node):
    name: str = described("The person's name; that of the company for a lead that is nobody in person.")
    first_name: str | None = described("Given name.")
    last_name: str | None = described("Family name; a lead has this or a company.")
    title: str | None = described("Position in the company.")
    company: str | None = described("Name of the company.")
    email: str | None = described("E-mail address.")
    phone: str | None = described("Phone number in E.164.")
    domain: str | None = described("Internet domain of the company, lower case.")
    country: CountryCode | None = described("Country.")
    territory: str | None = described("Sales territory; `EMEA/DACH/DE` lies in `EMEA/DACH`, and that in `EMEA`.")
    product_family: str | None = described("What it may buy.")
    skills: list[str] = computed(
        lambda row, _scope: row.skills, "What whoever sells to it must know, lower case; at most 20."
    )
    source: str | None = described("Where it comes from.")
    rating: LeadRating | None = described("How likely a sale seems.")
    status: LeadStatus = described("Where it stands.")
    unqualified_reason: UnqualifiedReason | None = described("Why it was given up.")
    unqualified_detail: str | None = described("More about why.")
    owner: User | None = to_one("owner_id", "users.User", "Who works on it.")
    partner: Account | None = to_one("partner_id", "accounts.Account", "The partner who has accepted it.")
    routing: LeadRouting | None = described("Where the distribution among partners has led; null before it.")
    description: str | None = described("What it asks for.")
    next_step: str | None = described("What happens next.")
    notes: str | None = described("Free text, for colleagues only.")
    converted_at: datetime | None = described("When it was converted.")
    account: Account | None = to_one("account_id", "accounts.Account", "The account it became.")
    contact: Contact | None = to_one("contact_id", "contacts.Contact", "The contact it became.")
    opportunity: Opportunity | None = to_one("opportunity_id", "opportunities.Opportunity", "The possible sale.")
    available_transitions: list[LeadTransition] = listed("lead_id", "The steps you can take now.", order=("place",))


complete(Lead)
extend(User, "leads", Lead, "owner_id", "Leads the user works on.")
extend(Account, "leads", Lead, "account_id", "Leads that became it.")
extend(Account, "accepted_leads", Lead, "partner_id", "Leads that it has accepted as a partner.")
extend(Contact, "leads", Lead, "contact_id", "Leads that became this contact.")
extend(Opportunity, "leads", Lead, "opportunity_id", "Leads that led to it.")


def skills_of(value: list[str] | None, _ids: Ids) -> list[str]:
    return value or []


LEADS = Writes(
    Lead,
    "lead",
    Service(domain.create, domain.upsert_many, domain.LeadRow, domain.archive, domain.restore),
    fields=(
        "first_name",
        "last_name",
        "title",
        "company",
        "email",
        "phone",
        "domain",
        "country",
        "territory",
        "product_family",
        "skills",
        "source",
        "rating",
        "owner",
        "description",
        "next_step",
        "notes",
    ),
)


@strawberry.input(description="The opportunity that a conversion makes.")
class LeadOpportunityInput:
    name: str | None = strawberry.field(description="What it is about; the account's name when left out.", default=None)
    amount: MoneyInput | None = strawberry.field(description="What it is worth.", default=None)
    close_date: date | None = strawberry.field(
        description="Day it is expected to close; the end of the fiscal quarter when left out.", default=None
    )
    pipeline: lazy("PipelineRef", "api.schema.pipelines") | None = strawberry.field(  # type: ignore[valid-type]
        description="The pipeline; the oldest when left out.", default=None
    )


async def deal_of(work: Work, asked: LeadOpportunityInput | None) -> domain.DealValues | None:
    if asked is None:
        return None
    values: dict[str, Any] = {name: one for name, one in given(asked).items() if one is not None}
    if "amount" in values:
        values["amount"] = values["amount"].money("amount")
    if "pipeline" in values:
        values["pipeline_id"] = await named(work, values.pop("pipeline"), "pipeline")
    return values  # type: ignore[return-value] # the input's fields are the keys


async def assign(work: Work, id: UUID, *, owner: UUID | None = None, if_version: int | None) -> Any:
    return await domain.assign_to(work, id, owner, if_version=if_version)


async def disqualify(work: Work, id: UUID, *, reason: UnqualifiedReason, if_version: int | None, **facts: Any) -> Any:
    return await domain.disqualify(work, id, reason, if_version=if_version, **facts)


async def convert(
    work: Work, id: UUID, *, if_version: int | None, new_opportunity: LeadOpportunityInput | None = None, **linked: Any
) -> Any:
    asked: Any = {f"{name}_id": one for name, one in linked.items()}
    asked["deal"] = await deal_of(work, new_opportunity)
    return await domain.convert(work, id, asked, if_version=if_version)


def maybe(type_name: str, module: str, description: str) -> Any:
    return about(lazy(f"{type_name}Ref", f"api.schema.{module}") | None, description)


AGGREGATE = Aggregate(
    Lead,
    {
        "STATUS": column_key("status", None, "By where they stand."),
        "SOURCE": column_key("source_sort", None, "By where they come from, folded."),
        "UNQUALIFIED_REASON": column_key("unqualified_reason", None, "By why they were given up."),
        "TERRITORY": column_key("territory_sort", None, "By sales territory, folded."),
        "PARTNER": column_key("partner_id", ("Account", "acc"), "By partner."),
        "ROUTING": column_key("routing", None, "By where the distribution has led."),
        "OWNER": column_key("owner_id", ("User", "usr"), "By owner."),
    },
)


@strawberry.type
class Query:
    lead: Lead | None = one(Lead, "One lead; null if there is none or you may not see it.")
    leads: Connection[Lead] = many(Lead, "Leads.")
    leads_aggregate = AGGREGATE.query()


@strawberry.type
class Mutation:
    lead_create = LEADS.create("Make a lead; it is yours unless you name an owner.")
    lead_update = for_outsiders_too(LEADS.update("Change a lead; its status changes by its own mutations."))
    lead_upsert = LEADS.upsert("Change the lead that a key names, or make it.")
    lead_bulk_upsert = LEADS.bulk_upsert("Upsert up to 250 leads.")
    lead_archive = LEADS.archive("Archive a lead.")
    lead_restore = LEADS.restore("Make an archived lead live again.")
    lead_assign = LEADS.verb(
        assign, "Give a lead to a user.", owner=maybe("User", "users", "Who works on it now; nobody when left out.")
    )
    lead_start = for_outsiders_too(LEADS.verb(domain.start, "Begin to work on a new lead."))
    lead_qualify = for_outsiders_too(LEADS.verb(domain.qualify, "Say that a sale is possible."))
    lead_nurture = for_outsiders_too(LEADS.verb(domain.nurture, "Put a lead aside that may buy later."))
    lead_disqualify = for_outsiders_too(
        LEADS.verb(
            disqualify,
            "Give a lead up.",
            reason=about(UnqualifiedReason, "Why."),
            detail=about(str | None, "More about why; at most 500 characters."),
        )
    )
    lead_reopen = for_outsiders_too(LEADS.verb(domain.reopen, "Work again on a lead that was put aside or given up."))
    lead_convert = LEADS.verb(
        convert,
        "Make an account, a contact and, if asked for, an opportunity of a qualified lead; a second call answers the "
        "first result.",
        account=maybe("Account", "accounts", "The account it belongs to; a new one when left out."),
        contact=maybe("Contact", "contacts", "The contact it is; a new one when left out and it has a last name."),
        opportunity=maybe("Opportunity", "opportunities", "A possible sale that there is already."),
        new_opportunity=about(LeadOpportunityInput | None, "A possible sale to be made."),
    )
