"""What a good Python team would write: Strawberry, SQLAlchemy's ORM and DataLoaders, for the same questions.

Parser and validation caches are on, answers are written by orjson, child lists are one statement for all parents, and
reads do without a transaction. There are no tokens, no row-level security and no limits: the tenant is a header.
`python -m tests.bench.baseline`, with BENCH_DATABASE_URL, BENCH_PORT and BENCH_POOL.
"""

from __future__ import annotations

import os
from datetime import date, datetime
from enum import Enum
from typing import Any, cast
from uuid import UUID

import orjson
import strawberry
import uvicorn
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import Info

from api.db.urls import for_sqlalchemy
from api.domain import accounts, contacts, opportunities, users
from tests.bench import baseline_data
from tests.bench.baseline_data import Loaders

Asked = Info[Loaders, None]


def wire(prefix: str, id: UUID) -> strawberry.ID:
    return strawberry.ID(f"{prefix}_{id.hex}")


def uuid_of(id: str) -> UUID:
    return UUID(id.partition("_")[2])


# What may be asked


@strawberry.enum
class Direction(Enum):
    ASC = "ASC"
    DESC = "DESC"


@strawberry.enum
class AccountSortField(Enum):
    NAME = "name_sort"
    CREATED_AT = "created_at"


@strawberry.enum
class AccountContactSortField(Enum):
    CONTACT_NAME = "name_sort"


@strawberry.enum
class OpportunitySortField(Enum):
    NAME = "name_sort"
    CLOSE_DATE = "close_date"


@strawberry.enum
class OpportunityStatus(Enum):
    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


@strawberry.input
class AccountSort:
    field: AccountSortField
    direction: Direction = Direction.ASC


@strawberry.input
class AccountContactSort:
    field: AccountContactSortField
    direction: Direction = Direction.ASC


@strawberry.input
class OpportunitySort:
    field: OpportunitySortField
    direction: Direction = Direction.ASC


@strawberry.input(one_of=True)
class AccountRef:
    id: strawberry.Maybe[strawberry.ID]


@strawberry.input
class IdFilter:
    eq: strawberry.ID | None = None


@strawberry.input
class StatusFilter:
    eq: OpportunityStatus | None = None


@strawberry.input
class UserFilter:
    id: IdFilter | None = None


@strawberry.input
class OpportunityFilter:
    status: StatusFilter | None = None
    owner: UserFilter | None = None


@strawberry.input
class ContactCreateInput:
    last_name: str
    first_name: str | None = None
    email: str | None = None
    account: AccountRef | None = None


def order(by: Any) -> tuple[tuple[str, bool], ...]:
    """Names of columns, and whether downwards."""
    return tuple((one.field.value, one.direction is Direction.DESC) for one in by or ())


# What is answered


@strawberry.type
class User:
    id: strawberry.ID
    name: str
    email: str | None

    @classmethod
    def of(cls, row: users.User | None) -> User | None:
        return None if row is None else cls(id=wire("usr", row.id), name=row.name, email=row.email)


@strawberry.type
class Stage:
    id: strawberry.ID
    name: str


@strawberry.type
class Contact:
    row: strawberry.Private[contacts.Contact]
    id: strawberry.ID
    first_name: str | None
    last_name: str
    email: str | None
    created_at: datetime

    @classmethod
    def of(cls, row: contacts.Contact) -> Contact:
        return cls(
            row=row,
            id=wire("con", row.id),
            first_name=row.first_name,
            last_name=row.last_name,
            email=row.email,
            created_at=row.created_at,
        )

    @strawberry.field
    async def account(self, info: Asked) -> Account | None:
        return Account.of(await info.context.account(self.row.account_id))


@strawberry.type
class AccountContact:
    contact: Contact


@strawberry.type
class Opportunity:
    row: strawberry.Private[opportunities.Opportunity]
    id: strawberry.ID
    name: str
    close_date: date | None

    @classmethod
    def of(cls, row: opportunities.Opportunity) -> Opportunity:
        return cls(row=row, id=wire("opp", row.id), name=row.name, close_date=row.close_date)

    @strawberry.field
    async def account(self, info: Asked) -> Account | None:
        return Account.of(await info.context.account(self.row.account_id))

    @strawberry.field
    async def stage(self, info: Asked) -> Stage:
        row = await info.context.stages.load(self.row.stage_id)
        return Stage(id=wire("stg", row.id), name=row.name)


@strawberry.type
class ContactConnection:
    nodes: list[Contact]


@strawberry.type
class AccountContactConnection:
    nodes: list[AccountContact]


@strawberry.type
class BoundedCount:
    value: int


@strawberry.type
class OpportunityConnection:
    nodes: list[Opportunity]
    filter: strawberry.Private[baseline_data.Filter | None] = None

    @strawberry.field
    async def total_count(self, info: Asked) -> BoundedCount:
        return BoundedCount(value=await baseline_data.count(info.context, self.filter or {}))


@strawberry.type
class Account:
    row: strawberry.Private[accounts.Account]
    id: strawberry.ID
    name: str
    type: str
    industry: str | None
    employees: int | None

    @classmethod
    def of(cls, row: accounts.Account | None) -> Account | None:
        if row is None:
            return None
        return cls(
            row=row,
            id=wire("acc", row.id),
            name=row.name,
            type=row.type.value,
            industry=row.industry,
            employees=row.employees,
        )

    @strawberry.field
    async def owner(self, info: Asked) -> User | None:
        return User.of(await info.context.user(self.row.owner_id))

    @strawberry.field
    async def contacts(
        self, info: Asked, first: int = 25, order_by: list[AccountContactSort] | None = None
    ) -> AccountContactConnection:
        rows = await info.context.contacts_of_account(first, order(order_by)).load(self.row.id)
        return AccountContactConnection(nodes=[AccountContact(contact=Contact.of(row)) for row in rows])

    @strawberry.field
    async def opportunities(
        self, info: Asked, first: int = 25, order_by: list[OpportunitySort] | None = None
    ) -> OpportunityConnection:
        rows = await info.context.opportunities_of_account(first, order(order_by)).load(self.row.id)
        return OpportunityConnection(nodes=[Opportunity.of(row) for row in rows])


@strawberry.type
class AccountConnection:
    nodes: list[Account]


@strawberry.type
class Query:
    @strawberry.field
    async def account(self, info: Asked, where: AccountRef) -> Account | None:
        return Account.of(await info.context.account(referred(where)))

    @strawberry.field
    async def accounts(
        self, info: Asked, first: int = 25, order_by: list[AccountSort] | None = None
    ) -> AccountConnection:
        rows = await baseline_data.newest(info.context, accounts.Account, first, order(order_by))
        return AccountConnection(nodes=[cast(Account, Account.of(row)) for row in rows])

    @strawberry.field
    async def contacts(self, info: Asked, first: int = 25) -> ContactConnection:
        rows = await baseline_data.newest(info.context, contacts.Contact, first)
        return ContactConnection(nodes=[Contact.of(row) for row in rows])

    @strawberry.field
    async def opportunities(
        self,
        info: Asked,
        first: int = 25,
        filter: OpportunityFilter | None = None,
        order_by: list[OpportunitySort] | None = None,
    ) -> OpportunityConnection:
        where: baseline_data.Filter = {}
        if filter and filter.status and filter.status.eq:
            where["status"] = opportunities.Status(filter.status.eq.value)
        if filter and filter.owner and filter.owner.id and filter.owner.id.eq:
            where["owner_id"] = uuid_of(filter.owner.id.eq)
        rows = await baseline_data.newest(info.context, opportunities.Opportunity, first, order(order_by), where)
        return OpportunityConnection(nodes=[Opportunity.of(row) for row in rows], filter=where)


@strawberry.type
class UserError:
    message: str


@strawberry.type
class ContactWritePayload:
    contact: Contact | None
    outcome: str
    errors: list[UserError]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def contact_create(self, info: Asked, input: ContactCreateInput) -> ContactWritePayload:
        row = await baseline_data.create_contact(
            info.context, input.first_name, input.last_name, input.email, referred(input.account)
        )
        if row is None:
            return ContactWritePayload(contact=None, outcome="FAILED", errors=[UserError(message="no such account")])
        return ContactWritePayload(contact=Contact.of(row), outcome="CREATED", errors=[])


def referred(account: AccountRef | None) -> UUID | None:
    return None if account is None or account.id is None else uuid_of(str(account.id.value))


schema = strawberry.Schema(Query, Mutation, extensions=[ParserCache, ValidationCache])


class Endpoint(GraphQL[Loaders, None]):
    def __init__(self, sessions: async_sessionmaker[AsyncSession], writing: async_sessionmaker[AsyncSession]) -> None:
        super().__init__(schema, graphql_ide=None)
        self.sessions, self.writing = sessions, writing

    async def get_context(self, request: Any, response: Any) -> Loaders:
        return Loaders(UUID(request.headers["x-tenant"]), self.sessions, self.writing)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def application(url: str, pool: int) -> tuple[Starlette, AsyncEngine]:
    engine = create_async_engine(for_sqlalchemy(url), pool_size=pool, max_overflow=0)
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")  # no BEGIN and ROLLBACK around a SELECT
    endpoint = Endpoint(
        async_sessionmaker(reading, expire_on_commit=False), async_sessionmaker(engine, expire_on_commit=False)
    )
    return Starlette(routes=[Route("/graphql", endpoint)]), engine


def main() -> None:
    environment = os.environ
    served, _ = application(environment["BENCH_DATABASE_URL"], int(environment["BENCH_POOL"]))
    uvicorn.run(
        served,
        port=int(environment["BENCH_PORT"]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
