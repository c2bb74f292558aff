"""Tokens to try out the demo with: of colleagues, and of a person of each partner, who is an outsider."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from api.domain import access, sharing, tokens
from api.domain.accounts import Account
from api.domain.contacts import Contact
from api.domain.kernel import Work
from api.domain.partner_programs import PartnerUser
from api.domain.tokens import TokenKind
from api.domain.users import User

from .database import Database, operate
from .demo_data import ADMIN, READER, SELLER

VALIDITY = timedelta(hours=24)
PEOPLE: Mapping[str, str] = MappingProxyType({"admin": ADMIN, "sales_rep": SELLER, "read_only": READER})
PREFIX = "demo "  # of the names of these tokens


class Shown(NamedTuple):
    """A token as it is printed, and whose it is."""

    text: str
    who: str


async def fresh_tokens(database: Database, tenant: UUID) -> dict[str, Shown]:
    """By role, and `partner`, `partner_2` for those of partners; valid for 24 hours. Those of earlier starts end."""
    pepper = tokens.pepper(database.secret())
    made: dict[str, Shown] = {}
    async with database.sessions() as sessions, operate(sessions, tenant, "demo") as work:
        partners = await partner_users(work)
        names = {f"{PREFIX}{label}" for label in (*PEOPLE, *partners)}
        for token in await tokens.tokens(work):
            if token.name in names and token.is_usable(work.now):
                await tokens.revoke(work, token.id)
        people = await people_by_name(work)
        for role, name in PEOPLE.items():
            person = people[name]
            await give(work, person, role)
            _, text = await tokens.create(
                work, role, f"{PREFIX}{role}", pepper=pepper, user_id=person, expires_in=VALIDITY
            )
            made[role] = Shown(text, name)
        for label, (contact, who) in partners.items():
            _, text = await sharing.create_for_contact(
                work, contact, TokenKind.PARTNER, f"{PREFIX}{label}", pepper=pepper, expires_in=VALIDITY
            )
            made[label] = Shown(text, who)
    return made


async def people_by_name(work: Work) -> dict[str, UUID]:
    query = select(User.name, User.id).where(User.tenant_id == work.tenant, User.archived_at.is_(None))
    return dict((await work.session.execute(query)).all())


async def partner_users(work: Work) -> dict[str, tuple[UUID, str]]:
    """The first person of each partner, and how he is called."""
    query = (
        select(Account.name, Contact.id, Contact.name)
        .join(Contact, (Contact.tenant_id == Account.tenant_id) & (Contact.account_id == Account.id))
        .join(PartnerUser, (PartnerUser.tenant_id == Contact.tenant_id) & (PartnerUser.contact_id == Contact.id))
        .where(PartnerUser.tenant_id == work.tenant, PartnerUser.archived_at.is_(None))
        .order_by(Account.name, PartnerUser.created_at, PartnerUser.id)
    )
    first: dict[str, tuple[UUID, str]] = {}
    for company, contact, name in (await work.session.execute(query)).all():
        first.setdefault(company, (contact, f"{name}, {company}"))
    return {"partner" if at == 1 else f"partner_{at}": one for at, one in enumerate(first.values(), 1)}


async def give(work: Work, person: UUID, role: str) -> None:
    """Let the person have the role, beside those it has."""
    wanted, held = await access.role_named(work, role), await access.roles_of(work, person)
    await access.set_roles(work, person, [*held, wanted.id])
