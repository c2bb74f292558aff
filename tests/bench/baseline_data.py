"""The baseline's way to the database: entities of the ORM, and DataLoaders for what belongs to several of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import aliased
from strawberry.dataloader import DataLoader
from uuid_utils.compat import uuid7

from api.domain import accounts, contacts, opportunities, users
from api.domain.contacts.models import AccountContact, ContactEmail
from api.domain.kernel import PrincipalKind, Record
from api.domain.kernel.audit import ChangeEvent, ChangeValues
from api.domain.kernel.outbox import OutboxEntry

R = TypeVar("R", bound=Record)
Filter = dict[str, Any]
Order = tuple[tuple[str, bool], ...]
Sessions = async_sessionmaker[AsyncSession]


class Loaders:
    """The context of one request."""

    def __init__(self, tenant: UUID, sessions: Sessions, writing: Sessions) -> None:
        self.tenant, self.sessions, self.writing = tenant, sessions, writing
        self.users = DataLoader(load_fn=self.by_id(users.User))
        self.accounts = DataLoader(load_fn=self.by_id(accounts.Account))
        self.stages = DataLoader(load_fn=self.by_id(opportunities.Stage))
        self.lists: dict[Any, DataLoader[UUID, list[Any]]] = {}

    async def user(self, id: UUID | None) -> users.User | None:
        return None if id is None else await self.users.load(id)

    async def account(self, id: UUID | None) -> accounts.Account | None:
        return None if id is None else await self.accounts.load(id)

    def by_id(self, entity: type[R]) -> Callable[[list[UUID]], Any]:
        async def load(ids: list[UUID]) -> list[R | None]:
            query = select(entity).where(entity.tenant_id == self.tenant, entity.id.in_(ids))
            async with self.sessions() as session:
                found = {row.id: row for row in await session.scalars(query)}
            return [found.get(id) for id in ids]

        return load

    def contacts_of_account(self, first: int, order: Order) -> DataLoader[UUID, list[contacts.Contact]]:
        return self.listed("contacts", first, order, self.load_contacts)

    def opportunities_of_account(self, first: int, order: Order) -> DataLoader[UUID, list[opportunities.Opportunity]]:
        return self.listed("opportunities", first, order, self.load_opportunities)

    def listed(self, name: str, first: int, order: Order, load: Any) -> DataLoader[UUID, list[Any]]:
        key = (name, first, order)
        if key not in self.lists:
            self.lists[key] = DataLoader(load_fn=lambda ids: load(ids, first, order))
        return self.lists[key]

    async def load_contacts(self, ids: list[UUID], first: int, order: Order) -> list[list[contacts.Contact]]:
        """The rows of every account are numbered in their order, so that one statement is enough."""
        contact, job = contacts.Contact, AccountContact
        ranked = (
            select(
                job.account_id,
                job.contact_id,
                func.row_number()
                .over(partition_by=job.account_id, order_by=[*ordered(contact, order), job.id])
                .label("rank"),
            )
            .join(contact, (contact.tenant_id == job.tenant_id) & (contact.id == job.contact_id))
            .where(job.tenant_id == self.tenant, job.account_id.in_(ids), job.archived_at.is_(None))
            .subquery()
        )
        query = (
            select(ranked.c.account_id, contact)
            .join(ranked, ranked.c.contact_id == contact.id)
            .where(contact.tenant_id == self.tenant, ranked.c.rank <= first)
            .order_by(ranked.c.rank)
        )
        return await self.grouped(query, ids)

    async def load_opportunities(
        self, ids: list[UUID], first: int, order: Order
    ) -> list[list[opportunities.Opportunity]]:
        entity = opportunities.Opportunity
        ranked = (
            select(
                entity,
                func.row_number()
                .over(partition_by=entity.account_id, order_by=[*ordered(entity, order), entity.id])
                .label("rank"),
            )
            .where(entity.tenant_id == self.tenant, entity.account_id.in_(ids), entity.archived_at.is_(None))
            .subquery()
        )
        row = aliased(entity, ranked)
        query = select(ranked.c.account_id, row).where(ranked.c.rank <= first).order_by(ranked.c.rank)
        return await self.grouped(query, ids)

    async def grouped(self, query: Any, ids: Sequence[UUID]) -> list[list[Any]]:
        found: dict[UUID, list[Any]] = {id: [] for id in ids}
        async with self.sessions() as session:
            for key, row in await session.execute(query):
                found[key].append(row)
        return [found[id] for id in ids]


def ordered(entity: Any, order: Order) -> list[Any]:
    return [getattr(entity, name).desc() if down else getattr(entity, name) for name, down in order]


async def newest(
    loaders: Loaders, entity: type[R], first: int, order: Order = (), where: Filter | None = None
) -> Sequence[R]:
    """The first rows in an order, by default the newest."""
    query = matching(select(entity), loaders, entity, where or {})
    by = order or (("created_at", True),)
    last = by[0][1]
    query = query.order_by(*ordered(entity, by), entity.id.desc() if last else entity.id).limit(first)
    async with loaders.sessions() as session:
        return (await session.scalars(query)).all()


async def count(loaders: Loaders, where: Filter) -> int:
    query = matching(select(func.count()), loaders, opportunities.Opportunity, where)
    async with loaders.sessions() as session:
        return (await session.scalar(query)) or 0


def matching(query: Any, loaders: Loaders, entity: Any, where: Filter) -> Any:
    given = [getattr(entity, name) == value for name, value in where.items()]
    return query.where(entity.tenant_id == loaders.tenant, entity.archived_at.is_(None), *given)


async def create_contact(
    loaders: Loaders, first_name: str | None, last_name: str, email: str | None, account: UUID | None
) -> contacts.Contact | None:
    """The contact with its address, its job, who did it, and the event for others: what the product writes, too."""
    tenant, now = loaders.tenant, datetime.now(UTC)
    async with loaders.writing() as session:
        if account is not None and await session.get(accounts.Account, (tenant, account)) is None:
            return None
        name = " ".join(filter(None, (first_name, last_name)))
        values = {"first_name": first_name, "last_name": last_name, "email": email, "account_id": account}
        contact = contacts.Contact(
            tenant_id=tenant,
            id=uuid7(),
            name=name,
            name_sort=name.casefold(),
            last_name_sort=last_name.casefold(),
            email_sort=email,
            email_norm=email,
            version=1,
            created_at=now,
            updated_at=now,
            **values,
        )
        session.add(contact)
        await session.flush()
        if email is not None:
            session.add(ContactEmail(tenant_id=tenant, contact_id=contact.id, key=email, email=email, original=email))
        if account is not None:
            session.add(
                AccountContact(
                    tenant_id=tenant,
                    id=uuid7(),
                    contact_id=contact.id,
                    account_id=account,
                    is_primary_contact=False,
                    created_at=now,
                )
            )
        session.add_all(trail(tenant, contact, {key: str(one) for key, one in values.items() if one}, now))
        await session.commit()
    return contact


def trail(tenant: UUID, contact: contacts.Contact, values: dict[str, str], now: datetime) -> list[Any]:
    change = uuid7()
    return [
        ChangeEvent(
            tenant_id=tenant,
            id=change,
            object_type="contact",
            object_id=contact.id,
            version=1,
            at=now,
            actor_kind=PrincipalKind.STAFF,
            actor_id=tenant,
            actor_name="Bench",
            request_id="bench",
            operation="contactCreate",
            changed=sorted(values),
        ),
        ChangeValues(tenant_id=tenant, id=change, before={}, after=values),
        OutboxEntry(
            tenant_id=tenant,
            event_id=uuid7(),
            aggregate_type="contact",
            aggregate_id=contact.id,
            version=1,
            types=["contact.created"],
            schema_version=1,
            actor={"id": str(tenant)},
            changed=sorted(values),
            payload=values,
            occurred_at=now,
        ),
    ]
