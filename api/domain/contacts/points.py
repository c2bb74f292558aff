"""E-mail addresses and phone numbers: their normal forms, and what a contact gets of those in a command's values."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from api.domain.kernel import Invalid, LimitExceeded, TextField, check_country, checked, checked_texts, under

MOST = 20
E164 = re.compile(r"\+[1-9][0-9]{1,14}", re.ASCII)
EXTENSION = re.compile(r"[0-9]{1,11}", re.ASCII)
LABEL = {"label": TextField(50)}


class EmailValues(TypedDict, total=False):
    """An e-mail address; a known one is found by it and gets the rest."""

    email: str
    label: str | None
    verified_at: datetime | None
    is_primary: bool | None


class PhoneValues(TypedDict, total=False):
    """A phone number; a known one is found by it and gets the rest.

    `country` (ISO 3166, two letters) is for a number without a country code; else it is the country of an address.
    `unchecked` takes a number that its country's numbering plan does not have, for numbers of the past.
    """

    number: str
    country: str | None
    extension: str | None
    label: str | None
    is_primary: bool | None
    unchecked: bool | None


@dataclass(frozen=True)
class Point:
    """One address or number: its key, how a contact shows it, what a new part has, what a known one gets, too."""

    key: str
    shown: str
    columns: dict[str, Any]
    given: dict[str, Any]


@dataclass
class Points:
    """The addresses or numbers of a command's values, by key.

    `single`: that of the short form; `primary`: the one marked in the list; `cleared`: the short form is None.
    """

    found: dict[str, Point] = field(default_factory=dict)
    single: str | None = None
    primary: str | None = None
    cleared: bool = False

    @property
    def first(self) -> str | None:
        """Which of them is the primary one of a contact that has none."""
        return self.primary or self.single or next(iter(self.found), None)

    @property
    def identifying(self) -> list[str]:
        """The keys that name the contact which is meant."""
        return list(dict.fromkeys(key for key in (self.single, self.primary or self.first) if key is not None))

    def add(self, point: Point) -> str:
        known = self.found.get(point.key)
        self.found[point.key] = (
            point if known is None else Point(known.key, known.shown, known.columns, {**known.given, **point.given})
        )
        return point.key


def checked_emails(values: Mapping[str, Any]) -> Points:
    """The e-mail addresses in the values of a row.

    Raises:
        Invalid, Required, TooLong, LimitExceeded: with a path that begins with `email` or `emails` and the index.
    """
    points = Points(cleared="email" in values and values["email"] is None)
    if values.get("email") is not None:
        points.single = points.add(email_point({"email": values["email"]}))
    each_of("emails", values.get("emails") or (), points, email_point)
    return points


def checked_phones(values: Mapping[str, Any], country: str | None) -> Points:
    """The phone numbers in the values of a row; `country` is that of the contact, if it is known.

    Raises:
        Invalid, Required, TooLong, LimitExceeded: with a path that begins with `phone` or `phones` and the index.
    """
    points = Points(cleared="phone" in values and values["phone"] is None)
    if values.get("phone") is not None:
        points.single = points.add(phone_point({"number": values["phone"]}, country, "phone"))
    each_of("phones", values.get("phones") or (), points, lambda one: phone_point(one, country))
    return points


def each_of(path: str, given: Sequence[Any], points: Points, point_of: Any) -> None:
    if len(given) > MOST:
        raise LimitExceeded((path,), MOST, f"{path} in one command")
    for index, one in enumerate(given):
        with under(path, str(index)):
            key = points.add(point_of(one))
            if one.get("is_primary"):
                if points.primary not in {None, key}:
                    raise Invalid(("is_primary",), f"only one of the {path} can be the primary one", "primary")
                points.primary = key


def email_point(values: EmailValues) -> Point:
    text = checked(values.get("email") or "", "email", limit=254)
    shown = normal_email(text)
    given: dict[str, Any] = dict(checked_texts(values, LABEL))
    if "verified_at" in values:
        given["verified_at"] = values["verified_at"]
    key = common(shown)
    return Point(key, shown, {"key": key, "email": shown, "original": text}, given)


def normal_email(text: str) -> str:
    """The domain in lower case and in Unicode, the rest as it is: only the mailbox's host knows what it means there.

    >>> normal_email("Ada+crm@XN--BCHER-KVA.Example")
    'Ada+crm@bücher.example'

    Raises:
        Invalid: this cannot be an e-mail address.
    """
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Invalid(
            ("email",), f"this is not an e-mail address, such as ada@example.com: {error}", "email"
        ) from error


def key_of_email(text: str) -> str:
    r"""What two spellings of one address have in common.

    >>> key_of_email("JOSE\u0301@EXAMPLE.com") == key_of_email("José@example.com")
    True
    """
    return common(normal_email(text))


def common(normal: str) -> str:
    return unicodedata.normalize("NFC", normal.lower())


def phone_point(values: PhoneValues, country: str | None, path: str = "number") -> Point:
    text = checked(values.get("number") or "", path, limit=50)
    check_country(values.get("country"), "country")
    parsed = parsed_phone(text, values.get("country") or country, path)
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    known = phonenumbers.is_valid_number(parsed) or values.get("unchecked")
    if not known or not E164.fullmatch(number):
        reason = f"the country of {number} has no such number; correct it, or keep it with `unchecked` in `phones`"
        raise Invalid((path,), reason, "phone")
    given: dict[str, Any] = dict(checked_texts(values, LABEL))
    extension = values.get("extension", parsed.extension)
    if extension is not None and not EXTENSION.fullmatch(extension):
        raise Invalid(("extension",), "an extension has up to 11 digits", "extension")
    if "extension" in values or extension:
        given["extension"] = extension
    return Point(number, number, {"number": number, "original": text}, given)


def parsed_phone(text: str, country: str | None, path: str) -> phonenumbers.PhoneNumber:
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            such = "write it as +49 30 123456, give its `country` in `phones`, or the contact an address with one"
            raise Invalid((path,), f"this number does not say its country; {such}", "country") from error
        raise Invalid((path,), "this is not a phone number, such as +49 30 123456", "phone") from error


def normal_phone(text: str) -> str:
    """E.164 of a number with its country code.

    >>> normal_phone("+49 (0)30 901820")
    '+4930901820'
    """
    return phonenumbers.format_number(parsed_phone(text, None, "phone"), phonenumbers.PhoneNumberFormat.E164)
