"""The accounts a contact works for, or has worked for."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select

from api.domain.accounts import Account
from api.domain.kernel import (
    Invalid,
    NotFound,
    TextField,
    Work,
    among,
    assign,
    checked_day,
    checked_texts,
    new_id,
    under,
)

from .models import AccountContact, Contact

TEXTS = {"role": TextField(255, folded="role_sort")}


class Side(StrEnum):
    """For which side of a relation the other one is the primary."""

    CONTACT = "CONTACT"
    ACCOUNT = "ACCOUNT"
    BOTH = "BOTH"


@dataclass
class Relations:
    """The relations of the contacts of one command that have not ended, by contact and account."""

    work: Work
    active: dict[tuple[UUID, UUID], AccountContact] = field(default_factory=dict)

    def of(self, contact: UUID, account: UUID) -> AccountContact:
        """Raises NotFound if the contact is not with the account now."""
        relation = self.active.get((contact, account))
        if relation is None:
            raise NotFound("relation", ("account",))
        return relation

    def ensure(self, contact: UUID, account: UUID, **columns: Any) -> bool:
        """The contact is with the account from now on, if it was not. True if anything changed."""
        known = self.active.get((contact, account))
        if known is not None:
            return assign(known, columns)
        self.active[contact, account] = self.work.add(
            AccountContact(id=new_id(), contact_id=contact, account_id=account, created_at=self.work.now, **columns)
        )
        return True


async def relate(  # noqa: PLR0913 - the facts of a relation
    work: Work,
    contact_id: UUID,
    account_id: UUID,
    *,
    role: str | None = None,
    started_on: date | None = None,
    if_version: int | None = None,
) -> Contact:
    """Begin a relation, or tell more about the present one. The first is the contact's primary account.

    Raises:
        NotFound, Archived: the account is not there to be related to.
    """
    contact = await work.edit(Contact, contact_id, if_version=if_version)
    await work.reference(Account, account_id, "account")
    columns = checked_texts({"role": role} if role is not None else {}, TEXTS)
    if started_on is not None:
        columns["started_on"] = checked_day(started_on, "started_on")
    (await load_relations(work, [contact_id])).ensure(contact_id, account_id, **columns)
    if contact.account_id is None:
        contact.account_id = account_id
    return contact


async def end_relation(
    work: Work, contact_id: UUID, account_id: UUID, *, ended_on: date | None = None, if_version: int | None = None
) -> Contact:
    """End the present relation, today or on an earlier day; it is no longer primary on either side.

    Raises:
        NotFound: the contact is not with the account now.
        Invalid: the day is in the future, or before it began.
    """
    contact = await work.edit(Contact, contact_id, if_version=if_version)
    await account_of(work, account_id)
    relation = (await load_relations(work, [contact_id])).of(contact_id, account_id)
    today = (await work.tenant_settings()).day_of(work.now)
    day = checked_day(ended_on, "ended_on") or today
    if day > today:
        raise Invalid(("ended_on",), f"a relation ends on {today} at the latest, which is today", "future")
    if relation.started_on is not None and day < relation.started_on:
        raise Invalid(("ended_on",), f"this relation began later, on {relation.started_on}", "before_started")
    assign(relation, {"ended_on": day, "is_primary_contact": False})
    if contact.account_id == account_id:
        contact.account_id = None
    return contact


async def make_primary(
    work: Work, contact_id: UUID, account_id: UUID, *, side: Side = Side.BOTH, if_version: int | None = None
) -> Contact:
    """Make a present relation the primary one of the contact, of the account, or of both; that takes it from others.

    Raises:
        NotFound: the contact is not with the account now.
        NotAllowed: for the account's side, the viewer may not change the account.
    """
    contact = await work.edit(Contact, contact_id, if_version=if_version)
    await account_of(work, account_id)
    relation = (await load_relations(work, [contact_id])).of(contact_id, account_id)
    if side is not Side.CONTACT and not relation.is_primary_contact:
        with under("account"):
            await work.edit(Account, account_id)  # one at a time, so that nobody finds two
        await step_down(work, account_id)
        relation.is_primary_contact = True
    if side is not Side.ACCOUNT:
        contact.account_id = account_id
    return contact


async def account_of(work: Work, id: UUID) -> Account:
    """The account, archived or not."""
    with under("account"):
        return await work.get(Account, id)


async def step_down(work: Work, account_id: UUID) -> None:
    """The primary contact of an account is so no longer, whoever owns it."""
    query = select(AccountContact).where(
        AccountContact.tenant_id == work.tenant,
        AccountContact.account_id == account_id,
        AccountContact.is_primary_contact,
    )
    await work.flush()
    for relation in (await work.session.scalars(query)).all():
        await work.affect(Contact, [relation.contact_id])
        relation.is_primary_contact = False
    await work.flush()  # before another one gets it: the index sees each row by itself


async def archive_relations(work: Work, contact_id: UUID, at: datetime | None) -> None:
    """Mirror the contact's `archived_at`; an archived contact is nobody's primary contact."""
    query = select(AccountContact).where(
        AccountContact.tenant_id == work.tenant, AccountContact.contact_id == contact_id
    )
    for relation in await work.session.scalars(query):
        assign(relation, {"archived_at": at} | ({"is_primary_contact": False} if at is not None else {}))


async def load_relations(work: Work, contacts: Collection[UUID]) -> Relations:
    """The present relations of these contacts, with one statement."""
    relations = Relations(work)
    if contacts:
        await work.flush()
        query = select(AccountContact).where(
            AccountContact.tenant_id == work.tenant,
            among(AccountContact.contact_id, contacts),
            AccountContact.ended_on.is_(None),
        )
        for relation in await work.session.scalars(query):
            relations.active[relation.contact_id, relation.account_id] = relation
    return relations
