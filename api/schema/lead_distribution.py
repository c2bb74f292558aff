"""Lead distribution: offers of leads to partners, why each partner was chosen, and whether it was fair."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import DateTime, Integer, Numeric, Select, Text, and_, cast, func, literal_column, select

from api.compiler import Leaf, Root, Scope, Tree
from api.domain import lead_distribution as domain
from api.domain.kernel import Work

from .accounts import Account
from .binding import computed, described, listed, readable, to_one
from .commands import Service, Verbs, Writes
from .connections import Connection, about, argument, extend, many, one, rooted
from .enums import described_enum
from .interfaces import Node, Record
from .leads import LEADS, Lead
from .mutations import for_outsiders_too
from .records import complete
from .steps import steps_of, writable

described_enum(
    domain.OfferStatus,
    "PartnerLeadOfferStatus",
    "What became of an offer.",
    OFFERED="The partner is being asked.",
    ACCEPTED="The partner has the lead.",
    DECLINED="The partner does not want it, nor any account below it.",
    EXPIRED="The partner has not answered in time.",
)
described_enum(
    domain.DeclineReason,
    "PartnerLeadDeclineReason",
    "Why a partner does not take a lead.",
    NO_CAPACITY="Has too much to do.",
    WRONG_TERRITORY="Does not work there.",
    WRONG_FIT="Does not sell that.",
    KNOWN_CUSTOMER="Is in touch with the customer already.",
    OTHER="Something else; the detail says what.",
)
described_enum(
    domain.Standing,
    "PartnerLeadStanding",
    "Why a member of the programs was asked, or why not.",
    CHOSEN="The draw fell on it.",
    NOT_DRAWN="It was among those of the draw, which fell on another one.",
    FARTHER="There was a partner nearer to the lead.",
    NO_SKILLS="It lacks a skill that the lead asks for.",
    FULL="It has as many leads as it takes.",
    PAUSED="It takes no leads for now.",
    NO_WEIGHT="Its tier gets no leads.",
    DECLINED="It, or an account above it, has declined the lead.",
    EXPIRED="It has let the time for this lead go by.",
)


class PartnerLeadOfferVerb(StrEnum):
    ACCEPT = "ACCEPT"
    DECLINE = "DECLINE"


described_enum(
    PartnerLeadOfferVerb,
    "PartnerLeadOfferVerb",
    "An answer to an offer, named as the mutation that gives it.",
    ACCEPT="`partnerLeadOfferAccept`: the partner takes the lead.",
    DECLINE="`partnerLeadOfferDecline`: the next partner is asked.",
)
BY_HAND = {  # the timer's step is nobody's to take
    status: {verb: to for verb, to in verbs.items() if verb != "expire"} for status, verbs in domain.TRANSITIONS.items()
}


@readable(domain.PartnerLeadProfile, description="What leads a partner takes; without one it takes any, from anywhere.")
class PartnerLeadProfile(Record, Node):
    partner: Account | None = to_one("partner_id", "accounts.Account", "The partner.")
    territories: list[str] = described("Where it works, as paths such as `emea/dach`; none: anywhere, asked last.")
    skills: list[str] = described("What it knows, lower case.")
    capacity: int | None = described("How many open leads it takes at most; null: any number.")
    is_paused: bool = described("Whether it takes no leads for now.")


complete(PartnerLeadProfile, synced=False)
extend(Account, "lead_profiles", PartnerLeadProfile, "partner_id", "What leads it takes as a partner.")


@readable(
    steps_of(domain.PartnerLeadOffer, BY_HAND, "offer_id"),
    description="An answer that is possible now.",
    visible=writable(domain.PartnerLeadOffer),
)
class PartnerLeadOfferTransition:
    verb: PartnerLeadOfferVerb = described("The mutation that gives the answer.")
    status: domain.OfferStatus = described("The status it leads to.", column="leads_to")


@readable(domain.PartnerLeadCandidate, description="A member of the programs, as it stood when a lead was offered.")
class PartnerLeadCandidate:
    partner: Account | None = to_one("partner_id", "accounts.Account", "The partner.")
    standing: domain.Standing = described("Why it was asked, or why not.")
    weight: int = described("Weight of its tier, its part of the draw.")
    open_leads: int = described("How many leads it had then, or was being asked to take.")


@readable(
    domain.PartnerLeadOffer,
    description="That a partner was asked to take a lead. What the lead is about stands in the offer; who it is shows "
    "once it is accepted.",
)
class PartnerLeadOffer(Record, Node):
    lead: Lead | None = to_one("lead_id", "leads.Lead", "The lead; for a partner only once it has accepted.")
    partner: Account | None = to_one("partner_id", "accounts.Account", "The partner that was asked.")
    status: domain.OfferStatus = described("What became of it.")
    offered_at: datetime = described("When the partner was asked.")
    expires_at: datetime = described("Until when it may answer.")
    decided_at: datetime | None = described("When it has answered, or the time was over.")
    decline_reason: domain.DeclineReason | None = described("Why the partner does not want it.")
    decline_detail: str | None = described("More about why.")
    country: str | None = described("Country of the lead.")
    territory: str | None = described("Territory of the lead.")
    product_family: str | None = described("What the lead may buy.")
    description: str | None = described("What the lead asks for.")
    attempt: int = described("The how-manieth offer of the lead it is, from 1.")
    seed: str = described("What decided the draw: with the candidates it gives the same choice anywhere.")
    level: str = described("The part of the territory that was asked in; blank for anywhere.")
    draw: int = described(
        "SHA-256 of the seed modulo the total weight: whose part of the weights it lies in is chosen."
    )
    total_weight: int = described("Sum of the weights of the draw, in the order of the partners' ids.")
    candidates: list[PartnerLeadCandidate] = listed(
        "offer_id", "Why this partner: how each member of the programs stood.", order=("standing", "partner_id")
    )
    available_transitions: list[PartnerLeadOfferTransition] = listed(
        "offer_id", "The answers that can be given now.", order=("place",)
    )


complete(PartnerLeadOffer, synced=False)
extend(Lead, "offers", PartnerLeadOffer, "lead_id", "To whom it was offered.")
extend(Account, "lead_offers", PartnerLeadOffer, "partner_id", "Leads it was asked to take as a partner.")


# Fairness

ZERO, ONE, DIGITS = (literal_column(text, Integer) for text in "014")


def draws(scope: Scope, arguments: Mapping[str, Tree]) -> Any:
    """One row for each candidate of each draw in the period: whether it was chosen, and its chance."""
    offers, stood = (
        domain.PartnerLeadOffer.__table__.alias("offer"),
        domain.PartnerLeadCandidate.__table__.alias("stood"),
    )
    conditions = [scope.visible("PartnerLeadOffer", offers), scope.visible("PartnerLeadCandidate", stood)]
    if isinstance(first := arguments.get("from"), Leaf):
        conditions.append(offers.c.offered_at >= scope.bind(first.get, DateTime(timezone=True)))
    if isinstance(last := arguments.get("to"), Leaf):
        conditions.append(offers.c.offered_at < scope.bind(last.get, DateTime(timezone=True)))
    of_offer = and_(stood.c.tenant_id == offers.c.tenant_id, stood.c.offer_id == offers.c.id)
    chosen = stood.c.standing == literal_column("'CHOSEN'")
    return (
        select(
            stood.c.partner_id,
            stood.c.offer_id,
            chosen.label("chosen"),
            (cast(stood.c.weight, Numeric) / offers.c.total_weight).label("chance"),
        )
        .select_from(offers.join(stood, of_offer))
        .where(*conditions, chosen | (stood.c.standing == literal_column("'NOT_DRAWN'")))
        .subquery("draws")
    )


def by_partner(scope: Scope, arguments: Mapping[str, Tree]) -> Any:
    rows = draws(scope, arguments)
    number = func.count().filter(rows.c.chosen)
    expected = func.sum(rows.c.chance)
    return (
        select(
            rows.c.partner_id,
            number.label("offers"),
            func.count().label("draws"),
            expected.label("expected"),
            func.coalesce((number - expected) * (number - expected) / func.nullif(expected, ZERO), ZERO).label(
                "deviation"
            ),
        )
        .group_by(rows.c.partner_id)
        .subquery("by_partner")
    )


def partner_rows(scope: Scope, arguments: Mapping[str, Tree], _matching: Any) -> Select[Any]:
    rows = by_partner(scope, arguments)
    place = func.row_number().over(order_by=rows.c.partner_id).label("place")
    return select(*rows.c, place, scope.tenant.label("tenant_id")).order_by(rows.c.partner_id)


def fairness_row(scope: Scope, arguments: Mapping[str, Tree], _matching: Any) -> Select[Any]:
    rows = by_partner(scope, arguments)
    return select(
        func.coalesce(func.sum(rows.c.deviation), ZERO).label("chi_square"),
        func.greatest(func.count() - ONE, ZERO).label("degrees"),
        func.coalesce(func.sum(rows.c.offers), ZERO).label("offers"),
    )


@readable(build=partner_rows, description="How often the draw fell on a partner, against what its weight promised.")
class LeadDistributionShare:
    partner: Account | None = to_one("partner_id", "accounts.Account", "The partner.")
    offers: int = computed(lambda row, _scope: row.offers, "How often the draw fell on it.")
    draws: int = computed(lambda row, _scope: row.draws, "How many draws it took part in.")
    expected: Decimal = computed(
        lambda row, _scope: cast(func.round(row.expected, DIGITS), Text), "Σ of its weight / total weight of each draw."
    )
    deviation: Decimal = computed(
        lambda row, _scope: cast(func.round(row.deviation, DIGITS), Text),
        "How far off that is: (offers − expected)² / expected.",
    )


@readable(build=fairness_row, description="Whether offers follow the weights: Pearson's χ² over all partners.")
class LeadDistributionFairness:
    offers: int = computed(lambda row, _scope: row.offers, "Draws of the period.")
    chi_square: Decimal = computed(
        lambda row, _scope: cast(func.round(row.chi_square, DIGITS), Text), "Σ of the deviations of all partners."
    )
    degrees_of_freedom: int = computed(
        lambda row, _scope: row.degrees,
        "Partners that took part, less one. χ² of fair draws is about this; far above it they are not fair.",
    )


PROFILES = Writes(
    PartnerLeadProfile,
    "partner_lead_profile",
    Service(
        domain.create_profile,
        domain.upsert_profiles,
        domain.ProfileRow,
        domain.archive_profile,
        domain.restore_profile,
    ),
    fields=("partner", "territories", "skills", "capacity", "is_paused"),
    required=("partner",),
)
OFFERS = Verbs(PartnerLeadOffer, "partner_lead_offer")


async def distribute(
    work: Work, id: Any, *, seed: str | None = None, hours: int | None = None, if_version: int | None
) -> Any:
    return await domain.distribute(work, id, seed=seed, hours=hours, if_version=if_version)


async def decline(
    work: Work, id: Any, *, reason: domain.DeclineReason, detail: str | None = None, if_version: int | None
) -> Any:
    return await domain.decline(work, id, reason, detail=detail, if_version=if_version)


PERIOD = [
    argument("from_", datetime | None, "Only offers from this instant on."),
    argument("to", datetime | None, "Only offers before this instant."),
]


@strawberry.type
class Query:
    partner_lead_profile: PartnerLeadProfile | None = one(PartnerLeadProfile, "One profile; null if there is none.")
    partner_lead_profiles: Connection[PartnerLeadProfile] = many(PartnerLeadProfile, "What leads partners take.")
    partner_lead_offer: PartnerLeadOffer | None = one(
        PartnerLeadOffer, "One offer; null if there is none or you may not see it."
    )
    partner_lead_offers: Connection[PartnerLeadOffer] = many(PartnerLeadOffer, "Offers of leads to partners.")
    lead_distribution_shares: list[LeadDistributionShare] = rooted(
        list[LeadDistributionShare],
        "Offers against weights, for each partner that took part in a draw.",
        Root("rows", "LeadDistributionShare"),
        PERIOD,
    )
    lead_distribution_fairness: LeadDistributionFairness = rooted(
        LeadDistributionFairness,
        "Whether the offers of a period follow the weights.",
        Root("row", "LeadDistributionFairness"),
        PERIOD,
    )


@strawberry.type
class Mutation:
    partner_lead_profile_create = PROFILES.create("Say what leads a partner takes.")
    partner_lead_profile_update = PROFILES.update("Change what leads a partner takes.")
    partner_lead_profile_archive = PROFILES.archive("Let a partner take any lead; pause it to let it take none.")
    partner_lead_profile_restore = PROFILES.restore("Make an archived profile count again.")
    lead_distribute = LEADS.verb(
        distribute,
        "Offer a lead to a partner, the nearest by territory and among those by the weight of their tiers; if there "
        "is none to ask, it waits for colleagues.",
        seed=about(str | None, "Decides the draw; the lead's id and the number of the offer when left out."),
        hours=about(int | None, "How long each partner may think about it, 1 to 720; 24 when left out."),
    )
    partner_lead_offer_accept = for_outsiders_too(OFFERS.verb(domain.accept, "Take a lead."))
    partner_lead_offer_decline = for_outsiders_too(
        OFFERS.verb(
            decline,
            "Refuse a lead, also for all accounts below the partner; the next one is asked at once.",
            reason=about(domain.DeclineReason, "Why."),
            detail=about(str | None, "More about why; at most 500 characters."),
        )
    )
