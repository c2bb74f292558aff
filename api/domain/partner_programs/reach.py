"""For whom an outsider acts, as commands ask. What he sees is the same rule in SQL: `Outside.acts_for`, `works_on`."""

from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Uuid, column, func, literal, select, true

from api.domain.accounts import Account
from api.domain.kernel import NotFound, Record, Required, Work

R = TypeVar("R", bound=Record)


async def accounts_of(work: Work) -> Collection[UUID]:
    """The accounts that the asking outsider acts for as a partner user, his own among them; none for anybody else."""
    viewer = work.viewer
    if not viewer.outside or viewer.account is None:
        return frozenset()
    await work.flush()
    who = (literal(viewer.principal, Uuid()), literal(viewer.account, Uuid()))
    reach = func.crm_partner_reach(*who, true()).table_valued(column("id", Uuid())).alias("reach")
    return frozenset(await work.session.scalars(select(reach.c.id)))


async def acted_for(work: Work, account_id: UUID | None, path: str = "account") -> UUID:
    """The partner account that a command is about: the one that is named; for an outsider his own if none is.

    Raises:
        Required: nobody is named, by somebody who is not an outsider.
        NotFound, Archived: the account is not there to be named, or is none that the outsider acts for.
    """
    if not work.viewer.outside:
        account = await work.reference(Account, account_id, path)
        if account is None:
            raise Required((path,))
        return account.id
    named = account_id or work.viewer.account
    if named is None or named not in await accounts_of(work):
        raise NotFound(Account.object, (path,))
    return named


async def edit_seen(work: Work, entity: type[R], id: UUID, *, if_version: int | None = None) -> R:
    """As `Work.edit`, for a command that an outsider may give for any row he sees: it says itself what it changes."""
    if work.viewer.outside:
        work.permit(await work.get(entity, id, lock=True, if_version=if_version))
    return await work.edit(entity, id, if_version=if_version)


def add_as_either(work: Work, row: R) -> R:
    """As `Work.add`, for a command that an outsider may give, and that has seen that the row will be one he sees."""
    return work.add(work.permit(row) if work.viewer.outside else row)
