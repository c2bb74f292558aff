"""Commands for leads; the verbs that change their status are in `moves`, that of conversion in `conversion`."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from api.domain.accounts import normal_domain
from api.domain.contacts import normal_email, normal_phone
from api.domain.kernel import (
    ExternalKey,
    IllegalTransition,
    LimitExceeded,
    Matching,
    Required,
    Row,
    TextField,
    Work,
    Written,
    assign,
    check_country,
    checked,
    checked_references,
    checked_texts,
    fold,
    load_references,
    refuse_null,
    wire,
    write_rows,
)
from api.domain.partner_programs import edit_seen
from api.domain.users import User

from .events import LeadAssigned
from .models import Lead
from .states import TRANSITIONS, LeadRating, LeadStatus

TEXTS = {
    "first_name": TextField(100),
    "last_name": TextField(100),
    "title": TextField(255),
    "company": TextField(255, folded="company_sort"),
    "country": TextField(2),
    "territory": TextField(100, folded="territory_sort"),
    "product_family": TextField(100, folded="product_family_sort"),
    "source": TextField(100, folded="source_sort"),
    "description": TextField(5_000),
    "next_step": TextField(1_000),
    "notes": TextField(20_000),
}
NAMES = frozenset({"first_name", "last_name", "company"})
REFERENCES = {"owner_id": User}
OF_PARTNERS = frozenset({"next_step"})
SKILL_LIMIT, MOST_SKILLS = 100, 20


class LeadValues(TypedDict, total=False):
    """What is known of a lead; a missing key leaves the value alone, None clears it.

    It has the last name of a person or a company. `domain` is the company's internet domain, `country` an ISO 3166
    code; `skills` are all that whoever sells to it must have.
    """

    first_name: str | None
    last_name: str | None
    title: str | None
    company: str | None
    email: str | None
    phone: str | None
    domain: str | None
    country: str | None
    territory: str | None
    product_family: str | None
    skills: Sequence[str]
    source: str | None
    rating: LeadRating | None
    owner_id: UUID | None
    description: str | None
    next_step: str | None
    notes: str | None


LeadRow = Row[LeadValues]


async def create(work: Work, values: LeadValues, *, external_ids: Sequence[ExternalKey] = ()) -> Lead:
    """A new lead; it belongs to the acting user unless the values say otherwise.

    Raises:
        Required: it has neither a last name nor a company.
    """
    row = LeadRow(values=values, external_ids=external_ids)
    return (await write_rows(work, MATCHING, [row], prepare, create=True))[0].unwrap()


async def update(work: Work, id: UUID, values: LeadValues, *, if_version: int | None = None) -> Lead:
    """Raises IllegalTransition for a converted lead, which is read-only."""
    return (await upsert_many(work, [LeadRow(values=values, id=id, if_version=if_version)]))[0].unwrap()


async def upsert_many(work: Work, rows: Sequence[LeadRow]) -> list[Written[Lead]]:
    """Create or update leads; a row means the lead with its id or external id.

    Users of the partner who has a lead change its next step and nothing else.
    """
    for row in rows if work.viewer.outside else ():
        if row.id is not None and row.values.keys() <= OF_PARTNERS:
            await edit_seen(work, Lead, row.id, if_version=row.if_version)
    return await write_rows(work, MATCHING, rows, prepare)


async def assign_to(work: Work, id: UUID, owner_id: UUID | None, *, if_version: int | None = None) -> Lead:
    """Give a lead to a user, or to nobody, so that whoever distributes leads finds it.

    Raises:
        NotFound, Archived: about the lead or the user.
        NotAllowed: it would be out of the reach of the viewer's right to write.
        IllegalTransition: it is converted.
    """
    return await update(work, id, {"owner_id": owner_id}, if_version=if_version)


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> Lead:
    lead = await work.edit(Lead, id, if_version=if_version, archived=True)
    lead.archived_at = lead.archived_at or work.now
    return lead


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> Lead:
    lead = await work.edit(Lead, id, if_version=if_version, archived=True)
    lead.archived_at = None
    return lead


async def prepare(work: Work, rows: Sequence[LeadRow], _records: Mapping[UUID, Lead]) -> Any:
    await load_references(work, [row.values for row in rows], REFERENCES)

    def write(row: LeadRow, lead: Lead | None) -> tuple[Lead, bool]:
        columns = columns_of_values(work, row.values, lead)
        if lead is None:
            made = {"owner_id": work.viewer.user, "status": LeadStatus.NEW, "skills": [], **columns}
            return work.add(Lead(**made)), True
        if lead.status is LeadStatus.CONVERTED:
            if any(getattr(lead, name) != value for name, value in columns.items()):
                raise IllegalTransition(lead.status.value, "update", tuple(TRANSITIONS[lead.status]))
            return lead, False
        before = lead.owner_id
        changed = assign(lead, columns)
        if lead.owner_id != before:
            work.emit(LeadAssigned(lead.id, named(before), named(lead.owner_id)))
        return lead, changed

    return write


def named(owner: UUID | None) -> str | None:
    return None if owner is None else wire(User.prefix, owner)


def columns_of_values(work: Work, values: LeadValues, lead: Lead | None) -> dict[str, Any]:
    columns = checked_texts(values, TEXTS) | checked_references(work, values, REFERENCES, lead)
    columns |= name_columns(columns, lead) | reach_columns(values)
    check_country(columns.get("country"), "country")
    refuse_null(values, "skills")
    if "skills" in values:
        columns["skills"] = checked_skills(values["skills"])
    if "rating" in values:
        columns["rating"] = values["rating"]
    return columns


def name_columns(columns: Mapping[str, Any], lead: Lead | None) -> dict[str, Any]:
    """What the lead is called: the person's name, else that of the company.

    Raises:
        Required: it has neither.
    """
    if lead is not None and not columns.keys() & NAMES:
        return {}
    first, last, company = (
        columns.get(name, getattr(lead, name) if lead else None) for name in ("first_name", "last_name", "company")
    )
    if last is None and company is None:
        raise Required(("last_name",), "a lead has a last name or a company; give one of them")
    name = " ".join(part for part in (first, last) if part) if last else company
    return {"name": name, "name_sort": fold(name)}


def reach_columns(values: LeadValues) -> dict[str, Any]:
    """How to reach the lead, in the normal forms that contacts and accounts have.

    Raises:
        Invalid: this is no e-mail address, phone number with its country, or internet domain.
    """
    columns: dict[str, Any] = {}
    if "email" in values:
        email = normal_email(values["email"]) if values["email"] else None
        columns |= {"email": email, "email_sort": fold(email) if email else None}
    if "phone" in values:
        columns["phone"] = normal_phone(values["phone"]) if values["phone"] else None
    if "domain" in values:
        columns["domain"] = normal_domain(values["domain"], "domain") if values["domain"] else None
    return columns


def checked_skills(given: Sequence[str]) -> list[str]:
    """Folded, sorted, each once.

    Raises:
        Required, TooLong, Invalid: about one of them.
        LimitExceeded: more than 20.
    """
    found = sorted({fold(checked(skill, "skills", limit=SKILL_LIMIT)) for skill in given})
    if len(found) > MOST_SKILLS:
        raise LimitExceeded(("skills",), MOST_SKILLS, "skills of one record")
    return found


async def nobody(_work: Work, _keys: Sequence[str]) -> Mapping[str, UUID]:
    return {}


MATCHING = Matching(Lead, "external_ids", lambda _values: (), nobody)
