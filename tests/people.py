"""Tenants and the people who act in them, made without history, so that a test sees only its own."""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, insert, literal, select
from sqlalchemy.ext.asyncio import async_sessionmaker

from api.db.writes import WriteSession
from api.domain import access
from api.domain.kernel import PrincipalKind, Tenant, Viewer, Work, fold, new_id, open_work
from api.domain.users import User

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
REQUEST = "req-test"

Sessions = async_sessionmaker[WriteSession]


class OpenAs(Protocol):
    """Opens a work of a role; without a user it is that of the first person of the tenant."""

    def __call__(self, role: str = "admin", user: User | None = None) -> AbstractAsyncContextManager[Work]: ...


async def a_tenant(sessions: Sessions, name: str = "Acme") -> Tenant:
    tenant = Tenant(id=new_id(), name=name, currency="USD", zone="UTC", fiscal_year_start=1, created_at=NOW)
    await add(sessions, tenant.id, tenant)
    viewer = Viewer(tenant.id, tenant.id, PrincipalKind.SYSTEM, "tests", access.shipped("admin"))
    async with sessions() as session:
        await session.begin_as({"crm.tenant": str(tenant.id)})
        await access.seed(Work(session, viewer, NOW, REQUEST, "test"))
        await session.commit()
    return tenant


async def a_user(sessions: Sessions, tenant: UUID, name: str = "Ada Admin") -> User:
    email = f"{fold(name).replace(' ', '.')}@example.com"
    user = User(
        tenant_id=tenant,
        id=new_id(),
        name=name,
        name_sort=fold(name),
        email=email,
        email_norm=email,
        is_active=True,
        version=1,
        created_at=NOW,
        updated_at=NOW,
    )
    await add(sessions, tenant, user)
    async with sessions() as session:
        await session.execute(select(func.set_config("crm.tenant", str(tenant), True)))
        roles = select(access.Role.tenant_id, literal(user.id), access.Role.id).where(access.Role.name == "admin")
        await session.execute(insert(access.UserRole).from_select(["tenant_id", "user_id", "role_id"], roles))
        await session.commit()
    return user


async def add(sessions: Sessions, tenant: UUID, row: Tenant | User) -> None:
    async with sessions() as session:
        await session.execute(select(func.set_config("crm.tenant", str(tenant), True)))
        session.add(row)
        await session.commit()


def viewer_of(user: User, role: str) -> Viewer:
    return Viewer(user.tenant_id, user.id, PrincipalKind.STAFF, user.name, access.shipped(role), user.id)


def opener(sessions: Sessions, person: User) -> OpenAs:
    def open_as(role: str = "admin", user: User | None = None) -> AbstractAsyncContextManager[Work]:
        viewer = viewer_of(user or person, role)
        return open_work(sessions, viewer, now=NOW, request_id=REQUEST, operation="test")

    return open_as
