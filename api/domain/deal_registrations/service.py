"""Commands for deal registrations as long as nobody has decided on them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from api.domain.accounts import Account, normal_domain, normal_tax_id
from api.domain.kernel import (
    DomainError,
    ExternalKey,
    IllegalTransition,
    Matching,
    Money,
    NotAllowed,
    Required,
    Row,
    TextField,
    Work,
    Written,
    assign,
    check_country,
    checked_day,
    checked_money,
    checked_references,
    checked_texts,
    load_references,
    refuse_null,
    require,
    write_rows,
)
from api.domain.partner_programs import acted_for, add_as_either, check_active_member, edit_seen
from api.domain.users import User

from .models import DealRegistration
from .states import TRANSITIONS, MatchedBy, RegistrationStatus

TEXTS = {
    "name": TextField(255, required=True, folded="name_sort"),
    "customer_tax_id": TextField(50),
    "customer_country": TextField(2),
    "product_family": TextField(100, folded="product_family_sort"),
    "evidence": TextField(5_000),
    "notes": TextField(20_000),
}
REFERENCES = {"owner_id": User, "customer_account_id": Account}
OF_STAFF = frozenset({"owner_id", "notes"})  # what may change at any time


class RegistrationValues(TypedDict, total=False):
    """What is known of a registration; a missing key leaves the value alone, None clears it.

    `partner_id` is for new ones; a partner user may leave out his own account. `name` is the end customer's;
    `customer_account_id` names its account, for those who know it, else it is found by domain, tax id or name and
    country. `evidence` says what the partner has done to find the deal.
    """

    partner_id: UUID | None
    owner_id: UUID | None
    name: str
    customer_domain: str | None
    customer_tax_id: str | None
    customer_country: str | None
    customer_account_id: UUID | None
    product_family: str | None
    estimated_amount: Money | None
    estimated_close: date | None
    evidence: str | None
    notes: str | None


RegistrationRow = Row[RegistrationValues]


async def create(
    work: Work, values: RegistrationValues, *, external_ids: Sequence[ExternalKey] = ()
) -> DealRegistration:
    """A draft of a registration, for an active member of a program.

    Raises:
        NotFound, Archived: about the partner, the owner or the account.
        Required, TooLong, Invalid: about the values; Invalid too if the partner is no active member.
    """
    row = RegistrationRow(values=values, external_ids=external_ids)
    if not work.viewer.outside:
        return (await write_rows(work, MATCHING, [row], prepare, create=True))[0].unwrap()
    made, _ = (await prepare(work, [row], {}))(row, None)
    return made  # type: ignore[no-any-return]


async def update(
    work: Work, id: UUID, values: RegistrationValues, *, if_version: int | None = None
) -> DealRegistration:
    """Change a draft. What staff keep beside it, its owner and notes, may change at any time.

    Raises:
        IllegalTransition: it is no draft any more.
        NotAllowed: about another partner: that is what a registration is.
    """
    return (await upsert_many(work, [RegistrationRow(values=values, id=id, if_version=if_version)]))[0].unwrap()


async def upsert_many(work: Work, rows: Sequence[RegistrationRow]) -> list[Written[DealRegistration]]:
    """Create or update registrations; a row means the one with its id or external id."""
    if work.viewer.outside:
        for row in rows:
            if row.id is not None:
                await edit_seen(work, DealRegistration, row.id, if_version=row.if_version)
    return await write_rows(work, MATCHING, rows, prepare)


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> DealRegistration:
    """Archive a registration that protects nothing.

    Raises:
        IllegalTransition: it is approved; withdraw it first.
    """
    registration = await work.edit(DealRegistration, id, if_version=if_version, archived=True)
    if registration.status is RegistrationStatus.APPROVED:
        raise IllegalTransition(registration.status.value, "archive", tuple(TRANSITIONS[registration.status]))
    registration.archived_at = registration.archived_at or work.now
    return registration


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> DealRegistration:
    registration = await work.edit(DealRegistration, id, if_version=if_version, archived=True)
    registration.archived_at = None
    return registration


async def prepare(work: Work, rows: Sequence[RegistrationRow], _records: Mapping[UUID, DealRegistration]) -> Any:
    await load_references(work, [row.values for row in rows], REFERENCES)
    wanted = {row.values.get("partner_id") for row in rows}
    partners = {asked: await partner_of(work, asked) for asked in wanted if asked is not None or work.viewer.outside}

    def write(row: RegistrationRow, registration: DealRegistration | None) -> tuple[DealRegistration, bool]:
        columns = columns_of_values(work, row.values, registration)
        if registration is None:
            require(columns, "name")
            partner = partners.get(row.values.get("partner_id"))
            if not isinstance(partner, UUID):
                raise partner or Required(("partner",))
            made = {
                "partner_id": partner,
                "registered_by_id": work.viewer.principal if work.viewer.outside else None,
                "owner_id": None if work.viewer.outside else work.viewer.user,
                "status": RegistrationStatus.DRAFT,
                **columns,
            }
            return add_as_either(work, DealRegistration(**made)), True
        if row.values.get("partner_id", registration.partner_id) != registration.partner_id:
            raise NotAllowed(DealRegistration.object, "give another partner", ("partner",))
        changed = {name for name, value in columns.items() if getattr(registration, name) != value}
        if registration.status is not RegistrationStatus.DRAFT and changed - OF_STAFF:
            raise IllegalTransition(registration.status.value, "update", tuple(TRANSITIONS[registration.status]))
        return registration, assign(registration, columns)

    return write


async def partner_of(work: Work, asked: UUID | None) -> UUID | DomainError:
    """The partner that is asked for; the refusal is that of the row which asks."""
    try:
        partner = await acted_for(work, asked, "partner")
        await check_active_member(work, partner, "partner")
    except DomainError as refusal:
        return refusal
    return partner


def columns_of_values(work: Work, values: RegistrationValues, known: DealRegistration | None) -> dict[str, Any]:
    columns = checked_texts(values, TEXTS) | checked_references(work, values, REFERENCES, known)
    check_country(columns.get("customer_country"), "customer_country")
    refuse_null(values, "name")
    if "customer_tax_id" in columns:
        columns["customer_tax_id_norm"] = normal_tax_id(columns["customer_tax_id"])
    if "customer_domain" in values:
        domain = values["customer_domain"]
        columns["customer_domain"] = normal_domain(domain, "customer_domain") if domain else None
    if "customer_account_id" in columns:
        columns["matched_by"] = MatchedBy.ACCOUNT if columns["customer_account_id"] is not None else None
    if "estimated_amount" in values:
        amount = checked_money(values["estimated_amount"], "estimated_amount")
        columns |= {"estimated_amount_minor": amount and amount.minor, "currency": amount and amount.currency}
    if "estimated_close" in values:
        columns["estimated_close"] = checked_day(values["estimated_close"], "estimated_close")
    return columns


async def nobody(_work: Work, _keys: Sequence[str]) -> Mapping[str, UUID]:
    return {}


MATCHING = Matching(DealRegistration, "external_ids", lambda _values: (), nobody)
