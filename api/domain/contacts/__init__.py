"""People we deal with, how to reach them, and the accounts they work for."""

from .models import AccountContact, Contact, ContactAddress, ContactEmail, ContactPhone
from .parts import remove_address, remove_email, remove_phone
from .points import EmailValues, PhoneValues, key_of_email, normal_email, normal_phone
from .relations import Side, end_relation, make_primary, relate
from .service import ContactRow, ContactValues, archive, create, restore, update, upsert_many

__all__ = [
    "AccountContact",
    "Contact",
    "ContactAddress",
    "ContactEmail",
    "ContactPhone",
    "ContactRow",
    "ContactValues",
    "EmailValues",
    "PhoneValues",
    "Side",
    "archive",
    "create",
    "end_relation",
    "key_of_email",
    "make_primary",
    "normal_email",
    "normal_phone",
    "relate",
    "remove_address",
    "remove_email",
    "remove_phone",
    "restore",
    "update",
    "upsert_many",
]
