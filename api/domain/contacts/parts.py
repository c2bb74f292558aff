"""What belongs to contacts: e-mail addresses, phone numbers, postal addresses."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import select

from api.domain.kernel import AddressKind, Invalid, LimitExceeded, NotFound, Work, among, assign, fold

from .models import Contact, ContactAddress, ContactEmail, ContactPhone
from .points import Point, Points, key_of_email, normal_phone

P = TypeVar("P", ContactEmail, ContactPhone)
MOST = 20
COUNTRY_FROM = (AddressKind.OFFICE, AddressKind.BILLING, AddressKind.SHIPPING, AddressKind.OTHER)


@dataclass(frozen=True)
class Way(Generic[P]):
    """A way to reach a contact. `shown`: the columns of a contact that name the primary one, by key and text."""

    model: type[P]
    key: str
    primary: str
    path: str
    paths: str
    what: str
    shown: Callable[[str | None, str | None], dict[str, Any]]


EMAIL = Way(
    ContactEmail,
    "key",
    "email_norm",
    "email",
    "emails",
    "e-mail addresses",
    lambda key, text: {"email": text, "email_sort": fold(text) if text else None, "email_norm": key},
)
PHONE = Way(ContactPhone, "number", "phone", "phone", "phones", "phone numbers", lambda key, _text: {"phone": key})


@dataclass
class Reach(Generic[P]):
    """What will become of a contact's addresses or numbers; nothing has yet. `columns` are the contact's own."""

    way: Way[P]
    columns: dict[str, Any] = field(default_factory=dict)
    points: tuple[Point, ...] = ()
    removed: P | None = None


@dataclass
class Parts:
    """The parts of the contacts of one command, kept up to date while they change."""

    work: Work
    points: dict[tuple[type[Any], UUID], dict[str, Any]] = field(default_factory=dict)
    addresses: dict[tuple[UUID, AddressKind], ContactAddress] = field(default_factory=dict)

    def country_of(self, contact: UUID | None, given: Mapping[AddressKind, Mapping[str, Any]]) -> str | None:
        """The country of an address: of one that is given now, else of one that is known."""
        for kind in COUNTRY_FROM:
            if (one := given.get(kind)) and one["country"]:
                return str(one["country"])
        for kind in COUNTRY_FROM:
            if contact is not None and (known := self.addresses.get((contact, kind))) and known.country:
                return known.country
        return None

    def reach(self, way: Way[P], contact: Contact | None, asked: Points) -> Reach[P]:
        """What the values make of a contact's addresses or numbers.

        Raises:
            LimitExceeded: it would have more than 20.
            Invalid: the primary one is cleared although there are others.
        """
        known: dict[str, P] = self.points.get((way.model, contact.id), {}) if contact else {}
        current: str | None = getattr(contact, way.primary) if contact else None
        if asked.cleared and asked.found:
            raise Invalid((way.path,), f"leave this out where `{way.paths}` are given", "cleared")
        if asked.cleared:
            return self.without(way, known, current, current)
        if len(known.keys() | asked.found.keys()) > MOST:
            raise LimitExceeded((way.paths,), MOST, f"{way.what} of one contact")
        reach = Reach(way, points=tuple(asked.found.values()))
        primary = asked.primary or asked.single or current or asked.first
        if primary is not None and primary != current:
            shown = getattr(known[primary], way.path, primary) if primary in known else asked.found[primary].shown
            reach.columns = way.shown(primary, shown)
        return reach

    def without(self, way: Way[P], known: Mapping[str, P], current: str | None, key: str | None) -> Reach[P]:
        """A contact without one of its addresses or numbers; the primary one goes last."""
        if key is None:
            return Reach(way)
        if key == current and len(known) > 1:
            raise Invalid((way.path,), f"there are other {way.what}; make one of them the primary one first", "primary")
        return Reach(way, way.shown(None, None) if key == current else {}, removed=known[key])

    def put(self, contact: UUID, reach: Reach[Any]) -> bool:
        """True if any part changed."""
        way, changed = reach.way, False
        known = self.points.setdefault((way.model, contact), {})
        if reach.removed is not None:
            self.work.remove(known.pop(getattr(reach.removed, way.key)))
            changed = True
        for point in reach.points:
            if point.key in known:
                changed |= assign(known[point.key], point.given)
            else:
                part = way.model(contact_id=contact, **point.columns, **point.given)
                known[point.key] = self.work.add(part)
                changed = True
        return changed

    def put_addresses(self, contact: UUID, addresses: Mapping[AddressKind, dict[str, Any]]) -> bool:
        """Replace the address of each kind. True if any differs."""
        changed = False
        for kind, columns in addresses.items():
            known = self.addresses.get((contact, kind))
            if known is None:
                self.addresses[contact, kind] = self.work.add(ContactAddress(contact_id=contact, kind=kind, **columns))
            changed |= known is None or assign(known, columns)
        return changed


async def remove_email(work: Work, contact_id: UUID, email: str, *, if_version: int | None = None) -> Contact:
    """Raises NotFound if the contact has no such address, Invalid if it is the primary one and not the last."""
    return await remove_point(work, contact_id, EMAIL, key_of_email(email), if_version)


async def remove_phone(work: Work, contact_id: UUID, phone: str, *, if_version: int | None = None) -> Contact:
    """`phone` with its country code. Raises as `remove_email`."""
    return await remove_point(work, contact_id, PHONE, normal_phone(phone), if_version)


async def remove_point(work: Work, contact_id: UUID, way: Way[Any], key: str, if_version: int | None) -> Contact:
    contact = await work.edit(Contact, contact_id, if_version=if_version)
    work.check_fields(contact, way.model, (way.path,) if way is EMAIL else ("number",))
    parts = await load_parts(work, [contact_id])
    known = parts.points.get((way.model, contact_id), {})
    if key not in known:
        raise NotFound(way.path, (way.path,))
    reach = parts.without(way, known, getattr(contact, way.primary), key)
    assign(contact, reach.columns)
    parts.put(contact_id, reach)
    return contact


async def remove_address(work: Work, contact_id: UUID, kind: AddressKind, *, if_version: int | None = None) -> Contact:
    """Raises NotFound if the contact has no address of the kind."""
    contact = await work.edit(Contact, contact_id, if_version=if_version)
    work.check_fields(contact, ContactAddress, ("kind",))
    found = (await load_parts(work, [contact_id])).addresses.get((contact_id, kind))
    if found is None:
        raise NotFound("address", ("kind",))
    work.remove(found)
    return contact


async def load_parts(work: Work, contacts: Collection[UUID]) -> Parts:
    """The parts of these contacts, with three statements."""
    parts = Parts(work)
    if not contacts:
        return parts
    await work.flush()
    for way in (EMAIL, PHONE):
        model: Any = way.model
        found = select(model).where(model.tenant_id == work.tenant, among(model.contact_id, contacts))
        for part in await work.session.scalars(found):
            parts.points.setdefault((model, part.contact_id), {})[getattr(part, way.key)] = part
    for address in await work.session.scalars(
        select(ContactAddress).where(
            ContactAddress.tenant_id == work.tenant, among(ContactAddress.contact_id, contacts)
        )
    ):
        parts.addresses[address.contact_id, address.kind] = address
    return parts
