"""Money in minor units: digits of currencies, rounding, SQL."""

from decimal import Decimal

import pytest
from sqlalchemy import BigInteger, Text, literal, select

from api.domain.kernel import CURRENCIES, Invalid, Money, Work, checked_currency, digits_of, major, minor_unit, rounded
from api.domain.opportunities import total_of


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("1054", "USD", 105_400),
        ("0.01", "USD", 1),
        ("1000", "JPY", 1000),
        ("1.005", "KWD", 1005),
        ("-2.50", "EUR", -250),
    ],
)
def test_an_amount_becomes_minor_units_of_its_currency_and_back(amount: str, currency: str, minor: int):
    money = Money.of(Decimal(amount), currency)

    assert money == Money(minor, currency)
    assert money.amount == Decimal(amount)
    assert money.amount.as_tuple().exponent == -digits_of(currency)


@pytest.mark.parametrize(
    ("amount", "currency", "constraint"),
    [("0.001", "USD", "digits"), ("0.5", "JPY", "digits"), ("1", "usd", "currency"), ("1e16", "USD", "range")],
)
def test_an_amount_that_cannot_be_stored_exactly_is_refused(amount: str, currency: str, constraint: str):
    with pytest.raises(Invalid) as refused:
        Money.of(Decimal(amount), currency)

    assert refused.value.constraint == constraint


@pytest.mark.parametrize(("value", "whole"), [("0.5", 1), ("-0.5", -1), ("1.5", 2), ("2.5", 3), ("2.4999", 2)])
def test_halves_are_rounded_away_from_zero(value: str, whole: int):
    assert rounded(Decimal(value)) == whole


@pytest.mark.parametrize("code", ["usd", "US", "XXX", "XAU", "", "USDX"])
def test_what_is_not_a_currency_of_iso_4217_is_refused(code: str):
    with pytest.raises(Invalid):
        checked_currency(code)


def test_there_are_currencies_with_0_2_3_and_4_digits():
    assert {digits_of(code) for code in CURRENCIES} == {0, 2, 3, 4}


@pytest.mark.parametrize(
    ("quantity", "unit", "discount", "total"),
    [
        ("1", 105_400, "0", 105_400),
        ("3", 333, "10", 899),
        ("2.5", 1999, "10", 4498),
        ("0.001", 500, "0", 1),
        ("1", 1, "50", 1),
        ("12", 1400, "15.00", 14_280),
        ("1", 99, "100", 0),
    ],
)
def test_the_total_of_a_line_is_rounded_once(quantity: str, unit: int, discount: str, total: int):
    assert total_of(Decimal(quantity), unit, Decimal(discount)) == total


def test_a_total_beyond_what_can_be_stored_is_refused():
    with pytest.raises(Invalid):
        total_of(Decimal(10**11), 10**17, Decimal(0))


@pytest.mark.parametrize(
    ("minor", "currency", "text"), [(105_400, "USD", "1054.00"), (7, "JPY", "7"), (1005, "KWD", "1.005")]
)
async def test_the_database_writes_amounts_with_the_digits_of_the_currency(
    work: Work, minor: int, currency: str, text: str
):
    amount, unit = literal(minor, BigInteger()), literal(currency, Text())
    found = (await work.session.execute(select(major(amount, unit), minor_unit(unit)))).one()

    assert str(found[0]) == text
    assert found[1] == Decimal(1).scaleb(-digits_of(currency))
