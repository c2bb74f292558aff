"""Certifications, who has them, how many a tier takes; partners' parts in sales."""

from datetime import date
from typing import Any

import strawberry

from api.domain import partner_programs as domain
from api.domain.kernel import Work, fold

from .accounts import Account
from .aggregates import Aggregate, column_key
from .binding import Natural, described, readable, to_one
from .commands import Service, Verbs, Writes
from .connections import Connection, about, extend, extend_listed, lazy, many, one
from .contacts import Contact
from .enums import described_enum
from .inputs import ids_of
from .interfaces import Node, Record
from .opportunities import OPPORTUNITIES, Opportunity
from .records import complete
from .references import Asked, given

described_enum(
    domain.PartnerRole,
    "PartnerRole",
    "The part of a partner in a sale.",
    ORIGINATOR="It brought the sale: what is won is sourced by it. A sale has one.",
    RESELLER="It sells to the customer.",
    IMPLEMENTER="It puts to work what is sold.",
    INFLUENCER="It helped in another way.",
)


@readable(
    domain.Certification,
    description="What people of partners can learn and prove.",
    naturals={"name": Natural(str, "Its name.", lambda t, _tenant, name: t.c.name_sort == name, fold)},
)
class Certification(Record, Node):
    name: str = described("Unique among live certifications, without regard to case and accents.")
    description: str | None = described("What it proves, for partners to read.")
    valid_months: int | None = described("After how many months it expires, 1 to 120; null for never.")


@readable(domain.PartnerCertification, description="That a partner, or one of its people, has a certification.")
class PartnerCertification(Record, Node):
    certification: Certification | None = to_one(
        "certification_id", "certifications.Certification", "The certification; null if you may not see it."
    )
    account: Account | None = to_one("account_id", "accounts.Account", "The partner; null if you may not see it.")
    contact: Contact | None = to_one("contact_id", "contacts.Contact", "Who passed; null if it is the company's.")
    reference: str | None = described("What it can be found by where it was awarded.")
    awarded_on: date = described("Day it was awarded.")
    expires_on: date | None = described("Last day on which it is valid; null for ever.")
    revoked_on: date | None = described("Day it was revoked; null while it counts.")
    revocation_reason: str | None = described("Why it was revoked, for colleagues only.")


@readable(domain.OpportunityPartner, description="A partner with a part in a sale.")
class OpportunityPartner:
    account: Account | None = to_one("account_id", "accounts.Account", "The partner; null if you may not see it.")
    role: domain.PartnerRole = described("Its part.")


for record_type in (Certification, PartnerCertification):
    complete(record_type, synced=record_type is Certification)
extend(Certification, "holders", PartnerCertification, "certification_id", "Who has it, or had it.")
extend(Account, "certifications", PartnerCertification, "account_id", "What it, or one of its people, has proved.")
extend(Contact, "certifications", PartnerCertification, "contact_id", "What he has proved.")
extend_listed(
    Opportunity, "partners", OpportunityPartner, "opportunity_id", "Partners with a part in it.", order=("account_id",)
)

CERTIFICATIONS = Writes(
    Certification,
    "certification",
    Service(
        domain.create_certification,
        domain.upsert_certifications,
        domain.CertificationRow,
        domain.archive_certification,
        domain.restore_certification,
    ),
    fields=("name", "description", "valid_months"),
    required=("name",),
    natural={"name": lambda name: {"name": name}},
)
AWARDS = Verbs(PartnerCertification, "partner_certification")


@strawberry.input(description="That a partner, or one of its people, has a certification.")
class PartnerCertificationAwardInput:
    certification: lazy("CertificationRef", "api.schema.certifications") = strawberry.field(description="Which.")  # type: ignore[valid-type]
    account: lazy("AccountRef", "api.schema.accounts") = strawberry.field(description="The partner.")  # type: ignore[valid-type]
    contact: lazy("ContactRef", "api.schema.contacts") | None = strawberry.field(  # type: ignore[valid-type]
        description="Who passed, if it is one of its people.", default=strawberry.UNSET
    )
    awarded_on: date | None = strawberry.field(
        description="Day of the award, today when left out; not in the future.", default=strawberry.UNSET
    )
    reference: str | None = strawberry.field(
        description="What it can be found by; at most 255 characters.", default=strawberry.UNSET
    )


async def award(work: Work, arguments: dict[str, Any]) -> domain.PartnerCertification:
    fields = given(arguments["input"])
    names = ("certification", "account", "contact")
    asked = {name: Asked(one, (name,)) for name in names if (one := fields.pop(name, None)) is not None}
    ids = await ids_of(work, list(asked.values()))
    found: dict[str, Any] = {f"{name}_id": ids.of(one.reference, name) for name, one in asked.items()}
    return await domain.award(work, **found, **fields)


async def revoke(work: Work, id: Any, *, reason: str, if_version: int | None) -> Any:
    return await domain.revoke(work, id, reason, if_version=if_version)


async def partner_set(work: Work, id: Any, *, partner: Any, role: domain.PartnerRole, if_version: int | None) -> Any:
    return await domain.set_opportunity_partner(work, id, partner, role, if_version=if_version)


async def partner_remove(work: Work, id: Any, *, partner: Any, if_version: int | None) -> Any:
    return await domain.remove_opportunity_partner(work, id, partner, if_version=if_version)


PARTNER = about(lazy("AccountRef", "api.schema.accounts"), "The partner.")
CERTIFICATIONS_AGGREGATE = Aggregate(
    Certification, {"VALID_MONTHS": column_key("valid_months", None, "By how long they are valid.")}
)
AWARDS_AGGREGATE = Aggregate(
    PartnerCertification,
    {
        "CERTIFICATION": column_key("certification_id", ("Certification", "cer"), "By certification."),
        "ACCOUNT": column_key("account_id", ("Account", "acc"), "By partner."),
    },
)


@strawberry.type
class Query:
    certification: Certification | None = one(Certification, "One certification; null if there is none.")
    certifications: Connection[Certification] = many(Certification, "What people of partners can prove.")
    partner_certification: PartnerCertification | None = one(
        PartnerCertification, "One award; null if there is none or you may not see it."
    )
    partner_certifications: Connection[PartnerCertification] = many(
        PartnerCertification, "What partners and their people have proved."
    )
    certifications_aggregate = CERTIFICATIONS_AGGREGATE.query()
    partner_certifications_aggregate = AWARDS_AGGREGATE.query()


@strawberry.type
class Mutation:
    certification_create = CERTIFICATIONS.create("Make a certification.")
    certification_update = CERTIFICATIONS.update("Change a certification; what was awarded keeps its last day.")
    certification_upsert = CERTIFICATIONS.upsert("Change the certification that a key names, or make it.")
    certification_bulk_upsert = CERTIFICATIONS.bulk_upsert("Upsert up to 250 certifications.")
    certification_archive = CERTIFICATIONS.archive("Archive a certification; what was awarded stays.")
    certification_restore = CERTIFICATIONS.restore("Make an archived certification live again.")
    partner_certification_award = AWARDS.mutation(
        award,
        "Say that a partner, or one of its people, has a certification.",
        {"input": about(PartnerCertificationAwardInput, "What, who, since when.")},
        "input",
    )
    partner_certification_revoke = AWARDS.verb(
        revoke,
        "Let an award count no more, from today on.",
        reason=about(str, "Why, for colleagues only; at most 500 characters."),
    )
    opportunity_partner_set = OPPORTUNITIES.verb(
        partner_set, "Give a partner its part in a sale.", partner=PARTNER, role=about(domain.PartnerRole, "Its part.")
    )
    opportunity_partner_remove = OPPORTUNITIES.verb(
        partner_remove, "Say that a partner has no part in a sale.", partner=PARTNER
    )
