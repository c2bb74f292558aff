"""Organisations we sell to."""

from api.domain.kernel import AddressKind, AddressValues

from .models import Account, AccountAddress, AccountDomain, AccountType
from .parts import holders_of_domains, normal_domain, remove_address, remove_domain
from .service import AccountRow, AccountValues, archive, create, normal_tax_id, restore, update, upsert_many

__all__ = [
    "Account",
    "AccountAddress",
    "AccountDomain",
    "AccountRow",
    "AccountType",
    "AccountValues",
    "AddressKind",
    "AddressValues",
    "archive",
    "create",
    "holders_of_domains",
    "normal_domain",
    "normal_tax_id",
    "remove_address",
    "remove_domain",
    "restore",
    "update",
    "upsert_many",
]
