"""Commands for cases; the verbs that change their state are in `moves`, comments in `comments`."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import Text, select

from api.domain.accounts import Account
from api.domain.business_hours import BusinessHours
from api.domain.contacts import Contact, ContactEmail, key_of_email
from api.domain.kernel import (
    ExternalKey,
    Matching,
    NotAllowed,
    Outcome,
    Row,
    TextField,
    Work,
    Written,
    among,
    assign,
    checked_references,
    checked_texts,
    load_references,
    load_tree,
    refuse_null,
    require,
    write_rows,
)
from api.domain.products import Product
from api.domain.queues import Queue, look_again, skill_names
from api.domain.users import User

from .choice import open_choice
from .clocks import open_clocks
from .desk import begin_stay, check_unfinished, take_numbers
from .escalating import look_at_ages
from .models import Case
from .priorities import prioritise
from .routing import Handed, handed_over
from .states import UNSETTLED, CaseOrigin, CasePriority, CaseSeverity, CaseStatus, CaseType

TEXTS = {
    "subject": TextField(255, required=True, folded="subject_sort"),
    "description": TextField(50_000),
    "notes": TextField(20_000),
    "from_email": TextField(254),
}
REFERENCES = {
    "account_id": Account,
    "contact_id": Contact,
    "product_id": Product,
    "owner_id": User,
    "queue_id": Queue,
    "parent_id": Case,
    "business_hours_id": BusinessHours,
}
NO_FACTS: Mapping[str, Any] = MappingProxyType({})
ENUMS = ("origin", "type", "priority", "severity")


class CaseValues(TypedDict, total=False):
    """What is known of a case; a missing key leaves the value alone, None clears it.

    Of a new case that names no contact, `from_email` finds one: the live contact with that address, and its account.
    A case that is put into a queue and has no owner gets the one that the queue chooses.
    """

    subject: str
    description: str | None
    notes: str | None
    account_id: UUID | None
    contact_id: UUID | None
    product_id: UUID | None
    owner_id: UUID | None
    queue_id: UUID | None
    skills: Sequence[str]
    parent_id: UUID | None
    business_hours_id: UUID | None
    from_email: str | None
    origin: CaseOrigin
    type: CaseType | None
    priority: CasePriority
    severity: CaseSeverity | None


CaseRow = Row[CaseValues]


async def create(work: Work, values: CaseValues, *, external_ids: Sequence[ExternalKey] = ()) -> Case:
    """A new case with the next number. Nobody owns it unless the values say so.

    A customer opens one for himself: of the values, subject and description are his.

    Raises:
        NotAllowed: by a partner user.
        Required: no subject.
        Invalid: it would be below itself or deeper than ten levels, or `from_email` is no address.
    """
    row = CaseRow(values=values, external_ids=external_ids)
    if work.viewer.outside:
        row = CaseRow(values=of_customer(work, values))
    return (await write_cases(work, [row], create=True))[0].unwrap()


async def update(work: Work, id: UUID, values: CaseValues, *, if_version: int | None = None) -> Case:
    """Raises IllegalTransition if the case is finished."""
    return (await upsert_many(work, [CaseRow(values=values, id=id, if_version=if_version)]))[0].unwrap()


async def upsert_many(work: Work, rows: Sequence[CaseRow]) -> list[Written[Case]]:
    """Create or update cases; a row means the one with its id or external id."""
    return await write_cases(work, rows)


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> Case:
    """Its clocks tell nothing until it is restored, but time goes on."""
    case = await work.edit(Case, id, if_version=if_version, archived=True)
    if case.archived_at is None:
        case.archived_at = work.now
        if case.status in UNSETTLED and case.owner_id is not None and case.queue_id is not None:
            await look_again(work, [case.queue_id])  # its agent has room for another one
    return case


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> Case:
    case = await work.edit(Case, id, if_version=if_version, archived=True)
    if case.archived_at is not None:
        case.archived_at = None
        await (await open_clocks(work, [case])).settle()  # its timer was silent
        await look_at_ages(work)
        if case.status in UNSETTLED and case.owner_id is None and case.queue_id is not None:
            await look_again(work, [case.queue_id])
    return case


async def write_cases(
    work: Work, rows: Sequence[CaseRow], *, create: bool = False, facts: Mapping[str, Any] = NO_FACTS
) -> list[Written[Case]]:
    """`facts`: columns of new cases that go before those of the rows, whatever the viewer may see of them."""
    new: list[Case] = []
    moved: list[Case] = []  # to another priority
    handed: list[Handed] = []

    async def prepare(work: Work, rows: Sequence[CaseRow], records: Mapping[UUID, Case]) -> Any:
        return await prepared(work, rows, records, (new, moved, handed), facts)

    if work.viewer.outside:  # who has no right to create cases, but a command for that
        write = await prepare(work, rows, {})
        written = [Written(Outcome.CREATED, write(row, None)[0]) for row in rows]
    else:
        written = await write_rows(work, MATCHING, rows, prepare, create=create)
    clocks = await open_clocks(work, [*new, *moved])
    for case in new:
        clocks.begin(case)
    await prioritise(clocks, moved)
    await clocks.settle()
    await handed_over(work, handed)
    return written


def of_customer(work: Work, values: CaseValues) -> CaseValues:
    """What a customer may say of a case that he opens; everything else is ours to say."""
    if work.viewer.account is not None:
        raise NotAllowed(Case.object, "open")
    own: CaseValues = {"contact_id": work.viewer.principal, "origin": CaseOrigin.WEB}
    for name in ("subject", "description"):
        if name in values:
            own[name] = values[name]
    return own


async def prepared(
    work: Work,
    rows: Sequence[CaseRow],
    records: Mapping[UUID, Case],
    found: tuple[list[Case], list[Case], list[Handed]],
    facts: Mapping[str, Any],
) -> Any:
    new, moved, handed = found
    senders = await contacts_by_email(work, rows)
    await work.load(Contact, senders.values())
    await load_references(work, [row.values for row in rows], REFERENCES)
    parents = {parent for row in rows if (parent := row.values.get("parent_id"))}
    tree = await load_tree(work, Case, records, parents)
    numbers = await take_numbers(work, max(len(rows) - len(records), 0))
    choice = await open_choice(work, [{**row.values, **facts} for row in rows if row.id is None], senders.values())

    def write(row: CaseRow, case: Case | None) -> tuple[Case, bool]:
        if case is not None:
            check_unfinished(case, "update")
        columns = columns_of_values(work, row.values, case)
        if parent := columns.get("parent_id"):
            tree.check(case.id if case else None, parent)
        before = case.priority if case is not None else None
        had = (case.queue_id, case.owner_id) if case is not None else (None, None)
        changed = case is None or assign(case, columns)
        if case is None:
            columns = with_sender(work, {**columns, **facts}, senders)
            case = write_new(work, numbers.pop(0), columns)
            assign(case, choice.terms_of(columns))  # a case that is refused uses up nothing
            new.append(case)
        elif case.priority is not before:
            moved.append(case)
        if "parent_id" in columns:
            tree.move(case.id, case.parent_id)
        if (case.queue_id, case.owner_id) != had:
            handed.append(Handed(case, *had))
        return case, changed

    return write


def columns_of_values(work: Work, values: CaseValues, case: Case | None) -> dict[str, Any]:
    if case is None:
        require(values, "subject")
    refuse_null(values, "origin", "priority", "skills")
    columns = checked_texts(values, TEXTS) | checked_references(work, values, REFERENCES, case)
    if columns.get("from_email"):
        key_of_email(columns["from_email"])  # refuses what is no address
    if "skills" in values:
        columns["skills"] = skill_names(values["skills"], "skills")
    return columns | {name: values[name] for name in ENUMS if name in values}  # type: ignore[literal-required]


def with_sender(work: Work, columns: dict[str, Any], senders: Mapping[str, UUID]) -> dict[str, Any]:
    """The columns of a new case, with the contact that wrote it, if it is known, and the contact's account."""
    if columns.get("contact_id") is None and (email := columns.get("from_email")):
        columns = {**columns, "contact_id": senders.get(key_of_email(email))}
    if columns.get("account_id") is None and columns.get("contact_id") is not None:
        columns = {**columns, "account_id": work.loaded(Contact, columns["contact_id"], "contact").account_id}
    return columns


def write_new(work: Work, number: int, columns: Mapping[str, Any]) -> Case:
    known = {"origin": CaseOrigin.API, "priority": CasePriority.NORMAL, "skills": [], **columns}
    case = Case(number=number, status=CaseStatus.NEW, status_since=work.now, **known)
    work.add(work.permit(case) if work.viewer.outside else case)
    begin_stay(work, case)
    return case


async def contacts_by_email(work: Work, rows: Sequence[CaseRow]) -> dict[str, UUID]:
    """The normal form of the senders' addresses → the visible live contact that has it; the oldest if several do."""
    given = [email for row in rows if row.id is None and (email := row.values.get("from_email"))]
    keys = sorted({key_of_email(email) for email in given if "@" in email})
    if not keys:
        return {}
    await work.flush()
    query = (
        select(ContactEmail.key, ContactEmail.contact_id)
        .join(Contact, (Contact.tenant_id == ContactEmail.tenant_id) & (Contact.id == ContactEmail.contact_id))
        .where(
            ContactEmail.tenant_id == work.tenant, among(ContactEmail.key, keys, Text()), Contact.archived_at.is_(None)
        )
        .order_by(ContactEmail.contact_id.desc())
    )
    found = [(key, id) for key, id in await work.session.execute(query)]
    seen = await work.load(Contact, {id for _, id in found})
    return {key: id for key, id in found if id in seen}


def no_keys(_values: Mapping[str, Any]) -> Sequence[str]:
    return ()


async def nobody(_work: Work, _keys: Sequence[str]) -> Mapping[str, UUID]:
    return {}


MATCHING = Matching(Case, "external_ids", no_keys, nobody)
