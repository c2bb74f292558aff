"""The domains and addresses of accounts."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, select

from api.domain.kernel import AddressKind, Invalid, LimitExceeded, NotFound, Work, among

from .models import Account, AccountAddress, AccountDomain

MOST_DOMAINS = 50
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"({LABEL}\.)+{LABEL}")
LONGEST_DOMAIN = 253


@dataclass
class Parts:
    """The parts of the accounts of one command, kept up to date while they change."""

    work: Work
    domains: dict[UUID, dict[str, AccountDomain]] = field(default_factory=dict)
    addresses: dict[tuple[UUID, AddressKind], AccountAddress] = field(default_factory=dict)

    def domains_of(self, account: UUID) -> list[str]:
        return sorted(self.domains.get(account, {}))

    def check_domains(self, account: UUID | None, domains: Sequence[str]) -> None:
        """Raises LimitExceeded if the account would have more than 50 domains."""
        own = self.domains.get(account, {}) if account else {}
        if len(own.keys() | set(domains)) > MOST_DOMAINS:
            raise LimitExceeded(("domains",), MOST_DOMAINS, "domains of one account")

    def add_domains(self, account: UUID, domains: Sequence[str]) -> bool:
        """True if any is new. The domains are checked and belong to nobody else."""
        own = self.domains.setdefault(account, {})
        new = [domain for domain in domains if domain not in own]
        for domain in new:
            own[domain] = self.work.add(AccountDomain(account_id=account, domain=domain))
        return bool(new)

    def put_addresses(self, account: UUID, addresses: Mapping[AddressKind, dict[str, Any]]) -> bool:
        """Replace the address of each kind. True if any differs."""
        changed = False
        for kind, columns in addresses.items():
            known = self.addresses.get((account, kind))
            if known is None:
                known = self.work.add(AccountAddress(account_id=account, kind=kind, **columns))
                self.addresses[account, kind] = known
                changed = True
            for name, value in columns.items():
                if getattr(known, name) != value:
                    setattr(known, name, value)
                    changed = True
        return changed

    def archive(self, account: UUID, at: datetime | None) -> None:
        for domain in self.domains.get(account, {}).values():
            domain.archived_at = at


async def remove_domain(work: Work, account_id: UUID, domain: str, *, if_version: int | None = None) -> Account:
    """Raises NotFound if the account has no such domain."""
    account = await work.edit(Account, account_id, if_version=if_version)
    known = (await load_parts(work, [account_id])).domains.get(account_id, {})
    found = known.get(normal_domain(domain))
    if found is None:
        raise NotFound("domain", ("domain",))
    work.remove(found)
    return account


async def remove_address(work: Work, account_id: UUID, kind: AddressKind, *, if_version: int | None = None) -> Account:
    """Raises NotFound if the account has no address of the kind."""
    account = await work.edit(Account, account_id, if_version=if_version)
    found = (await load_parts(work, [account_id])).addresses.get((account_id, kind))
    if found is None:
        raise NotFound("address", ("kind",))
    work.remove(found)
    return account


async def load_parts(work: Work, accounts: Collection[UUID]) -> Parts:
    """The parts of these accounts, with two statements."""
    parts = Parts(work)
    if not accounts:
        return parts
    await work.flush()
    for domain in await work.session.scalars(
        select(AccountDomain).where(AccountDomain.tenant_id == work.tenant, among(AccountDomain.account_id, accounts))
    ):
        parts.domains.setdefault(domain.account_id, {})[domain.domain] = domain
    for address in await work.session.scalars(
        select(AccountAddress).where(
            AccountAddress.tenant_id == work.tenant, among(AccountAddress.account_id, accounts)
        )
    ):
        parts.addresses[address.account_id, address.kind] = address
    return parts


async def holders_of_domains(work: Work, domains: Sequence[str]) -> dict[str, UUID]:
    """Domain → the live account that has it."""
    await work.flush()
    query = select(AccountDomain.domain, AccountDomain.account_id).where(
        AccountDomain.tenant_id == work.tenant,
        among(AccountDomain.domain, domains, Text()),
        AccountDomain.archived_at.is_(None),
    )
    return dict((await work.session.execute(query)).all())


def domains_in(values: Mapping[str, Any]) -> list[str]:
    """The domains in the values of a row, in their normal form.

    Raises:
        Invalid: one is not a domain.
    """
    return list(dict.fromkeys(normal_domain(domain) for domain in values.get("domains") or ()))


def normal_domain(text: str, path: str = "domains") -> str:
    """Lower case, in ASCII (IDNA 2003), without the dot at the end. Raises Invalid, at `path`, for anything else.

    >>> normal_domain("Bücher.Example.")
    'xn--bcher-kva.example'
    """
    try:
        domain = text.strip().removesuffix(".").lower().encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Invalid((path,), "this is not an internet domain, such as example.com", "domain") from error
    if len(domain) > LONGEST_DOMAIN or not DOMAIN.fullmatch(domain):
        raise Invalid((path,), "this is not an internet domain, such as example.com", "domain")
    return domain
