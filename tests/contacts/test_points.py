"""E-mail addresses, phone numbers and postal addresses: normal forms, the primary one, the rules of countries."""

from typing import Any

import pytest
from sqlalchemy import select

from api.domain import accounts, contacts
from api.domain.contacts import ContactAddress, ContactEmail, ContactPhone
from api.domain.kernel import AddressKind, DomainError, Duplicate, Invalid, NotFound, Required, Work
from tests.factories import a_contact


async def keys_of(work: Work, column: Any = ContactEmail.key) -> list[str]:
    await work.flush()
    return list(await work.session.scalars(select(column).order_by(column)))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Ada+crm@EXAMPLE.com", "Ada+crm@example.com"),
        (" ada@example.com ", "ada@example.com"),
        ("ada@XN--BCHER-KVA.example", "ada@bücher.example"),
        ("jose\u0301@example.com", "josé@example.com"),
        ("İpek@example.com", "İpek@example.com"),
    ],
)
async def test_an_email_address_is_kept_as_given_and_shown_in_its_normal_form(work: Work, given: str, shown: str):
    contact = await a_contact(work, email=given)

    (email,) = await work.session.scalars(select(ContactEmail))
    assert (contact.email, email.email) == (shown, shown)
    assert email.original in {given, given.strip(), "josé@example.com"}


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("ada+crm@example.com", "ADA+CRM@example.com"),
        ("josé@example.com", "JOSE\u0301@example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.EXAMPLE"),
        ("İpek@example.com", "i\u0307PEK@example.com"),
    ],
)
async def test_two_spellings_of_an_email_address_are_one(work: Work, one: str, same: str):
    known = await a_contact(work, email=one)
    await work.finish()

    with pytest.raises(Duplicate) as refused:
        await contacts.create(work, {"last_name": "Copy", "email": same})

    assert (refused.value.path, refused.value.type, refused.value.existing) == (("email",), "contact", known.id)
    assert await work.finish() == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("ada@example.com", "ada+crm@example.com"), ("josé@example.com", "jose@example.com"), ("İp@x.com", "ip@x.com")],
)
async def test_what_a_host_may_tell_apart_is_not_one(work: Work, one: str, other: str):
    await a_contact(work, email=one)
    await a_contact(work, email=other)

    assert len(await keys_of(work)) == 2


async def test_the_first_email_is_the_primary_one_until_another_is_marked(work: Work):
    ada = await a_contact(work, emails=[{"email": "ada@home.example", "label": "home"}, {"email": "ada@work.example"}])
    assert ada.email == "ada@home.example"
    await work.finish()

    await contacts.update(work, ada.id, {"emails": [{"email": "ADA@work.example", "is_primary": True}]})
    (change,) = await work.finish()

    assert (change.before, change.after) == ({"email": "ada@home.example"}, {"email": "ada@work.example"})
    assert await keys_of(work) == ["ada@home.example", "ada@work.example"]
    await contacts.update(work, ada.id, {"email": "ada@new.example"})
    assert ada.email == "ada@new.example"
    assert len(await keys_of(work)) == 3


async def test_a_known_email_gets_a_label_and_is_verified(work: Work):
    ada = await a_contact(work, email="ada@example.com")
    await work.finish()

    entry: contacts.EmailValues = {"email": "Ada@example.com", "label": "work", "verified_at": work.now}
    await contacts.update(work, ada.id, {"emails": [entry]})
    (change,) = await work.finish()

    assert change.after == {"emails": [{"label": "work", "verifiedAt": "2026-03-02T09:15:00Z"}]}
    (email,) = await work.session.scalars(select(ContactEmail))
    assert (email.original, email.label, email.verified_at) == ("ada@example.com", "work", work.now)


async def test_the_primary_email_goes_last(work: Work):
    ada = await a_contact(work, emails=[{"email": "a@example.com"}, {"email": "b@example.com"}])
    await work.finish()

    with pytest.raises(Invalid) as removed:
        await contacts.remove_email(work, ada.id, "a@example.com")
    with pytest.raises(Invalid) as cleared:
        await contacts.update(work, ada.id, {"email": None})
    with pytest.raises(NotFound) as unknown:
        await contacts.remove_email(work, ada.id, "c@example.com")
    assert [refused.value.path for refused in (removed, cleared, unknown)] == [("email",)] * 3
    assert await work.finish() == []

    await contacts.remove_email(work, ada.id, "B@EXAMPLE.com")
    await contacts.update(work, ada.id, {"email": None})
    assert (ada.email, ada.email_norm, ada.email_sort) == (None, None, None)
    assert await keys_of(work) == []
    await contacts.update(work, ada.id, {"email": None})
    assert len(await work.finish()) == 1


@pytest.mark.parametrize(
    ("values", "number"),
    [
        ({"phone": "+49 (0)30 901820"}, "+4930901820"),
        ({"phones": [{"number": "030 901820", "country": "DE"}]}, "+4930901820"),
        ({"phone": "(415) 555-2671", "addresses": [{"kind": AddressKind.BILLING, "country": "US"}]}, "+14155552671"),
        ({"phones": [{"number": "+1 415 555 2671 ext. 12"}]}, "+14155552671"),
        ({"phones": [{"number": "(5) 555-4729", "country": "MX", "unchecked": True}]}, "+5255554729"),
    ],
)
async def test_a_phone_number_is_stored_with_its_country_code(work: Work, values: Any, number: str):
    ada = await a_contact(work, **values)

    (phone,) = await work.session.scalars(select(ContactPhone))
    given = values.get("phone") or values["phones"][0]["number"]
    assert (ada.phone, phone.number, phone.original) == (number, number, given)
    assert phone.extension == ("12" if "ext." in given else None)


async def test_a_number_without_country_says_what_to_do(work: Work):
    ada = await a_contact(work)
    await work.finish()

    with pytest.raises(Invalid) as refused:
        await contacts.update(work, ada.id, {"phones": [{"number": "030 901820"}]})

    assert str(refused.value) == (
        "this number does not say its country; write it as +49 30 123456, give its `country` in `phones`, "
        "or the contact an address with one"
    )
    assert (refused.value.path, refused.value.constraint) == (("phones", "0", "number"), "country")
    assert await work.finish() == []
    await contacts.update(work, ada.id, {"addresses": [{"kind": AddressKind.OFFICE, "country": "DE"}]})
    await contacts.update(work, ada.id, {"phone": "030 901820"})
    assert ada.phone == "+4930901820"


async def test_the_primary_phone_goes_last(work: Work):
    ada = await a_contact(work, phones=[{"number": "+4930901820"}, {"number": "+4930901821", "is_primary": True}])
    primaries = [ada.phone]
    await work.finish()

    with pytest.raises(Invalid):
        await contacts.remove_phone(work, ada.id, "+49 30 901821")
    assert await work.finish() == []

    await contacts.remove_phone(work, ada.id, "+49 30 901820")
    await contacts.update(work, ada.id, {"phone": None})
    assert [*primaries, ada.phone] == ["+4930901821", None]
    assert await keys_of(work, ContactPhone.number) == []


OFFICE = {"kind": AddressKind.OFFICE}


@pytest.mark.parametrize("of", ["contact", "account"])
@pytest.mark.parametrize(
    ("address", "refusal", "path"),
    [
        ({"country": "DE", "postal_code": "1011"}, Invalid, "postal_code"),
        ({"country": "US", "postal_code": "SW1A 1AA"}, Invalid, "postal_code"),
        ({"country": "US", "region": "Bavaria"}, Invalid, "region"),
        ({"country": "US", "street": "1 Main St", "city": "Springfield", "postal_code": "62701"}, Required, "region"),
        ({"country": "FR", "street": "1 rue de la Paix", "postal_code": "75002"}, Required, "city"),
        ({"country": "XX"}, Invalid, "country"),
        ({"country": "de"}, Invalid, "country"),
        ({"country": "ZZ", "unchecked": True}, Invalid, "country"),
    ],
)
async def test_an_address_obeys_the_rules_of_its_country(
    work: Work, of: str, address: Any, refusal: type[DomainError], path: str
):
    create: Any = {"contact": contacts.create, "account": accounts.create}[of]
    name = {"contact": "last_name", "account": "name"}[of]

    with pytest.raises(refusal) as refused:
        await create(work, {name: "Lovelace", "addresses": [{"kind": AddressKind.BILLING}, {**OFFICE, **address}]})

    assert refused.value.path == ("addresses", "1", path)
    assert await work.finish() == []


@pytest.mark.parametrize(
    ("address", "postal_code"),
    [
        ({"country": "DE", "street": "Obere Str. 57", "city": "Berlin", "postal_code": "D-12209"}, "12209"),
        ({"country": "GB", "postal_code": "wa1 1dp"}, "WA1 1DP"),
        ({"country": "BR", "city": "Sao Paulo", "region": "SAO PAULO", "postal_code": "05432-043"}, "05432-043"),
        ({"country": "IE", "street": "8 Johnstown Road", "city": "Cork", "region": "Co. Cork"}, None),
        ({"country": "PT", "postal_code": "1675", "unchecked": True}, "1675"),
        ({"country": "US", "city": "Springfield"}, None),
        ({"postal_code": "anything"}, "anything"),
    ],
)
async def test_an_address_is_taken_if_its_country_knows_it_or_nobody_asks(
    work: Work, address: Any, postal_code: str | None
):
    await a_contact(work, addresses=[{**OFFICE, **address}])

    (stored,) = await work.session.scalars(select(ContactAddress))
    assert (stored.postal_code, stored.city, stored.region) == (postal_code, address.get("city"), address.get("region"))


async def test_an_address_replaces_that_of_its_kind_and_can_be_removed(work: Work):
    ada = await a_contact(work, addresses=[{**OFFICE, "street": "1 Main St", "city": "Springfield"}])
    await work.finish()

    await contacts.update(work, ada.id, {"addresses": [{**OFFICE, "city": "Shelbyville"}]})  # type: ignore[typeddict-item]
    await work.finish()
    (address,) = await work.session.scalars(select(ContactAddress))
    assert (address.street, address.city) == (None, "Shelbyville")

    await contacts.remove_address(work, ada.id, AddressKind.OFFICE)
    with pytest.raises(NotFound):
        await contacts.remove_address(work, ada.id, AddressKind.BILLING)
    (change,) = await work.finish()
    assert change.before == {"addresses": [{"kind": "OFFICE", "city": "Shelbyville"}]}
